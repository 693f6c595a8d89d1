//! Table `decision`.

use crate::{
    enums::DecisionOutcome,
    value::{Day, Fen, Month},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A decision with all it stands on (审批决定).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "decision")]
#[schemars(rename = "Decision")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (决定编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// First, second … decision of the case (次序).
    pub ordinal: i32,
    /// Level that decided (审批层级).
    #[sea_orm(column_type = "Text")]
    pub level: String,
    /// Unit that decided (审批单位).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Approved or rejected (结果).
    pub outcome: DecisionOutcome,
    /// Amount granted (批准金额).
    pub amount_fen: Fen,
    /// First month of payment, of a single grant the only one; null for a refusal (起始月).
    pub start_month: Option<Month>,
    /// How often it is reviewed: ANNUAL, SEMIANNUAL, QUARTERLY or MONTHLY; null when it is not (核查周期).
    #[sea_orm(column_type = "Text", nullable)]
    pub review_class: Option<String>,
    /// Reasons as told to the applicant; null when there are none (理由).
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Assessment, JSON (测算结果).
    #[sea_orm(column_type = "Text")]
    pub assessment: String,
    /// The facts assessed, as JSON text (测算所依事实).
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    /// SHA-256 of the facts (事实哈希).
    #[sea_orm(column_type = "Text")]
    pub facts_hash: String,
    /// Dated rule values used, as JSON text (所用参数).
    #[sea_orm(column_type = "Text")]
    pub parameters: String,
    /// Version of the programme's rules (规则版本).
    #[sea_orm(column_type = "Text")]
    pub module_version: String,
    /// Version of the policies (权限表版本).
    #[sea_orm(column_type = "Text")]
    pub policy_version: String,
    /// Day of the decision (决定日期).
    pub decided_on: Day,
    /// User who decided (审批人).
    pub decided_by: Uuid,
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
