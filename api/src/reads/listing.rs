//! Statements of lists: one for a whole list, one for the lists of all parents of an edge.

use super::{
    cursor::{Order, OrderColumn, Side},
    rows::{Needs, RowSet, cell, flag_name, key_value},
};
use crate::schema::{PAGE_DEFAULT, PAGE_MAX, kind_of, types::Stored};
use platform::{
    Code, Error, Refusal, Result,
    op::Op,
    part::{Cell, CellKind, Direction},
};
use sea_orm::{
    Condition, ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Order as SqlOrder, Query, SelectStatement, WindowStatement},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Rows counted at most.
pub(crate) const TOTAL_MAX: i64 = 10_000;
const RANK: &str = "rank_in_list";

/// A list, or the lists of several parents that share everything but the parent.
pub(super) struct Listing {
    pub(super) stored: Stored,
    pub(super) base: Condition,
    pub(super) order: Order,
    /// Column that tells the lists apart, and its value of each.
    pub(super) parents: Option<(&'static str, Vec<Cell>)>,
}

/// Which part of a list is asked for.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) count: u64,
    pub(crate) backward: bool,
    pub(crate) after: Option<Vec<sea_orm::Value>>,
    pub(crate) before: Option<Vec<sea_orm::Value>>,
}

/// One page: its rows in the set, in list order, and whether the list goes on in reading direction.
#[derive(Debug, Default, Clone)]
pub(super) struct Page {
    pub(super) rows: Vec<usize>,
    pub(super) more: bool,
}

impl Window {
    /// Reads `first`, `last`, `after`, `before`.
    ///
    /// Errors: `BAD_USER_INPUT` for numbers out of bounds, both directions at once, a cursor of another list.
    pub(crate) fn read(args: &Map<String, Value>, order: &Order) -> Result<Self, Refusal> {
        let bad = |reason: String| Refusal::new(Code::BadUserInput).arg("reason", reason);
        let given = |name: &str| args.get(name).filter(|value| !value.is_null());
        let number = |name: &str| given(name).and_then(Value::as_i64);
        let (count, backward) = match (number("first"), number("last")) {
            (Some(_), Some(_)) => return Err(bad("give first or last, not both".to_owned())),
            (None, Some(last)) => (last, true),
            (first, None) => (first.unwrap_or(PAGE_DEFAULT), false),
        };
        let name = if backward { "last" } else { "first" };
        let count = u64::try_from(count).map_err(|_| bad(format!("{name} must not be negative")))?;
        if count > PAGE_MAX.unsigned_abs() {
            return Err(bad(format!("{name} is at most {PAGE_MAX}")));
        }
        let cursor = |name: &str| match given(name).and_then(Value::as_str) {
            None => Ok(None),
            Some(text) => {
                order.read(text).map(Some).ok_or_else(|| bad(format!("{name} is no cursor of this list in this order")))
            }
        };
        Ok(Self { count, backward, after: cursor("after")?, before: cursor("before")? })
    }
}

impl Listing {
    fn parents(&self) -> usize {
        self.parents.as_ref().map_or(1, |(_, keys)| keys.len())
    }

    /// The condition of all lists together.
    fn within(&self) -> Condition {
        let base = Condition::all().add(self.base.clone());
        match &self.parents {
            Some((column, keys)) => {
                let column = Expr::col((Alias::new(self.stored.table), Alias::new(*column)));
                base.add(column.is_in(keys.iter().filter_map(key_value)))
            }
            None => base,
        }
    }

    /// Fetches the asked window of every list in one statement.
    pub(super) async fn fetch(&self, op: &Op, window: &Window, mut needs: Needs) -> Result<(RowSet, Vec<Page>)> {
        for column in &self.order.columns {
            needs.column(column.name);
        }
        if let Some((column, _)) = &self.parents {
            needs.column(column);
        }
        if self.parents() == 0 {
            return Ok((RowSet::empty(self.stored, needs), Vec::new()));
        }
        let query = self.statement(op, window, &needs);
        let mut set = RowSet::fetch(op, self.stored, needs, &query).await?;
        let mut pages = self.pages(&set, window);
        // What only tells that a list goes on is neither shown nor asked any further.
        let mut shown = vec![false; set.len()];
        pages.iter().flat_map(|page| &page.rows).for_each(|row| shown[*row] = true);
        let places = set.keep(&shown);
        pages.iter_mut().flat_map(|page| &mut page.rows).for_each(|row| *row = places[*row]);
        set.note_reads(op);
        Ok((set, pages))
    }

