//! Table `audit_head`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The last event of a chain.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_head")]
#[schemars(rename = "AuditHead")]
pub struct Model {
    /// Chain.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub chain: String,
    /// Its last place.
    pub seq: i64,
    /// Its last hash.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
