//! Table `audit_event`.

use crate::{enums::AuditOutcome, value::At};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One event of the tamper-evident record (审计记录).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_event")]
#[schemars(rename = "AuditEvent")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Chain it belongs to (链).
    #[sea_orm(column_type = "Text")]
    pub chain: String,
    /// Place in the chain, from 1 (序号).
    pub seq: i64,
    /// Layout version of the hashed bytes.
    pub format: i32,
    /// Domain instant (时间).
    pub at: At,
    /// Wall-clock instant.
    pub wall_at: At,
    /// Who acted.
    pub actor_id: Option<Uuid>,
    /// Assignment acted under.
    pub assignment_id: Option<Uuid>,
    /// What was done or tried (操作).
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Done or refused (结果).
    pub outcome: AuditOutcome,
    /// Code of a refusal (拒绝代码).
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    /// Type of the subject (对象类别).
    #[sea_orm(column_type = "Text", nullable)]
    pub subject_type: Option<String>,
    /// Key of the subject.
    #[sea_orm(column_type = "Text", nullable)]
    pub subject_id: Option<String>,
    /// The case.
    pub application_id: Option<Uuid>,
    /// Place of the subject (区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// The exact bytes that are hashed.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// Hash of the event before.
    #[sea_orm(column_type = "Text")]
    pub previous_hash: String,
    /// Hash of this event (哈希).
    #[sea_orm(column_type = "Text")]
    pub hash: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