    fn statement(&self, op: &Op, window: &Window, needs: &Needs) -> SelectStatement {
        let table = self.stored.table;
        let mut query = Query::select();
        needs.select(op, self.stored, &mut query);
        query.from(Alias::new(table)).cond_where(self.within());
        for (values, side) in [(&window.after, Side::After), (&window.before, Side::Before)] {
            if let Some(values) = values {
                query.cond_where(self.order.side(table, values, side));
            }
        }
        let limit = window.count + 1;
        match &self.parents {
            Some((column, keys)) if keys.len() > 1 => {
                let mut ranks = WindowStatement::partition_by((Alias::new(table), Alias::new(*column)));
                for (column, order) in self.sql_order(window.backward) {
                    ranks.order_by_expr(column.expr(table), order);
                }
                query.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), ranks, Alias::new(RANK));
                let ranked = "ranked";
                let mut outer = Query::select();
                for name in
                    needs.columns.iter().map(|name| (*name).to_owned()).chain((0..needs.guards.len()).map(flag_name))
                {
                    outer.column((Alias::new(ranked), Alias::new(name)));
                }
                let rank = || Expr::col((Alias::new(ranked), Alias::new(RANK)));
                outer
                    .from_subquery(query, Alias::new(ranked))
                    .and_where(rank().lte(i64::try_from(limit).unwrap_or(i64::MAX)))
                    .order_by((Alias::new(ranked), Alias::new(RANK)), SqlOrder::Asc)
                    .to_owned()
            }
            _ => {
                for (column, order) in self.sql_order(window.backward) {
                    query.order_by_expr(column.expr(table), order);
                }
                query.limit(limit).to_owned()
            }
        }
    }

    fn sql_order(&self, backward: bool) -> impl Iterator<Item = (&OrderColumn, SqlOrder)> + '_ {
        self.order.columns.iter().map(move |column| {
            let ascending = (column.direction == Direction::Asc) != backward;
            (column, if ascending { SqlOrder::Asc } else { SqlOrder::Desc })
        })
    }

    /// Sorts the rows of a set to their lists and cuts what was fetched to see whether there is more.
    fn pages(&self, set: &RowSet, window: &Window) -> Vec<Page> {
        let mut pages = vec![Page::default(); self.parents()];
        match &self.parents {
            None => pages[0].rows = (0..set.len()).collect(),
            Some((column, keys)) => {
                let places: HashMap<_, _> = keys.iter().enumerate().map(|(at, key)| (hash_key(key), at)).collect();
                for row in 0..set.len() {
                    if let Some(page) = places.get(&hash_key(set.cell(row, column))).and_then(|at| pages.get_mut(*at)) {
                        page.rows.push(row);
                    }
                }
            }
        }
        for page in &mut pages {
            let count = usize::try_from(window.count).unwrap_or(usize::MAX);
            page.more = page.rows.len() > count;
            page.rows.truncate(count);
            if window.backward {
                page.rows.reverse();
            }
        }
        pages
    }

    /// Which lists have rows on one side of a cursor.
    pub(super) async fn beyond(&self, op: &Op, values: &[sea_orm::Value], side: Side) -> Result<Vec<bool>> {
        let table = self.stored.table;
        let mut query = Query::select();
        query.from(Alias::new(table)).cond_where(self.within()).cond_where(self.order.side(table, values, side));
        let Some((column, keys)) = &self.parents else {
            query.expr(Expr::val(1_i64)).limit(1);
            return Ok(vec![op.reader().query_one(&query).await?.is_some()]);
        };
        query.distinct().column((Alias::new(table), Alias::new(*column)));
        let kind = kind_of(self.stored.0, column).unwrap_or(CellKind::Text);
        let mut found = std::collections::HashSet::new();
        for result in op.reader().query_all(&query).await? {
            found.insert(hash_key(&cell(&result, 0, kind)?));
        }
        Ok(keys.iter().map(|key| found.contains(&hash_key(key))).collect())
    }

    /// The number of rows of each whole list, counted up to a bound.
    pub(super) async fn totals(&self, op: &Op) -> Result<Vec<i64>> {
        let table = self.stored.table;
        let mut query = Query::select();
        query.from(Alias::new(table)).cond_where(self.within());
        let Some((column, keys)) = &self.parents else {
            query.expr(Expr::val(1_i64)).limit(TOTAL_MAX.unsigned_abs());
            let mut count = Query::select();
            count.expr(Func::count(Expr::val(1_i64))).from_subquery(query, Alias::new("counted"));
            let row = op.reader().query_one(&count).await?.ok_or_else(|| Error::internal("a count answered no row"))?;
            return Ok(vec![row.try_get_by_index(0)?]);
        };
        query
            .column((Alias::new(table), Alias::new(*column)))
            .expr(Func::count(Expr::val(1_i64)))
            .group_by_col((Alias::new(table), Alias::new(*column)));
        let kind = kind_of(self.stored.0, column).unwrap_or(CellKind::Text);
        let mut totals = HashMap::new();
        for result in op.reader().query_all(&query).await? {
            let total: i64 = result.try_get_by_index(1)?;
            totals.insert(hash_key(&cell(&result, 0, kind)?), Ord::min(total, TOTAL_MAX));
        }
        Ok(keys.iter().map(|key| totals.get(&hash_key(key)).copied().unwrap_or(0)).collect())
    }
}

/// A key cell as a hash key.
pub(super) fn hash_key(cell: &Cell) -> String {
    match cell {
        Cell::Uuid(id) => id.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
        Cell::Null | Cell::Bool(_) | Cell::Bytes(_) => String::new(),
    }
}

/// The distinct keys among cells, in order, without nulls; and the place of each cell's key.
pub(super) fn distinct<'a>(cells: impl Iterator<Item = Option<&'a Cell>>) -> (Vec<Cell>, Vec<Option<usize>>) {
    let mut keys = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let at = cells.map(|cell| {
        let cell = cell.filter(|cell| key_value(cell).is_some())?;
        Some(*places.entry(hash_key(cell)).or_insert_with(|| {
            keys.push(cell.clone());
            keys.len() - 1
        }))
    });
    let at = at.collect();
    (keys, at)
}
