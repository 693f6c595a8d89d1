//! The way back of a transfer: receipt, feedback or decision, and informing the applicant.

use super::{
    locked, save,
    send::{existing, level, workdays},
};
use crate::{
    act::{CaseAct, Look},
    case::Step,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::Tx,
};
use entity::{
    Day, application,
    enums::{ApplicationState as S, ClockEffect, TransferResult, TransferState},
    transfer,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

/// Working days to inform the applicant after the feedback.
const INFORM_WORKDAYS: &str = "transfer.inform.workdays";

/// Which transfer, and which version of it the caller saw.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct TransferReceive {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The transfer.
    #[garde(skip)]
    pub transfer_id: Ref<transfer::Entity>,
    /// Version of the transfer the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
}

pub(super) const RECEIVE: CaseAct =
    CaseAct::in_states(|_, _| &[S::Transferred], |look, case, act| Box::pin(may_receive(look, case, act)));

async fn may_receive(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    must_be(open_of(look, case).await?, &[TransferState::Sent])
}

pub(super) async fn receive(op: &Op, input: TransferReceive) -> Result<Saved<transfer::Entity>> {
    let tx = op.begin(may::TRANSFER_RECEIVE).await?;

    let (mut case, mut row) = locked(&tx, input.transfer_id.id, input.expected_version).await?;
    must_be(&row, &[TransferState::Sent])?;
    RECEIVE.ensure(&case.look(), &case.row).await?;

    row.state = TransferState::Received;
    row.received_on = Some(op.today());
    row.received_by = Some(op.signed_in()?.user_id);
    row.due_on = Some(row.feedback_due_on);
    let id = row.id;
    let version = save(&tx, row).await?;
    case.advance(Step { to: S::Transferred, clock: ClockEffect::Run, reason: None }).await?;

    let done = case.done();
    tx.finish(id, version, done).await
}

/// What came of a transfer.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct TransferFeedBack {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The transfer.
    #[garde(skip)]
    pub transfer_id: Ref<transfer::Entity>,
    /// Version of the transfer the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// `HANDLED`, or `NOT_OURS` with the competent unit; a decision is fed back by recording it (办理结果).
    #[garde(skip)]
    pub result: TransferResult,
    /// What the window is told (反馈内容).
    #[garde(length(chars, min = 1, max = 1000))]
    pub feedback: String,
    /// Code of the competent unit, for `NOT_OURS` (应承办单位).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub competent_unit: Option<String>,
}

/// Feeding back: no case waits for it, since a decision is the usual answer.
pub(super) const FEED_BACK: CaseAct =
    CaseAct::in_states(|_, _| &[S::Transferred], |look, case, act| Box::pin(may_feed_back(look, case, act)))
        .never_awaited();

async fn may_feed_back(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    open_of(look, case).await.map(|_| ())
}

pub(super) async fn feed_back(op: &Op, input: TransferFeedBack) -> Result<Saved<transfer::Entity>> {
    let tx = op.begin(may::TRANSFER_FEED_BACK).await?;

    let (mut case, mut row) = locked(&tx, input.transfer_id.id, input.expected_version).await?;
    must_be(&row, &[TransferState::Sent, TransferState::Received])?;
    FEED_BACK.ensure(&case.look(), &case.row).await?;
    match input.result {
        TransferResult::NotOurs => {
            row.competent_unit = Some(named_unit(&tx, &row, input.competent_unit.as_deref()).await?);
        }
        TransferResult::Handled => must_be_received(&row).and_then(|()| decides_nothing(op, &row))?,
        TransferResult::Decided => return Err(decision_is_feedback(&row)),
    }

    close(&tx, &mut row, input.result, &input.feedback).await?;
    // The town's unit has it again: to inform, or to send it on to the unit that was named.
    case.row.unit = row.from_unit.clone();
    let id = row.id;
    let version = save(&tx, row).await?;
    case.advance(Step { to: S::TownReviewed, clock: ClockEffect::Run, reason: Some(&input.feedback) }).await?;

    let done = case.done();
    tx.finish(id, version, done).await
}

/// The unit that a refusal names: one that exists, and another than its own. Error: `COMPETENT_UNIT_REQUIRED`.
async fn named_unit(tx: &Tx<'_>, row: &transfer::Model, code: Option<&str>) -> Result<String> {
    let required = || Refusal::new(Code::CompetentUnitRequired).field("input.competentUnit");
    let code = code.map(str::trim).filter(|code| !code.is_empty() && *code != row.to_unit).ok_or_else(required)?;
    let unit = existing(tx, code, "input.competentUnit").await?;
    let op = tx.op();
    let takes = op.policies().programmes_of(code, level(unit.level), op.today().0).contains(&row.proposed_programme);
    ensure(takes, || {
        Refusal::new(Code::UnitNotCompetent)
            .field("input.competentUnit")
            .arg("unit", code)
            .arg("programme", &row.proposed_programme)
    })?;
    Ok(unit.code)
}

/// A unit that decides the programme cannot call it merely handled.
fn decides_nothing(op: &Op, row: &transfer::Model) -> Result<()> {
    let rows = op.policies().deciding(&row.programme, op.today().0);
    if rows.iter().any(|rule| rule.names(&row.to_unit, level(row.level))) {
        return Err(decision_is_feedback(row));
    }
    Ok(())
}

