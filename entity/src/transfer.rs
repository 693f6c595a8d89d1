//! Table `transfer`.

use crate::{
    enums::{TransferResult, TransferState, UnitLevel},
    value::Day,
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A case passed to the unit that is to handle or decide it, with its limits and what came of it (转办).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "transfer")]
#[schemars(rename = "Transfer")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Unit that sent it (转出单位).
    #[sea_orm(column_type = "Text")]
    pub from_unit: String,
    /// Unit it was sent to (承接单位).
    #[sea_orm(column_type = "Text")]
    pub to_unit: String,
    /// Level of that unit (承接层级).
    pub level: UnitLevel,
    /// Programme proposed for the need (建议项目).
    #[sea_orm(column_type = "Text")]
    pub proposed_programme: String,
    /// Funding channel proposed; null when none is (建议资金渠道).
    #[sea_orm(column_type = "Text", nullable)]
    pub proposed_channel: Option<String>,
    /// State (转办状态).
    pub state: TransferState,
    /// Day it was sent; it does not count (转出日期).
    pub sent_on: Day,
    /// User who sent it (转出人).
    pub sent_by: Uuid,
    /// Last day to receive it (应签收日期).
    pub receive_due_on: Day,
    /// Last day to feed back (应反馈日期).
    pub feedback_due_on: Day,
    /// Document that sets another limit than the usual one; null when none does (时限依据).
    #[sea_orm(column_type = "Text", nullable)]
    pub limit_basis: Option<String>,
    /// Last day of what is due next: receipt, feedback, informing; null when nothing is (下一步期限).
    pub due_on: Option<Day>,
    /// Day of receipt; null until received (签收日期).
    pub received_on: Option<Day>,
    /// User who received it; null until received (签收人).
    pub received_by: Option<Uuid>,
    /// What came of it; null until fed back (办理结果).
    pub result: Option<TransferResult>,
    /// What the window is told; null until fed back (反馈内容).
    #[sea_orm(column_type = "Text", nullable)]
    pub feedback: Option<String>,
    /// Unit named as the competent one by a unit that is not; null otherwise (应承办单位).
    #[sea_orm(column_type = "Text", nullable)]
    pub competent_unit: Option<String>,
    /// Day of the feedback; null until fed back (反馈日期).
    pub fed_back_on: Option<Day>,
    /// User who fed back; null until fed back (反馈人).
    pub fed_back_by: Option<Uuid>,
    /// Day the window informed the applicant; null until it did (告知日期).
    pub informed_on: Option<Day>,
    /// User who informed the applicant; null until then (告知人).
    pub informed_by: Option<Uuid>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
