//! The ledger: which channel pays what, accounts, entries, and the triggers that keep it true.

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
        channel_rule(manager).await?;
        account(manager).await?;
        disbursement_batch(manager).await?;
        ledger_entry(manager).await?;
        raw(
            manager,
            include_str!("m20261123_040700_ledger/sqlite.sql"),
            include_str!("m20261123_040700_ledger/postgres.sql"),
        )
        .await?;
        Ok(())
    }
}

async fn channel_rule(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("channel_rule")
        .id()
        .programme()
        .name("item")
        .name("channel")
        .day("from_on")
        .day("to_on")
        .null()
        .name("document")
        .name("policy_version")
        .in_order("from_on", "to_on")
        .unique(&["programme", "item", "channel", "from_on"])
        .never_deleted()
        .create(manager)
        .await
}

async fn account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("account")
        .id()
        .name("code")
        .choice("kind", &["SOURCE", "APPROPRIATION", "COMMITTED", "EXPENDED"])
        .programme()
        .name("channel")
        .place("jurisdiction")
        .fen("balance_fen")
        .check("not_overdrawn", "kind = 'SOURCE' OR balance_fen >= 0")
        .unique(&["code"])
        .unique(&["kind", "programme", "channel", "jurisdiction"])
        .index(&["jurisdiction", "id"])
        .create(manager)
        .await
}

async fn disbursement_batch(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("disbursement_batch")
        .id()
        .name("number")
        .name("channel")
        .month("month")
        .fen("total_fen")
        .count("line_count")
        .day("posted_on")
        .key("posted_by", "user_account")
        .place("jurisdiction")
        .check("total", "total_fen >= 0")
        .unique(&["number"])
        .index(&["jurisdiction", "posted_on", "id"])
        .append_only()
        .create(manager)
        .await
}

async fn ledger_entry(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    table("ledger_entry")
        .id()
        .choice("kind", &["APPROPRIATION", "COMMITMENT", "SETTLEMENT", "REVERSAL"])
        .key("debit_account_id", "account")
        .key("credit_account_id", "account")
        .fen("amount_fen")
        .key("channel_rule_id", "channel_rule")
        .programme()
        .name("item")
        .name("channel")
        .month("month")
        .null()
        .day("posted_on")
        .at("posted_at")
        .key("benefit_line_id", "benefit_line")
        .null()
        .key("application_id", "application")
        .null()
        .key("payee_id", "person")
        .null()
        .key("settles_entry_id", "ledger_entry")
        .null()
        .key("reverses_entry_id", "ledger_entry")
        .null()
        .key("batch_id", "disbursement_batch")
        .null()
        .key("posted_by", "user_account")
        .place("jurisdiction")
        .check("amount", "amount_fen BETWEEN 1 AND 100000000000000")
        .check("two_accounts", "debit_account_id <> credit_account_id")
        .check("settles", "(kind = 'SETTLEMENT') = (settles_entry_id IS NOT NULL)")
        .check("reverses", "(kind = 'REVERSAL') = (reverses_entry_id IS NOT NULL)")
        .unique_where(&["settles_entry_id"], "settles_entry_id IS NOT NULL")
        .unique_where(&["reverses_entry_id"], "reverses_entry_id IS NOT NULL")
        .index(&["application_id"])
        .index(&["benefit_line_id"])
        .index(&["payee_id"])
        .index(&["batch_id"])
        .index(&["debit_account_id"])
        .index(&["credit_account_id"])
        .index(&["channel_rule_id", "posted_on"])
        .index(&["jurisdiction", "posted_on", "id"])
        .append_only()
        .create(manager)
        .await
}
