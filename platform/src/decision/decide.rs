//! Decisions: by the level the authority table names, on an assessment computed at that moment.

use super::{
    assess::facts_hash,
    level,
    once::{ensure_not_granted, ensure_signers, take},
    opinion::OpinionInput,
};
use crate::{
    act::{Awaited, CaseAct, Look, Wait},
    application::module_of,
    case::{Case, Step, finish_case},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    ledger,
    module::{Assessment, Facts},
    op::Op,
    part::Saved,
    permissions as may, transfer,
    tx::Tx,
};
use chrono::Months;
use entity::{
    Day, Fen, Month, application, benefit, benefit_line, channel_rule, decision,
    enums::{ApplicationState as S, BenefitOrigin, BenefitState, ClockEffect, DecisionOutcome, OpinionOutcome},
    household,
};
use policies::{Level, Permission};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;

/// An approval.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct ApproveInput {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Remark (备注).
    #[garde(inner(length(chars, max = 1000)))]
    pub reason: Option<String>,
}

/// A refusal.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct RejectInput {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Reasons, as the applicant is told them (不予批准理由).
    #[garde(length(chars, min = 1, max = 1000))]
    pub reason: String,
}

/// Granting by the unit a case has come to: what a grant needs, and an actor who did not investigate.
pub const APPROVE: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_to_be_decided(),
    |look, case, act| Box::pin(may_approve(look, case, act)),
);

async fn may_approve(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    look.must_not_have_investigated(case, "approve").await?;
    ensure_signers(look, case, "approve", 0).await?;
    transfer::ensure_received(look, case).await?;
    may_grant(look, case, look.op().signed_in()?.level).await
}

/// Refuses what no decision of this level can grant.
///
/// Errors: `NOT_ELIGIBLE`, `NOT_AUTHORISED_PROGRAMME`, `SAME_CAUSE_GRANTED`, `WRONG_FUNDING_CHANNEL`, `BUDGET_EXHAUSTED`.
async fn may_grant(look: &Look<'_>, case: &application::Model, level: Level) -> Result<()> {
    let assessed = look.assessment_at(case, level).await?;
    let assessment = &assessed.0;
    ensure(assessment.eligible, || Refusal::new(Code::NotEligible).arg("rules", assessment.failed_rules().join(", ")))?;
    ensure_may_grant(look, case, level, assessment).await?;
    ensure_not_granted(look, case, assessment).await?;
    ledger::ensure_room(look, case, &assessment.lines).await
}

/// Refusing by the unit a case has come to: an assessment, and an actor who did not investigate.
pub const REJECT: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_to_be_decided(),
    |look, case, act| Box::pin(may_reject(look, case, act)),
);

async fn may_reject(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    look.must_not_have_investigated(case, "reject").await?;
    ensure_signers(look, case, "reject", 0).await?;
    transfer::ensure_received(look, case).await?;
    look.assessment_at(case, look.op().signed_in()?.level).await.map(|_| ())
}

/// Granting or refusing by one mutation: what both need; what a grant needs beside hangs on the input.
pub const DECIDE: CaseAct = REJECT;

/// Approves a case of the permission's programme at the actor's level: decision, benefit, lines, commitment.
///
/// Errors: `NOT_ELIGIBLE`, `WRONG_FUNDING_CHANNEL`, `BUDGET_EXHAUSTED`, `SEPARATION_OF_DUTIES`, and those of a case.
pub async fn approve(op: &Op, permission: Permission, input: ApproveInput) -> Result<Saved<decision::Entity>> {
    let tx = op.begin(permission).await?;

    let mut case = case_of(&tx, permission, &input.application_id, input.expected_version).await?;
    let look = case.look();
    APPROVE.ensure(&look, &case.row).await?;

    let made = grant(&look, &mut case, op.signed_in()?.level, input.reason.as_deref()).await?;

    let done = case.done();
    tx.finish(made, 1, done).await
}

/// Refuses a case of the permission's programme at the actor's level, in writing and with reasons (重庆条例 art 20).
pub async fn reject(op: &Op, permission: Permission, input: RejectInput) -> Result<Saved<decision::Entity>> {
    let tx = op.begin(permission).await?;

    let mut case = case_of(&tx, permission, &input.application_id, input.expected_version).await?;
    let look = case.look();
    REJECT.ensure(&look, &case.row).await?;

    let made = refuse(&look, &mut case, op.signed_in()?.level, &input.reason).await?;

    let done = case.done();
    tx.finish(made, 1, done).await
}

pub(super) const TOWN_DECIDE: CaseAct = CaseAct {
    states: |_, _| &[S::TownReviewed],
    awaited: Awaited::In(|op, manifest| {
        if decides(op, manifest.programme, Level::Town) { const { &[Wait::state(S::TownReviewed)] } } else { &[] }
    }),
    check: |look, case, act| Box::pin(may_decide_for_town(look, case, act)),
};

