//! Table `org_unit`.

use crate::{enums::UnitLevel, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A unit that holds authority or handles a programme (成员单位).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "org_unit")]
#[schemars(rename = "OrgUnit")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unit code, e.g. TU_SOCIAL (单位代码).
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Chinese name (名称).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Name in English (英文名).
    #[sea_orm(column_type = "Text")]
    pub name_en: String,
    /// Level of the unit (层级).
    pub level: UnitLevel,
    /// Place it works for (所属区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// First day of its existence (设立日期).
    pub from_on: Day,
    /// Last day; null while it exists (终止日期).
    pub to_on: Option<Day>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
