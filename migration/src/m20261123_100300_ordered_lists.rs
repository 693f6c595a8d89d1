//! Lists of a town's or a district's cases and of what comes of them, in the orders they are listed in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables listed within one place, and the order behind it.
const LISTED: &[(&str, &str, &str)] = &[
    ("application", "received", "\"received_on\", \"id\""),
    ("application", "number", "\"number\", \"id\""),
    ("application", "age", "\"id\""),
    ("benefit", "start", "\"start_month\", \"id\""),
    ("benefit", "place", "\"jurisdiction\", \"id\""),
    ("benefit", "age", "\"id\""),
    ("decision", "decided", "\"decided_on\", \"id\""),
    ("decision", "age", "\"id\""),
    ("verification", "due", "\"due_on\", \"id\""),
    ("verification", "age", "\"id\""),
];
/// The same for a village, for whoever sees every place, and for who looks for one person.
const BESIDE: &[(&str, &str)] = &[
    ("ix_application_jurisdiction_number_id", "\"application\" (\"jurisdiction\", \"number\", \"id\")"),
    ("ix_decision_jurisdiction_id", "\"decision\" (\"jurisdiction\", \"id\")"),
    ("ix_application_received_on_id", "\"application\" (\"received_on\", \"id\")"),
    ("ix_notice_posted_on_id", "\"notice\" (\"posted_on\", \"id\")"),
    ("ix_once_claim_person_id", "\"once_claim\" (\"person_id\")"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for (table, order, columns) in LISTED {
            for (place, digits) in [("town", 9), ("district", 6)] {
                let sql = format!(
                    "CREATE INDEX ix_{table}_{place}_{order} ON \"{table}\" ((substr(\"jurisdiction\", 1, {digits})), {columns})"
                );
                connection.execute_unprepared(&sql).await?;
            }
        }
        for (name, columns) in BESIDE {
            connection.execute_unprepared(&format!("CREATE INDEX {name} ON {columns}")).await?;
        }
        Ok(())
    }
}
