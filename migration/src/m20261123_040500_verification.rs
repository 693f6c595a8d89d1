//! Verifications of a household, their steps, investigators and reports.

use crate::table::{table, tie};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        verification(manager).await?;
        verification_step(manager).await?;
        verification_investigator(manager).await?;
        verification_report(manager).await?;
        tie(manager, "application", "report_id", "verification_report").await?;
        Ok(())
    }
}

async fn verification(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("verification")
        .id()
        .key("application_id", "application")
        .key("household_id", "household")
        .choice("state", &["OPEN", "REPORTED", "ABANDONED"])
        .day("opened_on")
        .day("due_on")
        .place("jurisdiction")
        .programme()
        .version()
        .in_order("opened_on", "due_on")
        .unique_where(&["household_id"], "state = 'OPEN'")
        .index(&["application_id"])
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}

async fn verification_step(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("verification_step")
        .id()
        .key("verification_id", "verification")
        .choice("kind", &["HOME_VISIT", "DATA_MATCH", "NEIGHBOUR_VISIT", "LETTER_INQUIRY"])
        .day("held_on")
        .name("source")
        .null()
        .key("person_id", "person")
        .null()
        .name("result")
        .text("facts")
        .key("family_signer_id", "person")
        .null()
        .key("recorded_by", "user_account")
        .at("recorded_at")
        .place("jurisdiction")
        .programme()
        .check("source", "kind <> 'DATA_MATCH' OR source IS NOT NULL")
        .index(&["verification_id"])
        .append_only()
        .create(manager)
        .await
}

async fn verification_investigator(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("verification_investigator")
        .id()
        .key("verification_step_id", "verification_step")
        .key("verification_id", "verification")
        .key("application_id", "application")
        .key("user_id", "user_account")
        .place("jurisdiction")
        .programme()
        .unique(&["verification_step_id", "user_id"])
        .index(&["application_id", "user_id"])
        .index(&["verification_id"])
        .append_only()
        .create(manager)
        .await
}

async fn verification_report(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("verification_report")
        .id()
        .name("number")
        .key("verification_id", "verification")
        .key("application_id", "application")
        .key("household_id", "household")
        .day("issued_on")
        .day("valid_to")
        .choice("conclusion", &["DIFFICULT", "NOT_DIFFICULT", "SPECIAL_COMPLEX"])
        .json("facts")
        .sha256("facts_hash")
        .key("issued_by", "user_account")
        .place("jurisdiction")
        .programme()
        .in_order("issued_on", "valid_to")
        .unique(&["number"])
        .unique(&["verification_id"])
        .index(&["application_id"])
        .index(&["household_id"])
        .append_only()
        .create(manager)
        .await
}
