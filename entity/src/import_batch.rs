//! Table `import_batch`.

use crate::value::At;
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One import of a file (导入批次).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "import_batch")]
#[schemars(rename = "ImportBatch")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was imported (类别).
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Name of the file (文件名).
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// SHA-256 of the file, hex (文件摘要).
    #[sea_orm(column_type = "Text")]
    pub file_hash: String,
    /// When it was imported (导入时间).
    pub imported_at: At,
    /// Rows read (总行数).
    pub row_count: i32,
    /// Rows added (新增).
    pub added_count: i32,
    /// Rows already there (已存在).
    pub known_count: i32,
    /// Rows refused (有误).
    pub bad_count: i32,
    /// Town (乡镇).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
