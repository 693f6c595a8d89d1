//! What may be granted once only: the index refuses a second grant, whichever level or case it comes from.

use crate::table::table;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table("once_claim")
            .id()
            .key("decision_id", "decision")
            .key("application_id", "application")
            .key("person_id", "person")
            .name("matter")
            .name("period")
            .day("granted_on")
            .place("jurisdiction")
            .programme()
            .unique(&["programme", "person_id", "matter", "period"])
            .index(&["decision_id"])
            .append_only()
            .create(manager)
            .await
    }
}
