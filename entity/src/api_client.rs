//! Table `api_client`.

use crate::{
    enums::{ClientKind, UnitLevel},
    value::At,
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A program of others with a token of its own (接入方).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "api_client")]
#[schemars(rename = "ApiClient")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name the operator gave it (名称).
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// What it is (类别).
    pub kind: ClientKind,
    /// Role whose schema it has, e.g. DP (角色).
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// Unit of that role (单位代码).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Level of the unit (层级).
    pub level: UnitLevel,
    /// SHA-256 of its token (令牌散列).
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// When it was added (创建时间).
    pub created_at: At,
    /// When its token ends (到期时间).
    pub expires_at: At,
    /// When it was revoked; null while it may be used (撤销时间).
    pub revoked_at: Option<At>,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
