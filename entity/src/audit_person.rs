//! Table `audit_person`.

use crate::{enums::AuditKind, value::At};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One person an audit event was about, as its bytes say; for looking events up (审计涉及人员).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_person")]
#[schemars(rename = "AuditPerson")]
pub struct Model {
    /// Whom it was about (涉及人员).
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// Whether something was done, or the person's data was read (类别).
    pub kind: AuditKind,
    /// The event's domain instant (时间).
    pub at: At,
    /// The event (审计事件).
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