async fn may_decide_for_town(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    town_may_decide(look, case).await?;
    look.must_be(case, act)?;
    look.must_not_have_investigated(case, "approve").await?;
    ensure_signers(look, case, "approve", 0).await?;
    look.assessment_at(case, Level::Town).await.map(|_| ())
}

/// Whether the actor's own unit decides cases of a programme today, whatever the item and the amount.
fn decides(op: &Op, programme: &str, level: Level) -> bool {
    let rows = op.policies().deciding(programme, op.today().0);
    op.actor().is_some_and(|actor| rows.iter().any(|row| row.names(&actor.unit, level)))
}

/// Decides for the town where authority.csv says the town may, up to the ceiling its row names.
pub(super) async fn town_decide(op: &Op, input: OpinionInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_TOWN_DECIDE).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let look = case.look();
    TOWN_DECIDE.ensure(&look, &case.row).await?;

    match input.outcome {
        OpinionOutcome::Grant => grant(&look, &mut case, Level::Town, input.reason.as_deref()).await?,
        OpinionOutcome::Refuse => {
            let reason = input.reason.as_deref().filter(|text| !text.trim().is_empty());
            let reason = reason.ok_or_else(|| Refusal::new(Code::ReasonRequired).field("input.reason"))?;
            refuse(&look, &mut case, Level::Town, reason).await?
        }
    };

    let row = case.row;
    finish_case(tx, row).await
}

/// Refuses with `NOT_AUTHORISED_LEVEL` unless the town decides this programme, and this amount.
async fn town_may_decide(look: &Look<'_>, case: &application::Model) -> Result<()> {
    let op = look.op();
    let refusal = |levels: &[Level]| {
        Refusal::new(Code::NotAuthorisedLevel)
            .field("input.applicationId")
            .arg("programme", &case.programme)
            .arg("level", level::named(levels))
    };
    let rows = level::deciding_rows(op, &case.programme)?;
    let actor = op.signed_in()?;
    let own: Vec<_> = rows.iter().copied().filter(|row| row.names(&actor.unit, Level::Town)).collect();
    if own.is_empty() {
        return Err(refusal(&level::levels(&rows)).into());
    }
    let assessed = look.assessment_at(case, Level::Town).await?;
    let above: Vec<_> = level::levels(&rows).into_iter().filter(|level| *level > Level::Town).collect();
    let admitted = level::admits(op, look.parameters().await?, &own, Level::Town, &assessed.0)?;
    ensure(admitted, || refusal(&above))
}

/// The second lock on a grant: the actor's own unit may decide each of its items, and its amount.
async fn ensure_may_grant(
    look: &Look<'_>,
    case: &application::Model,
    level: Level,
    assessment: &Assessment,
) -> Result<()> {
    let op = look.op();
    let actor = op.signed_in()?;
    let rows = level::deciding_rows(op, &case.programme)?;
    let own: Vec<_> = rows.into_iter().filter(|row| row.names(&actor.unit, actor.level)).collect();
    ensure(level::admits(op, look.parameters().await?, &own, level, assessment)?, || {
        Refusal::new(Code::NotAuthorisedProgramme).arg("step", "decision").arg("programme", &case.programme)
    })
}

/// A locked case of the permission's own programme; a case of another programme is not there.
async fn case_of<'tx, 'op>(
    tx: &'tx Tx<'op>,
    permission: Permission,
    application: &Ref<application::Entity>,
    version: i32,
) -> Result<Case<'tx, 'op>> {
    let case = tx.case(application.id, version.into()).await?;
    if permission.programme.is_some_and(|programme| programme != case.row.programme) {
        return Err(Error::NotFound { field: "input.applicationId" });
    }
    Ok(case)
}

async fn grant(look: &Look<'_>, case: &mut Case<'_, '_>, level: Level, reason: Option<&str>) -> Result<uuid::Uuid> {
    let tx = case.tx();
    may_grant(look, &case.row, level).await?;
    let assessed = look.assessment_at(&case.row, level).await?;
    let (assessment, facts) = assessed.as_ref();
    let mut rules = Vec::new();
    for line in &assessment.lines {
        rules.push(ledger::rule_in_force(tx.conn(), &case.row.programme, &line.item, tx.op().today()).await?);
    }
    let verdict = Verdict { level, outcome: DecisionOutcome::Approved, reason, assessment, facts };
    let made = record(tx, case, verdict).await?;
    take(tx, &made, assessment).await?;
    let lines = benefit_lines(tx, case, &made, assessment, &rules).await?;
    let payees = assessment.lines.iter().map(|line| line.payee_id);
    ledger::commit(tx, &case.row, lines.iter().zip(&rules).zip(payees)).await?;
    transfer::close_by_decision(tx, &case.row, reason.unwrap_or(&made.number)).await?;
    case.row.decided_on = Some(tx.op().today());
    case.row.decision_level = Some(level.as_str().to_owned());
    let to = if level == Level::Town { S::TownDecided } else { S::Approved };
    case.advance(Step { to, clock: ClockEffect::Stop, reason }).await?;
    Ok(made.id)
}

