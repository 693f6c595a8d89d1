//! Mutual recognition (互认共享): a report serves every programme until it lapses.

use super::snapshot::Snapshot;
use crate::{
    act::{CaseAct, Look},
    application::CaseInput,
    case::{Case, Step, finish_case},
    code::Code,
    error::{Refusal, Result},
    intake::{self, Member},
    op::Op,
    part::Saved,
    permissions as may,
};
use entity::{
    Day, application, benefit,
    enums::{ApplicationState, BenefitState, ClockEffect},
    verification_report,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A report that serves further cases of its household.
pub(crate) struct Serving {
    report: verification_report::Model,
    until: Day,
    /// Whom it is about, and whether each was counted.
    members: BTreeSet<(Uuid, bool)>,
}

impl Serving {
    /// Whether it is about exactly these members: a family that has changed since was never verified.
    pub(crate) fn is_about(&self, members: &[Member]) -> bool {
        self.members == members.iter().map(|member| (member.row.person_id, member.row.counted)).collect()
    }

    /// What a second verification is refused with.
    pub(super) fn refusal(&self) -> Refusal {
        recognised(&self.report, self.until)
    }
}

pub(super) fn recognised(report: &verification_report::Model, until: Day) -> Refusal {
    Refusal::new(Code::VerificationMutuallyRecognised)
        .field("input.applicationId")
        .arg("number", &report.number)
        .arg("until", until)
}

/// The last report of each household, if it still serves on a day: until it lapses or the next review is due,
/// whichever is earlier.
pub(crate) async fn serving_of<C: ConnectionTrait>(
    conn: &C,
    households: impl IntoIterator<Item = Uuid> + Clone,
    on: Day,
) -> Result<HashMap<Uuid, Serving>> {
    use verification_report::Column as R;
    let reports = verification_report::Entity::find()
        .filter(R::HouseholdId.is_in(households.clone()))
        .filter(R::IssuedOn.lte(on))
        .order_by_asc(R::IssuedOn)
        .order_by_asc(R::Id)
        .all(conn)
        .await?;
    let latest: HashMap<Uuid, verification_report::Model> =
        reports.into_iter().map(|report| (report.household_id, report)).collect();
    let benefits = benefit::Entity::find()
        .filter(benefit::Column::HouseholdId.is_in(households))
        .filter(benefit::Column::State.eq(BenefitState::Active))
        .filter(benefit::Column::NextReviewOn.is_not_null())
        .all(conn)
        .await?;
    let mut serving = HashMap::new();
    for (household, report) in latest {
        let reviews = benefits.iter().filter(|benefit| benefit.household_id == household);
        let until = lapses(&report, reviews.filter_map(|benefit| benefit.next_review_on));
        if until >= on {
            let snapshot: Snapshot = serde_json::from_str(&report.facts)?;
            let members = snapshot.members.iter().map(|member| (member.person_id, member.counted)).collect();
            serving.insert(household, Serving { report, until, members });
        }
    }
    Ok(serving)
}

/// Last day a report serves; a review due before it was issued is no review of it.
fn lapses(report: &verification_report::Model, reviews: impl Iterator<Item = Day>) -> Day {
    let review = reviews.filter(|review| *review > report.issued_on).min();
    review.map_or(report.valid_to, |review| review.min(report.valid_to))
}

pub(super) const RECOGNISE: CaseAct = CaseAct::in_states(
    |_, _| &[ApplicationState::Accepted],
    |look, case, act| Box::pin(may_recognise(look, case, act)),
);

/// Errors: `WRONG_STATE`, `NO_RECOGNISED_REPORT`.
async fn may_recognise(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    match look.serving(case).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::new(Code::NoRecognisedReport).field("input.applicationId").into()),
    }
}

pub(super) async fn recognise(op: &Op, input: CaseInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::VERIFICATION_START).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    RECOGNISE.ensure(&case.look(), &case.row).await?;
    route_by_report(&mut case).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// Lets a case just accepted stand on the report that serves its household, if there is one: verification is skipped.
pub(crate) async fn route_by_report(case: &mut Case<'_, '_>) -> Result<()> {
    let module = crate::application::module_of(case.tx().op(), &case.row.programme)?;
    if !module.manifest().takes("verify") {
        return Ok(());
    }
    let report = case.look().serving(&case.row).await?.map(|serving| serving.report.clone());
    let Some(report) = report else { return Ok(()) };
    intake::link(case.tx(), "VerificationReport", report.id, &case.row.jurisdiction, &case.row.programme).await?;
    case.row.report_id = Some(report.id);
    let reason = format!("核查报告 {} 互认", report.number);
    let step = Step { to: ApplicationState::PrelimRouted, clock: ClockEffect::Run, reason: Some(&reason) };
    case.advance(step).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::enums::ReportConclusion;

    #[test]
    fn a_report_lapses_by_its_date_or_at_the_next_review_whichever_is_earlier() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let report = verification_report::Model {
            id: Uuid::nil(),
            number: "V".to_owned(),
            verification_id: Uuid::nil(),
            application_id: Uuid::nil(),
            household_id: Uuid::nil(),
            issued_on: day("2018-10-31"),
            valid_to: day("2019-04-30"),
            conclusion: ReportConclusion::Difficult,
            facts: "{}".to_owned(),
            facts_hash: String::new(),
            issued_by: Uuid::nil(),
            jurisdiction: String::new(),
            programme: "DIBAO".to_owned(),
        };
        for (reviews, until) in [
            (&[][..], "2019-04-30"),
            (&["2019-11-20"][..], "2019-04-30"),
            (&["2019-02-20", "2019-01-20"][..], "2019-01-20"),
            (&["2018-10-31"][..], "2019-04-30"),
        ] {
            assert_eq!(lapses(&report, reviews.iter().map(|text| day(text))), day(until), "{reviews:?}");
        }
    }
}
