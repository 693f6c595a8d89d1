//! Mass appraisal (群众评议): who sat, how they voted, whether all signed.

use crate::{
    act::{CaseAct, Look},
    case::Step,
    code::Code,
    error::{Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::{DataClass, Part, Saved, belongs_to},
    permissions as may, reference, verification,
};
use entity::{
    Day, Scoped, application, appraisal,
    enums::{ApplicationState, ClockEffect},
    user_account,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Appraisals and their recording.
pub fn part() -> Part {
    use appraisal::Column as C;
    Part::new("appraisal")
        .entity::<appraisal::Entity>(
            "Appraisal",
            may::APPRAISAL_READ,
            DataClass::Internal,
            appraisal::Entity::scope_by(),
            |t| {
                t.columns([
                    C::HeldOn,
                    C::PanelCount,
                    C::RepresentativeCount,
                    C::AgreeCount,
                    C::AgainstCount,
                    C::Signed,
                    C::Disputed,
                ])
                .edge(
                    "application",
                    "Application",
                    "The case (申请).",
                    may::APPLICATION_READ,
                    belongs_to(C::ApplicationId, application::Column::Id),
                )
                .edge(
                    "recordedBy",
                    "User",
                    "Who recorded it (记录人).",
                    may::USER_READ,
                    belongs_to(C::RecordedBy, user_account::Column::Id),
                )
            },
        )
        .mutation(
            "appraisalRecord",
            "Records the mass appraisal (群众评议); a strong dispute sends the case back to verification.",
            may::APPRAISAL_RECORD,
            record,
        )
        .on_case(RECORD)
}

/// One appraisal meeting.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct AppraisalRecord {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Day of the meeting (评议日期).
    #[garde(skip)]
    pub held_on: Day,
    /// People on the panel (参加评议人数).
    #[garde(range(min = 1, max = 1000))]
    pub panel_count: i32,
    /// Villager representatives among them (村民代表人数).
    #[garde(range(min = 0, max = 1000))]
    pub representative_count: i32,
    /// Votes in favour (同意).
    #[garde(range(min = 0, max = 1000))]
    pub agree_count: i32,
    /// Votes against (不同意).
    #[garde(range(min = 0, max = 1000))]
    pub against_count: i32,
    /// Whether all who sat have signed (全体签字).
    #[garde(skip)]
    pub signed: bool,
    /// Whether there was strong dispute (争议较大).
    #[garde(skip)]
    pub disputed: bool,
}

const RECORD: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_for("appraise"),
    |look, case, act| Box::pin(may_record(look, case, act)),
);

async fn may_record(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_take(case, "appraise")?;
    look.must_be(case, act)
}

async fn record(op: &Op, input: AppraisalRecord) -> Result<Saved<appraisal::Entity>> {
    let tx = op.begin(may::APPRAISAL_RECORD).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    RECORD.ensure(&case.look(), &case.row).await?;
    let reported_on = verification::reported_on(&tx, &case.row).await?;
    let parameters = reference::parameters(tx.conn()).await?;
    let share = parameters.ratio("appraisal.representatives.share", &op.today().to_string())?;
    check(&input, reported_on, op.today(), share)?;

    let id = tx.new_id();
    let row = appraisal::Model {
        id,
        application_id: case.row.id,
        held_on: input.held_on,
        panel_count: input.panel_count,
        representative_count: input.representative_count,
        agree_count: input.agree_count,
        against_count: input.against_count,
        signed: input.signed,
        disputed: input.disputed,
        recorded_by: op.signed_in()?.user_id,
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
    };
    tx.record(id, row).await?;
    if input.disputed {
        verification::reopen(&tx, &case.row).await?;
        case.advance(Step {
            to: ApplicationState::Verifying,
            clock: ClockEffect::Run,
            reason: Some("评议争议较大，重新核查"),
        })
        .await?;
    } else {
        case.advance(Step { to: ApplicationState::Appraised, clock: ClockEffect::Run, reason: None }).await?;
    }

    let done = case.done();
    tx.finish(id, 1, done).await
}

/// 民发〔2012〕220号 arts 21-23: the panel, two thirds of it villager representatives, all signing.
fn check(input: &AppraisalRecord, reported_on: Day, today: Day, share: num_rational::Ratio<i128>) -> Result<()> {
    ensure(reported_on.0 <= input.held_on.0 && input.held_on.0 <= today.0, || {
        Refusal::new(Code::DateOutOfOrder)
            .field("input.heldOn")
            .arg("what", "appraisal")
            .arg("on", input.held_on)
            .arg("needed", format!("{reported_on}..{today}"))
    })?;
    let panel = input.panel_count;
    ensure(input.representative_count <= panel && input.agree_count + input.against_count <= panel, || {
        Refusal::new(Code::PanelCountsWrong).field("input.panelCount").arg("panel", panel)
    })?;
    let needed = (share * i128::from(panel)).ceil().to_integer();
    ensure(i128::from(input.representative_count) >= needed, || {
        Refusal::new(Code::PanelTooFewRepresentatives)
            .field("input.representativeCount")
            .arg("needed", needed)
            .arg("panel", panel)
    })?;
    ensure(input.signed, || Refusal::new(Code::AppraisalNotSigned).field("input.signed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day(text.parse().unwrap())
    }

    fn panel(representative_count: i32) -> AppraisalRecord {
        AppraisalRecord {
            idempotency_key: "k".to_owned(),
            application_id: Ref::new(uuid::Uuid::nil()),
            expected_version: 1,
            held_on: day("2018-11-02"),
            panel_count: 9,
            representative_count,
            agree_count: 9,
            against_count: 0,
            signed: true,
            disputed: false,
        }
    }

    #[test]
    fn at_11_a_panel_of_nine_needs_six_representatives() {
        let share = num_rational::Ratio::new(2, 3);
        let outcome =
            |count| check(&panel(count), day("2018-10-31"), day("2018-11-02"), share).err().map(|error| error.code());
        assert_eq!(outcome(5), Some(Code::PanelTooFewRepresentatives));
        assert_eq!(outcome(6), None);
    }
}
