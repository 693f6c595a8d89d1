//! Statements: text in the database's dialect, and holes for what a request brings.

use super::shape::{From, Level, ListOf, Plan};
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
        Alias, CaseStatement, Expr, ExprTrait, Func, JoinType, Order as SqlOrder, PostgresQueryBuilder, Query,
        QueryBuilder, SelectStatement, SqlWriter, SqlWriterValues, SqliteQueryBuilder, Value,
    },
};
use std::{
    fmt::{self, Write},
    sync::Arc,
};

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
    /// A value of the cursor that a window begins after.
    After(usize),
    /// One of the cursor that it ends before.
    Before(usize),
}

/// What statements of windows differ by, but for the values of their cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    count: u64,
    backward: bool,
    after: bool,
    before: bool,
}

impl Look {
    pub(super) fn of(window: &Window) -> Self {
        let (after, before) = (window.after.is_some(), window.before.is_some());
        Self { count: window.count, backward: window.backward, after, before }
    }
}

/// The values of a window's cursors.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    after: Vec<Param>,
    before: Vec<Param>,
}

impl Cursors {
    pub(super) fn of(window: &Window) -> Result<Self> {
        let params = |values: &Option<Vec<Value>>| values.iter().flatten().cloned().map(param).collect::<Result<_>>();
        Ok(Self { after: params(&window.after)?, before: params(&window.before)? })
    }
}

/// What fills the holes.
pub(super) struct Asker {
    pub(super) place: Arc<str>,
    pub(super) place_end: Arc<str>,
    pub(super) user: uuid::Uuid,
}

