//! Table `audit_person`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One person an audit event was about, as its bytes say; for looking events up, volume by volume (审计涉及人员).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_person")]
#[schemars(rename = "AuditPerson")]
pub struct Model {
    /// The volume: 0 where something was done, else that of the reading (册号).
    #[sea_orm(primary_key, auto_increment = false)]
    pub volume: i64,
    /// Whom it was about (涉及人员).
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The event (审计事件).
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// The event's domain instant (时间).
    pub at: At,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
