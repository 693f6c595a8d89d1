//! Orders and the cursors that name a place in them.

use crate::schema::types::Stored;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::part::{CellKind, CellRef, Direction, Finder};
use sea_orm::{
    Condition,
    sea_query::{Alias, Expr, ExprTrait, IntoCondition},
};
use serde_json::{Value, json};

/// A total order of a list: some columns, then the key.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The list it orders, as cursors name it.
    pub(crate) list: String,
    pub(crate) columns: Vec<OrderColumn>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderColumn {
    pub(crate) name: &'static str,
    pub(crate) kind: CellKind,
    pub(crate) direction: Direction,
    /// What an empty cell counts as.
    pub(crate) empty_as: Option<&'static str>,
}

impl OrderColumn {
    /// The expression that rows of a table are ordered by; as an index over it is written.
    pub(crate) fn expr(&self, table: &str) -> Expr {
        match self.empty_as {
            Some(text) => Expr::cust(format!("COALESCE(\"{table}\".\"{}\", '{text}')", self.name)),
            None => Expr::col((Alias::new(table), Alias::new(self.name))),
        }
    }
}

/// Where rows stand to a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    AtOrBefore,
    After,
    AtOrAfter,
}

impl Side {
    /// The same side with the place itself.
    fn or_at(self) -> Self {
        match self {
            Self::Before | Self::AtOrBefore => Self::AtOrBefore,
            Self::After | Self::AtOrAfter => Self::AtOrAfter,
        }
    }
}

impl Order {
    /// The order of these columns, made total by the key in the direction of the last one.
    pub(crate) fn new(list: String, stored: Stored, columns: Vec<(&'static str, Direction)>) -> Self {
        let last = columns.last().map_or(Direction::Asc, |(_, direction)| *direction);
        let mut order = Self { list, columns: Vec::with_capacity(columns.len() + 1) };
        for (name, direction) in columns.into_iter().chain([(stored.0.key, last)]) {
            if !order.columns.iter().any(|known| known.name == name) {
                let kind = crate::schema::kind_of(stored.0, name).unwrap_or(CellKind::Text);
                order.columns.push(OrderColumn { name, kind, direction, empty_as: None });
            }
        }
        order
    }

    /// The order of a list that code bounds.
    pub(crate) fn of_finder(finder: &Finder, stored: Stored) -> Self {
        let columns = finder.order.iter().map(|order| (order.column, order.direction)).collect();
        let mut order = Self::new(finder.name.to_owned(), stored, columns);
        for (column, declared) in order.columns.iter_mut().zip(&finder.order) {
            column.empty_as = declared.empty_as;
        }
        order
    }

    /// What a cursor of this order says of its list.
    fn signature(&self) -> String {
        let columns = self.columns.iter().map(|column| {
            let sign = if column.direction == Direction::Asc { '+' } else { '-' };
            format!("{sign}{}", column.name)
        });
        format!("{} {}", self.list, columns.collect::<Vec<_>>().join(""))
    }

    /// The cursor of a row by the values of the order's columns.
    pub(crate) fn cursor<'a>(&self, values: impl Iterator<Item = CellRef<'a>>) -> String {
        let mut parts = vec![Value::String(self.signature())];
        parts.extend(self.columns.iter().zip(values).map(|(column, cell)| match cell {
            CellRef::Null if column.empty_as.is_some() => json!(column.empty_as),
            CellRef::Text(text) => json!(text),
            CellRef::Int(number) => json!(number),
            CellRef::Uuid(id) => json!(id),
            CellRef::Bool(truth) => json!(truth),
            CellRef::Null | CellRef::Bytes(_) => Value::Null,
        }));
        URL_SAFE_NO_PAD.encode(Value::Array(parts).to_string())
    }

    /// The values of a cursor; `None` if it is none of this list and order.
    pub(crate) fn read(&self, cursor: &str) -> Option<Vec<sea_orm::Value>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let parts: Vec<Value> = serde_json::from_slice(&bytes).ok()?;
        let (signature, values) = parts.split_first()?;
        if signature.as_str() != Some(&self.signature()) || values.len() != self.columns.len() {
            return None;
        }
        self.columns.iter().zip(values).map(|(column, value)| bound(column.kind, value)).collect()
    }

    /// The rows on one side of a cursor; all columns in one direction compare as one row.
    pub(crate) fn side(&self, table: &str, values: &[sea_orm::Value], side: Side) -> Condition {
        let column = |column: &OrderColumn| column.expr(table);
        let first = self.columns.first().map_or(Direction::Asc, |column| column.direction);
        if let ([one], [value]) = (self.columns.as_slice(), values) {
            return compare(column(one), Expr::val(value.clone()), side, first).into_condition();
        }
        if self.columns.iter().all(|column| column.direction == first) {
            let columns = Expr::tuple(self.columns.iter().map(column));
            let all = Expr::tuple(values.iter().cloned().map(Expr::val));
            let mut rows = compare(columns, all, side, first).into_condition();
            if let (Some(leading), Some(value)) = (self.columns.first(), values.first())
                && leading.empty_as.is_some()
            {
                // SQLite enters an index by a row of columns, and by one expression, but not by a row with one in it.
                rows = rows.add(compare(column(leading), Expr::val(value.clone()), side.or_at(), first));
            }
            return rows;
        }
        let last = self.columns.len() - 1;
        let mut any = Condition::any();
        for (at, (this, value)) in self.columns.iter().zip(values).enumerate() {
            let mut all = Condition::all();
            for (earlier, value) in self.columns.iter().zip(values).take(at) {
                all = all.add(column(earlier).eq(value.clone()));
            }
            let strict = match side {
                Side::AtOrBefore if at < last => Side::Before,
                Side::AtOrAfter if at < last => Side::After,
                other => other,
            };
            any = any.add(all.add(compare(column(this), Expr::val(value.clone()), strict, this.direction)));
        }
        any
    }
}

fn compare(left: Expr, right: Expr, side: Side, direction: Direction) -> Expr {
    match (side, direction) {
        (Side::After, Direction::Asc) | (Side::Before, Direction::Desc) => left.gt(right),
        (Side::AtOrAfter, Direction::Asc) | (Side::AtOrBefore, Direction::Desc) => left.gte(right),
        (Side::Before, Direction::Asc) | (Side::After, Direction::Desc) => left.lt(right),
        (Side::AtOrBefore, Direction::Asc) | (Side::AtOrAfter, Direction::Desc) => left.lte(right),
    }
}

fn bound(kind: CellKind, value: &Value) -> Option<sea_orm::Value> {
    match kind {
        CellKind::Text => value.as_str().map(Into::into),
        CellKind::Int | CellKind::BigInt => value.as_i64().map(Into::into),
        CellKind::Uuid => value.as_str()?.parse::<uuid::Uuid>().ok().map(Into::into),
        CellKind::Bool => value.as_bool().map(Into::into),
        CellKind::Bytes => None,
    }
}
