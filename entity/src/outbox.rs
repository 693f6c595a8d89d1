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
    /// Place in the order of commits (序号).
    pub position: i64,
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
    /// Town unit that handles the case; null when there is none (承办单位).
    #[sea_orm(column_type = "Text", nullable)]
    pub unit: Option<String>,
    /// State of the case before; null when it is new or there is none (原状态).
    #[sea_orm(column_type = "Text", nullable)]
    pub from_state: Option<String>,
    /// State of the case now; null when there is none (现状态).
    #[sea_orm(column_type = "Text", nullable)]
    pub state: Option<String>,
    /// Instant by the domain clock (时间).
    pub at: At,
    /// Instant by the wall clock; retention goes by it (记录时间).
    pub wall_at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
