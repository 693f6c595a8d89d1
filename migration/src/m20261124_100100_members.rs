//! Members of a household, read from the index alone: whom a reading is about is asked of every household in it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared("DROP INDEX ix_household_member_household_id_relation_id").await?;
        let members = "CREATE INDEX ix_household_member_household_id_relation_id_person_id \
            ON \"household_member\" (\"household_id\", \"relation\", \"id\", \"person_id\")";
        connection.execute_unprepared(members).await?;
        Ok(())
    }
}
