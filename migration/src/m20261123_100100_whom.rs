//! Whom an event was about, kept in one tree alone: a page of cases is about hundreds of persons, and each read of it
//! writes a row for every one.

use crate::{guard::raw, table::table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let aside = "ALTER TABLE audit_person RENAME TO audit_person_before;";
        let triggers = "DROP TRIGGER tr_audit_person_no_update; DROP TRIGGER tr_audit_person_no_delete;
            DROP TRIGGER tr_audit_person_no_replace;";
        raw(manager, &format!("{triggers} {aside}"), aside).await?;
        table("audit_person")
            .uuid("person_id")
            .choice("kind", &["ACT", "READ"])
            .at("at")
            // Held by a trigger, which asks once for all rows of a statement where a foreign key asks for each; events
            // are never deleted.
            .uuid("event_id")
            .whole_key(&["person_id", "kind", "at", "event_id"])
            .append_only()
            .create(manager)
            .await?;
        let over = "INSERT INTO audit_person (person_id, kind, at, event_id)
                SELECT person_id, kind, at, event_id FROM audit_person_before;
            DROP TABLE audit_person_before;";
        raw(
            manager,
            &format!("{over} {}", include_str!("m20261123_100100_whom/sqlite.sql")),
            &format!("{over} {}", include_str!("m20261123_100100_whom/postgres.sql")),
        )
        .await
    }
}
