//! Table `benefit`.

use crate::{
    enums::{AreaType, BenefitOrigin, BenefitState},
    value::{Day, Fen, Month},
};
use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a household receives of one programme (救助待遇).
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, JsonSchema, Serialize, Deserialize)]
#[sea_orm(table_name = "benefit")]
#[schemars(rename = "Benefit")]
pub struct Model {
    /// Key (主键).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Case it came from; null for an imported roll (申请事项).
    pub application_id: Option<Uuid>,
    /// Decision behind it; null for an imported roll (审批决定).
    pub decision_id: Option<Uuid>,
    /// The household (家庭).
    pub household_id: Uuid,
    /// Programme code (救助项目).
    #[sea_orm(column_type = "Text")]
    pub programme: String,
    /// Town unit that handles it (承办单位).
    #[sea_orm(column_type = "Text")]
    pub unit: String,
    /// Decided here or imported (来源).
    pub origin: BenefitOrigin,
    /// Import that brought it; null for a decision (导入批次).
    pub batch_id: Option<Uuid>,
    /// Certificate number on the roll; null when there is none (低保证号).
    #[sea_orm(column_type = "Text", nullable)]
    pub certificate_no: Option<String>,
    /// Urban or rural line; null where it does not matter (城乡类别).
    pub area_type: Option<AreaType>,
    /// First entitled month (起始月).
    pub start_month: Month,
    /// Last month of payment; null while it lasts (终止月).
    pub end_month: Option<Month>,
    /// State (状态).
    pub state: BenefitState,
    /// Amount a month (月金额).
    pub amount_fen_month: Fen,
    /// How often it is reviewed: ANNUAL, SEMIANNUAL, QUARTERLY or MONTHLY; null when it is not (核查周期).
    #[sea_orm(column_type = "Text", nullable)]
    pub review_class: Option<String>,
    /// Day of the next review; null when none is due (下次核查日期).
    pub next_review_on: Option<Day>,
    /// Village of the household (村居).
    #[sea_orm(column_type = "Text")]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Version, for concurrent changes (版本).
    pub version: i64,
}

/// Edges are declared in parts, not here.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
