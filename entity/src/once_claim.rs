//! Table `once_claim`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a person was granted and may be granted once only in a period (一事一次).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "once_claim")]
#[schemars(rename = "OnceClaim")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Decision that granted it (审批决定).
    pub decision_id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// Who was granted it (救助对象).
    pub person_id: Uuid,
    /// What, in the programme's own spelling (事由).
    #[sea_orm(column_type = "Text")]
    pub matter: String,
    /// Period within which it is granted once, e.g. a year (期间).
    #[sea_orm(column_type = "Text")]
    pub period: String,
    /// Day of the grant (决定日期).
    pub granted_on: Day,
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
