//! Table `parameter`.

use crate::{enums::ParameterStatus, value::Day};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A dated rule value with its source (政策参数).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "parameter")]
#[schemars(rename = "Parameter")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Parameter set (参数集).
    #[sea_orm(column_type = "Text")]
    pub set_name: String,
    /// Key, e.g. dibao.standard.rural (参数名).
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Value: fen, a count, a ratio or yes/no (值).
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Unit of the value (单位).
    #[sea_orm(column_type = "Text")]
    pub value_unit: String,
    /// First day in force (生效日期).
    pub from_on: Day,
    /// Last day; null while in force (终止日期).
    pub to_on: Option<Day>,
    /// Document behind it (依据).
    #[sea_orm(column_type = "Text")]
    pub source_doc: String,
    /// How certain it is (确认状态).
    pub status: ParameterStatus,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
