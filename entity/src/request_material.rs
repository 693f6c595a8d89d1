//! Table `request_material`.

use crate::{enums::MaterialState, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A material of a request (申请材料).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "request_material")]
#[schemars(rename = "RequestMaterial")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The filing (救助申请).
    pub request_id: Uuid,
    /// Kind, e.g. INCOME_STATEMENT (材料类别).
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Whether it is there (状态).
    pub state: MaterialState,
    /// Day it was handed in or found; null until then (提供日期).
    pub provided_on: Option<Day>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
