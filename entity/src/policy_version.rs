//! Table `policy_version`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A set of policies this store has been served under (政策版本).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_version")]
#[schemars(rename = "PolicyVersion")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the set (政策集).
    #[sea_orm(column_type = "Text")]
    pub set_name: String,
    /// Its version (版本).
    #[sea_orm(column_type = "Text")]
    pub version: String,
    /// SHA-256 of its files, hex (摘要).
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    /// Instant it was first loaded (登记时间).
    pub recorded_at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
