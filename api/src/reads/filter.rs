//! Filters and orders of lists as callers ask for them.

use super::{cursor::Order, disclose::Disclosures};
use crate::schema::{
    Comparison, comparisons, field_of,
    types::{EdgeTo, Stored},
};
use entity::{
    Scope,
    scope::{share_a_link, successor},
};
use platform::{
    Code, Refusal, id,
    op::Op,
    part::{Direction, Edge, List, ListColumn, Permission, Scalar},
};
use policies::Disclosure;
use sea_orm::{
    Condition,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::Value;
use uuid::Uuid;

/// Who asks, and what may be shown to them.
pub(crate) struct Asking<'a> {
    pub(crate) op: &'a Op,
    pub(crate) disclosures: Disclosures,
    /// Whether place and user stand as symbols, for statements that are kept for others of the same rights.
    pub(crate) symbols: bool,
}

/// Stands for each digit of the asker's place.
pub(crate) const PLACE_SYMBOL: &str = "\u{1}";
/// Stands for the asker.
pub(crate) const USER_SYMBOL: Uuid = Uuid::from_u128(0x0001_0001_0001_0001_0001_0001_0001_0001);

pub(super) fn bad(reason: String) -> Refusal {
    Refusal::new(Code::BadUserInput).arg("reason", reason)
}

impl<'a> Asking<'a> {
    pub(crate) fn new(op: &'a Op, symbols: bool) -> Self {
        Self { op, disclosures: Disclosures::new(op.policies(), &op.purpose), symbols }
    }

    /// The rows a permission lets the asker see.
    pub(crate) fn scope(&self, permission: &Permission) -> Scope {
        match self.op.scope(permission) {
            Scope::Rows { jurisdiction, programmes, unit, user } if self.symbols => Scope::Rows {
                jurisdiction: jurisdiction.map(|place| PLACE_SYMBOL.repeat(place.len())),
                programmes,
                unit,
                user: user.map(|_| USER_SYMBOL),
            },
            scope => scope,
        }
    }

    /// Whether a column may be compared with: what is not shown plainly would be told by which rows answer.
    fn shows(&self, stored: Stored, column: &str) -> bool {
        let class = field_of(stored.0, column).map_or(stored.class, |field| field.class);
        self.disclosures.of(class) == Disclosure::Plain
    }

    /// Refuses to compare with columns that are not shown plainly for this purpose.
    pub(crate) fn comparable(&self, stored: Stored, columns: &[&str]) -> Result<(), Refusal> {
        match columns.iter().find(|column| !self.shows(stored, column)) {
            Some(column) => Err(bad(format!("{column} is not shown for this purpose, so nothing is found by it"))),
            None => Ok(()),
        }
    }

    /// The condition of a filter argument.
    pub(crate) fn filter(&self, stored: Stored, list: &List, given: Option<&Value>) -> Result<Condition, Refusal> {
        let mut all = Condition::all();
        let Some(given) = given.and_then(Value::as_object) else { return Ok(all) };
        for column in &list.filters {
            for (name, comparison) in comparisons(column) {
                let Some(value) = given.get(&name).filter(|value| !value.is_null()) else { continue };
                if !self.shows(stored, column.column) {
                    return Err(bad(format!(
                        "{} is not shown for this purpose, so nothing filters by it",
                        column.field
                    )));
                }
                all = all.add(compare(stored, column, comparison, value));
                if let Some(guard) = self.narrower(stored, column.column) {
                    all = all.add(guard);
                }
            }
        }
        Ok(all)
    }

    /// Rows for which a column with a permission of its own may be read at all.
    fn narrower(&self, stored: Stored, column: &str) -> Option<Condition> {
        let permission = field_of(stored.0, column)?.permission;
        let scope = self.scope(&permission);
        (scope != self.scope(&stored.permission)).then(|| entity::scope::condition(&stored.scope, stored.table, &scope))
    }

