//! Statements: text in the database's dialect, and holes for what a request brings.

use super::shape::{Level, ListOf};
use crate::{
    reads::{Asking, Order, PLACE_SYMBOL, Side, TOTAL_MAX, USER_SYMBOL, Window, flag_name},
    schema::types::Stored,
};
use platform::{
    Error, Result,
    part::{CellKind, Direction},
    store::{Ask, Keys, Param, Query as StoreQuery},
};
use sea_orm::{
    Condition,
    sea_query::{
        Alias, CaseStatement, Expr, ExprTrait, Func, Order as SqlOrder, PostgresQueryBuilder, Query, SelectStatement,
        SqliteQueryBuilder, Value,
    },
};
use std::sync::Arc;

/// Stands for the key, or the table of keys, on SQLite.
const KEY_SYMBOL: &str = "\u{2}";

/// A list, or the rows of keys: whatever a level's statements have in common.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(super) stored: Stored,
    pub(super) base: Condition,
    pub(super) order: Order,
    /// Column that the key is compared with.
    pub(super) remote: Option<&'static str>,
}

/// A statement whose values are not yet all known.
#[derive(Debug)]
pub(crate) struct Statement {
    query: Arc<StoreQuery>,
    holes: Vec<Hole>,
}

#[derive(Debug)]
enum Hole {
    Param(Param),
    /// Root of the asker's place.
    Place,
    /// The end of the range of places below it.
    PlaceEnd,
    User,
}

/// What fills the holes.
pub(super) struct Asker {
    pub(super) place: Arc<str>,
    pub(super) place_end: Arc<str>,
    pub(super) user: uuid::Uuid,
}

impl Statement {
    pub(super) fn ask(&self, asker: &Asker, keys: Option<Keys>) -> Ask {
        let fill = |hole: &Hole| match hole {
            Hole::Param(param) => param.clone(),
            Hole::Place => Param::Text(Arc::clone(&asker.place)),
            Hole::PlaceEnd => Param::Text(Arc::clone(&asker.place_end)),
            Hole::User => Param::Uuid(asker.user),
        };
        Ask { query: Arc::clone(&self.query), params: self.holes.iter().map(fill).collect(), keys }
    }
}

impl Listed {
    /// The condition of all rows; those of one key where there are keys.
    fn within(&self, sqlite: bool) -> Condition {
        let base = Condition::all().add(self.base.clone());
        let Some(remote) = self.remote else { return base };
        let column = Expr::col((Alias::new(self.stored.table), Alias::new(remote)));
        base.add(if sqlite { column.eq(KEY_SYMBOL) } else { column.eq(Expr::cust(StoreQuery::KEY)) })
    }

    /// The rows of a window.
    pub(super) fn rows(&self, level: &Level, asking: &Asking<'_>, window: &Window, sqlite: bool) -> Result<Statement> {
        let table = self.stored.table;
        // Of a key's one row nothing has to be cut off.
        let at_once = self.remote.filter(|_| sqlite && matches!(level.list, ListOf::One(_)));
        let mut query = match at_once {
            Some(remote) => StoreQuery::begin_at_keys(Expr::val(KEY_SYMBOL), table, remote),
            None => Query::select(),
        };
        for (column, _) in &level.columns {
            query.column((Alias::new(table), Alias::new(*column)));
        }
        for (at, guard) in level.guards.iter().enumerate() {
            let condition = entity::scope::condition(&self.stored.scope, table, &asking.scope(guard));
            let flag = CaseStatement::new().case(condition, Expr::val(1_i64)).finally(Expr::val(0_i64));
            query.expr_as(flag, Alias::new(flag_name(at)));
        }
        if level.columns.is_empty() && level.guards.is_empty() {
            query.expr_as(Expr::val(1_i64), Alias::new("there"));
        }
        match at_once {
            Some(_) => query.cond_where(self.base.clone()),
            None => query.from(Alias::new(table)).cond_where(self.within(sqlite)),
        };
        for (values, side) in [(&window.after, Side::After), (&window.before, Side::Before)] {
            if let Some(values) = values {
                query.cond_where(self.order.side(table, values, side));
            }
        }
        for column in &self.order.columns {
            let ascending = (column.direction == Direction::Asc) != window.backward;
            query.order_by_expr(column.expr(table), if ascending { SqlOrder::Asc } else { SqlOrder::Desc });
        }
        // As text: a plan for any limit is a plan for many rows.
        let limited = Limit(window.count + 1);
        let flags = std::iter::repeat_n(CellKind::BigInt, level.guards.len());
        let mut kinds: Vec<_> = level.columns.iter().map(|(_, kind)| *kind).chain(flags).collect();
        if kinds.is_empty() {
            kinds.push(CellKind::BigInt);
        }
        if at_once.is_some() {
            return build(&query, None, sqlite, |sql, _| StoreQuery::for_all_keys(sql, kinds));
        }
        self.build(&query, Some(limited), kinds, sqlite)
    }

