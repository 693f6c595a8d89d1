//! Verification (家庭经济状况核查): one for every programme, by two investigators and by comparison.

mod recognition;
mod repeat;
mod report;
mod snapshot;
mod sources;
mod steps;
mod types;

pub(crate) use recognition::{Serving, route_by_report, serving_of};
pub use snapshot::{Snapshot, facts_of, facts_of_all};
pub use sources::SOURCES;

use crate::{
    act::{CaseAct, Look},
    case::{Case, Step},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    intake,
    op::Op,
    part::{Part, Saved},
    permissions as may, reference,
    tx::Tx,
};
use entity::{
    Day, application,
    enums::{ApplicationState, ClockEffect, VerificationState},
    find_scoped, verification, verification_investigator, verification_report,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The parameter that holds the limit of a verification, in working days.
const LIMIT_WORKDAYS: &str = "verification.limit.workdays";

/// Verifications, their steps and reports; starting, visiting, comparing, reporting.
pub fn part() -> Part {
    types::stored(Part::new("verification"))
        .mutation(
            "verificationStart",
            "Hands an accepted case to the verification body; every counted adult must have consented (转核查).",
            may::VERIFICATION_START,
            start,
        )
        .on_case(START)
        .mutation(
            "verificationRecognise",
            "Lets an accepted case stand on the report that its household has already (核查互认).",
            may::VERIFICATION_START,
            recognition::recognise,
        )
        .on_case(recognition::RECOGNISE)
        .mutation(
            "reverificationRequest",
            "Has a household verified a second time: a special or reported case, the district and the town together \
             (发起再次核查).",
            may::VERIFICATION_REPEAT,
            repeat::request,
        )
        .on_case(repeat::REQUEST)
        .mutation(
            "homeVisitRecord",
            "Records a home visit by at least two investigators (登记入户调查).",
            may::VERIFICATION_INVESTIGATE,
            steps::record_home_visit,
        )
        .on_case(steps::HOME_VISIT)
        .mutation(
            "comparisonRecord",
            "Records what one data source answered (登记信息比对).",
            may::VERIFICATION_INVESTIGATE,
            steps::record_comparison,
        )
        .on_case(steps::COMPARISON)
        .mutation(
            "verificationReportIssue",
            "Issues the report: freezes members, incomes, property and findings (出具核查报告).",
            may::VERIFICATION_REPORT,
            report::issue,
        )
        .on_case(report::ISSUE)
}

/// Which case to verify.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct VerificationStart {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
}

const START: CaseAct =
    CaseAct::in_states(|_, _| &[ApplicationState::Accepted], |look, case, act| Box::pin(may_start(look, case, act)));

async fn may_start(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    // Where a report serves, the answer is not that the case is too far along, but that nobody is verified twice.
    if matches!(case.state, ApplicationState::Accepted | ApplicationState::PrelimRouted) {
        ensure_nothing_serves(look, case).await?;
    }
    look.must_be(case, act)?;
    let (parameters, members) = (look.parameters().await?, look.members(case).await?);
    intake::ensure_consented(parameters, members, look.consents().await?, look.op().today(), None)?;
    ensure(!look.verified_elsewhere(case).await?, taken)
}

/// Refuses a second verification of a household whose report serves (seed 五(三)).
async fn ensure_nothing_serves(look: &Look<'_>, case: &application::Model) -> Result<()> {
    match look.serving(case).await? {
        Some(serving) => Err(serving.refusal().into()),
        None => Ok(()),
    }
}

/// A household has one open verification.
fn taken() -> Refusal {
    Refusal::new(Code::VerificationOpen).field("input.applicationId")
}

async fn start(op: &Op, input: VerificationStart) -> Result<Saved<verification::Entity>> {
    let tx = op.begin(may::VERIFICATION_START).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    START.ensure(&case.look(), &case.row).await?;

    let id = open(&tx, &case.row).await?;
    case.advance(Step { to: ApplicationState::Verifying, clock: ClockEffect::Run, reason: None }).await?;

    let done = case.done();
    tx.finish(id, 1, done).await
}

/// Opens a verification of the case's household. Error: `VERIFICATION_OPEN`.
async fn open(tx: &Tx<'_>, case: &application::Model) -> Result<Uuid> {
    let today = tx.op().today();
    let limit = reference::parameters(tx.conn()).await?.integer(LIMIT_WORKDAYS, &today.to_string())?;
    let calendar = reference::calendar(tx.conn()).await?;
    let id = tx.new_id();
    let row = verification::Model {
        id,
        application_id: case.id,
        household_id: case.household_id,
        state: VerificationState::Open,
        opened_on: today,
        due_on: Day(calendar.add_working(today.0, u32::try_from(limit).map_err(Error::internal)?)),
        jurisdiction: case.jurisdiction.clone(),
        programme: case.programme.clone(),
        version: 1,
    };
    intake::insert_unless_taken(tx, row.id, row, taken).await?;
    Ok(id)
}

