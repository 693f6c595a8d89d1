//! What hangs on a row, in the order it is listed in: one look-up for each parent, and no sort for any of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, the column that names the parent, and the order behind it.
const CHILDREN: &[(&str, &str, &[&str])] = &[
    ("household_member", "household_id", &["relation", "id"]),
    ("household_member", "person_id", &["id"]),
    ("application", "household_id", &["received_on", "id"]),
    ("verification", "application_id", &["id"]),
    ("ledger_entry", "application_id", &["posted_on", "id"]),
    ("ledger_entry", "payee_id", &["posted_on", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, parent, order) in CHILDREN {
            let unordered = format!("DROP INDEX ix_{table}_{parent}");
            manager.get_connection().execute_unprepared(&unordered).await?;
            let mut ordered = Index::create();
            ordered.name(format!("ix_{table}_{parent}_{}", order.join("_"))).table(Alias::new(*table));
            for column in std::iter::once(parent).chain(*order) {
                ordered.col(Alias::new(*column));
            }
            manager.create_index(ordered.take()).await?;
        }
        Ok(())
    }
}
