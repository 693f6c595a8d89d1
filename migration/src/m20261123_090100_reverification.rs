//! Second verifications: one only with a named trigger, a district department and the town together.

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
        table("reverification")
            .id()
            .key("verification_id", "verification")
            .key("application_id", "application")
            .key("report_id", "verification_report")
            .choice("trigger", &["SPECIAL_COMPLEX", "PUBLIC_REPORT"])
            .text("reason")
            .name("district_unit")
            .name("town_unit")
            .key("requested_by", "user_account")
            .day("requested_on")
            .place("jurisdiction")
            .programme()
            .unique(&["verification_id"])
            .index(&["application_id"])
            .append_only()
            .create(manager)
            .await
    }
}