/// Opens a further verification of a case whose findings are disputed.
pub(crate) async fn reopen(tx: &Tx<'_>, case: &application::Model) -> Result<()> {
    open(tx, case).await.map(|_| ())
}

/// Day of the report a case stands on.
pub(crate) async fn reported_on(tx: &Tx<'_>, case: &application::Model) -> Result<Day> {
    let report = snapshot::report_of(tx.conn(), case).await?;
    report.map(|report| report.issued_on).ok_or_else(|| Error::internal("a verified case without its report"))
}

/// The cases of these that a user investigated: visited, compared, recorded what was found, or issued the report, be
/// it for the case itself or for the one whose report it stands on.
pub(crate) async fn investigated<C: ConnectionTrait>(
    conn: &C,
    cases: &[application::Model],
    user_id: Uuid,
) -> Result<BTreeSet<Uuid>> {
    let reports = verification_report::Entity::find()
        .filter(verification_report::Column::Id.is_in(cases.iter().filter_map(|case| case.report_id)))
        .select_only()
        .columns([verification_report::Column::Id, verification_report::Column::ApplicationId])
        .into_tuple::<(Uuid, Uuid)>()
        .all(conn)
        .await?;
    let verified: HashMap<Uuid, Uuid> = reports.into_iter().collect();
    let verified = |case: &application::Model| case.report_id.and_then(|report| verified.get(&report)).copied();
    let all: BTreeSet<Uuid> = cases.iter().flat_map(|case| [Some(case.id), verified(case)]).flatten().collect();
    let theirs = investigations(conn, all, user_id).await?;
    let of_user = |case: &&application::Model| {
        theirs.contains(&case.id) || verified(case).is_some_and(|other| theirs.contains(&other))
    };
    Ok(cases.iter().filter(of_user).map(|case| case.id).collect())
}

async fn investigations<C: ConnectionTrait>(
    conn: &C,
    cases: impl IntoIterator<Item = Uuid> + Clone,
    user_id: Uuid,
) -> Result<BTreeSet<Uuid>> {
    let named = verification_investigator::Entity::find()
        .filter(verification_investigator::Column::ApplicationId.is_in(cases.clone()))
        .filter(verification_investigator::Column::UserId.eq(user_id))
        .select_only()
        .column(verification_investigator::Column::ApplicationId)
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    let issued = verification_report::Entity::find()
        .filter(verification_report::Column::ApplicationId.is_in(cases))
        .filter(verification_report::Column::IssuedBy.eq(user_id))
        .select_only()
        .column(verification_report::Column::ApplicationId)
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    Ok(named.into_iter().chain(issued).collect())
}

/// What every act on an open verification needs: that it is open, and its case with it.
async fn under_verification(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    if let Some(latest) = look.verification(case).await? {
        must_be_open(latest)?;
    }
    look.must_be(case, act)
}

fn must_be_open(row: &verification::Model) -> Result<()> {
    ensure(row.state == VerificationState::Open, || {
        Refusal::new(Code::WrongState)
            .field("input.verificationId")
            .arg("state", row.state)
            .arg("needed", VerificationState::Open)
    })
}

/// Refuses an actor of the case's own household (回避).
async fn no_relative(look: &Look<'_>, case: &application::Model) -> Result<()> {
    let (own, members) = (look.own_person().await?, look.members(case).await?);
    let related = own.is_some_and(|own| members.iter().any(|member| member.row.person_id == own));
    ensure(!related, || Refusal::new(Code::RecusalRequired).field("input.verificationId"))
}

/// An open verification of the actor's scope with its case, both as they stand under the case's lock.
async fn open_verification<'tx, 'op>(tx: &'tx Tx<'op>, id: Uuid) -> Result<(Case<'tx, 'op>, verification::Model)> {
    const ABSENT: Error = Error::NotFound { field: "input.verificationId" };
    let find =
        || find_scoped::<verification::Entity>(&tx.op().scope(tx.permission())).filter(verification::Column::Id.eq(id));
    let named = find().one(tx.conn()).await?.ok_or(ABSENT)?;
    let case = tx.case_unversioned(named.application_id).await.map_err(|error| match error {
        Error::NotFound { .. } => ABSENT,
        other => other,
    })?;
    let row = find().one(tx.conn()).await?.ok_or(ABSENT)?;
    must_be_open(&row)?;
    case.must_be(&[ApplicationState::Verifying])?;
    Ok((case, row))
}

/// Saves a change of a verification under its next version; answers that.
async fn save(tx: &Tx<'_>, mut row: verification::Model) -> Result<i64> {
    row.version += 1;
    let version = row.version;
    tx.replace(row.id, row).await?;
    Ok(version)
}
