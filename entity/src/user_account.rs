//! Table `user_account`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A member of staff who signs in (工作人员).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "user_account")]
#[schemars(rename = "User")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Sign-in name (登录名).
    #[sea_orm(column_type = "Text")]
    pub login: String,
    /// Subject of the tokens that stand for this user (令牌主体).
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Name (姓名).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Argon2 hash of the password; null when sign-in comes from outside (口令散列).
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// The user's own person record, for recusal; null when not known (本人档案).
    pub person_id: Option<Uuid>,
    /// Place of work (工作区划).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Instant the account was disabled; null while it may be used (停用时间).
    pub disabled_at: Option<At>,
    /// When the account was made (创建时间).
    pub created_at: At,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
