//! The outbox in the order of commits, so that every gateway reads it by position and misses nothing.

use crate::{guard::raw, table::table};
use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        conn.execute_unprepared("CREATE TABLE outbox_kept AS SELECT * FROM outbox").await?;
        conn.execute_unprepared("DROP TABLE outbox").await?;
        outbox(manager).await?;
        // What happened before this table had states is told without them.
        conn.execute_unprepared(
            "INSERT INTO outbox (id, position, topic, kind, application_id, jurisdiction, programme, at, wall_at)
             SELECT id, row_number() OVER (ORDER BY id), topic, kind, application_id, jurisdiction, programme, at, at
             FROM outbox_kept",
        )
        .await?;
        conn.execute_unprepared("DROP TABLE outbox_kept").await?;
        head(manager).await?;
        conn.execute_unprepared(
            "INSERT INTO outbox_head (name, position) SELECT 'outbox', coalesce(max(position), 0) FROM outbox",
        )
        .await?;
        notify(manager).await
    }
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("outbox")
        .id()
        .long("position")
        .name("topic")
        .name("kind")
        .key("application_id", "application")
        .null()
        .name_or_empty("jurisdiction")
        .name("programme")
        .null()
        .name("unit")
        .null()
        .name("from_state")
        .null()
        .name("state")
        .null()
        .at("at")
        .at("wall_at")
        .check("position", "position >= 1")
        .unique(&["position"])
        .index(&["application_id"])
        .index(&["wall_at"])
        .create(manager)
        .await
}

async fn head(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("outbox_head")
        .name("name")
        .primary()
        .long("position")
        .check("position", "position >= 0")
        .create(manager)
        .await
}

/// Tells every gateway on a PostgreSQL database that something was committed; those on SQLite share a process.
async fn notify(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let postgres = "CREATE FUNCTION onedoor_outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NOTIFY onedoor_outbox;
            RETURN NULL;
        END $$;
        CREATE TRIGGER tr_outbox_notify AFTER INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION onedoor_outbox_notify();";
    raw(manager, "", postgres).await
}
