//! Table `service_window`.

use crate::{enums::UnitLevel, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A unified service window (统一受理窗口).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "service_window")]
#[schemars(rename = "ServiceWindow")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Window code (窗口代码).
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Chinese name (名称).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Village or town (层级).
    pub level: UnitLevel,
    /// Place it serves (所属区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Public phone (咨询电话).
    #[sea_orm(column_type = "Text")]
    pub phone: String,
    /// First day (启用日期).
    pub opened_on: Day,
    /// Day it closed; null while it is open (撤销日期).
    pub closed_on: Option<Day>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
