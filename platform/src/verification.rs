//! Verification (家庭经济状况核查): one for every programme, by two investigators and by comparison.

mod report;
mod snapshot;
mod sources;
mod steps;
mod types;

pub use snapshot::{Snapshot, facts_of};
pub use sources::SOURCES;

use crate::{
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
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
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
        .mutation(
            "homeVisitRecord",
            "Records a home visit by at least two investigators (登记入户调查).",
            may::VERIFICATION_INVESTIGATE,
            steps::record_home_visit,
        )
        .mutation(
            "comparisonRecord",
            "Records what one data source answered (登记信息比对).",
            may::VERIFICATION_INVESTIGATE,
            steps::record_comparison,
        )
        .mutation(
            "verificationReportIssue",
            "Issues the report: freezes members, incomes, property and findings (出具核查报告).",
            may::VERIFICATION_REPORT,
            report::issue,
        )
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

async fn start(op: &Op, input: VerificationStart) -> Result<Saved<verification::Entity>> {
    let tx = op.begin(may::VERIFICATION_START).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    case.must_be(&[ApplicationState::Accepted])?;
    let parameters = reference::parameters(tx.conn()).await?;
    let members = intake::current_members(tx.conn(), case.row.household_id).await?;
    intake::ensure_consents(tx.conn(), &parameters, &members, op.today(), None).await?;

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
    let taken = || Refusal::new(Code::VerificationOpen).field("input.applicationId");
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

/// Whether a user investigated a case: visited, compared, recorded what was found, or issued its report.
pub(crate) async fn investigated<C: ConnectionTrait>(conn: &C, application_id: Uuid, user_id: Uuid) -> Result<bool> {
    let named = verification_investigator::Entity::find()
        .filter(verification_investigator::Column::ApplicationId.eq(application_id))
        .filter(verification_investigator::Column::UserId.eq(user_id))
        .count(conn)
        .await?;
    let issued = verification_report::Entity::find()
        .filter(verification_report::Column::ApplicationId.eq(application_id))
        .filter(verification_report::Column::IssuedBy.eq(user_id))
        .count(conn)
        .await?;
    Ok(named + issued > 0)
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
    ensure(row.state == VerificationState::Open, || {
        Refusal::new(Code::WrongState)
            .field("input.verificationId")
            .arg("state", row.state)
            .arg("needed", VerificationState::Open)
    })?;
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
