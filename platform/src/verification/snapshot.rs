//! The frozen snapshot of a report, and the facts an assessment takes from it.

use crate::{
    code::Code,
    error::{Error, Refusal, Result},
    intake::{self, CLAIM_NONE, Holding, Member},
    module::{AssetItem, Facts, Flag, Identity, IncomeItem, MemberFacts},
};
use entity::{
    Day, application, application_subject,
    enums::{ApplicationState, AreaType, ClaimKind, ReportConclusion},
    person_claim, verification_report,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Layout of the snapshot; a reader goes by it.
pub(super) const FORMAT: u32 = 1;

/// What a report freezes; its JSON text is what the report's hash covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Layout version.
    pub format: u32,
    /// The household.
    pub household_id: Uuid,
    /// Urban or rural line.
    pub area_type: AreaType,
    /// Village of the household.
    pub jurisdiction: String,
    /// Members with what sources say of them, and what they held on the day.
    pub members: Vec<MemberFacts>,
    /// Verified income.
    pub incomes: Vec<IncomeItem>,
    /// Verified property.
    pub assets: Vec<AssetItem>,
    /// Named findings.
    pub flags: Vec<Flag>,
    /// Whether income is basically unchanged from review to review.
    pub income_stable: bool,
    /// Conclusion.
    pub conclusion: ReportConclusion,
    /// Steps it stands on, in order of recording.
    pub steps: Vec<Uuid>,
}

/// The report a case stands on, if it has one.
pub(super) async fn report_of<C: ConnectionTrait>(
    conn: &C,
    case: &application::Model,
) -> Result<Option<verification_report::Model>> {
    let Some(id) = case.report_id else { return Ok(None) };
    Ok(verification_report::Entity::find_by_id(id).one(conn).await?)
}

/// Facts of a case on a day: the frozen snapshot of its report, the programme's details, and what members hold now.
///
/// Error: `WRONG_STATE` before a report exists.
pub async fn facts_of<C: ConnectionTrait>(conn: &C, case: &application::Model, assessed_on: Day) -> Result<Facts> {
    let facts = facts_of_all(conn, std::slice::from_ref(case), assessed_on).await?.remove(&case.id);
    facts.unwrap_or_else(|| Err(Error::internal("the facts of a case were not read")))
}

