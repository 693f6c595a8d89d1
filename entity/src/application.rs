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
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (受理编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// Filing it belongs to (救助申请).
    pub request_id: Uuid,
    /// The household (家庭).
    pub household_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Unit it lies with: the town unit that handles it, or the one it was transferred to (承办单位).
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
    /// Date of acceptance, the clock starts the next day; null until accepted (受理日期).
    pub accepted_on: Option<Day>,
    /// Last day of the statutory limit, moves while the clock is paused; null until accepted (法定办结日期).
    pub due_on: Option<Day>,
    /// Date of the decision; null until decided (审批日期).
    pub decided_on: Option<Day>,
    /// Level that decided; null until decided (审批层级).
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_level: Option<String>,
    /// What the latest opinion proposes; null before one is given (最近意见).
    pub opinion: Option<OpinionOutcome>,
    /// Day the one supplement list was given; null when none was needed (补正告知日期).
    pub supplement_requested_on: Option<Day>,
    /// Verification report it stands on; null until issued (核查报告).
    pub report_id: Option<Uuid>,
    /// The programme's own facts, as JSON text; null until recorded (项目专有信息).
    #[sea_orm(column_type = "Text", nullable)]
    pub details: Option<String>,
    /// Whether the statutory clock runs (计时状态).
    pub clock: ClockEffect,
    /// Day the clock last started; null unless it runs (计时起点).
    pub clock_since: Option<Day>,
    /// Statutory days used before the clock last started (已用天数).
    pub clock_days_used: i32,
    /// Statutory days granted at acceptance; null until accepted (法定时限天数).
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
