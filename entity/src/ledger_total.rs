//! Table `ledger_total`.

use crate::{
    enums::EntryKind,
    value::{Fen, Month},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a town's entries of one kind, programme and channel sum to in a month (台账月度汇总); the database keeps it.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "ledger_total")]
#[schemars(rename = "LedgerTotal")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Town whose accounts were moved (乡镇).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Funding channel (资金渠道).
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// Month of the posting date (记账月份).
    pub month: Month,
    /// Kind of the entries (类别).
    pub kind: EntryKind,
    /// How many entries (笔数).
    pub entries: i64,
    /// Sum of their amounts (金额合计).
    pub amount_fen: Fen,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
