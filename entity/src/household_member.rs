//! Table `household_member`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person's membership of a household for a time (家庭成员).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "household_member")]
#[schemars(rename = "HouseholdMember")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The household (家庭).
    pub household_id: Uuid,
    /// The member (成员).
    pub person_id: Uuid,
    /// Relation to the head, GB/T 4761 (与户主关系).
    #[sea_orm(column_type = "Text")]
    pub relation: String,
    /// Whether the member is counted (是否共同生活).
    pub counted: bool,
    /// Why the member is not counted; null for a counted one (不计入原因).
    #[sea_orm(column_type = "Text", nullable)]
    pub not_counted_reason: Option<String>,
    /// First day (起始日期).
    pub from_on: Day,
    /// Last day; null while it lasts (终止日期).
    pub to_on: Option<Day>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
