//! What the departments ask of it: translate, and hand to the platform.

use crate::{APPROVE, DETAILS, PREVIEW, PROGRAMME, details::HeatingDetails};
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

/// Details that lists filter by, as the API spells them.
pub const INDEXED: &[&str] = &["fuel"];

/// Which case to assess.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct HeatingPreviewInput {
    /// The case (申请).
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
}

/// What a case would be granted today (取暖补助测算).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatingPreview {
    /// Day whose values are in force (测算日期).
    pub assessed_on: Day,
    /// The assessment (测算结果).
    pub assessment: Assessment,
}

pub async fn preview(op: &Op, input: HeatingPreviewInput) -> Result<HeatingPreview> {
    let found = decision::preview(op, PREVIEW, input.application_id).await?;
    Ok(HeatingPreview { assessed_on: found.facts.assessed_on, assessment: found.assessment })
}

pub async fn record_details(op: &Op, input: DetailsRecord<HeatingDetails>) -> Result<Saved<application::Entity>> {
    record(op, DETAILS, PROGRAMME, INDEXED, input).await
}

pub async fn approve(op: &Op, input: ApproveInput) -> Result<Saved<decision_row::Entity>> {
    decision::approve(op, APPROVE, input).await
}

pub async fn reject(op: &Op, input: RejectInput) -> Result<Saved<decision_row::Entity>> {
    decision::reject(op, APPROVE, input).await
}
