//! Table `reverification`.

use crate::{enums::ReverificationTrigger, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Why a household was verified again although a report served (再次核查), and who takes part.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "reverification")]
#[schemars(rename = "Reverification")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The verification it opened (核查).
    pub verification_id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Report the case stood on (原核查报告).
    pub report_id: Uuid,
    /// What allows it (再次核查情形).
    pub trigger: ReverificationTrigger,
    /// Reason in words (理由).
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// District department that takes part (参与的区级部门).
    #[sea_orm(column_type = "Text")]
    pub district_unit: String,
    /// Unit of the town that takes part (参与的镇单位).
    #[sea_orm(column_type = "Text")]
    pub town_unit: String,
    /// User who asked for it (发起人).
    pub requested_by: Uuid,
    /// Day it was asked for (发起日期).
    pub requested_on: Day,
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