async fn refuse(look: &Look<'_>, case: &mut Case<'_, '_>, level: Level, reason: &str) -> Result<uuid::Uuid> {
    let tx = case.tx();
    let assessed = look.assessment_at(&case.row, level).await?;
    let (assessment, facts) = assessed.as_ref();
    let verdict = Verdict { level, outcome: DecisionOutcome::Rejected, reason: Some(reason), assessment, facts };
    let made = record(tx, case, verdict).await?;
    transfer::close_by_decision(tx, &case.row, reason).await?;
    case.row.decided_on = Some(tx.op().today());
    case.row.decision_level = Some(level.as_str().to_owned());
    case.advance(Step { to: S::Rejected, clock: ClockEffect::Stop, reason: Some(reason) }).await?;
    Ok(made.id)
}

struct Verdict<'a> {
    level: Level,
    outcome: DecisionOutcome,
    reason: Option<&'a str>,
    assessment: &'a Assessment,
    facts: &'a Facts,
}

async fn record(tx: &Tx<'_>, case: &Case<'_, '_>, verdict: Verdict<'_>) -> Result<decision::Model> {
    let op = tx.op();
    let approved = verdict.outcome == DecisionOutcome::Approved;
    let earlier =
        decision::Entity::find().filter(decision::Column::ApplicationId.eq(case.row.id)).count(tx.conn()).await?;
    let id = tx.new_id();
    let row = decision::Model {
        id,
        number: format!("{}-D{}", case.row.number, earlier + 1),
        application_id: case.row.id,
        ordinal: i32::try_from(earlier + 1).map_err(Error::internal)?,
        level: verdict.level.as_str().to_owned(),
        unit: op.signed_in()?.unit.clone(),
        outcome: verdict.outcome,
        amount_fen: if approved { verdict.assessment.total } else { Fen(0) },
        start_month: verdict.assessment.start_month.filter(|_| approved),
        review_class: verdict.assessment.review_class.filter(|_| approved).map(|class| class.as_str().to_owned()),
        reason: verdict.reason.map(str::to_owned),
        assessment: serde_json::to_string(verdict.assessment)?,
        facts: serde_json::to_string(verdict.facts)?,
        facts_hash: facts_hash(verdict.facts)?,
        parameters: serde_json::to_string(&verdict.assessment.parameters)?,
        module_version: module_of(op, &case.row.programme)?.manifest().version.to_owned(),
        policy_version: op.policies().version_key().to_owned(),
        decided_on: op.today(),
        decided_by: op.signed_in()?.user_id,
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
    };
    tx.record(id, row).await
}

async fn benefit_lines(
    tx: &Tx<'_>,
    case: &Case<'_, '_>,
    made: &decision::Model,
    assessment: &Assessment,
    rules: &[channel_rule::Model],
) -> Result<Vec<benefit_line::Model>> {
    let start = assessment.start_month.ok_or_else(|| Error::internal("a grant without its first month"))?;
    let household = household::Entity::find_by_id(case.row.household_id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("a case without its household"))?;
    // Paid once, or line by line in months of their own: then it ends with its last line.
    let months: Option<Vec<Month>> = assessment.lines.iter().map(|line| line.month).collect();
    let end_month = assessment.one_off.then_some(start).or_else(|| months.and_then(|months| months.into_iter().max()));
    let benefit_id = tx.new_id();
    let benefit = benefit::Model {
        id: benefit_id,
        application_id: Some(case.row.id),
        decision_id: Some(made.id),
        household_id: case.row.household_id,
        programme: case.row.programme.clone(),
        unit: case.row.unit.clone(),
        origin: BenefitOrigin::Decision,
        batch_id: None,
        certificate_no: None,
        area_type: Some(household.area_type),
        start_month: start,
        end_month,
        state: BenefitState::Active,
        amount_fen_month: assessment.total,
        review_class: made.review_class.clone(),
        next_review_on: assessment.review_class.map(|class| months_later(tx.op().today(), class.months())),
        jurisdiction: case.row.jurisdiction.clone(),
        version: 1,
    };
    tx.record(benefit_id, benefit).await?;
    let mut lines = Vec::new();
    for (line, rule) in assessment.lines.iter().zip(rules) {
        let id = tx.new_id();
        let row = benefit_line::Model {
            id,
            benefit_id,
            decision_id: Some(made.id),
            person_id: line.person_id,
            item: line.item.clone(),
            amount_fen: line.amount,
            channel: rule.channel.clone(),
            formula: Some(line.formula.clone()),
            from_month: line.month.unwrap_or(start),
            to_month: line.month.or(end_month),
            jurisdiction: case.row.jurisdiction.clone(),
            programme: case.row.programme.clone(),
        };
        lines.push(tx.record(id, row).await?);
    }
    Ok(lines)
}

fn months_later(day: Day, months: u32) -> Day {
    Day(day.0.checked_add_months(Months::new(months)).unwrap_or(day.0))
}
