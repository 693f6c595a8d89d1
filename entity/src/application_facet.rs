//! Table `application_facet`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A programme's own fact that lists filter or sort by (检索项).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "application_facet")]
#[schemars(rename = "ApplicationFacet")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Name of the fact (名称).
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Value, if it is a text; else null (文本值).
    #[sea_orm(column_type = "Text", nullable)]
    pub text_value: Option<String>,
    /// Value, if it is a number or yes or no; else null (数值).
    pub int_value: Option<i64>,
    /// Town unit that handles the case (承办单位).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
