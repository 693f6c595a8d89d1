//! Table `idempotency_key`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A key under which a mutation was carried out, for its repetition (幂等键).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_key")]
#[schemars(rename = "IdempotencyKey")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose key it is (任职).
    pub assignment_id: Uuid,
    /// Name of the mutation (操作).
    #[sea_orm(column_type = "Text")]
    pub mutation: String,
    /// The key as sent (幂等键).
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// SHA-256 of the canonical input, hex (输入摘要).
    #[sea_orm(column_type = "Text")]
    pub input_hash: String,
    /// Row it answered; null until the mutation ends (结果编号).
    pub entity_id: Option<Uuid>,
    /// Version of that row right after; null until the mutation ends (结果版本).
    pub entity_version: Option<i64>,
    /// Instant it was claimed, by the wall clock (登记时间).
    pub created_at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
