//! Table `policy_document`.

use crate::value::Day;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A document of the policy library (政策文件).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_document")]
#[schemars(rename = "PolicyDocument")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Document number (文号).
    #[sea_orm(column_type = "Text")]
    pub doc_no: String,
    /// Title (标题).
    #[sea_orm(column_type = "Text")]
    pub title_zh: String,
    /// Issuer (发文单位).
    #[sea_orm(column_type = "Text")]
    pub issuer: String,
    /// Programme it is about; null for all (救助项目).
    #[sea_orm(column_type = "Text", nullable)]
    pub programme: Option<String>,
    /// First day in force (生效日期).
    pub from_on: Day,
    /// Last day in force; null while in force (废止日期).
    pub to_on: Option<Day>,
    /// Remark; null when there is none (备注).
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
