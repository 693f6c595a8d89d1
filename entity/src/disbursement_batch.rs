//! Table `disbursement_batch`.

use crate::value::{Day, Fen, Month};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One batch of payments from one channel (发放批次).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "disbursement_batch")]
#[schemars(rename = "DisbursementBatch")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (批次编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// Funding channel (资金渠道).
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// Month it is for (发放月份).
    pub month: Month,
    /// Sum of its lines (合计金额).
    pub total_fen: Fen,
    /// Number of its lines (笔数).
    pub line_count: i32,
    /// Posting date (记账日期).
    pub posted_on: Day,
    /// User who posted it (经办人).
    pub posted_by: Uuid,
    /// Town (乡镇).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
