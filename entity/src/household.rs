//! Table `household`.

use crate::{enums::AreaType, value::At};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A household (家庭).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "household")]
#[schemars(rename = "Household")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The head (户主).
    pub head_person_id: Uuid,
    /// Village or community (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Urban or rural line (城乡类别).
    pub area_type: AreaType,
    /// Address; null when not recorded (住址).
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    /// Villagers' group; null when there is none (村民小组).
    #[sea_orm(column_type = "Text", nullable)]
    pub group_name: Option<String>,
    /// Telephone; null when not known (联系电话).
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Members as declared (家庭人口).
    pub declared_size: i32,
    /// When it was registered (登记时间).
    pub created_at: At,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
