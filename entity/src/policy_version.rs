//! Table `policy_version`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A policy set that was in force at a start.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_version")]
#[schemars(rename = "PolicyVersion")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the set.
    #[sea_orm(column_type = "Text")]
    pub set_name: String,
    /// Its version.
    #[sea_orm(column_type = "Text")]
    pub version: String,
    /// SHA-256 of its files.
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    /// When it was first seen.
    pub recorded_at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
