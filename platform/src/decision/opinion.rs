//! The steps before a decision: preliminary opinion, town review, forwarding, district review.

use super::once::{ensure_not_granted, ensure_signers};
use crate::{
    act::{Awaited, CaseAct, Look, Wait},
    case::{Case, Step, finish_case},
    code::Code,
    error::{Refusal, Result, ensure},
    id::Ref,
    ledger,
    module::Assessment,
    notice,
    op::Op,
    part::Saved,
    permissions as may,
    tx::Tx,
};
use entity::{
    Day, Fen, application,
    enums::{ApplicationState as S, ClockEffect, OpinionOutcome, OpinionStage},
    opinion,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// An opinion on a case.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct OpinionInput {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Grant or refuse (拟批准、不予批准).
    #[garde(skip)]
    pub outcome: OpinionOutcome,
    /// Reason; required for a refusal (理由).
    #[garde(inner(length(chars, max = 1000)))]
    pub reason: Option<String>,
}

/// The district reviewer's opinion.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DistrictReviewInput {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Grant or refuse (拟批准、不予批准).
    #[garde(skip)]
    pub outcome: OpinionOutcome,
    /// Reason; required for a refusal (理由).
    #[garde(inner(length(chars, max = 1000)))]
    pub reason: Option<String>,
    /// Day of the home spot-check, if one was made (入户抽查日期).
    #[garde(skip)]
    pub spot_check_on: Option<Day>,
}

pub(super) const GIVE: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_for("opinion"),
    |look, case, act| Box::pin(may_give(look, case, act)),
);

async fn may_give(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_take(case, "opinion")?;
    look.must_be(case, act)?;
    look.must_not_have_investigated(case, "give an opinion on").await?;
    ensure_signers(look, case, "give an opinion on", 2).await?;
    look.assessment(case).await.map(|_| ())
}

pub(super) async fn give(op: &Op, input: OpinionInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::OPINION_GIVE).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let look = case.look();
    GIVE.ensure(&look, &case.row).await?;
    let assessed = look.assessment(&case.row).await?;
    proposes(&look, &case.row, &assessed.0, input.outcome, input.reason.as_deref()).await?;

    let written = Written {
        stage: OpinionStage::Preliminary,
        outcome: input.outcome,
        reason: input.reason.as_deref(),
        assessment: &assessed.0,
        level: assessed.1.deciding_level.clone(),
    };
    write(&tx, &mut case, written).await?;
    let step = Step { to: S::PrelimOpinion, clock: ClockEffect::Run, reason: input.reason.as_deref() };
    case.advance(step).await?;

    let row = case.row;
    finish_case(tx, row).await
}

pub(super) const TOWN_REVIEW: CaseAct = CaseAct {
    states: |_, manifest| manifest.ready_for("review"),
    awaited: Awaited::In(|_, manifest| match manifest.ready_for("review") {
        [S::FirstNotice] => {
            const NOTICED: &[Wait] = &[
                Wait::state(S::FirstNotice),
                // A refusal may go on without one.
                Wait { opinion: Some(OpinionOutcome::Refuse), ..Wait::state(S::PrelimOpinion) },
            ];
            NOTICED
        }
        [S::PrelimOpinion] => const { &[Wait::state(S::PrelimOpinion)] },
        [S::Appraised] => const { &[Wait::state(S::Appraised)] },
        [S::Verified, S::PrelimRouted] => const { &[Wait::state(S::Verified), Wait::state(S::PrelimRouted)] },
        _ => &[],
    }),
    check: |look, case, act| Box::pin(may_review_for_town(look, case, act)),
};

async fn may_review_for_town(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    noticed(look, case, act).await?;
    look.must_not_have_investigated(case, "review").await?;
    ensure_signers(look, case, "review", 1).await?;
    look.assessment(case).await.map(|_| ())
}

pub(super) async fn town_review(op: &Op, input: OpinionInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_REVIEW).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let look = case.look();
    TOWN_REVIEW.ensure(&look, &case.row).await?;
    let assessed = look.assessment(&case.row).await?;
    proposes(&look, &case.row, &assessed.0, input.outcome, input.reason.as_deref()).await?;

    let written = Written {
        stage: OpinionStage::TownReview,
        outcome: input.outcome,
        reason: input.reason.as_deref(),
        assessment: &assessed.0,
        level: assessed.1.deciding_level.clone(),
    };
    write(&tx, &mut case, written).await?;
    case.advance(Step { to: S::TownReviewed, clock: ClockEffect::Run, reason: input.reason.as_deref() }).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// Refuses unless the notice has been up for its whole time, or the case needs none.
///
/// Whether a family that is to be refused is posted at all no source fixes: it is the parameter
/// `notice.refusal.required`.
async fn noticed(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    let manifest = look.must_take(case, "review")?;
    let refusal = manifest.takes("notice")
        && case.opinion == Some(OpinionOutcome::Refuse)
        && !look.parameters().await?.flag("notice.refusal.required", &look.op().today().to_string())?;
    if refusal && case.state == S::PrelimOpinion {
        return Ok(());
    }
    look.must_be(case, act)?;
    if manifest.takes("notice") { notice::must_be_over(look, case).await } else { Ok(()) }
}

