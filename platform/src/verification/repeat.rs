//! A second verification: allowed for special, complex or reported cases, by a district department and the town
//! together; a periodic review is none.

use super::{open, recognition::recognised, snapshot::report_of, taken};
use crate::{
    act::{CaseAct, Look},
    case::{Case, Step},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    permissions as may,
};
use entity::{
    application,
    enums::{ApplicationState as S, ClockEffect, ReverificationTrigger, UnitLevel},
    org_unit, reverification, verification,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;

/// A second verification as it is asked for.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct ReverificationRequest {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// What allows it; without one it is refused (再次核查情形).
    #[garde(skip)]
    pub trigger: Option<ReverificationTrigger>,
    /// Reason in words (理由).
    #[garde(length(chars, min = 1, max = 1000))]
    pub reason: String,
    /// District department that takes part, by its unit code; without one it is refused (参与的区级部门).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub district_unit: Option<String>,
    /// Unit of the town that takes part, by its code; without one it is refused (参与的镇单位).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub town_unit: Option<String>,
}

/// A case that stands on a report and on which no opinion stands yet; none waits for it.
pub(super) const REQUEST: CaseAct = CaseAct::in_states(
    |_, _| &[S::PrelimRouted, S::Verified, S::Appraised],
    |look, case, act| Box::pin(may_request(look, case, act)),
)
.never_awaited();

async fn may_request(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    ensure(!look.verified_elsewhere(case).await?, taken)
}

pub(super) async fn request(op: &Op, input: ReverificationRequest) -> Result<Saved<verification::Entity>> {
    let tx = op.begin(may::VERIFICATION_REPEAT).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    REQUEST.ensure(&case.look(), &case.row).await?;
    let report = report_of(tx.conn(), &case.row).await?;
    let report = report.ok_or_else(|| Error::internal("a verified case without its report"))?;
    let (Some(trigger), Some(district_unit), Some(town_unit)) = (input.trigger, input.district_unit, input.town_unit)
    else {
        return Err(recognised(&report, report.valid_to).into());
    };
    ensure_unit(&case, &district_unit, UnitLevel::District, "input.districtUnit").await?;
    ensure_unit(&case, &town_unit, UnitLevel::Town, "input.townUnit").await?;

    let verification_id = open(&tx, &case.row).await?;
    let id = tx.new_id();
    let row = reverification::Model {
        id,
        verification_id,
        application_id: case.row.id,
        report_id: report.id,
        trigger,
        reason: input.reason.clone(),
        district_unit,
        town_unit,
        requested_by: op.signed_in()?.user_id,
        requested_on: op.today(),
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
    };
    tx.record(id, row).await?;
    case.advance(Step { to: S::Verifying, clock: ClockEffect::Run, reason: Some(&input.reason) }).await?;

    let done = case.done();
    tx.finish(verification_id, 1, done).await
}

/// Refuses a code that is no unit of that level over the case's place today. Error: `UNKNOWN_CODE`.
async fn ensure_unit(case: &Case<'_, '_>, code: &str, level: UnitLevel, field: &'static str) -> Result<()> {
    use org_unit::Column as C;
    let today = case.tx().op().today();
    let units = org_unit::Entity::find()
        .filter(C::Code.eq(code))
        .filter(C::Level.eq(level))
        .filter(C::Jurisdiction.is_in(above(&case.row.jurisdiction)))
        .filter(C::FromOn.lte(today))
        .filter(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(today)))
        .count(case.tx().conn())
        .await?;
    ensure(units > 0, || Refusal::new(Code::UnknownCode).field(field).arg("value", code).arg("table", "orgUnits"))
}

/// The district and the town of a village.
fn above(village: &str) -> impl Iterator<Item = &str> {
    [6, 9].into_iter().filter_map(|length| village.get(..length))
}
