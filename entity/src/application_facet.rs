//! Table `application_facet`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One of a programme's own facts that lists filter by.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "application_facet")]
#[schemars(rename = "ApplicationFacet")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The application.
    pub application_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Name of the fact.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Its value, if text.
    #[sea_orm(column_type = "Text", nullable)]
    pub text_value: Option<String>,
    /// Its value, if a number or yes/no.
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