pub(super) const FORWARD: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_for("district_review"),
    |look, case, act| Box::pin(may_forward(look, case, act)),
);

async fn may_forward(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_take(case, "district_review")?;
    if case.state == S::FirstNotice {
        // Forwarding is what the notice gates; say so before asking for the review.
        notice::must_be_over(look, case).await?;
    }
    look.must_be(case, act)
}

pub(super) async fn forward(op: &Op, input: crate::application::CaseInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_FORWARD).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    FORWARD.ensure(&case.look(), &case.row).await?;

    case.advance(Step { to: S::DistrictReview, clock: ClockEffect::Run, reason: None }).await?;

    let row = case.row;
    finish_case(tx, row).await
}

pub(super) const DISTRICT_REVIEW: CaseAct = CaseAct {
    states: |_, manifest| if manifest.takes("district_review") { &[S::DistrictReview] } else { &[] },
    awaited: Awaited::In(|_, manifest| {
        const UNREVIEWED: &[Wait] =
            &[Wait { before: Some(OpinionStage::DistrictReview), ..Wait::state(S::DistrictReview) }];
        if manifest.takes("district_review") { UNREVIEWED } else { &[] }
    }),
    check: |look, case, act| Box::pin(may_review_for_district(look, case, act)),
};

async fn may_review_for_district(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_take(case, "district_review")?;
    look.must_be(case, act)?;
    look.must_not_have_investigated(case, "review").await?;
    ensure_signers(look, case, "review", 1).await?;
    look.assessment(case).await.map(|_| ())
}

pub(super) async fn district_review(op: &Op, input: DistrictReviewInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_DISTRICT_REVIEW).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let look = case.look();
    DISTRICT_REVIEW.ensure(&look, &case.row).await?;
    if let (Some(on), Some(accepted)) = (input.spot_check_on, case.row.accepted_on) {
        ensure(accepted.0 <= on.0 && on.0 <= op.today().0, || {
            Refusal::new(Code::DateOutOfOrder)
                .field("input.spotCheckOn")
                .arg("what", "spot check")
                .arg("on", on)
                .arg("needed", format!("{accepted}..{}", op.today()))
        })?;
    }
    let assessed = look.assessment(&case.row).await?;
    proposes(&look, &case.row, &assessed.0, input.outcome, input.reason.as_deref()).await?;

    let written = Written {
        stage: OpinionStage::DistrictReview,
        outcome: input.outcome,
        reason: input.reason.as_deref(),
        assessment: &assessed.0,
        level: assessed.1.deciding_level.clone(),
    };
    write(&tx, &mut case, written).await?;
    let said = input.spot_check_on.map(|on| format!("入户抽查 {on}"));
    case.advance(Step { to: S::DistrictReview, clock: ClockEffect::Run, reason: said.as_deref() }).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// A grant also needs that nothing of it was granted before.
async fn proposes(
    look: &Look<'_>,
    case: &application::Model,
    assessment: &Assessment,
    outcome: OpinionOutcome,
    reason: Option<&str>,
) -> Result<()> {
    fits(assessment, outcome, reason)?;
    if outcome == OpinionOutcome::Grant { ensure_not_granted(look, case, assessment).await } else { Ok(()) }
}

/// A grant needs an eligible assessment, a refusal its reason.
fn fits(assessment: &Assessment, outcome: OpinionOutcome, reason: Option<&str>) -> Result<()> {
    match outcome {
        OpinionOutcome::Grant => ensure(assessment.eligible, || {
            Refusal::new(Code::OpinionAgainstAssessment)
                .field("input.outcome")
                .arg("assessed", assessment.failed_rules().join(", "))
        }),
        OpinionOutcome::Refuse => ensure(reason.is_some_and(|text| !text.trim().is_empty()), || {
            Refusal::new(Code::ReasonRequired).field("input.reason")
        }),
    }
}

struct Written<'a> {
    stage: OpinionStage,
    outcome: OpinionOutcome,
    reason: Option<&'a str>,
    assessment: &'a Assessment,
    level: Option<String>,
}

async fn write(tx: &Tx<'_>, case: &mut Case<'_, '_>, written: Written<'_>) -> Result<()> {
    let op = tx.op();
    let granted = Some(written.assessment).filter(|_| written.outcome == OpinionOutcome::Grant);
    let channel = match granted.and_then(|assessment| assessment.lines.first()) {
        Some(line) => {
            Some(ledger::rule_in_force(tx.conn(), &case.row.programme, &line.item, op.today()).await?.channel)
        }
        None => None,
    };
    let id = tx.new_id();
    let row = opinion::Model {
        id,
        application_id: case.row.id,
        stage: written.stage,
        outcome: written.outcome,
        reason: written.reason.map(str::to_owned),
        channel,
        decision_level: written.level,
        amount_fen: granted.map_or(Fen(0), |assessment| assessment.total),
        assessment: Some(serde_json::to_string(written.assessment)?),
        given_on: op.today(),
        given_by: op.signed_in()?.user_id,
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
    };
    tx.record(id, row).await?;
    case.row.opinion = Some(written.outcome);
    Ok(())
}
