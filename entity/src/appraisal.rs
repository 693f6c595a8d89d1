//! Table `appraisal`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A mass appraisal (群众评议).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "appraisal")]
#[schemars(rename = "Appraisal")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Day of the meeting (评议日期).
    pub held_on: Day,
    /// People on the panel (参加评议人数).
    pub panel_count: i32,
    /// Villager representatives among them (村民代表人数).
    pub representative_count: i32,
    /// Votes in favour (同意).
    pub agree_count: i32,
    /// Votes against (不同意).
    pub against_count: i32,
    /// Whether all signed (是否全体签字).
    pub signed: bool,
    /// Whether there was strong dispute (是否争议较大).
    pub disputed: bool,
    /// User who recorded it (记录人).
    pub recorded_by: Uuid,
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
