//! Transfers of cases to the unit that is to handle or decide them, and the state a case is in meanwhile.

use crate::table::{also, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        also(manager, "application", "state", "DISTRICT_REVIEW", "TRANSFERRED").await?;
        also(manager, "application_event", "from_state", "DISTRICT_REVIEW", "TRANSFERRED").await?;
        also(manager, "application_event", "to_state", "DISTRICT_REVIEW", "TRANSFERRED").await?;
        transfer(manager).await
    }
}

async fn transfer(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("transfer")
        .id()
        .key("application_id", "application")
        .name("from_unit")
        .name("to_unit")
        .choice("level", &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"])
        .name("proposed_programme")
        .name("proposed_channel")
        .null()
        .choice("state", &["SENT", "RECEIVED", "FED_BACK", "REJECTED"])
        .day("sent_on")
        .key("sent_by", "user_account")
        .day("receive_due_on")
        .day("feedback_due_on")
        .name("limit_basis")
        .null()
        .day("due_on")
        .null()
        .day("received_on")
        .null()
        .key("received_by", "user_account")
        .null()
        .choice("result", &["DECIDED", "HANDLED", "NOT_OURS"])
        .null()
        .text("feedback")
        .null()
        .name("competent_unit")
        .null()
        .day("fed_back_on")
        .null()
        .key("fed_back_by", "user_account")
        .null()
        .day("informed_on")
        .null()
        .key("informed_by", "user_account")
        .null()
        .place("jurisdiction")
        .programme()
        .version()
        .in_order("sent_on", "feedback_due_on")
        .check("received", "(received_on IS NULL) = (received_by IS NULL) AND (state <> 'RECEIVED' OR received_on IS NOT NULL)")
        .check(
            "fed_back",
            "(state IN ('FED_BACK', 'REJECTED')) = (fed_back_on IS NOT NULL) \
             AND (fed_back_on IS NULL) = (fed_back_by IS NULL) AND (fed_back_on IS NULL) = (result IS NULL) \
             AND (fed_back_on IS NULL) = (feedback IS NULL)",
        )
        .check(
            "rejected",
            "(state = 'REJECTED') = (competent_unit IS NOT NULL) AND (result IS NULL OR (state = 'REJECTED') = (result = 'NOT_OURS'))",
        )
        .check("informed", "(informed_on IS NULL) = (informed_by IS NULL) AND (informed_on IS NULL OR state = 'FED_BACK')")
        .unique_where(&["application_id"], "state IN ('SENT', 'RECEIVED')")
        .index(&["application_id", "sent_on"])
        .index(&["jurisdiction", "id"])
        .index(&["jurisdiction", "due_on", "id"])
        .index(&["jurisdiction", "sent_on", "id"])
        .index(&["to_unit", "due_on", "id"])
        .index(&["to_unit", "sent_on", "id"])
        .create(manager)
        .await
}
