//! The timeline of the store: tables, constraints and triggers, the same on SQLite and PostgreSQL.
//!
//! **Invariant:** a migration that has been released is never edited; it names no entity, for entities move on.

mod form;
mod guard;
mod table;

mod m20261123_040100_place;
mod m20261123_040200_person;
mod m20261123_040300_household;
mod m20261123_040400_case;
mod m20261123_040500_verification;
mod m20261123_040600_decision;
mod m20261123_040700_ledger;
mod m20261123_040800_record;
mod m20261123_040900_reference;
mod m20261123_070100_transfer;
mod m20261123_070200_once_claim;
mod m20261123_070300_outbox;
mod m20261123_070400_client;
mod m20261123_070500_worklist;
mod m20261123_070600_audit_person;
mod m20261123_090100_reverification;
mod m20261123_090200_ledger_total;
mod m20261123_090300_ordered_postings;
mod m20261123_100100_whom;
mod m20261123_100200_ordered_children;
mod m20261123_100300_ordered_lists;
mod m20261124_100100_members;
mod m20261130_100100_volume;

use sea_orm_migration::{
    IntoSchemaManagerConnection, MigrationTrait, MigratorTrait, SchemaManager,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
        TransactionOptions, TransactionTrait,
    },
};
use std::collections::BTreeSet;

/// Why the store could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has seen migrations this program does not know: the program is older than its database.
    #[error("the database is newer than this program; unknown migrations: {}", .0.join(", "))]
    DatabaseIsNewer(Vec<String>),
    /// The database refused.
    #[error(transparent)]
    Database(#[from] DbErr),
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_040100_place::Migration),
            Box::new(m20261123_040200_person::Migration),
            Box::new(m20261123_040300_household::Migration),
            Box::new(m20261123_040400_case::Migration),
            Box::new(m20261123_040500_verification::Migration),
            Box::new(m20261123_040600_decision::Migration),
            Box::new(m20261123_040700_ledger::Migration),
            Box::new(m20261123_040800_record::Migration),
            Box::new(m20261123_040900_reference::Migration),
            Box::new(m20261123_070100_transfer::Migration),
            Box::new(m20261123_070200_once_claim::Migration),
            Box::new(m20261123_070300_outbox::Migration),
            Box::new(m20261123_070400_client::Migration),
            Box::new(m20261123_070500_worklist::Migration),
            Box::new(m20261123_070600_audit_person::Migration),
            Box::new(m20261123_090100_reverification::Migration),
            Box::new(m20261123_090200_ledger_total::Migration),
            Box::new(m20261123_090300_ordered_postings::Migration),
            Box::new(m20261123_100100_whom::Migration),
            Box::new(m20261123_100200_ordered_children::Migration),
            Box::new(m20261123_100300_ordered_lists::Migration),
            Box::new(m20261124_100100_members::Migration),
            Box::new(m20261130_100100_volume::Migration),
        ]
    }
}

/// Names of all migrations this program knows, oldest first.
pub fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Name of the newest migration this program knows.
pub fn newest() -> String {
    names().pop().unwrap_or_default()
}

/// Names of the migrations the database has not seen, oldest first; changes nothing.
///
/// Error: `DatabaseIsNewer`.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    pending_on(db).await
}

/// Brings the database up to date, all of it or nothing; answers the names of what was applied.
///
/// Error: `DatabaseIsNewer`, and then nothing was touched.
pub async fn run(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(options).await?;
    match up(&transaction).await {
        Ok(applied) => {
            transaction.commit().await?;
            Ok(applied)
        }
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}

async fn up(transaction: &DatabaseTransaction) -> Result<Vec<String>, Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Two gateways that start at once migrate one after the other; "onedoor" in ASCII as the lock's number.
        transaction.execute_unprepared("SELECT pg_advisory_xact_lock(31365104170659698)").await?;
    }
    let applied = pending_on(transaction).await?;
    Migrator::up(transaction, None).await?;
    Ok(applied)
}

async fn pending_on<'c, C>(db: &'c C) -> Result<Vec<String>, Error>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    let seen = seen(db).await?;
    let known = names();
    let unknown: Vec<String> = seen.iter().filter(|name| !known.contains(name)).cloned().collect();
    if unknown.is_empty() {
        Ok(known.into_iter().filter(|name| !seen.contains(name)).collect())
    } else {
        Err(Error::DatabaseIsNewer(unknown))
    }
}

async fn seen<'c, C>(db: &'c C) -> Result<BTreeSet<String>, DbErr>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    let table = Migrator::migration_table_name().to_string();
    if !SchemaManager::new(db).has_table(table).await? {
        return Ok(BTreeSet::new());
    }
    let rows = Migrator::get_migration_models(db).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}
