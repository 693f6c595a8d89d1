//! Persons, users and the roles they hold, and who may reach a shared record.

use crate::table::table;
use sea_orm_migration::prelude::*;

const CLAIM_KINDS: &[&str] = &[
    "DISABILITY_CATEGORY",
    "DISABILITY_GRADE",
    "EDUCATION_STAGE",
    "MAJOR_ILLNESS",
    "EMPLOYMENT",
    "HUKOU",
    "NAME",
    "SEX",
    "BIRTH",
];
const LEVELS: &[&str] = &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        person(manager).await?;
        user_account(manager).await?;
        assignment(manager).await?;
        person_claim(manager).await?;
        scope_link(manager).await?;
        Ok(())
    }
}

async fn person(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("person")
        .id()
        .name("name_zh")
        .choice("sex", &["UNKNOWN", "MALE", "FEMALE", "NOT_STATED"])
        .day("birth_on")
        .null()
        .bytes("id_number_cipher")
        .null()
        .name("id_number_hash")
        .null()
        .name("temporary_key")
        .null()
        .name("phone")
        .null()
        .day("deceased_on")
        .null()
        .at("created_at")
        .version()
        .check("identified", "id_number_hash IS NOT NULL OR temporary_key IS NOT NULL")
        .check("sealed", "(id_number_hash IS NULL) = (id_number_cipher IS NULL)")
        .unique_where(&["id_number_hash"], "id_number_hash IS NOT NULL")
        .unique_where(&["temporary_key"], "temporary_key IS NOT NULL")
        .create(manager)
        .await
}

async fn user_account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("user_account")
        .id()
        .name("login")
        .name("subject")
        .name("name_zh")
        .text("password_hash")
        .null()
        .key("person_id", "person")
        .null()
        .place("jurisdiction")
        .at("disabled_at")
        .null()
        .at("created_at")
        .version()
        .unique(&["login"])
        .unique(&["subject"])
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}

async fn assignment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("assignment")
        .id()
        .key("user_id", "user_account")
        .name("role")
        .name("unit")
        .choice("level", LEVELS)
        .place("jurisdiction")
        .day("from_on")
        .day("to_on")
        .null()
        .key("granted_by", "user_account")
        .null()
        .version()
        .in_order("from_on", "to_on")
        .index(&["user_id"])
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}

async fn person_claim(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("person_claim")
        .id()
        .key("person_id", "person")
        .choice("kind", CLAIM_KINDS)
        .text("value")
        .name("source")
        .name("source_ref")
        .null()
        .day("from_on")
        .day("to_on")
        .null()
        .at("recorded_at")
        .key("recorded_by", "user_account")
        .null()
        .place("jurisdiction")
        .in_order("from_on", "to_on")
        .index(&["person_id", "kind"])
        .index(&["jurisdiction", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn scope_link(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("scope_link")
        .id()
        .name("entity_type")
        .uuid("entity_id")
        .place("jurisdiction")
        .name_or_empty("programme")
        .unique(&["entity_type", "entity_id", "jurisdiction", "programme"])
        .index(&["entity_id", "jurisdiction", "programme"])
        .index(&["entity_type", "jurisdiction", "entity_id"])
        .create(manager)
        .await
}
