//! What a front end asks for most: cases that wait, by due date; persons by name.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// States of cases that wait for somebody; who asks for them names the same list.
const IN_FLIGHT: &str = "'VILLAGE_RECEIVED', 'TOWN_PENDING', 'SUPPLEMENT_REQUIRED', 'ACCEPTED', 'VERIFYING', \
    'VERIFIED', 'APPRAISED', 'PRELIM_ROUTED', 'PRELIM_OPINION', 'FIRST_NOTICE', 'OBJECTED', 'REINVESTIGATING', \
    'RE_NOTICE', 'TOWN_REVIEWED', 'TOWN_DECIDED', 'DISTRICT_REVIEW', 'RETURNED', 'APPROVED', 'PUBLISHED', \
    'DISBURSING', 'UNDER_REVIEW', 'RECONSIDERATION', 'TRANSFERRED'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let due = "COALESCE(\"due_on\", '9999-12-31')";
        let within = |digits: u8| format!("substr(\"jurisdiction\", 1, {digits})");
        // A range of places cannot carry an order behind it; one town or one district can. Only what is in flight is indexed, so that
        // the list of a town with years of cases is as short as its work.
        for (name, columns) in [
            ("ix_application_town_waiting", format!("({}), ({due}), \"id\"", within(9))),
            ("ix_application_district_waiting", format!("({}), ({due}), \"id\"", within(6))),
        ] {
            let sql = format!("CREATE INDEX {name} ON \"application\" ({columns}) WHERE \"state\" IN ({IN_FLIGHT})");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        let sql = "CREATE INDEX ix_person_name_zh_id ON \"person\" (\"name_zh\", \"id\")";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
