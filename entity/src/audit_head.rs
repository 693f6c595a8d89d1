//! Table `audit_head`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The newest event of each audit chain (审计链头).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_head")]
#[schemars(rename = "AuditHead")]
pub struct Model {
    /// The chain (链).
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub chain: String,
    /// Place of its newest event; 0 while empty (序号).
    pub seq: i64,
    /// Hash of its newest event (摘要).
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// Its newest volume of `audit_person`; 0 where it has none of its own (册号).
    pub volume: i64,
    /// Rows in that volume (册内条数).
    pub named: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
