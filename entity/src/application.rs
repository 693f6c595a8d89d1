//! Table `application`.

use crate::{
    enums::{ApplicationState, ClockEffect, OpinionOutcome},
    value::{At, Day},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One programme's case with its own state, clock and authority (申请).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "application")]
#[schemars(rename = "Application")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (受理编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The filing.
    pub request_id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Town unit that handles it (承办单位).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// State of the procedure (办理状态).
    pub state: ApplicationState,
    /// Day it was filed (申请日期).
    pub received_on: Day,
    /// Day of acceptance (受理日期).
    pub accepted_on: Option<Day>,
    /// Last day of the statutory limit (办理期限).
    pub due_on: Option<Day>,
    /// Day of the decision (决定日期).
    pub decided_on: Option<Day>,
    /// Level that decided (审批层级).
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_level: Option<String>,
    /// Latest opinion (最近审核意见).
    pub opinion: Option<OpinionOutcome>,
    /// Day of the one supplement list (补正告知日期).
    pub supplement_requested_on: Option<Day>,
    /// The report it stands on.
    pub report_id: Option<Uuid>,
    /// The programme's own facts, JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub details: Option<String>,
    /// Whether the statutory clock runs (计时状态).
    pub clock: ClockEffect,
    /// Day the clock last started.
    pub clock_since: Option<Day>,
    /// Statutory days used before that day.
    pub clock_days_used: i32,
    /// Statutory days granted at acceptance (法定天数).
    pub limit_days: Option<i32>,
    /// When its last event happened (最近办理时间).
    pub last_event_at: At,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
