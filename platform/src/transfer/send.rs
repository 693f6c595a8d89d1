//! Sending a case on.

use crate::{
    act::{CaseAct, Look},
    case::{Case, Step},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    intake::insert_unless_taken,
    module::Parameters,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::Tx,
};
use entity::{
    Day, application,
    enums::{ApplicationState as S, ClockEffect, TransferState, UnitLevel},
    org_unit, transfer,
};
use policies::Level;
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;

/// Working days to receive a transfer.
const RECEIVE_WORKDAYS: &str = "transfer.receive.workdays";
/// Working days to feed back.
const FEEDBACK_WORKDAYS: &str = "transfer.feedback.workdays";

/// Where a case is to go.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct TransferSend {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Code of the unit (承接单位).
    #[garde(length(chars, min = 1, max = 60))]
    pub to_unit: String,
    /// Programme proposed for the need; the case's own when left out (建议项目).
    #[garde(inner(length(chars, min = 1, max = 40)))]
    pub proposed_programme: Option<String>,
    /// Funding channel proposed; one of the proposed programme's (建议资金渠道).
    #[garde(inner(length(chars, min = 1, max = 40)))]
    pub proposed_channel: Option<String>,
    /// Working days to feed back, where a statute sets others than the usual (反馈时限).
    #[garde(inner(range(min = 1, max = 250)))]
    pub feedback_workdays: Option<i32>,
    /// That statute (时限依据).
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub limit_basis: Option<String>,
}

pub(super) const SEND: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_for("transfer"),
    |look, case, act| Box::pin(may_send(look, case, act)),
);

async fn may_send(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_take(case, "transfer")?;
    look.must_be(case, act)
}

pub(super) async fn send(op: &Op, input: TransferSend) -> Result<Saved<transfer::Entity>> {
    let tx = op.begin(may::TRANSFER_SEND).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    SEND.ensure(&case.look(), &case.row).await?;
    let unit = competent(&tx, &case, &input.to_unit).await?;
    let programme = input.proposed_programme.clone().unwrap_or_else(|| case.row.programme.clone());
    proposed(op, &programme, input.proposed_channel.as_deref())?;
    let limits = Limits::of(&tx, &input).await?;

    let id = tx.new_id();
    let row = transfer::Model {
        id,
        application_id: case.row.id,
        from_unit: op.signed_in()?.unit.clone(),
        to_unit: unit.code,
        level: unit.level,
        proposed_programme: programme,
        proposed_channel: input.proposed_channel,
        state: TransferState::Sent,
        sent_on: op.today(),
        sent_by: op.signed_in()?.user_id,
        receive_due_on: limits.receive_on,
        feedback_due_on: limits.feedback_on,
        limit_basis: input.limit_basis,
        due_on: Some(limits.receive_on),
        received_on: None,
        received_by: None,
        result: None,
        feedback: None,
        competent_unit: None,
        fed_back_on: None,
        fed_back_by: None,
        informed_on: None,
        informed_by: None,
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
        version: 1,
    };
    case.row.unit = row.to_unit.clone();
    let open = || {
        Refusal::new(Code::WrongState)
            .field("input.applicationId")
            .arg("state", S::Transferred)
            .arg("needed", S::TownReviewed)
    };
    insert_unless_taken(&tx, id, row, open).await?;
    case.advance(Step { to: S::Transferred, clock: ClockEffect::Run, reason: None }).await?;

    let done = case.done();
    tx.finish(id, 1, done).await
}

/// The one unit of a code that exists today and takes a step of the case's programme.
///
/// Errors: `INVALID_INPUT` for no unit, or a code that several places share; `UNIT_NOT_COMPETENT`.
async fn competent(tx: &Tx<'_>, case: &Case<'_, '_>, code: &str) -> Result<org_unit::Model> {
    let unit = existing(tx, code, "input.toUnit").await?;
    let op = tx.op();
    let sender = &op.signed_in()?.unit;
    let programmes = op.policies().programmes_of(code, level(unit.level), op.today().0);
    let takes = programmes.contains(&case.row.programme) && unit.code != *sender;
    ensure(takes, || {
        Refusal::new(Code::UnitNotCompetent)
            .field("input.toUnit")
            .arg("unit", code)
            .arg("programme", &case.row.programme)
    })?;
    Ok(unit)
}

/// The one unit of a code that exists today.
pub(super) async fn existing(tx: &Tx<'_>, code: &str, field: &str) -> Result<org_unit::Model> {
    use org_unit::Column as C;
    let today = tx.op().today();
    let mut units = org_unit::Entity::find()
        .filter(C::Code.eq(code))
        .filter(C::FromOn.lte(today))
        .filter(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(today)))
        .all(tx.conn())
        .await?;
    // Whose rows lie with a unit is told by its code alone, so a code that many share is nobody's address.
    match (units.pop(), units.is_empty()) {
        (Some(unit), true) => Ok(unit),
        _ => Err(Refusal::new(Code::UnknownCode).field(field).arg("value", code).arg("table", "orgUnits").into()),
    }
}

/// A unit's level, as the policies speak of it.
pub(super) fn level(level: UnitLevel) -> Level {
    match level {
        UnitLevel::Village => Level::Village,
        UnitLevel::Town => Level::Town,
        UnitLevel::District => Level::District,
        UnitLevel::School => Level::School,
    }
}

/// A programme there is, and a channel that pays for it today.
fn proposed(op: &Op, programme: &str, channel: Option<&str>) -> Result<()> {
    ensure(op.policies().programmes().contains(&programme), || {
        Refusal::new(Code::UnknownCode)
            .field("input.proposedProgramme")
            .arg("value", programme)
            .arg("table", "programmes")
    })?;
    let Some(channel) = channel else { return Ok(()) };
    let today = op.today().0;
    let pays = |row: &policies::FundingRow| row.programme == programme && row.channel == channel && row.in_force(today);
    ensure(op.policies().funding_rows().iter().any(pays), || {
        Refusal::new(Code::WrongFundingChannel)
            .field("input.proposedChannel")
            .arg("programme", programme)
            .arg("item", "-")
            .arg("channel", channel)
    })
}

/// Last days of a transfer, in working days after the day it is sent.
struct Limits {
    receive_on: Day,
    feedback_on: Day,
}

impl Limits {
    /// Errors: `PARAMETER_MISSING`, `LIMIT_BASIS_REQUIRED`.
    async fn of(tx: &Tx<'_>, input: &TransferSend) -> Result<Self> {
        let today = tx.op().today();
        let parameters = reference::parameters(tx.conn()).await?;
        let receive = workdays(&parameters, RECEIVE_WORKDAYS, today)?;
        let usual = workdays(&parameters, FEEDBACK_WORKDAYS, today)?;
        let feedback = match input.feedback_workdays {
            Some(days) => u32::try_from(days).map_err(Error::internal)?,
            None => usual,
        };
        ensure(feedback == usual || input.limit_basis.is_some(), || {
            Refusal::new(Code::LimitBasisRequired).field("input.limitBasis").arg("usual", usual)
        })?;
        let calendar = reference::calendar(tx.conn()).await?;
        let after = |days| Day(calendar.add_working(today.0, days));
        // Who must feed back sooner than it must receive, receives by then as well.
        Ok(Self { receive_on: after(receive.min(feedback)), feedback_on: after(feedback) })
    }
}

/// A limit in working days. Error: `PARAMETER_MISSING`.
pub(super) fn workdays(parameters: &Parameters, key: &str, on: Day) -> Result<u32> {
    u32::try_from(parameters.integer(key, &on.to_string())?).map_err(Error::internal)
}
