//! The audit chains, the keys of repeated calls, and events on their way out.

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
        audit_event(manager).await?;
        audit_head(manager).await?;
        idempotency_key(manager).await?;
        outbox(manager).await?;
        Ok(())
    }
}

async fn audit_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("audit_event")
        .id()
        .name("chain")
        .long("seq")
        .count("format")
        .at("at")
        .at("wall_at")
        .key("actor_id", "user_account")
        .null()
        .key("assignment_id", "assignment")
        .null()
        .name("action")
        .choice("outcome", &["DONE", "REFUSED"])
        .name("code")
        .null()
        .name("subject_type")
        .null()
        .name("subject_id")
        .null()
        .key("application_id", "application")
        .null()
        .name_or_empty("jurisdiction")
        .json("body")
        .sha256("previous_hash")
        .sha256("hash")
        .check("first", "seq >= 1")
        .check("code", "(outcome = 'REFUSED') = (code IS NOT NULL)")
        .unique(&["chain", "seq"])
        .index(&["jurisdiction", "id"])
        .index(&["application_id"])
        .index(&["seq", "id"])
        .index(&["at", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn audit_head(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("audit_head")
        .name("chain")
        .primary()
        .long("seq")
        .sha256("hash")
        .check("seq", "seq >= 0")
        .create(manager)
        .await
}

async fn idempotency_key(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("idempotency_key")
        .id()
        .key("assignment_id", "assignment")
        .name("mutation")
        .name("key")
        .name("input_hash")
        .uuid("entity_id")
        .null()
        .long("entity_version")
        .null()
        .at("created_at")
        .check("answer", "(entity_id IS NULL) = (entity_version IS NULL)")
        .unique(&["assignment_id", "mutation", "key"])
        .create(manager)
        .await
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("outbox")
        .id()
        .name("topic")
        .name("kind")
        .key("application_id", "application")
        .null()
        .name_or_empty("jurisdiction")
        .name("programme")
        .null()
        .at("at")
        .at("delivered_at")
        .null()
        .index_where(&["id"], "delivered_at IS NULL")
        .index(&["application_id"])
        .create(manager)
        .await
}
