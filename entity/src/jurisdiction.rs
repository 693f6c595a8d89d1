//! Table `jurisdiction`.

use crate::enums::JurisdictionKind;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A place in the tree of administrative divisions (行政区划); its code is its own path of fixed-width segments.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "jurisdiction")]
#[schemars(rename = "Jurisdiction")]
pub struct Model {
    /// Division code: 6, 9 or 12 digits (区划代码).
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub code: String,
    /// Chinese name (名称).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Name in Latin letters (英文名).
    #[sea_orm(column_type = "Text")]
    pub name_en: String,
    /// District, town, community or village (类别).
    pub kind: JurisdictionKind,
    /// Code of the place it belongs to; null for the district (上级区划代码).
    #[sea_orm(column_type = "Text", nullable)]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub parent_code: Option<String>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
