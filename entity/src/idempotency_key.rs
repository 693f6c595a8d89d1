//! Table `idempotency_key`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A key that was used, and the row its call made.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_key")]
#[schemars(rename = "IdempotencyKey")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Assignment that used it.
    pub assignment_id: Uuid,
    /// Mutation it was used for.
    #[sea_orm(column_type = "Text")]
    pub mutation: String,
    /// The caller's key.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Hash of the canonical input.
    #[sea_orm(column_type = "Text")]
    pub input_hash: String,
    /// The row made or changed.
    pub entity_id: Option<Uuid>,
    /// Its version right after.
    pub entity_version: Option<i64>,
    /// When it was used.
    pub created_at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
