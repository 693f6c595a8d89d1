//! Table `audit_volume`.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One volume of the index of whom events were about (涉及人员索引分册).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_volume")]
#[schemars(rename = "AuditVolume")]
pub struct Model {
    /// Place in the chain of reads of the first reading it holds; 0 for all that was done (册号).
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
