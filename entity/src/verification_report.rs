//! Table `verification_report`.

use crate::{enums::ReportConclusion, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A report with the frozen snapshot of a household (核查报告).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "verification_report")]
#[schemars(rename = "VerificationReport")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (报告编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The verification (核查).
    pub verification_id: Uuid,
    /// Case that opened it (申请事项).
    pub application_id: Uuid,
    /// The household (家庭).
    pub household_id: Uuid,
    /// Day of issue (出具日期).
    pub issued_on: Day,
    /// Last day it serves new programmes (有效期至).
    pub valid_to: Day,
    /// Conclusion (核查结论).
    pub conclusion: ReportConclusion,
    /// Frozen snapshot, JSON (核查快照).
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    /// SHA-256 of the snapshot (快照哈希).
    #[sea_orm(column_type = "Text")]
    pub facts_hash: String,
    /// User who issued it (出具人).
    pub issued_by: Uuid,
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
