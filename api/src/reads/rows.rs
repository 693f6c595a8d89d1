//! Rows of one stored type as they came from one statement.

use crate::schema::{
    coerce::{Call, What},
    kind_of,
    types::{Resolve, Stored},
};
use platform::{
    Error, Result,
    op::Op,
    part::{Cell, CellKind, DataClass, Permission},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, CaseStatement, Expr, SelectStatement},
};

/// What to select of a stored type.
#[derive(Debug, Clone)]
pub(super) struct Needs {
    pub(super) columns: Vec<&'static str>,
    /// Permissions whose row scope differs from the type's: each becomes a flag of the row.
    pub(super) guards: Vec<Permission>,
    /// Whether what is selected tells of persons.
    personal: bool,
}

impl Needs {
    /// What these selections of a type take; the key is always among it.
    pub(super) fn of<'c>(op: &Op, stored: Stored, calls: impl IntoIterator<Item = &'c Call>) -> Self {
        let personal = stored.0.class >= DataClass::Personal;
        let mut needs = Self { columns: vec![stored.0.key], guards: Vec::new(), personal };
        for call in calls {
            let What::Field(field) = &call.what else { continue };
            needs.personal |= field.class >= DataClass::Personal;
            match &field.resolve {
                Resolve::Column { column, guard, .. } => {
                    needs.column(column);
                    needs.guard(op, stored, *guard);
                }
                Resolve::Computed { columns, guard, .. } => {
                    columns.iter().for_each(|column| needs.column(column));
                    needs.guard(op, stored, *guard);
                }
                Resolve::Batch { guard, .. } => needs.guard(op, stored, *guard),
                Resolve::Details { guard, .. } => {
                    needs.column("details");
                    needs.column("programme");
                    needs.guard(op, stored, *guard);
                }
                Resolve::ToOne(to) | Resolve::ToMany(to) => {
                    needs.column(to.edge.local);
                    needs.guard(op, stored, to.guard);
                }
                _ => {}
            }
        }
        needs
    }

    pub(super) fn column(&mut self, column: &'static str) {
        if !self.columns.contains(&column) {
            self.columns.push(column);
        }
    }

    /// A flag is needed only where the two scopes differ.
    fn guard(&mut self, op: &Op, stored: Stored, guard: Option<Permission>) {
        if let Some(guard) = guard
            && !self.guards.iter().any(|known| known.name == guard.name)
            && op.scope(&guard) != op.scope(&stored.permission)
        {
            self.guards.push(guard);
        }
    }

    /// Adds the columns and flags to a statement over the type's table.
    pub(super) fn select(&self, op: &Op, stored: Stored, query: &mut SelectStatement) {
        let table = stored.0.table;
        for column in &self.columns {
            query.column((Alias::new(table), Alias::new(*column)));
        }
        for (at, guard) in self.guards.iter().enumerate() {
            let condition = entity::scope::condition(&stored.scope, table, &op.scope(guard));
            let flag = CaseStatement::new().case(condition, Expr::val(1_i64)).finally(Expr::val(0_i64));
            query.expr_as(flag, Alias::new(flag_name(at)));
        }
    }
}

pub(crate) fn flag_name(at: usize) -> String {
    format!("guard_{at}")
}

/// Rows with their columns by name.
pub(super) struct RowSet {
    pub(super) stored: Stored,
    needs: Needs,
    rows: Vec<Row>,
}

struct Row {
    cells: Vec<Cell>,
    flags: Vec<bool>,
}

const NOTHING: &Cell = &Cell::Null;

impl RowSet {
    /// No rows.
    pub(super) fn empty(stored: Stored, needs: Needs) -> Self {
        Self { stored, needs, rows: Vec::new() }
    }

    /// Runs a statement that selects what is needed.
    pub(super) async fn fetch(op: &Op, stored: Stored, needs: Needs, query: &SelectStatement) -> Result<Self> {
        let results = op.reader().query_all(query).await?;
        let mut rows = Vec::with_capacity(results.len());
        for result in &results {
            rows.push(needs.read(stored, result)?);
        }
        Ok(Self { stored, needs, rows })
    }

    /// Drops the rows that are not among these; answers where each of them now is.
    pub(super) fn keep(&mut self, shown: &[bool]) -> Vec<usize> {
        let mut next = 0;
        let places = shown.iter().map(|shown| {
            let place = next;
            next += usize::from(*shown);
            place
        });
        let places = places.collect();
        let mut row = shown.iter();
        self.rows.retain(|_| row.next().copied().unwrap_or(false));
        places
    }

    /// Whose data was read is part of the record.
    pub(super) fn note_reads(&self, op: &Op) {
        if !self.needs.personal {
            return;
        }
        for row in 0..self.rows.len() {
            if let Cell::Uuid(id) = self.cell(row, self.stored.0.key) {
                op.note_read(self.stored.0.name, *id);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A cell by column.
    pub(super) fn cell(&self, row: usize, column: &str) -> &Cell {
        let at = self.needs.columns.iter().position(|known| *known == column);
        at.and_then(|at| self.rows.get(row)?.cells.get(at)).unwrap_or(NOTHING)
    }

    /// Whether a row is in the scope of a guard.
    pub(super) fn passes(&self, row: usize, guard: Option<Permission>) -> bool {
        let Some(guard) = guard else { return true };
        let at = self.needs.guards.iter().position(|known| known.name == guard.name);
        at.is_none_or(|at| self.rows.get(row).and_then(|row| row.flags.get(at)).copied().unwrap_or(false))
    }
}

impl Needs {
    fn read(&self, stored: Stored, result: &QueryResult) -> Result<Row> {
        let cells = self.columns.iter().enumerate().map(|(at, column)| {
            let kind = kind_of(stored.0, column)
                .ok_or_else(|| Error::internal(format!("{} has no column {column}", stored.0.table)))?;
            cell(result, at, kind)
        });
        let cells = cells.collect::<Result<Vec<_>>>()?;
        let flags = (0..self.guards.len()).map(|at| {
            let flag: i64 = result.try_get_by_index(self.columns.len() + at)?;
            Ok(flag == 1)
        });
        Ok(Row { cells, flags: flags.collect::<Result<Vec<_>>>()? })
    }
}

/// Reads one cell by position.
pub(super) fn cell(result: &QueryResult, at: usize, kind: CellKind) -> Result<Cell> {
    Ok(match kind {
        CellKind::Text => result.try_get_by_index::<Option<String>>(at)?.map_or(Cell::Null, Cell::Text),
        CellKind::Int => {
            result.try_get_by_index::<Option<i32>>(at)?.map_or(Cell::Null, |number| Cell::Int(i64::from(number)))
        }
        CellKind::BigInt => result.try_get_by_index::<Option<i64>>(at)?.map_or(Cell::Null, Cell::Int),
        CellKind::Bool => result.try_get_by_index::<Option<bool>>(at)?.map_or(Cell::Null, Cell::Bool),
        CellKind::Uuid => result.try_get_by_index::<Option<uuid::Uuid>>(at)?.map_or(Cell::Null, Cell::Uuid),
        CellKind::Bytes => result.try_get_by_index::<Option<Vec<u8>>>(at)?.map_or(Cell::Null, Cell::Bytes),
    })
}

/// A key cell as statements take it; `None` for null.
pub(super) fn key_value(cell: &Cell) -> Option<sea_orm::Value> {
    match cell {
        Cell::Uuid(id) => Some((*id).into()),
        Cell::Text(text) => Some(text.as_str().into()),
        Cell::Int(number) => Some((*number).into()),
        Cell::Null | Cell::Bool(_) | Cell::Bytes(_) => None,
    }
}
