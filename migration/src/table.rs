//! One way to describe a table for both databases: columns with their checks, keys and indexes.

use crate::{form, guard};
use sea_orm_migration::{
    SchemaManager, SchemaManagerConnection,
    sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement},
    sea_query::{
        Alias, Check, ColumnDef, ConditionalStatement, Expr, ForeignKey, Index, IndexCreateStatement, Table,
        TableCreateStatement,
    },
};

/// Longest name or code, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest reason or description, in characters.
const TEXT_CHARS_MAX: usize = 4_000;
/// Longest JSON text, in characters.
const JSON_CHARS_MAX: usize = 1_000_000;

/// A table being described.
pub struct TableDef {
    name: &'static str,
    columns: Vec<Column>,
    checks: Vec<(String, String)>,
    indexes: Vec<IndexCreateStatement>,
    keys: Vec<Vec<&'static str>>,
    /// Columns of a primary key of several.
    whole: &'static [&'static str],
    guard: Guard,
}

/// What triggers refuse on every row.
enum Guard {
    None,
    NeverDeleted,
    AppendOnly,
}

struct Column {
    name: &'static str,
    kind: Kind,
    nullable: bool,
    primary: bool,
    target: Option<Target>,
}

/// Where a foreign key points; a later table is tied by `tie` once it exists.
struct Target {
    table: &'static str,
    column: &'static str,
    later: bool,
}

enum Kind {
    Uuid,
    PlaceCode,
    Name,
    NameOrEmpty,
    Text,
    Json,
    Sha256,
    Choice(&'static [&'static str]),
    Day,
    Month,
    Int,
    Long,
    Flag,
    Bytes,
}

/// Starts a table.
pub fn table(name: &'static str) -> TableDef {
    TableDef {
        name,
        columns: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        keys: Vec::new(),
        whole: &[],
        guard: Guard::None,
    }
}

