//! Table `application_event`.

use crate::{
    enums::{ApplicationState, ClockEffect},
    value::{At, Day},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One step of a case (办理记录).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "application_event")]
#[schemars(rename = "ApplicationEvent")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Place in the log, from 1 (序号).
    pub seq: i32,
    /// Domain instant (办理时间).
    pub at: At,
    /// Local day (办理日期).
    pub on_day: Day,
    /// Instant by the wall clock (系统时间).
    pub wall_at: At,
    /// User who acted (经办人).
    pub actor_id: Uuid,
    /// Assignment acted under (任职).
    pub assignment_id: Uuid,
    /// Unit acted for (经办单位).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// What was done (办理事项).
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// State before; null for the first step (原状态).
    pub from_state: Option<ApplicationState>,
    /// State after (新状态).
    pub to_state: ApplicationState,
    /// Reason given; null when the step takes none (理由).
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// What it did to the statutory clock (计时影响).
    pub clock_effect: ClockEffect,
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