    /// The order of a list at the root.
    pub(crate) fn list_order(&self, stored: Stored, list: &List, given: Option<&Value>) -> Result<Order, Refusal> {
        let mut columns = Vec::new();
        for value in given.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let (column, direction) = match (value.strip_suffix("_ASC"), value.strip_suffix("_DESC")) {
                (Some(column), _) => (column, Direction::Asc),
                (None, Some(column)) => (column, Direction::Desc),
                (None, None) => continue,
            };
            let Some(order) = list.orders.iter().find(|order| order.column.eq_ignore_ascii_case(column)) else {
                continue;
            };
            if !self.shows(stored, order.column) || self.narrower(stored, order.column).is_some() {
                return Err(bad(format!("{} is not shown for this purpose, so nothing is ordered by it", order.field)));
            }
            columns.push((order.column, direction));
        }
        Ok(Order::new(list.name.to_owned(), stored, columns))
    }

    /// The order of an edge: as declared, without what may not be shown.
    pub(crate) fn edge_order(&self, name: String, target: Stored, edge: &'static Edge) -> Order {
        let shown = edge.order.iter().copied();
        let shown = shown.filter(|(column, _)| self.shows(target, column) && self.narrower(target, column).is_none());
        Order::new(name, target, shown.collect())
    }

    /// Rows a caller may see of a type today, whatever else is asked.
    pub(crate) fn visible(&self, stored: Stored) -> Condition {
        self.living(stored, entity::scope::condition(&stored.scope, stored.table, &self.scope(&stored.permission)))
    }

    /// The same rows, below visible ones of another type: where one link says of both where they lie, it was looked at
    /// above, in the same snapshot.
    pub(crate) fn visible_below(&self, above: Stored, to: EdgeTo) -> Condition {
        let (stored, edge) = (to.target, to.edge);
        let known = share_a_link((&above.scope, edge.local), (&stored.scope, edge.remote))
            && self.scope(&above.permission) == self.scope(&stored.permission);
        if known { self.living(stored, Condition::all()) } else { self.visible(stored) }
    }

    /// The same rows, for a list at the root.
    pub(crate) fn listed(&self, stored: Stored, list: &List) -> Condition {
        if list.in_order { self.visible_in_order(stored, &stored.permission) } else { self.visible(stored) }
    }

    /// The same rows within those of a permission, for a list whose order an index carries behind one place.
    pub(crate) fn visible_in_order(&self, stored: Stored, permission: &Permission) -> Condition {
        let scope = self.scope(permission);
        self.living(stored, entity::scope::condition_in_order(&stored.scope, stored.table, &scope))
    }

    fn living(&self, stored: Stored, mut all: Condition) -> Condition {
        if let Some((from, to)) = stored.live_between {
            let today = self.op.today().to_string();
            let column = |name: &'static str| Expr::col((Alias::new(stored.table), Alias::new(name)));
            all = Condition::all()
                .add(all)
                .add(column(from).lte(today.as_str()))
                .add(Condition::any().add(column(to).is_null()).add(column(to).gte(today.as_str())));
        }
        all
    }
}

fn compare(stored: Stored, column: &ListColumn, comparison: Comparison, value: &Value) -> Condition {
    let Some(through) = column.through else {
        return compare_with((stored.table, column.column), &column.scalar, comparison, value);
    };
    let [volume, volumes, number] = through.volumes.map(Alias::new);
    let mut every = Query::select();
    every.column((volumes.clone(), number)).from(volumes);
    let mut tied = Query::select();
    tied.column((Alias::new(through.table), Alias::new(through.row)))
        .from(Alias::new(through.table))
        .and_where(Expr::col((Alias::new(through.table), volume)).in_subquery(every))
        .cond_where(compare_with((through.table, through.compared), &column.scalar, comparison, value));
    Condition::all().add(Expr::col((Alias::new(stored.table), Alias::new(column.column))).in_subquery(tied))
}

fn compare_with(
    (table, column): (&'static str, &'static str),
    scalar: &Scalar,
    comparison: Comparison,
    value: &Value,
) -> Condition {
    let this = || Expr::col((Alias::new(table), Alias::new(column)));
    let all = Condition::all();
    match comparison {
        Comparison::OneOf => {
            let values = value.as_array().into_iter().flatten().filter_map(|value| bound(scalar, value));
            all.add(this().is_in(values))
        }
        Comparison::Within => {
            let root = value.as_str().unwrap_or_default();
            all.add(this().gte(root)).add(this().lt(successor(root)))
        }
        Comparison::Equal | Comparison::From | Comparison::To => match (bound(scalar, value), comparison) {
            (Some(value), Comparison::From) => all.add(this().gte(value)),
            (Some(value), Comparison::To) => all.add(this().lte(value)),
            (Some(value), _) => all.add(this().eq(value)),
            (None, _) => all.add(Expr::val(1).eq(0)),
        },
    }
}

/// A coerced value as the database keeps it; `None` for an identifier of nothing.
pub(super) fn bound(scalar: &Scalar, value: &Value) -> Option<sea_orm::Value> {
    match scalar {
        Scalar::Int | Scalar::Money | Scalar::DateTime => value.as_i64().map(Into::into),
        Scalar::Boolean => value.as_bool().map(Into::into),
        Scalar::Id(target) => {
            let (name, key) = id::decode(value.as_str()?)?;
            (name == *target).then(|| key.parse::<uuid::Uuid>().ok().map(Into::into)).flatten()
        }
        _ => value.as_str().map(Into::into),
    }
}
