//! Programs of others that speak to the gateway in a name of their own.

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
        table("api_client")
            .id()
            .name("name")
            .choice("kind", &["GATEWAY"])
            .name("role")
            .name("unit")
            .choice("level", &["VILLAGE", "TOWN", "DISTRICT", "SCHOOL"])
            .sha256("token_hash")
            .at("created_at")
            .at("expires_at")
            .at("revoked_at")
            .null()
            .version()
            .check("life", "created_at < expires_at AND (revoked_at IS NULL OR created_at <= revoked_at)")
            .unique(&["name"])
            .unique(&["token_hash"])
            .create(manager)
            .await
    }
}
