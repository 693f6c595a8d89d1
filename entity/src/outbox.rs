//! Table `outbox`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that happened, for subscribers (待发事件).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "outbox")]
#[schemars(rename = "OutboxEvent")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Type of what changed (主题).
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    /// What happened, the name of the mutation (类别).
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The case; null when there is none (申请事项).
    pub application_id: Option<Uuid>,
    /// Place (区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code; null when there is none (救助项目).
    #[sea_orm(column_type = "Text", nullable)]
    pub programme: Option<String>,
    /// Instant by the domain clock (时间).
    pub at: At,
    /// Instant of delivery; null until then (发送时间).
    pub delivered_at: Option<At>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
