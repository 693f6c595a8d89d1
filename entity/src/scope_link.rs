//! Table `scope_link`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which places and programmes reach a shared row.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "scope_link")]
#[schemars(rename = "ScopeLink")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Type of the row.
    #[sea_orm(column_type = "Text")]
    pub entity_type: String,
    /// Key of the row.
    pub entity_id: Uuid,
    /// Place that reaches it.
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme that reaches it; empty for intake.
    #[sea_orm(column_type = "Text")]
    pub programme: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
