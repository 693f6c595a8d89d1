//! Requests, and the cases that hang on them with their log.

use crate::table::table;
use sea_orm_migration::prelude::*;

const STATES: &[&str] = &[
    "DRAFT",
    "VILLAGE_RECEIVED",
    "TOWN_PENDING",
    "SUPPLEMENT_REQUIRED",
    "ACCEPTED",
    "NOT_ACCEPTED",
    "VERIFYING",
    "VERIFIED",
    "NOT_QUALIFIED_BY_DATA",
    "APPRAISED",
    "PRELIM_ROUTED",
    "PRELIM_OPINION",
    "FIRST_NOTICE",
    "OBJECTED",
    "REINVESTIGATING",
    "RE_NOTICE",
    "TOWN_REVIEWED",
    "TOWN_DECIDED",
    "DISTRICT_REVIEW",
    "RETURNED",
    "APPROVED",
    "REJECTED",
    "PUBLISHED",
    "DISBURSING",
    "ACTIVE",
    "UNDER_REVIEW",
    "SUSPENDED",
    "TERMINATED",
    "WITHDRAWN",
    "TERMINATED_NON_COOPERATION",
    "RECONSIDERATION",
];
const CLOCK: &[&str] = &["RUN", "PAUSE", "STOP"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        request(manager).await?;
        request_material(manager).await?;
        application(manager).await?;
        application_subject(manager).await?;
        application_event(manager).await?;
        application_facet(manager).await?;
        Ok(())
    }
}

async fn request(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("request")
        .id()
        .name("number")
        .key("household_id", "household")
        .key("applicant_id", "person")
        .key("window_id", "service_window")
        .day("received_on")
        .at("received_at")
        .text("need")
        .place("jurisdiction")
        .key("created_by", "user_account")
        .version()
        .unique(&["number"])
        .index(&["household_id"])
        .index(&["jurisdiction", "id"])
        .index(&["jurisdiction", "received_on", "id"])
        .create(manager)
        .await
}

async fn request_material(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("request_material")
        .id()
        .key("request_id", "request")
        .name("kind")
        .name("name_zh")
        .choice("state", &["PRESENT", "MISSING", "REQUESTED", "SUPPLIED", "FROM_DATABASE"])
        .day("provided_on")
        .null()
        .place("jurisdiction")
        .version()
        .index(&["request_id"])
        .create(manager)
        .await
}

async fn application(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("application")
        .id()
        .name("number")
        .key("request_id", "request")
        .key("household_id", "household")
        .programme()
        .name("unit")
        .place("jurisdiction")
        .choice("state", STATES)
        .day("received_on")
        .day("accepted_on")
        .null()
        .day("due_on")
        .null()
        .day("decided_on")
        .null()
        .choice("decision_level", &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"])
        .null()
        .choice("opinion", &["GRANT", "REFUSE"])
        .null()
        .day("supplement_requested_on")
        .null()
        .later_key("report_id", "verification_report")
        .null()
        .json("details")
        .null()
        .choice("clock", CLOCK)
        .day("clock_since")
        .null()
        .count("clock_days_used")
        .count("limit_days")
        .null()
        .at("last_event_at")
        .version()
        .check("clock", "(clock = 'RUN') = (clock_since IS NOT NULL)")
        .check("decided", "(decided_on IS NULL) = (decision_level IS NULL)")
        .unique(&["number"])
        .index(&["request_id"])
        .index(&["household_id"])
        .index(&["jurisdiction", "id"])
        .index(&["jurisdiction", "received_on", "id"])
        .index(&["jurisdiction", "due_on", "id"])
        .index(&["programme", "jurisdiction", "id"])
        .create(manager)
        .await
}

async fn application_subject(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("application_subject")
        .id()
        .key("application_id", "application")
        .key("person_id", "person")
        .programme()
        .flag("open")
        .place("jurisdiction")
        .unique_where(&["person_id", "programme"], "open")
        .index(&["application_id"])
        .index(&["person_id"])
        .create(manager)
        .await
}

async fn application_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("application_event")
        .id()
        .key("application_id", "application")
        .int("seq")
        .at("at")
        .day("on_day")
        .at("wall_at")
        .key("actor_id", "user_account")
        .key("assignment_id", "assignment")
        .name("unit")
        .name("action")
        .choice("from_state", STATES)
        .null()
        .choice("to_state", STATES)
        .text("reason")
        .null()
        .choice("clock_effect", CLOCK)
        .place("jurisdiction")
        .programme()
        .check("first", "(seq = 1) = (from_state IS NULL) AND seq >= 1")
        .unique(&["application_id", "seq"])
        .index(&["jurisdiction", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn application_facet(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("application_facet")
        .id()
        .key("application_id", "application")
        .programme()
        .name("key")
        .name("text_value")
        .null()
        .long("int_value")
        .null()
        .name("unit")
        .place("jurisdiction")
        .index(&["application_id"])
        .index(&["programme", "key", "text_value", "jurisdiction"])
        .index(&["programme", "key", "int_value", "jurisdiction"])
        .create(manager)
        .await
}
