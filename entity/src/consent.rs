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
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// Whose data may be checked.
    pub person_id: Uuid,
    /// Who signed; a guardian for minors (签署人).
    pub signer_id: Uuid,
    /// Data sources covered, JSON list (授权范围).
    #[sea_orm(column_type = "Text")]
    pub sources: String,
    /// Purpose (用途).
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    /// Number of the form (授权书编号).
    #[sea_orm(column_type = "Text", nullable)]
    pub form_no: Option<String>,
    /// Witness (见证人).
    #[sea_orm(column_type = "Text", nullable)]
    pub witness: Option<String>,
    /// Day of signing (签署日期).
    pub signed_on: Day,
    /// Last day of validity (有效期至).
    pub valid_to: Option<Day>,
    /// Day it was withdrawn (撤回日期).
    pub withdrawn_on: Option<Day>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
