//! Table `notice`.

use crate::{
    enums::NoticeKind,
    value::{Day, Fen},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A public notice, open to objection (公示).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "notice")]
#[schemars(rename = "Notice")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case (申请事项).
    pub application_id: Uuid,
    /// First, second, repeated, or publication (类别).
    pub kind: NoticeKind,
    /// Day of posting; it does not count (张榜日期).
    pub posted_on: Day,
    /// Last day, to 24:00 (截止日期).
    pub ends_on: Day,
    /// Village (村居名称).
    #[sea_orm(column_type = "Text")]
    pub village_name: String,
    /// Name of the household's head (户主姓名).
    #[sea_orm(column_type = "Text")]
    pub head_name: String,
    /// Persons (人数).
    pub person_count: i32,
    /// Amount proposed or approved (金额).
    pub amount_fen: Fen,
    /// Phone for objections (异议电话).
    #[sea_orm(column_type = "Text")]
    pub objection_phone: String,
    /// User who posted it (发布人).
    pub posted_by: Uuid,
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