impl TableDef {
    fn column(mut self, name: &'static str, kind: Kind) -> Self {
        self.columns.push(Column { name, kind, nullable: false, primary: false, target: None });
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Column)) -> Self {
        if let Some(column) = self.columns.last_mut() {
            change(column);
        }
        self
    }

    /// The column just named may be empty.
    pub fn null(self) -> Self {
        self.last(|column| column.nullable = true)
    }

    /// The column just named is the primary key.
    pub fn primary(self) -> Self {
        let mut table = self.last(|column| column.primary = true);
        table.keys.extend(table.columns.last().map(|column| vec![column.name]));
        table
    }

    /// `id`, a UUID.
    pub fn id(self) -> Self {
        self.column("id", Kind::Uuid).primary()
    }

    /// A UUID that refers to nothing the database knows.
    pub fn uuid(self, name: &'static str) -> Self {
        self.column(name, Kind::Uuid)
    }

    /// A key of another table.
    pub fn key(self, name: &'static str, table: &'static str) -> Self {
        self.column(name, Kind::Uuid).to(table, "id", false)
    }

    /// A key of a table that a later migration makes; that one calls `tie`.
    pub fn later_key(self, name: &'static str, table: &'static str) -> Self {
        self.column(name, Kind::Uuid).to(table, "id", true)
    }

    fn to(self, table: &'static str, column: &'static str, later: bool) -> Self {
        self.last(|last| last.target = Some(Target { table, column, later }))
    }

    /// A code of the table `jurisdiction`.
    pub fn place(self, name: &'static str) -> Self {
        self.column(name, Kind::Name).to("jurisdiction", "code", false)
    }

    /// The code of a place itself: 6, 9 or 12 digits.
    pub fn place_code(self, name: &'static str) -> Self {
        self.column(name, Kind::PlaceCode)
    }

    /// A name or a code: 1 to 200 characters.
    pub fn name(self, name: &'static str) -> Self {
        self.column(name, Kind::Name)
    }

    /// A name or a code that may be the empty text.
    pub fn name_or_empty(self, name: &'static str) -> Self {
        self.column(name, Kind::NameOrEmpty)
    }

    /// A reason or description: up to 4,000 characters.
    pub fn text(self, name: &'static str) -> Self {
        self.column(name, Kind::Text)
    }

    /// JSON kept as text, since it is hashed: up to a million characters.
    pub fn json(self, name: &'static str) -> Self {
        self.column(name, Kind::Json)
    }

    /// A SHA-256 in hex.
    pub fn sha256(self, name: &'static str) -> Self {
        self.column(name, Kind::Sha256)
    }

    /// One of a closed list.
    pub fn choice(self, name: &'static str, values: &'static [&'static str]) -> Self {
        self.column(name, Kind::Choice(values))
    }

    /// A local date, ISO text.
    pub fn day(self, name: &'static str) -> Self {
        self.column(name, Kind::Day)
    }

    /// A month, `2018-11`.
    pub fn month(self, name: &'static str) -> Self {
        self.column(name, Kind::Month)
    }

    /// An instant, UTC microseconds.
    pub fn at(self, name: &'static str) -> Self {
        self.column(name, Kind::Long)
    }

    /// Integer fen.
    pub fn fen(self, name: &'static str) -> Self {
        self.column(name, Kind::Long)
    }

    /// A 32-bit integer.
    pub fn int(self, name: &'static str) -> Self {
        self.column(name, Kind::Int)
    }

    /// A 64-bit integer.
    pub fn long(self, name: &'static str) -> Self {
        self.column(name, Kind::Long)
    }

    /// A count, never negative.
    pub fn count(self, name: &'static str) -> Self {
        let check = format!("\"{name}\" >= 0");
        self.column(name, Kind::Int).check(name, &check)
    }

    /// True or false.
    pub fn flag(self, name: &'static str) -> Self {
        self.column(name, Kind::Flag)
    }

    /// Sealed bytes.
    pub fn bytes(self, name: &'static str) -> Self {
        self.column(name, Kind::Bytes)
    }

    /// `version`, from 1.
    pub fn version(self) -> Self {
        self.column("version", Kind::Long).check("version", "\"version\" >= 1")
    }

    /// `programme`, a programme code.
    pub fn programme(self) -> Self {
        self.name("programme")
    }

    /// Rows of this table are never changed and never deleted.
    pub fn append_only(mut self) -> Self {
        self.guard = Guard::AppendOnly;
        self
    }

    /// Rows of this table are never deleted.
    pub fn never_deleted(mut self) -> Self {
        self.guard = Guard::NeverDeleted;
        self
    }

    /// All columns together are the primary key, and on SQLite the rows are kept by it alone.
    ///
    /// To replace such a row is to put the same one in its place: no trigger need refuse it.
    pub fn whole_key(mut self, columns: &'static [&'static str]) -> Self {
        self.whole = columns;
        self
    }

    /// A rule over one row, named `ck_<table>_<noun>`.
    pub fn check(mut self, noun: &str, rule: &str) -> Self {
        self.checks.push((format!("ck_{}_{noun}", self.name), rule.to_owned()));
        self
    }

    /// The second column is empty or not before the first.
    pub fn in_order(self, from: &'static str, to: &'static str) -> Self {
        self.check("order", &format!("\"{to}\" IS NULL OR \"{from}\" <= \"{to}\""))
    }

    /// No two rows alike in these columns.
    pub fn unique(self, columns: &[&'static str]) -> Self {
        self.add_index("uq", columns, None)
    }

    /// No two rows of those for which the rule holds alike in these columns.
    pub fn unique_where(self, columns: &[&'static str], rule: &str) -> Self {
        self.add_index("uq", columns, Some(rule))
    }

    /// An index in this order.
    pub fn index(self, columns: &[&'static str]) -> Self {
        self.add_index("ix", columns, None)
    }

    /// An index of the rows for which the rule holds.
    pub fn index_where(self, columns: &[&'static str], rule: &str) -> Self {
        self.add_index("ix", columns, Some(rule))
    }

    fn add_index(mut self, prefix: &str, columns: &[&'static str], rule: Option<&str>) -> Self {
        let mut index = Index::create();
        index.name(format!("{prefix}_{}_{}", self.name, columns.join("_"))).table(Alias::new(self.name));
        for column in columns {
            index.col(Alias::new(*column));
        }
        if prefix == "uq" {
            index.unique();
            self.keys.push(columns.to_vec());
        }
        if let Some(rule) = rule {
            index.cond_where(Expr::cust(rule.to_owned()));
        }
        self.indexes.push(index.take());
        self
    }

    /// Makes the table, its indexes and the triggers that guard it.
    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.statement(manager.get_database_backend())).await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        match self.guard {
            Guard::None => Ok(()),
            Guard::NeverDeleted => guard::never_deleted(manager, self.name, &self.keys).await,
            Guard::AppendOnly => guard::append_only(manager, self.name, &self.keys).await,
        }
    }

    fn statement(&self, backend: DbBackend) -> TableCreateStatement {
        let mut statement = Table::create();
        statement.table(Alias::new(self.name));
        for column in &self.columns {
            statement.col(column.definition(backend));
            if let Some(rule) = column.rule(backend) {
                let name = format!("ck_{}_{}_form", self.name, column.name);
                statement.check(Check::named(name, Expr::cust(format!("({rule})"))));
            }
            if let Some(target) = column.target.as_ref().filter(|target| !target.later || backend == DbBackend::Sqlite)
            {
                statement.foreign_key(
                    ForeignKey::create()
                        .name(format!("fk_{}_{}", self.name, column.name))
                        .from(Alias::new(self.name), Alias::new(column.name))
                        .to(Alias::new(target.table), Alias::new(target.column)),
                );
            }
        }
        for (name, rule) in &self.checks {
            statement.check(Check::named(name.clone(), Expr::cust(format!("({rule})"))));
        }
        if !self.whole.is_empty() {
            let mut key = Index::create();
            for column in self.whole {
                key.col(Alias::new(*column));
            }
            statement.primary_key(&mut key);
        }
        if backend == DbBackend::Sqlite {
            // Without it SQLite keeps a fraction in an integer column, and text in any.
            statement.extra(if self.whole.is_empty() { "STRICT" } else { "STRICT, WITHOUT ROWID" });
        }
        statement.take()
    }
}

impl Column {
    fn definition(&self, backend: DbBackend) -> ColumnDef {
        let mut definition = ColumnDef::new(Alias::new(self.name));
        definition.custom(Alias::new(self.kind.sql(backend)));
        if !self.nullable {
            definition.not_null();
        }
        if self.primary {
            definition.primary_key();
        }
        if backend == DbBackend::Postgres && self.kind.is_text() {
            // Byte order, as SQLite has it: locale order breaks ranges.
            definition.extra("COLLATE \"C\"");
        }
        definition.take()
    }

    fn rule(&self, backend: DbBackend) -> Option<String> {
        let column = format!("\"{}\"", self.name);
        let chars = |least: usize, most: usize| Some(format!("length({column}) BETWEEN {least} AND {most}"));
        match &self.kind {
            Kind::PlaceCode => Some(form::place(&column, backend)),
            Kind::Name => chars(1, NAME_CHARS_MAX),
            Kind::NameOrEmpty => chars(0, NAME_CHARS_MAX),
            Kind::Text => chars(0, TEXT_CHARS_MAX),
            Kind::Json => chars(1, JSON_CHARS_MAX),
            Kind::Sha256 => Some(format!("length({column}) = 64")),
            Kind::Choice(values) => Some(format!("{column} IN ('{}')", values.join("', '"))),
            Kind::Day => Some(form::day(&column, backend)),
            Kind::Month => Some(form::month(&column, backend)),
            Kind::Flag if backend == DbBackend::Sqlite => Some(format!("{column} IN (0, 1)")),
            Kind::Uuid if backend == DbBackend::Sqlite => Some(format!("length({column}) = 16")),
            Kind::Uuid | Kind::Int | Kind::Long | Kind::Flag | Kind::Bytes => None,
        }
    }
}

impl Kind {
    fn is_text(&self) -> bool {
        self.sql(DbBackend::Postgres) == "text"
    }

    fn sql(&self, backend: DbBackend) -> &'static str {
        let (sqlite, postgres) = match self {
            Self::Uuid => ("BLOB", "uuid"),
            Self::Int => ("INTEGER", "integer"),
            Self::Long => ("INTEGER", "bigint"),
            Self::Flag => ("INTEGER", "boolean"),
            Self::Bytes => ("BLOB", "bytea"),
            _ => ("TEXT", "text"),
        };
        if backend == DbBackend::Sqlite { sqlite } else { postgres }
    }
}

/// Ties a `later_key` to its table, which exists now; SQLite has tied it by name already.
pub async fn tie(manager: &SchemaManager<'_>, table: &str, column: &str, target: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let key = ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(Alias::new(table), Alias::new(column))
        .to(Alias::new(target), Alias::new("id"))
        .take();
    manager.create_foreign_key(key).await
}

/// Lets a choice of an existing table take one value more, listed before another.
///
/// SQLite cannot change a check, and making the table anew would cost every trigger and key that names it; a wider check
/// leaves each stored row valid, so its text is changed in place, the way SQLite's documentation sets out for this.
pub async fn also(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    before: &str,
    value: &str,
) -> Result<(), DbErr> {
    let name = format!("ck_{table}_{column}_form");
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Sqlite {
        return widen(connection, table, column, before, value).await;
    }
    let sql = format!("SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conname = '{name}'");
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let rule: String = row.ok_or_else(|| DbErr::Custom(format!("there is no check {name}")))?.try_get("", "rule")?;
    let wider = rule.replacen(&format!("'{before}'::text"), &format!("'{value}'::text, '{before}'::text"), 1);
    if wider == rule {
        return Err(DbErr::Custom(format!("the check {name} does not list {before}: {rule}")));
    }
    let sql = format!("ALTER TABLE \"{table}\" DROP CONSTRAINT \"{name}\", ADD CONSTRAINT \"{name}\" {wider}");
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

async fn widen(
    connection: &SchemaManagerConnection<'_>,
    table: &str,
    column: &str,
    before: &str,
    value: &str,
) -> Result<(), DbErr> {
    let number = |sql: &str| Statement::from_string(DbBackend::Sqlite, sql);
    let sql = format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'");
    let row = connection.query_one_raw(number(&sql)).await?;
    let old: String = row.ok_or_else(|| DbErr::Custom(format!("there is no table {table}")))?.try_get("", "sql")?;
    let start = format!("(\"{column}\" IN ('");
    let at = old.find(&start).ok_or_else(|| DbErr::Custom(format!("{table}.{column} is no choice: {old}")))?;
    let (head, tail) = old.split_at(at);
    let wider = tail.replacen(&format!("'{before}'"), &format!("'{value}', '{before}'"), 1);
    if wider == tail {
        return Err(DbErr::Custom(format!("{table}.{column} does not list {before}: {tail}")));
    }
    let version = connection.query_one_raw(number("PRAGMA schema_version")).await?;
    let version: i32 = version.ok_or_else(|| DbErr::Custom("no schema version".to_owned()))?.try_get_by_index(0)?;
    let text = format!("{head}{wider}").replace('\'', "''");
    connection.execute_unprepared("PRAGMA writable_schema = ON").await?;
    connection
        .execute_unprepared(&format!(
            "UPDATE sqlite_master SET sql = '{text}' WHERE type = 'table' AND name = '{table}'"
        ))
        .await?;
    connection.execute_unprepared(&format!("PRAGMA schema_version = {}", version + 1)).await?;
    connection.execute_unprepared("PRAGMA writable_schema = OFF").await?;
    Ok(())
}
