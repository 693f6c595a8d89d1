//! Postings of one town, or of one district, in the orders they are listed in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A range of places cannot carry an order behind it; without these a page sorts all that a town ever paid.
        for (place, digits) in [("town", 9), ("district", 6)] {
            for (order, columns) in [("posted", "\"posted_on\", \"id\""), ("age", "\"id\"")] {
                let sql = format!(
                    "CREATE INDEX ix_ledger_entry_{place}_{order} ON \"ledger_entry\" \
                     ((substr(\"jurisdiction\", 1, {digits})), {columns})"
                );
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }
}
