//! A migrated database with one valid row of everything, and attempts on it that leave no trace.

use super::rows;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement, TransactionTrait,
};
use std::collections::BTreeMap;
use tests::support::{Backend, Url, fresh_database};
use uuid::Uuid;

/// A database to try things on.
pub struct Store {
    pub db: DatabaseConnection,
    pub backend: Backend,
    _url: Url,
}

impl Store {
    /// Migrated, without a row.
    pub async fn empty(backend: Backend) -> Self {
        let url = fresh_database(backend).await;
        let mut options = ConnectOptions::new(url.as_str());
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.expect("the new database");
        migration::run(&db).await.expect("the timeline");
        Self::around(db, backend, url)
    }

    /// Around a database that is migrated and filled already.
    pub fn around(db: DatabaseConnection, backend: Backend, url: Url) -> Self {
        Self { db, backend, _url: url }
    }

    /// Migrated, with one valid row of every table at least.
    pub async fn filled(backend: Backend) -> Self {
        let store = Self::empty(backend).await;
        rows::fill(&store.db).await;
        store
    }

    /// Runs statements in a transaction and undoes it; answers why one was refused.
    pub async fn attempt(&self, statements: &[String]) -> Result<(), String> {
        let transaction = self.db.begin().await.expect("a transaction");
        let mut outcome = Ok(());
        for sql in statements {
            if let Err(error) = transaction.execute_unprepared(sql).await {
                outcome = Err(error.to_string());
                break;
            }
        }
        transaction.rollback().await.expect("the rollback");
        outcome
    }

    /// Rows of a query.
    pub async fn query(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        self.db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// A UUID as a literal.
    pub fn uuid(&self, id: Uuid) -> String {
        match self.backend {
            Backend::Sqlite => format!("X'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'::uuid"),
        }
    }

    /// A text of this many characters as an expression.
    pub fn long_text(&self, chars: usize) -> String {
        match self.backend {
            Backend::Sqlite => format!("substr(replace(hex(zeroblob({})), '0', 'x'), 1, {chars})", chars / 2 + 1),
            Backend::Postgres => format!("repeat('x', {chars})"),
        }
    }

    /// The statement that copies the table's first row with some columns changed.
    pub async fn copy(&self, table: &str, changes: &[(&str, &str)]) -> String {
        self.copy_of(&first_row(table), table, changes).await
    }

    /// The statement that copies the rows that fit with some columns changed.
    pub async fn copy_of(&self, which: &str, table: &str, changes: &[(&str, &str)]) -> String {
        let mut values = BTreeMap::new();
        for (column, value) in rows::afresh(table) {
            values.insert(*column, self.spell(value));
        }
        for (column, value) in changes {
            values.insert(*column, self.spell(value));
        }
        let columns = super::schema::columns(self, table).await;
        for changed in values.keys() {
            assert!(columns.iter().any(|column| column.name == *changed), "{table} has no column {changed}");
        }
        let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let picked: Vec<String> = columns
            .iter()
            .map(|column| values.get(column.name.as_str()).cloned().unwrap_or(format!("\"{}\"", column.name)))
            .collect();
        let which = self.spell(which);
        format!(
            "INSERT INTO \"{table}\" ({}) SELECT {} FROM \"{table}\" WHERE {which}",
            names.join(", "),
            picked.join(", ")
        )
    }

    /// Writes `#7` as the key number seven, `#new` as a new key.
    pub fn spell(&self, sql: &str) -> String {
        let mut words = sql.split('#');
        let mut done = words.next().unwrap_or_default().to_owned();
        for word in words {
            let end = word.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(word.len());
            let (name, rest) = word.split_at(end);
            let id = if name == "new" { Uuid::now_v7() } else { rows::key(name.parse().expect("a number")) };
            done.push_str(&self.uuid(id));
            done.push_str(rest);
        }
        done
    }
}

/// The condition that finds the first row put into a table.
fn first_row(table: &str) -> String {
    let key = match table {
        "jurisdiction" => "code",
        "work_calendar" => "day",
        "audit_head" => "chain",
        "outbox_head" => "name",
        "setting" => "key",
        "audit_person" => "event_id",
        "audit_volume" => "number",
        _ => "id",
    };
    format!("\"{key}\" = (SELECT \"{key}\" FROM \"{table}\" ORDER BY \"{key}\" LIMIT 1)")
}
