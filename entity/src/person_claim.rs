//! Table `person_claim`.

use crate::{
    enums::ClaimKind,
    value::{At, Day},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A fact about a person with its source; never overwritten (个人信息记录).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "person_claim")]
#[schemars(rename = "PersonClaim")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it is about (人员).
    pub person_id: Uuid,
    /// What it says (类别).
    pub kind: ClaimKind,
    /// The value, as its kind defines (内容).
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Who says so (来源).
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// Certificate or file number there; null when there is none (来源编号).
    #[sea_orm(column_type = "Text", nullable)]
    pub source_ref: Option<String>,
    /// First day it holds (起始日期).
    pub from_on: Day,
    /// Last day it holds; null when open (终止日期).
    pub to_on: Option<Day>,
    /// When it was recorded (记录时间).
    pub recorded_at: At,
    /// User who recorded it; null for an import (记录人).
    pub recorded_by: Option<Uuid>,
    /// Place it was recorded for (记录区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
