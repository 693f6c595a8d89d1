//! Places, the units that work there, and the windows that serve them.

use crate::{guard, table::table};
use sea_orm_migration::prelude::*;

const LEVELS: &[&str] = &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        guard::functions(manager).await?;
        jurisdiction(manager).await?;
        org_unit(manager).await?;
        service_window(manager).await?;
        Ok(())
    }
}

async fn jurisdiction(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("jurisdiction")
        .place_code("code")
        .primary()
        .name("name_zh")
        .name("name_en")
        .choice("kind", &["DISTRICT", "TOWN", "COMMUNITY", "VILLAGE"])
        .place("parent_code")
        .null()
        .check("kind_length", "(kind = 'DISTRICT') = (length(code) = 6) AND (kind = 'TOWN') = (length(code) = 9)")
        .check("root", "(parent_code IS NULL) = (kind = 'DISTRICT')")
        .check(
            "path",
            "parent_code IS NULL OR (substr(code, 1, length(parent_code)) = parent_code \
        AND length(parent_code) = length(code) - 3)",
        )
        .index(&["parent_code"])
        .create(manager)
        .await
}

async fn org_unit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("org_unit")
        .id()
        .name("code")
        .name("name_zh")
        .name("name_en")
        .choice("level", LEVELS)
        .place("jurisdiction")
        .day("from_on")
        .day("to_on")
        .null()
        .in_order("from_on", "to_on")
        .unique(&["code", "jurisdiction", "from_on"])
        .create(manager)
        .await
}

async fn service_window(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("service_window")
        .id()
        .name("code")
        .name("name_zh")
        .choice("level", &["VILLAGE", "TOWN"])
        .place("jurisdiction")
        .name("phone")
        .day("opened_on")
        .day("closed_on")
        .null()
        .in_order("opened_on", "closed_on")
        .unique(&["code"])
        .unique_where(&["jurisdiction"], "closed_on IS NULL")
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}
