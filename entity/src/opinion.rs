//! Table `opinion`.

use crate::{
    enums::{OpinionOutcome, OpinionStage},
    value::{Day, Fen},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An opinion on a case before its decision (审核意见).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "opinion")]
#[schemars(rename = "Opinion")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Preliminary, town or district (环节).
    pub stage: OpinionStage,
    /// Grant or refuse (意见).
    pub outcome: OpinionOutcome,
    /// Reason given; null when there is none (理由).
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Funding channel proposed; null for a refusal (资金渠道).
    #[sea_orm(column_type = "Text", nullable)]
    pub channel: Option<String>,
    /// Level that is to decide; null when not yet known (审批层级).
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_level: Option<String>,
    /// Amount proposed (拟救助金额).
    pub amount_fen: Fen,
    /// Assessment it stands on, as JSON text; null when none was computed (测算结果).
    #[sea_orm(column_type = "Text", nullable)]
    pub assessment: Option<String>,
    /// Day it was given (日期).
    pub given_on: Day,
    /// User who gave it (签署人).
    pub given_by: Uuid,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
