//! Table `benefit_line`.

use crate::value::{Fen, Month};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One line of a benefit's amount (待遇明细).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "benefit_line")]
#[schemars(rename = "BenefitLine")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The benefit (救助待遇).
    pub benefit_id: Uuid,
    /// Decision that granted it; null for an imported roll (审批决定).
    pub decision_id: Option<Uuid>,
    /// Member a top-up is for; null for the household's line (家庭成员).
    pub person_id: Option<Uuid>,
    /// Item as the funding table names it (项目).
    #[sea_orm(column_type = "Text")]
    pub item: String,
    /// Amount a month (月金额).
    pub amount_fen: Fen,
    /// Funding channel (资金渠道).
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// How it was computed, with its numbers; null for an imported roll (计算式).
    #[sea_orm(column_type = "Text", nullable)]
    pub formula: Option<String>,
    /// First month (起始月).
    pub from_month: Month,
    /// Last month; null while it lasts (终止月).
    pub to_month: Option<Month>,
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
