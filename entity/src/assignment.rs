//! Table `assignment`.

use crate::{enums::UnitLevel, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A role held for a unit in a place for a time (任职).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "assignment")]
#[schemars(rename = "Assignment")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who holds it (任职人员).
    pub user_id: Uuid,
    /// Role code, e.g. TW (角色).
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// Unit code (单位代码).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Level of the unit (层级).
    pub level: UnitLevel,
    /// Root of the area it covers (辖区).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// First day (起始日期).
    pub from_on: Day,
    /// Last day; null while it lasts (终止日期).
    pub to_on: Option<Day>,
    /// User who granted it; null for those set up with the store (授予人).
    pub granted_by: Option<Uuid>,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
