//! Whom an event was about, by volumes: a reading of a page of cases names a hundred persons, and where these stand in one
//! tree of all that was ever read, each of them is a page of the file to be written.

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
        // The number of a chain's newest volume, and the rows in it.
        for column in ["volume", "named"] {
            let add = |kind: &str| {
                let rule = format!("CONSTRAINT \"ck_audit_head_{column}\" CHECK ({column} >= 0)");
                format!("ALTER TABLE audit_head ADD COLUMN {column} {kind} NOT NULL DEFAULT 0 {rule}")
            };
            raw(manager, &add("INTEGER"), &add("bigint")).await?;
        }
        let aside = "ALTER TABLE audit_person RENAME TO audit_person_before;";
        let triggers = "DROP TRIGGER tr_audit_person_no_update; DROP TRIGGER tr_audit_person_no_delete;
            DROP TRIGGER tr_audit_person_told;";
        raw(manager, &format!("{triggers} {aside}"), aside).await?;
        table("audit_volume")
            .long("number")
            .whole_key(&["number"])
            .check("number", "number >= 0")
            .append_only()
            .create(manager)
            .await?;
        table("audit_person")
            .long("volume")
            .uuid("person_id")
            .uuid("event_id")
            .at("at")
            .whole_key(&["volume", "person_id", "event_id", "at"])
            .append_only()
            .create(manager)
            .await?;
        raw(
            manager,
            &format!("{} {}", OVER, include_str!("m20261130_100100_volume/sqlite.sql")),
            &format!("{} {}", OVER, include_str!("m20261130_100100_volume/postgres.sql")),
        )
        .await
    }
}

/// What was done is volume 0; all that was read until now is one volume, the first.
const OVER: &str = "INSERT INTO audit_volume (number) VALUES (0);
    INSERT INTO audit_volume (number) SELECT DISTINCT 1 FROM audit_person_before WHERE kind = 'READ';
    INSERT INTO audit_person (volume, person_id, event_id, at)
        SELECT CASE kind WHEN 'READ' THEN 1 ELSE 0 END, person_id, event_id, at FROM audit_person_before;
    UPDATE audit_head SET volume = 1, named = (SELECT count(*) FROM audit_person_before WHERE kind = 'READ')
        WHERE chain = 'read:GATEWAY' AND EXISTS (SELECT 1 FROM audit_person_before WHERE kind = 'READ');
    DROP TABLE audit_person_before;";
