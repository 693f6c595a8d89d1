//! Table `channel_rule`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which channel pays which item, with its dates (资金渠道依据).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "channel_rule")]
#[schemars(rename = "ChannelRule")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Item (项目).
    #[sea_orm(column_type = "Text")]
    pub item: String,
    /// Funding channel (资金渠道).
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// First day (起始日期).
    pub from_on: Day,
    /// Last day; null while in force (终止日期).
    pub to_on: Option<Day>,
    /// Document behind it (文号).
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// Version of the policies that brought it (政策版本).
    #[sea_orm(column_type = "Text")]
    pub policy_version: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
