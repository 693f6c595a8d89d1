//! What departments ask of dibao: translate, and hand to the platform.

use super::{APPROVE, DETAILS, DibaoDetails, INDEXED, PREVIEW, PROGRAMME, assess};
use entity::{Day, application, decision as decision_row};
use platform::{
    Op, Result,
    application::{DetailsRecord, record_details as record},
    decision::{self, ApproveInput, RejectInput},
    id::Ref,
    module::Assessment,
    part::Saved,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which case to assess.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DibaoPreviewInput {
    /// The case (申请).
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
}

/// Assessments of one case (低保测算).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DibaoPreview {
    /// Day whose values are in force (测算日期).
    pub assessed_on: Day,
    /// The whole household (按家庭整体测算).
    pub whole: Assessment,
    /// The members to be computed apart; null when the details name none (单独计算结果).
    pub separate: Option<Assessment>,
    /// Whether the case is decided by the separate computation (是否按单独计算审批).
    pub separate_applied: bool,
}

pub(super) async fn preview(op: &Op, input: DibaoPreviewInput) -> Result<DibaoPreview> {
    let (facts, parameters) = decision::preview_facts(op, PREVIEW, input.application_id).await?;
    let (whole, separate, separate_applied) = assess::both(&facts, &parameters)?;
    Ok(DibaoPreview { assessed_on: facts.assessed_on, whole, separate, separate_applied })
}

pub(super) async fn record_details(op: &Op, input: DetailsRecord<DibaoDetails>) -> Result<Saved<application::Entity>> {
    record(op, DETAILS, PROGRAMME, INDEXED, input).await
}

pub(super) async fn approve(op: &Op, input: ApproveInput) -> Result<Saved<decision_row::Entity>> {
    decision::approve(op, APPROVE, input).await
}

pub(super) async fn reject(op: &Op, input: RejectInput) -> Result<Saved<decision_row::Entity>> {
    decision::reject(op, APPROVE, input).await
}
