//! Table `request`.

use crate::value::{At, Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One filing at a window; one application for each programme hangs on it (救助申请).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "request")]
#[schemars(rename = "Request")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number (申请编号).
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The household (家庭).
    pub household_id: Uuid,
    /// Who applies (申请人).
    pub applicant_id: Uuid,
    /// Window that took it (受理窗口).
    pub window_id: Uuid,
    /// Day it was filed (申请日期).
    pub received_on: Day,
    /// When it was filed (申请时间).
    pub received_at: At,
    /// What the applicant says is needed (申请事由).
    #[sea_orm(column_type = "Text")]
    pub need: String,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// User who took it (经办人).
    pub created_by: Uuid,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
