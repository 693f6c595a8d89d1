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
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Chain it belongs to (链).
    #[sea_orm(column_type = "Text")]
    pub chain: String,
    /// Place in the chain, from 1 (序号).
    pub seq: i64,
    /// Version of the body's layout (格式版本).
    pub format: i32,
    /// Domain instant (时间).
    pub at: At,
    /// Instant by the wall clock (系统时间).
    pub wall_at: At,
    /// User who acted; null for the public (操作人).
    pub actor_id: Option<Uuid>,
    /// Assignment acted under; null for the public (任职).
    pub assignment_id: Option<Uuid>,
    /// What was done or tried (操作).
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Done or refused (结果).
    pub outcome: AuditOutcome,
    /// Code of the refusal; null when it was done (拒绝代码).
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    /// Type of what it was about; null when about nothing in particular (对象类型).
    #[sea_orm(column_type = "Text", nullable)]
    pub subject_type: Option<String>,
    /// Key of what it was about; null when about nothing in particular (对象编号).
    #[sea_orm(column_type = "Text", nullable)]
    pub subject_id: Option<String>,
    /// The case; null when there is none (申请事项).
    pub application_id: Option<Uuid>,
    /// Place of the subject (区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// The exact text that is hashed (被散列的原文).
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// Hash of the event before (前一摘要).
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