fn decision_is_feedback(row: &transfer::Model) -> Error {
    Refusal::new(Code::DecisionIsFeedback).field("input.result").arg("programme", &row.programme).into()
}

/// Refuses to decide a transferred case before it was received; a case that was not transferred has nothing to wait for.
///
/// Error: `TRANSFER_NOT_RECEIVED`.
pub(crate) async fn ensure_received(look: &Look<'_>, case: &application::Model) -> Result<()> {
    if case.state == S::Transferred { must_be_received(open_of(look, case).await?) } else { Ok(()) }
}

/// The transfer by which a case lies where it is.
async fn open_of<'l>(look: &'l Look<'_>, case: &application::Model) -> Result<&'l transfer::Model> {
    let open = |row: &&transfer::Model| matches!(row.state, TransferState::Sent | TransferState::Received);
    look.transfer(case).await?.filter(open).ok_or_else(|| Error::internal("a transferred case without its transfer"))
}

/// Closes the open transfer of a case that its receiver decides; a case that was not transferred has none.
pub(crate) async fn close_by_decision(tx: &Tx<'_>, case: &application::Model, said: &str) -> Result<()> {
    if case.state != S::Transferred {
        return Ok(());
    }
    let row = transfer::Entity::find()
        .filter(transfer::Column::ApplicationId.eq(case.id))
        .filter(transfer::Column::State.eq(TransferState::Received))
        .one(tx.conn())
        .await?;
    let mut row = row.ok_or(Code::TransferNotReceived)?;
    close(tx, &mut row, TransferResult::Decided, said).await?;
    save(tx, row).await?;
    Ok(())
}

fn must_be_received(row: &transfer::Model) -> Result<()> {
    ensure(row.state == TransferState::Received, || Refusal::new(Code::TransferNotReceived).field("input.transferId"))
}

/// Writes the feedback; from now on the window has to inform, unless the case only came back.
async fn close(tx: &Tx<'_>, row: &mut transfer::Model, result: TransferResult, said: &str) -> Result<()> {
    let today = tx.op().today();
    row.result = Some(result);
    row.feedback = Some(said.to_owned());
    row.fed_back_on = Some(today);
    row.fed_back_by = Some(tx.op().signed_in()?.user_id);
    if result == TransferResult::NotOurs {
        row.state = TransferState::Rejected;
        row.due_on = None;
        return Ok(());
    }
    let days = workdays(&reference::parameters(tx.conn()).await?, INFORM_WORKDAYS, today)?;
    row.state = TransferState::FedBack;
    row.due_on = Some(Day(reference::calendar(tx.conn()).await?.add_working(today.0, days)));
    Ok(())
}

/// That the applicant was informed.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct TransferInform {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The transfer.
    #[garde(skip)]
    pub transfer_id: Ref<transfer::Entity>,
    /// Version of the transfer the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// How the applicant was told (告知方式).
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub manner: Option<String>,
}

/// Informing: the list of transfers, by what is due, tells which are left to do.
pub(super) const INFORM: CaseAct = CaseAct::in_states(
    |_, _| &[S::TownReviewed, S::Approved, S::Rejected, S::Disbursing, S::Active],
    |look, case, act| Box::pin(may_inform(look, case, act)),
)
.never_awaited();

async fn may_inform(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    match look.transfer(case).await? {
        Some(row) => uninformed(row),
        None => Err(Refusal::new(Code::WrongState)
            .field("input.transferId")
            .arg("state", "-")
            .arg("needed", TransferState::FedBack)
            .into()),
    }
}

/// Fed back, and the applicant does not know yet.
fn uninformed(row: &transfer::Model) -> Result<()> {
    must_be(row, &[TransferState::FedBack])?;
    ensure(row.informed_on.is_none(), || {
        Refusal::new(Code::WrongState)
            .field("input.transferId")
            .arg("state", "INFORMED")
            .arg("needed", TransferState::FedBack)
    })
}

pub(super) async fn inform(op: &Op, input: TransferInform) -> Result<Saved<transfer::Entity>> {
    let tx = op.begin(may::TRANSFER_INFORM).await?;

    let (mut case, mut row) = locked(&tx, input.transfer_id.id, input.expected_version).await?;
    uninformed(&row)?;

    row.informed_on = Some(op.today());
    row.informed_by = Some(op.signed_in()?.user_id);
    row.due_on = None;
    let id = row.id;
    let version = save(&tx, row).await?;
    let (to, clock) = (case.row.state, case.row.clock);
    case.advance(Step { to, clock, reason: input.manner.as_deref() }).await?;

    let done = case.done();
    tx.finish(id, version, done).await
}

fn must_be(row: &transfer::Model, states: &[TransferState]) -> Result<()> {
    ensure(states.contains(&row.state), || {
        let needed: Vec<_> = states.iter().map(ToString::to_string).collect();
        Refusal::new(Code::WrongState).field("input.transferId").arg("state", row.state).arg("needed", needed.join("/"))
    })
}
