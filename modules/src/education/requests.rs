//! What windows, the education centre and schools ask of education: translate, and hand to the platform.

use super::{DECIDE, DETAILS, EducationDetails, INDEXED, PREVIEW, PROGRAMME, assess};
use entity::{Day, application, decision as decision_row, enums::OpinionOutcome};
use platform::{
    Code, Op, Refusal, Result,
    application::{DetailsRecord, amend_details, record_details as record},
    decision::{self, ApproveInput, RejectInput},
    ensure,
    id::Ref,
    module::Assessment,
    part::Saved,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which case to assess.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct EducationPreviewInput {
    /// The case (申请).
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
}

/// The assessment of one case (教育救助测算).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EducationPreview {
    /// Day whose values are in force (测算日期).
    pub assessed_on: Day,
    /// What the school would decide on today (测算结果).
    pub assessment: Assessment,
}

pub(super) async fn preview(op: &Op, input: EducationPreviewInput) -> Result<EducationPreview> {
    let (facts, parameters) = decision::preview_facts(op, PREVIEW, input.application_id).await?;
    parameters.take_used();
    let mut assessment = assess::assess(&facts, &parameters)?;
    assessment.parameters = parameters.take_used();
    Ok(EducationPreview { assessed_on: facts.assessed_on, assessment })
}

pub(super) async fn record_details(
    op: &Op,
    input: DetailsRecord<EducationDetails>,
) -> Result<Saved<application::Entity>> {
    ensure(input.details.recognition.is_none(), || {
        Refusal::new(Code::InvalidInput)
            .field("input.details.recognition")
            .arg("reason", "only the school recognises a pupil")
    })?;
    record(op, DETAILS, PROGRAMME, INDEXED, input).await
}

/// A pupil whom the school recognises.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct EducationRecognise {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Why the school recognises the pupil as in hardship (认定理由).
    #[garde(length(chars, min = 1, max = 1000))]
    pub reason: String,
}

pub(super) async fn recognise(op: &Op, input: EducationRecognise) -> Result<Saved<application::Entity>> {
    let (id, version) = (input.application_id, input.expected_version);
    amend_details(op, DECIDE, INDEXED, (id, version), |details: &mut EducationDetails| {
        details.recognition = Some(input.reason);
    })
    .await
}

/// The school's decision.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct EducationDecision {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Grant by the assessment of the day, or refuse (同意、不同意).
    #[garde(skip)]
    pub outcome: OpinionOutcome,
    /// Reason, as the window and the applicant are told; required for a refusal (理由).
    #[garde(inner(length(chars, max = 1000)))]
    pub reason: Option<String>,
}

pub(super) async fn decide(op: &Op, input: EducationDecision) -> Result<Saved<decision_row::Entity>> {
    let EducationDecision { idempotency_key, application_id, expected_version, outcome, reason } = input;
    let reason = reason.filter(|text| !text.trim().is_empty());
    match outcome {
        OpinionOutcome::Grant => {
            let input = ApproveInput { idempotency_key, application_id, expected_version, reason };
            decision::approve(op, DECIDE, input).await
        }
        OpinionOutcome::Refuse => {
            let reason = reason.ok_or_else(|| Refusal::new(Code::ReasonRequired).field("input.reason"))?;
            let input = RejectInput { idempotency_key, application_id, expected_version, reason };
            decision::reject(op, DECIDE, input).await
        }
    }
}
