//! Households, their members, and consents.

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
        household(manager).await?;
        household_member(manager).await?;
        consent(manager).await?;
        Ok(())
    }
}

async fn household(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("household")
        .id()
        .key("head_person_id", "person")
        .place("jurisdiction")
        .choice("area_type", &["URBAN", "RURAL"])
        .name("address")
        .null()
        .name("group_name")
        .null()
        .name("phone")
        .null()
        .count("declared_size")
        .at("created_at")
        .version()
        .index(&["head_person_id"])
        .index(&["jurisdiction", "id"])
        .index(&["jurisdiction", "created_at", "id"])
        .create(manager)
        .await
}

async fn household_member(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("household_member")
        .id()
        .key("household_id", "household")
        .key("person_id", "person")
        .name("relation")
        .flag("counted")
        .text("not_counted_reason")
        .null()
        .day("from_on")
        .day("to_on")
        .null()
        .place("jurisdiction")
        .in_order("from_on", "to_on")
        .unique_where(&["household_id", "person_id"], "to_on IS NULL")
        .index(&["household_id"])
        .index(&["person_id"])
        .create(manager)
        .await
}

async fn consent(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("consent")
        .id()
        .key("household_id", "household")
        .key("person_id", "person")
        .key("signer_id", "person")
        .json("sources")
        .text("purpose")
        .name("form_no")
        .null()
        .name("witness")
        .null()
        .day("signed_on")
        .day("valid_to")
        .null()
        .day("withdrawn_on")
        .null()
        .place("jurisdiction")
        .key("recorded_by", "user_account")
        .version()
        .in_order("signed_on", "valid_to")
        .index(&["household_id"])
        .index(&["person_id"])
        .create(manager)
        .await
}
