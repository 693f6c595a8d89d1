//! Table `person`.

use crate::{
    enums::Sex,
    value::{At, Day},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A resident: one record for everyone (居民).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "person")]
#[schemars(rename = "Person")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name (姓名).
    #[sea_orm(column_type = "Text")]
    pub name_zh: String,
    /// Sex, GB/T 2261.1 (性别).
    pub sex: Sex,
    /// Date of birth; null when not known (出生日期).
    pub birth_on: Option<Day>,
    /// Resident identity number, encrypted; null when there is none (公民身份号码密文).
    pub id_number_cipher: Option<Vec<u8>>,
    /// Keyed hash of the identity number, for exact lookup; null when there is none (公民身份号码散列).
    #[sea_orm(column_type = "Text", nullable)]
    pub id_number_hash: Option<String>,
    /// Temporary key of a person without a number (临时编号).
    #[sea_orm(column_type = "Text", nullable)]
    pub temporary_key: Option<String>,
    /// Telephone; null when not known (联系电话).
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Date of death; null while alive as far as known (死亡日期).
    pub deceased_on: Option<Day>,
    /// When the record was made (建档时间).
    pub created_at: At,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
