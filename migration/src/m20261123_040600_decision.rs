//! Appraisals, opinions, notices, decisions, and the benefits they lead to.

use crate::table::table;
use sea_orm_migration::prelude::*;

const REVIEWS: &[&str] = &["ANNUAL", "SEMIANNUAL", "QUARTERLY", "MONTHLY"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        appraisal(manager).await?;
        opinion(manager).await?;
        notice(manager).await?;
        decision(manager).await?;
        import_batch(manager).await?;
        benefit(manager).await?;
        benefit_line(manager).await?;
        Ok(())
    }
}

async fn appraisal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("appraisal")
        .id()
        .key("application_id", "application")
        .day("held_on")
        .count("panel_count")
        .count("representative_count")
        .count("agree_count")
        .count("against_count")
        .flag("signed")
        .flag("disputed")
        .key("recorded_by", "user_account")
        .place("jurisdiction")
        .programme()
        .check("votes", "agree_count + against_count <= panel_count")
        .check("representatives", "representative_count <= panel_count")
        .index(&["application_id"])
        .append_only()
        .create(manager)
        .await
}

async fn opinion(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("opinion")
        .id()
        .key("application_id", "application")
        .choice("stage", &["PRELIMINARY", "TOWN_REVIEW", "DISTRICT_REVIEW"])
        .choice("outcome", &["GRANT", "REFUSE"])
        .text("reason")
        .null()
        .name("channel")
        .null()
        .name("decision_level")
        .null()
        .fen("amount_fen")
        .json("assessment")
        .null()
        .day("given_on")
        .key("given_by", "user_account")
        .place("jurisdiction")
        .programme()
        .check("amount", "amount_fen >= 0 AND (outcome = 'GRANT' OR amount_fen = 0)")
        .index(&["application_id"])
        .append_only()
        .create(manager)
        .await
}

async fn notice(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("notice")
        .id()
        .key("application_id", "application")
        .choice("kind", &["FIRST", "SECOND", "RE_NOTICE", "PUBLICATION"])
        .day("posted_on")
        .day("ends_on")
        .name("village_name")
        .name("head_name")
        .count("person_count")
        .fen("amount_fen")
        .name("objection_phone")
        .key("posted_by", "user_account")
        .place("jurisdiction")
        .programme()
        .in_order("posted_on", "ends_on")
        .check("amount", "amount_fen >= 0")
        .index(&["application_id"])
        .index(&["jurisdiction", "posted_on", "id"])
        .index(&["ends_on", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn decision(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("decision")
        .id()
        .name("number")
        .key("application_id", "application")
        .int("ordinal")
        .choice("level", &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"])
        .name("unit")
        .choice("outcome", &["APPROVED", "REJECTED"])
        .fen("amount_fen")
        .month("start_month")
        .null()
        .choice("review_class", REVIEWS)
        .null()
        .text("reason")
        .null()
        .json("assessment")
        .json("facts")
        .sha256("facts_hash")
        .json("parameters")
        .name("module_version")
        .name("policy_version")
        .day("decided_on")
        .key("decided_by", "user_account")
        .place("jurisdiction")
        .programme()
        .check("first", "ordinal >= 1")
        .check("amount", "amount_fen >= 0 AND (outcome = 'APPROVED' OR amount_fen = 0)")
        .unique(&["number"])
        .unique(&["application_id", "ordinal"])
        .index(&["jurisdiction", "decided_on", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn import_batch(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("import_batch")
        .id()
        .name("kind")
        .name("file_name")
        .name("file_hash")
        .at("imported_at")
        .count("row_count")
        .count("added_count")
        .count("known_count")
        .count("bad_count")
        .place("jurisdiction")
        .check("rows", "added_count + known_count + bad_count = row_count")
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}

async fn benefit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("benefit")
        .id()
        .key("application_id", "application")
        .null()
        .key("decision_id", "decision")
        .null()
        .key("household_id", "household")
        .programme()
        .name("unit")
        .choice("origin", &["DECISION", "IMPORTED_ROLL"])
        .key("batch_id", "import_batch")
        .null()
        .name("certificate_no")
        .null()
        .choice("area_type", &["URBAN", "RURAL"])
        .null()
        .month("start_month")
        .month("end_month")
        .null()
        .choice("state", &["ACTIVE", "SUSPENDED", "TERMINATED"])
        .fen("amount_fen_month")
        .choice("review_class", REVIEWS)
        .null()
        .day("next_review_on")
        .null()
        .place("jurisdiction")
        .version()
        .check("amount", "amount_fen_month >= 0")
        .check("decision", "(origin = 'DECISION') = (decision_id IS NOT NULL)")
        .check("case", "(origin = 'DECISION') = (application_id IS NOT NULL)")
        .check("batch", "(origin = 'IMPORTED_ROLL') = (batch_id IS NOT NULL)")
        .check("certificate", "origin <> 'IMPORTED_ROLL' OR certificate_no IS NOT NULL")
        .in_order("start_month", "end_month")
        .unique_where(&["certificate_no", "start_month"], "origin = 'IMPORTED_ROLL'")
        .index(&["application_id"])
        .index(&["decision_id"])
        .index(&["household_id"])
        .index(&["batch_id"])
        .index(&["jurisdiction", "id"])
        .index(&["jurisdiction", "start_month", "id"])
        .create(manager)
        .await
}

async fn benefit_line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("benefit_line")
        .id()
        .key("benefit_id", "benefit")
        .key("decision_id", "decision")
        .null()
        .key("person_id", "person")
        .null()
        .name("item")
        .fen("amount_fen")
        .name("channel")
        .text("formula")
        .null()
        .month("from_month")
        .month("to_month")
        .null()
        .place("jurisdiction")
        .programme()
        .check("amount", "amount_fen >= 0")
        .in_order("from_month", "to_month")
        .index(&["benefit_id"])
        .index(&["decision_id"])
        .index(&["person_id"])
        .append_only()
        .create(manager)
        .await
}
