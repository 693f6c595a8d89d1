//! Table `outbox`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An event on its way to subscribers.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "outbox")]
#[schemars(rename = "Outbox")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Type of the subject.
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    /// What happened.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The case.
    pub application_id: Option<Uuid>,
    /// Place of the subject.
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code.
    #[sea_orm(column_type = "Text", nullable)]
    pub programme: Option<String>,
    /// Domain instant.
    pub at: At,
    /// When it was handed on.
    pub delivered_at: Option<At>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
