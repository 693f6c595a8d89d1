//! Dated rule values, the work calendar, policies, and settings of the store itself.

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
        parameter(manager).await?;
        work_calendar(manager).await?;
        policy_version(manager).await?;
        policy_document(manager).await?;
        setting(manager).await?;
        Ok(())
    }
}

async fn parameter(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("parameter")
        .id()
        .name("set_name")
        .name("key")
        .name("value")
        .name_or_empty("value_unit")
        .day("from_on")
        .day("to_on")
        .null()
        .name_or_empty("source_doc")
        .choice("status", &["CONFIRMED", "DEFAULT", "MEMORY"])
        .in_order("from_on", "to_on")
        .unique(&["set_name", "key", "from_on"])
        .index(&["key", "from_on", "id"])
        .create(manager)
        .await
}

async fn work_calendar(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("work_calendar")
        .day("day")
        .primary()
        .choice("kind", &["HOLIDAY", "MAKEUP_WORKDAY"])
        .name("name_zh")
        .name_or_empty("source_doc")
        .create(manager)
        .await
}

async fn policy_version(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("policy_version")
        .id()
        .name("set_name")
        .name("version")
        .name("digest")
        .at("recorded_at")
        .unique(&["set_name", "version"])
        .append_only()
        .create(manager)
        .await
}

async fn policy_document(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("policy_document")
        .id()
        .name("doc_no")
        .name("title_zh")
        .name("issuer")
        .name("programme")
        .null()
        .day("from_on")
        .day("to_on")
        .null()
        .text("note")
        .null()
        .in_order("from_on", "to_on")
        .unique(&["doc_no"])
        .create(manager)
        .await
}

async fn setting(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("setting").name("key").primary().text("value").create(manager).await
}
