//! Monthly totals of the ledger, so that statistics read a few rows and not every posting.

use crate::{guard::raw, table::table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table("ledger_total")
            .id()
            .place("jurisdiction")
            .programme()
            .name("channel")
            .month("month")
            .choice("kind", &["APPROPRIATION", "COMMITMENT", "SETTLEMENT", "REVERSAL"])
            .long("entries")
            .fen("amount_fen")
            .check("entries", "entries >= 1")
            // An entry moves one fen at least.
            .check("amount", "amount_fen >= entries")
            .unique(&["jurisdiction", "programme", "channel", "month", "kind"])
            .index(&["jurisdiction", "month", "id"])
            .never_deleted()
            .create(manager)
            .await?;
        raw(
            manager,
            include_str!("m20261123_090200_ledger_total/sqlite.sql"),
            include_str!("m20261123_090200_ledger_total/postgres.sql"),
        )
        .await
    }
}
