//! Table `consent`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A written authorisation to check a person's economic status (核查授权书).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "consent")]
#[schemars(rename = "Consent")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The household (家庭).
    pub household_id: Uuid,
    /// Whose data may be asked for (被授权查询人).
    pub person_id: Uuid,
    /// Who signed; a guardian for minors (签署人).
    pub signer_id: Uuid,
    /// Data sources covered, JSON list (授权范围).
    #[sea_orm(column_type = "Text")]
    pub sources: String,
    /// Purpose (用途).
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    /// Number of the paper form; null when there is none (授权书编号).
    #[sea_orm(column_type = "Text", nullable)]
    pub form_no: Option<String>,
    /// Witness; null when there was none (见证人).
    #[sea_orm(column_type = "Text", nullable)]
    pub witness: Option<String>,
    /// Day of signing (签署日期).
    pub signed_on: Day,
    /// Last day; null when open (有效期至).
    pub valid_to: Option<Day>,
    /// Day of withdrawal; null while it stands (撤回日期).
    pub withdrawn_on: Option<Day>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// User who recorded it (记录人).
    pub recorded_by: Uuid,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
