//! What an auditor asks of the record: whom an event was about, and the indexes that its filters go by.

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
        // The person is no foreign key: the record tells what was read, be it of a row that should not be there.
        table("audit_person")
            .id()
            .key("event_id", "audit_event")
            .uuid("person_id")
            .choice("kind", &["ACT", "READ"])
            .at("at")
            .unique(&["event_id", "person_id"])
            .index(&["person_id", "kind", "at", "event_id"])
            .append_only()
            .create(manager)
            .await?;
        for column in ["action", "actor_id", "outcome"] {
            index(manager, column, None).await?;
        }
        index(manager, "code", Some("code IS NOT NULL")).await
    }
}

async fn index(manager: &SchemaManager<'_>, column: &str, rule: Option<&str>) -> Result<(), DbErr> {
    let mut index = Index::create();
    index
        .name(format!("ix_audit_event_{column}_id"))
        .table(Alias::new("audit_event"))
        .col(Alias::new(column))
        .col(Alias::new("id"));
    if let Some(rule) = rule {
        index.cond_where(Expr::cust(rule.to_owned()));
    }
    manager.create_index(index.take()).await
}