/// As `facts_of`, for several cases in as many statements as for one.
pub async fn facts_of_all<C: ConnectionTrait>(
    conn: &C,
    cases: &[application::Model],
    assessed_on: Day,
) -> Result<HashMap<Uuid, Result<Facts>>> {
    let reports: HashMap<Uuid, verification_report::Model> = verification_report::Entity::find()
        .filter(verification_report::Column::Id.is_in(cases.iter().filter_map(|case| case.report_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|report| (report.id, report))
        .collect();
    let frozen: Vec<(&application::Model, Result<Snapshot>)> =
        cases.iter().map(|case| (case, frozen(case, &reports))).collect();
    let snapshots = frozen.iter().filter_map(|(_, snapshot)| snapshot.as_ref().ok());
    let persons: Vec<_> = snapshots.flat_map(|snapshot| &snapshot.members).map(|member| member.person_id).collect();
    let now = Now {
        held: intake::holdings(conn, &persons, assessed_on).await?,
        identities: intake::identities(conn, &persons, assessed_on).await?,
        subjects: subjects_of(conn, cases).await?,
    };
    let facts = frozen
        .into_iter()
        .map(|(case, snapshot)| (case.id, snapshot.and_then(|snapshot| facts_from(case, snapshot, &now, assessed_on))));
    Ok(facts.collect())
}

/// What the platform knows of members beside what reports froze.
struct Now {
    held: Vec<Holding>,
    identities: BTreeMap<Uuid, Vec<Identity>>,
    /// Whom each case is for.
    subjects: HashMap<Uuid, Vec<Uuid>>,
}

/// What the report of a case froze.
fn frozen(case: &application::Model, reports: &HashMap<Uuid, verification_report::Model>) -> Result<Snapshot> {
    let report = case.report_id.and_then(|id| reports.get(&id)).ok_or_else(|| {
        Refusal::new(Code::WrongState)
            .field("input.applicationId")
            .arg("state", case.state)
            .arg("needed", ApplicationState::Verified)
    })?;
    Ok(serde_json::from_str(&report.facts)?)
}

fn facts_from(case: &application::Model, mut snapshot: Snapshot, now: &Now, assessed_on: Day) -> Result<Facts> {
    // The platform's own record is truer than the frozen one: a grant made meanwhile excludes.
    for member in &mut snapshot.members {
        member.holds = held_beside(&now.held, member.person_id, case);
        member.identities = now.identities.get(&member.person_id).cloned().unwrap_or_default();
    }
    Ok(Facts {
        programme: case.programme.clone(),
        area_type: snapshot.area_type.to_string(),
        jurisdiction: case.jurisdiction.clone(),
        applied_on: case.received_on,
        assessed_on,
        subjects: now.subjects.get(&case.id).cloned().unwrap_or_default(),
        members: snapshot.members,
        incomes: snapshot.incomes,
        assets: snapshot.assets,
        flags: snapshot.flags,
        income_stable: snapshot.income_stable,
        deciding_level: None,
        details: case.details.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default(),
    })
}

/// The persons each of these cases is for, in the order of their keys.
async fn subjects_of<C: ConnectionTrait>(conn: &C, cases: &[application::Model]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = application_subject::Entity::find()
        .filter(application_subject::Column::ApplicationId.is_in(cases.iter().map(|case| case.id)))
        .order_by_asc(application_subject::Column::PersonId)
        .all(conn)
        .await?;
    let mut subjects: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        subjects.entry(row.application_id).or_default().push(row.person_id);
    }
    Ok(subjects)
}

/// What a person holds beside what this case's household holds of the same programme.
pub(super) fn held_beside(held: &[Holding], person_id: Uuid, case: &application::Model) -> Vec<String> {
    let mut programmes: Vec<_> = held
        .iter()
        .filter(|holding| holding.person_id == person_id)
        .filter(|holding| holding.household_id != case.household_id || holding.programme != case.programme)
        .map(|holding| holding.programme.clone())
        .collect();
    programmes.dedup();
    programmes
}

/// The members as sources describe them on a day.
pub(super) async fn member_facts<C: ConnectionTrait>(
    conn: &C,
    case: &application::Model,
    members: &[Member],
    on: Day,
) -> Result<Vec<MemberFacts>> {
    let persons: Vec<_> = members.iter().map(|member| member.row.person_id).collect();
    let claims = claims_on(conn, &persons, on).await?;
    let held = intake::holdings(conn, &persons, on).await?;
    members
        .iter()
        .map(|member| {
            let said = |kind| claims.get(&(member.row.person_id, kind)).map(String::as_str);
            Ok(MemberFacts {
                person_id: member.row.person_id,
                relation: member.row.relation.clone(),
                counted: member.row.counted,
                not_counted_reason: member.row.not_counted_reason.clone(),
                birth_on: member.person.birth_on,
                sex: member.person.sex.to_string(),
                deceased_on: member.person.deceased_on,
                disability_category: number(said(ClaimKind::DisabilityCategory))?,
                disability_grade: number(said(ClaimKind::DisabilityGrade))?,
                major_illness: said(ClaimKind::MajorIllness).is_some(),
                education_stage: said(ClaimKind::EducationStage).map(str::to_owned),
                employment: said(ClaimKind::Employment).map(str::to_owned),
                hukou: said(ClaimKind::Hukou).map(str::to_owned),
                holds: held_beside(&held, member.row.person_id, case),
                // A report is of the day it was issued; what members are on record for is asked anew each time.
                identities: Vec::new(),
            })
        })
        .collect()
}

fn number(claim: Option<&str>) -> Result<Option<u8>> {
    claim.map(str::parse).transpose().map_err(|_| Error::internal("a claim of a number is none"))
}

/// By person and kind the claim recorded last of those in force on a day; one that takes back leaves none.
async fn claims_on<C: ConnectionTrait>(
    conn: &C,
    persons: &[Uuid],
    on: Day,
) -> Result<BTreeMap<(Uuid, ClaimKind), String>> {
    use person_claim::Column as P;
    let rows = person_claim::Entity::find()
        .filter(P::PersonId.is_in(persons.iter().copied()))
        .filter(P::FromOn.lte(on))
        .filter(Condition::any().add(P::ToOn.is_null()).add(P::ToOn.gte(on)))
        .order_by_asc(P::RecordedAt)
        .order_by_asc(P::Id)
        .all(conn)
        .await?;
    Ok(latest(rows))
}

fn latest(rows: Vec<person_claim::Model>) -> BTreeMap<(Uuid, ClaimKind), String> {
    let mut claims: BTreeMap<_, _> = rows.into_iter().map(|row| ((row.person_id, row.kind), row.value)).collect();
    claims.retain(|_, value| value != CLAIM_NONE);
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::At;

    fn claim(kind: ClaimKind, value: &str) -> person_claim::Model {
        let day: Day = "2018-10-19".parse().unwrap();
        person_claim::Model {
            id: Uuid::nil(),
            person_id: Uuid::nil(),
            kind,
            value: value.to_owned(),
            source: "APPLICANT".to_owned(),
            source_ref: None,
            from_on: day,
            to_on: None,
            recorded_at: At(0),
            recorded_by: None,
            jurisdiction: "500118107200".to_owned(),
        }
    }

    #[test]
    fn the_last_claim_of_a_kind_holds_and_may_take_back() {
        let claims = latest(vec![
            claim(ClaimKind::DisabilityGrade, "3"),
            claim(ClaimKind::MajorIllness, "尿毒症"),
            claim(ClaimKind::DisabilityGrade, "2"),
            claim(ClaimKind::MajorIllness, CLAIM_NONE),
        ]);
        assert_eq!(claims.get(&(Uuid::nil(), ClaimKind::DisabilityGrade)).map(String::as_str), Some("2"));
        assert_eq!(claims.get(&(Uuid::nil(), ClaimKind::MajorIllness)), None);
    }
}
