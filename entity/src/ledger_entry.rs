//! Table `ledger_entry`.

use crate::{
    enums::EntryKind,
    value::{At, Day, Fen, Month},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One entry: debit, credit, amount, channel rule, posting date (台账分录).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "ledger_entry")]
#[schemars(rename = "LedgerEntry")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Kind (类别).
    pub kind: EntryKind,
    /// Account debited (借方账户).
    pub debit_account_id: Uuid,
    /// Account credited (贷方账户).
    pub credit_account_id: Uuid,
    /// Amount, more than zero (金额).
    pub amount_fen: Fen,
    /// Rule that names the channel (资金渠道依据).
    pub channel_rule_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Item (项目).
    #[sea_orm(column_type = "Text")]
    pub item: String,
    /// Funding channel (资金渠道).
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// Month it is for; null when it is for none (所属月份).
    pub month: Option<Month>,
    /// Posting date (记账日期).
    pub posted_on: Day,
    /// When it was posted (记账时间).
    pub posted_at: At,
    /// Line it commits or settles; null for an appropriation (待遇明细).
    pub benefit_line_id: Option<Uuid>,
    /// The case; null when there is none (申请事项).
    pub application_id: Option<Uuid>,
    /// Who is paid; null for an appropriation (收款人).
    pub payee_id: Option<Uuid>,
    /// Commitment it settles; null unless it is a settlement (对应待付).
    pub settles_entry_id: Option<Uuid>,
    /// Entry it takes back; null unless it is a reversal (冲销分录).
    pub reverses_entry_id: Option<Uuid>,
    /// Batch it was paid in; null unless it is a settlement (发放批次).
    pub batch_id: Option<Uuid>,
    /// User who posted it (记账人).
    pub posted_by: Uuid,
    /// Village or town (区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
