//! Table `verification_step`.

use crate::{
    enums::VerificationKind,
    value::{At, Day},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One thing investigators did (核查记录).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "verification_step")]
#[schemars(rename = "VerificationStep")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The verification (核查).
    pub verification_id: Uuid,
    /// Home visit, comparison, neighbours or letter (核查方式).
    pub kind: VerificationKind,
    /// Day it was done (日期).
    pub held_on: Day,
    /// Data source compared with; null unless it is a comparison (比对来源).
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// Person it is about; null for the whole household (核查对象).
    pub person_id: Option<Uuid>,
    /// Result (结果).
    #[sea_orm(column_type = "Text")]
    pub result: String,
    /// What was found (核查情况).
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    /// Family member who signed the record; null when nobody did (家庭签字人).
    pub family_signer_id: Option<Uuid>,
    /// User who recorded it (记录人).
    pub recorded_by: Uuid,
    /// When it was recorded (记录时间).
    pub recorded_at: At,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
