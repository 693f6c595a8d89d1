//! Table `work_calendar`.

use crate::{enums::WorkCalendarKind, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A public holiday or a make-up working day (工作日历).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "work_calendar")]
#[schemars(rename = "WorkCalendarDay")]
pub struct Model {
    /// The day (日期).
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    /// Holiday or make-up working day (类别).
    pub kind: WorkCalendarKind,
    /// Name (名称).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Document behind it (依据).
    #[sea_orm(column_type = "Text")]
    pub source_doc: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
