//! What departments ask of temporary assistance: translate, and hand to the platform.

use super::{APPROVE, DETAILS, INDEXED, PREVIEW, PROGRAMME, TemporaryDetails};
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
pub struct TemporaryPreviewInput {
    /// The case (申请).
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
}

/// Assessment of one case (临时救助测算).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemporaryPreview {
    /// Day whose values are in force (测算日期).
    pub assessed_on: Day,
    /// Level that is to decide: the town up to its ceiling, else the district (审批层级).
    pub deciding_level: Option<String>,
    /// Year in which a member it is for was granted aid for the same cause already; null when nobody was (同一事由已救助年度).
    pub granted_in: Option<String>,
    /// The assessment (测算结果).
    pub assessment: Assessment,
}

pub(super) async fn preview(op: &Op, input: TemporaryPreviewInput) -> Result<TemporaryPreview> {
    let preview = decision::preview(op, PREVIEW, input.application_id).await?;
    Ok(TemporaryPreview {
        assessed_on: preview.facts.assessed_on,
        deciding_level: preview.facts.deciding_level,
        granted_in: preview.granted_in,
        assessment: preview.assessment,
    })
}

pub(super) async fn record_details(
    op: &Op,
    input: DetailsRecord<TemporaryDetails>,
) -> Result<Saved<application::Entity>> {
    input.details.complete()?;
    record(op, DETAILS, PROGRAMME, INDEXED, input).await
}

pub(super) async fn approve(op: &Op, input: ApproveInput) -> Result<Saved<decision_row::Entity>> {
    decision::approve(op, APPROVE, input).await
}

pub(super) async fn reject(op: &Op, input: RejectInput) -> Result<Saved<decision_row::Entity>> {
    decision::reject(op, APPROVE, input).await
}