    /// A statement that runs once, or for each key where there are keys.
    fn build(
        &self,
        query: &SelectStatement,
        limit: Option<Limit>,
        kinds: Vec<CellKind>,
        sqlite: bool,
    ) -> Result<Statement> {
        build(query, limit, sqlite, |sql, values| match self.remote {
            Some(_) => StoreQuery::for_each_key(sql, kinds, values, sqlite),
            None => StoreQuery::once(sql, kinds),
        })
    }

    /// Whether there are rows on one side of a cursor.
    pub(super) fn beyond(&self, values: &[Value], side: Side, sqlite: bool) -> Result<Statement> {
        let mut query = self.counted(sqlite);
        query.cond_where(self.order.side(self.stored.table, values, side));
        self.build(&query, Some(Limit(1)), vec![CellKind::BigInt], sqlite)
    }

    /// How many rows, up to a bound.
    pub(super) fn total(&self, sqlite: bool) -> Result<Statement> {
        let mut query = self.counted(sqlite);
        query.limit(TOTAL_MAX.unsigned_abs());
        let mut count = Query::select();
        count.expr(Func::count(Expr::val(1_i64))).from_subquery(query, Alias::new("counted"));
        self.build(&count, None, vec![CellKind::BigInt], sqlite)
    }

    fn counted(&self, sqlite: bool) -> SelectStatement {
        let mut query = Query::select();
        query
            .expr_as(Expr::val(1_i64), Alias::new("there"))
            .from(Alias::new(self.stored.table))
            .cond_where(self.within(sqlite));
        query
    }
}

struct Limit(u64);

fn build(
    query: &SelectStatement,
    limit: Option<Limit>,
    sqlite: bool,
    run: impl FnOnce(String, usize) -> StoreQuery,
) -> Result<Statement> {
    let (mut sql, values) = if sqlite { query.build(SqliteQueryBuilder) } else { query.build(PostgresQueryBuilder) };
    if let Some(Limit(rows)) = limit {
        sql.push_str(&format!(" LIMIT {rows}"));
    }
    let holes = values.0.into_iter().map(hole).collect::<Result<Vec<_>>>()?;
    Ok(Statement { query: Arc::new(run(sql, holes.len())), holes })
}

fn hole(value: Value) -> Result<Hole> {
    Ok(match value {
        Value::String(Some(text)) => text_hole(text.as_str()),
        Value::BigInt(Some(number)) => Hole::Param(Param::Int(number)),
        Value::BigUnsigned(Some(number)) => Hole::Param(Param::Int(i64::try_from(number).map_err(Error::internal)?)),
        Value::Int(Some(number)) => Hole::Param(Param::Int(number.into())),
        Value::Bool(Some(truth)) => Hole::Param(Param::Bool(truth)),
        Value::Uuid(Some(id)) if id == USER_SYMBOL => Hole::User,
        Value::Uuid(Some(id)) => Hole::Param(Param::Uuid(id)),
        other => return Err(Error::internal(format!("a value that no statement takes: {other:?}"))),
    })
}

fn text_hole(text: &str) -> Hole {
    match text.strip_suffix(':') {
        Some(root) if is_place(root) => Hole::PlaceEnd,
        _ if is_place(text) => Hole::Place,
        _ if text == KEY_SYMBOL => Hole::Param(Param::Key),
        _ => Hole::Param(Param::Text(text.into())),
    }
}

fn is_place(text: &str) -> bool {
    !text.is_empty() && text.trim_start_matches(PLACE_SYMBOL).is_empty()
}