impl Statement {
    pub(super) fn ask(&self, (asker, cursors): (&Asker, &Cursors), keys: Option<Keys>) -> Ask {
        // A window of this look has them all.
        let value = |values: &[Param], at: usize| values.get(at).cloned().unwrap_or(Param::Bool(false));
        let fill = |hole: &Hole| match hole {
            Hole::After(at) => value(&cursors.after, *at),
            Hole::Before(at) => value(&cursors.before, *at),
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

    /// The rows of a window of the level at a place, each with the rows of other levels that come beside it.
    pub(super) fn rows(
        &self,
        (plan, at): (&Plan, usize),
        asking: &Asking<'_>,
        look: Look,
        sqlite: bool,
    ) -> Result<Statement> {
        let level = &plan.levels[at];
        // Of a key's one row nothing has to be cut off.
        let at_once = self.remote.filter(|_| sqlite && matches!(level.list, ListOf::One(_)));
        let mut query = self.window(level, asking, look, (sqlite, at_once));
        let mut kinds = level.kinds();
        if plan.beside(at).next().is_some() {
            query = joined((plan, at), query, asking, (sqlite, at_once.is_some()));
            kinds.extend(plan.beside(at).flat_map(|(_, below)| below.kinds()));
        }
        if at_once.is_some() {
            return build(&query, sqlite, |sql, _| StoreQuery::for_all_keys(sql, kinds));
        }
        self.build(&query, kinds, sqlite)
    }

    fn window(
        &self,
        level: &Level,
        asking: &Asking<'_>,
        look: Look,
        (sqlite, at_once): (bool, Option<&'static str>),
    ) -> SelectStatement {
        let table = self.stored.table;
        let mut query = match at_once {
            Some(remote) => StoreQuery::begin_at_keys(Expr::val(KEY_SYMBOL), table, remote),
            None => Query::select(),
        };
        select(&mut query, level, table);
        flags(&mut query, level, asking);
        match at_once {
            Some(_) => query.cond_where(self.base.clone()),
            None => query.from(Alias::new(table)).cond_where(self.within(sqlite)),
        };
        for (wanted, side) in [(look.after, Side::After), (look.before, Side::Before)] {
            if wanted {
                query.cond_where(self.order.side(table, &self.symbols(side), side));
            }
        }
        for column in &self.order.columns {
            let ascending = (column.direction == Direction::Asc) != look.backward;
            query.order_by_expr(column.expr(table), if ascending { SqlOrder::Asc } else { SqlOrder::Desc });
        }
        if at_once.is_none() {
            query.limit(look.count + 1);
        }
        query
    }

    /// What stands for the values of a cursor: kinds of numbers that no column holds.
    fn symbols(&self, side: Side) -> Vec<Value> {
        let symbol = |at: u8| match side {
            Side::After => Value::TinyUnsigned(Some(at)),
            _ => Value::SmallUnsigned(Some(at.into())),
        };
        (0..).map(symbol).take(self.order.columns.len()).collect()
    }

    /// A statement that runs once, or for each key where there are keys.
    fn build(&self, query: &SelectStatement, kinds: Vec<CellKind>, sqlite: bool) -> Result<Statement> {
        build(query, sqlite, |sql, values| match self.remote {
            Some(_) => StoreQuery::for_each_key(sql, kinds, values, sqlite),
            None => StoreQuery::once(sql, kinds),
        })
    }

    /// Whether there are rows on one side of a cursor.
    pub(super) fn beyond(&self, values: &[Value], side: Side, sqlite: bool) -> Result<Statement> {
        let mut query = self.counted(sqlite);
        query.cond_where(self.order.side(self.stored.table, values, side)).limit(1);
        self.build(&query, vec![CellKind::BigInt], sqlite)
    }

    /// How many rows, up to a bound.
    pub(super) fn total(&self, sqlite: bool) -> Result<Statement> {
        let mut query = self.counted(sqlite);
        query.limit(TOTAL_MAX.unsigned_abs());
        let mut count = Query::select();
        count.expr(Func::count(Expr::val(1_i64))).from_subquery(query, Alias::new("counted"));
        self.build(&count, vec![CellKind::BigInt], sqlite)
    }

    fn counted(&self, sqlite: bool) -> SelectStatement {
        let mut query = Query::select();
        query
            .expr_as(Expr::val(1_i64), Alias::new(THERE))
            .from(Alias::new(self.stored.table))
            .cond_where(self.within(sqlite));
        query
    }
}

/// What a level's own rows are called where others come beside them.
const PAGE: &str = "page";

/// Selects the columns of a level; of one without any, that its row is there.
fn select(query: &mut SelectStatement, level: &Level, table: &'static str) {
    for (column, _) in &level.columns {
        query.column((Alias::new(table), Alias::new(*column)));
    }
    if level.columns.is_empty() && level.guards.is_empty() {
        query.expr_as(Expr::val(1_i64), Alias::new(THERE));
    }
}

const THERE: &str = "there";

/// Selects whether the rows of a level lie in the scopes of its guards.
fn flags(query: &mut SelectStatement, level: &Level, asking: &Asking<'_>) {
    for (at, guard) in level.guards.iter().enumerate() {
        let condition = entity::scope::condition(&level.stored.scope, level.stored.table, &asking.scope(guard));
        let flag = CaseStatement::new().case(condition, Expr::val(1_i64)).finally(Expr::val(0_i64));
        query.expr_as(flag, Alias::new(flag_name(at)));
    }
}

/// Rows with those that hang on each of them, one at most of every level beside.
///
/// What these may be is asked of their own table alone. PostgreSQL looks each of them up by its key, whatever it knows of
/// how many there are: a limit keeps it from joining whole tables.
fn joined(
    (plan, at): (&Plan, usize),
    page: SelectStatement,
    asking: &Asking<'_>,
    (sqlite, by_place): (bool, bool),
) -> SelectStatement {
    let mut query = Query::select();
    if by_place {
        query.column((Alias::new(PAGE), Alias::new(StoreQuery::PLACE)));
    }
    again(&mut query, &plan.levels[at], PAGE);
    query.from_subquery(page, Alias::new(PAGE));
    for (_, below) in plan.beside(at) {
        let (From::Edge { parent, local, .. }, ListOf::One(listed)) = (below.from, &below.list) else { continue };
        let (table, above) = (below.stored.table, &plan.levels[parent]);
        let name = if parent == at { PAGE } else { above.stored.table };
        let held = Expr::col((Alias::new(name), Alias::new(above.columns[local].0)));
        let own = Expr::col((Alias::new(table), Alias::new(below.stored.0.key))).eq(held);
        let condition = Condition::all().add(own).add(listed.base.clone());
        if sqlite {
            select(&mut query, below, table);
            flags(&mut query, below, asking);
            query.join(JoinType::LeftJoin, Alias::new(table), condition);
        } else {
            let mut row = Query::select();
            select(&mut row, below, table);
            flags(&mut row, below, asking);
            row.from(Alias::new(table)).cond_where(condition).limit(1);
            again(&mut query, below, table);
            query.join_lateral(JoinType::LeftJoin, row, Alias::new(table), Expr::cust("TRUE"));
        }
    }
    query
}

/// Selects what a statement within selected of a level.
fn again(query: &mut SelectStatement, level: &Level, name: &'static str) {
    let flags = (0..level.guards.len()).map(flag_name);
    let columns = level.columns.iter().map(|(column, _)| (*column).to_owned()).chain(flags);
    let mut names: Vec<_> = columns.collect();
    if names.is_empty() {
        names.push(THERE.to_owned());
    }
    for column in names {
        query.column((Alias::new(name), Alias::new(column)));
    }
}

/// Text with its values, but for the numbers of rows, which are the only ones that are unsigned: a plan for any limit is a
/// plan for many rows.
struct Text(SqlWriterValues);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl SqlWriter for Text {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, query_builder: &T) {
        match value {
            // Writing to text does not fail.
            Value::BigUnsigned(Some(rows)) => write!(self, "{rows}").unwrap_or_default(),
            value => self.0.push_param(value, query_builder),
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}

fn build(query: &SelectStatement, sqlite: bool, run: impl FnOnce(String, usize) -> StoreQuery) -> Result<Statement> {
    let (sql, values) = if sqlite { written(query, SqliteQueryBuilder) } else { written(query, PostgresQueryBuilder) };
    let holes = values.into_iter().map(hole).collect::<Result<Vec<_>>>()?;
    Ok(Statement { query: Arc::new(run(sql, holes.len())), holes })
}

fn written(query: &SelectStatement, builder: impl QueryBuilder) -> (String, Vec<Value>) {
    let (placeholder, numbered) = builder.placeholder();
    let mut text = Text(SqlWriterValues::new(placeholder, numbered));
    query.build_collect_into(builder, &mut text);
    let (sql, values) = text.0.into_parts();
    (sql, values.0)
}

fn hole(value: Value) -> Result<Hole> {
    Ok(match value {
        Value::String(Some(text)) => text_hole(text.as_str()),
        Value::Uuid(Some(id)) if id == USER_SYMBOL => Hole::User,
        Value::TinyUnsigned(Some(at)) => Hole::After(at.into()),
        Value::SmallUnsigned(Some(at)) => Hole::Before(at.into()),
        value => Hole::Param(param(value)?),
    })
}

fn param(value: Value) -> Result<Param> {
    Ok(match value {
        Value::String(Some(text)) => Param::Text(text.into()),
        Value::BigInt(Some(number)) => Param::Int(number),
        Value::Int(Some(number)) => Param::Int(number.into()),
        Value::Bool(Some(truth)) => Param::Bool(truth),
        Value::Uuid(Some(id)) => Param::Uuid(id),
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
