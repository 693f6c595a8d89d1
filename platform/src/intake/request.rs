//! The one request at the one window (一门受理): one filing, one application for each programme.

use super::{
    link::{insert_unless_taken, link},
    materials,
    members::{Member, current_members, ensure_no_relative, holdings},
    person::short,
};
use crate::{
    application::module_of,
    case::{Step, log},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    module::{Manifest, Subjects},
    op::Op,
    part::Saved,
    permissions as may,
    tx::{Done, Tx},
};
use entity::{
    application, application_subject,
    enums::{ApplicationState, ClockEffect},
    find_scoped, household, person, request, service_window,
};
use policies::Level;
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

/// A request as the window takes it in.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct RequestSubmit {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The household.
    #[garde(skip)]
    pub household_id: Ref<household::Entity>,
    /// Who applies: a member, or a known agent (申请人).
    #[garde(skip)]
    pub applicant_id: Ref<person::Entity>,
    /// Programme codes applied for (申请项目).
    #[garde(length(min = 1, max = 13))]
    pub programmes: Vec<String>,
    /// Whom it is for, where a programme is for single persons: each of them has a case (救助对象).
    #[garde(length(max = 26), dive)]
    pub subjects: Option<Vec<RequestSubject>>,
    /// What the applicant says is needed (申请事由).
    #[garde(length(chars, min = 1, max = 2000))]
    pub need: String,
    /// Materials that were handed in, or that the window knows to be missing (申请材料).
    #[garde(length(max = 50), dive)]
    pub materials: Vec<MaterialEntry>,
}

/// One person a programme is applied for.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct RequestSubject {
    /// Programme code (申请项目).
    #[garde(length(chars, min = 1, max = 40))]
    pub programme: String,
    /// The member it is for (家庭成员).
    #[garde(skip)]
    pub person_id: Ref<person::Entity>,
}

/// One material.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
pub struct MaterialEntry {
    /// Kind, e.g. `INCOME_STATEMENT` (材料类别).
    #[garde(length(chars, min = 1, max = 60))]
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    #[garde(length(chars, min = 1, max = 200))]
    pub name: String,
    /// Whether it is there (是否提交).
    #[garde(skip)]
    pub present: bool,
}

pub(super) async fn submit(op: &Op, mut input: RequestSubmit) -> Result<Saved<request::Entity>> {
    let tx = op.begin(may::REQUEST_SUBMIT).await?;

    let household = own_household(&tx, input.household_id.id).await?;
    let window = own_window(&tx).await?;
    let members = current_members(tx.conn(), household.id).await?;
    ensure_someone_counts(&members)?;
    ensure_applicant(&tx, input.applicant_id.id, &members).await?;
    ensure_no_relative(tx.conn(), [op.signed_in()?.user_id], &members, "input.householdId").await?;
    input.programmes.sort();
    input.programmes.dedup();
    let manifests = manifests(op, &input.programmes)?;
    let cases = cases(&manifests, input.subjects.as_deref().unwrap_or_default(), &members)?;
    ensure_not_excluded(&tx, &manifests, &members).await?;
    let listed = materials::list(&tx, &cases, &input.materials, &members).await?;

    let id = tx.new_id();
    let row = request::Model {
        id,
        number: format!("R{}-{}", op.today().0.format("%Y%m%d"), short(id)),
        household_id: household.id,
        applicant_id: input.applicant_id.id,
        window_id: window.id,
        received_on: op.today(),
        received_at: op.instant(),
        need: input.need,
        jurisdiction: household.jurisdiction.clone(),
        created_by: op.signed_in()?.user_id,
        version: 1,
    };
    let row = tx.record(id, row).await?;
    for (ordinal, (manifest, subjects)) in cases.iter().enumerate() {
        open_case(&tx, &row, ordinal + 1, manifest, subjects).await?;
    }
    link_all(&tx, &row, &manifests, &members).await?;
    materials::write(&tx, &row, listed).await?;

    tx.finish(id, 1, Done::at(&row.jurisdiction)).await
}

/// Locks the household, if it lives in the window's own area.
async fn own_household(tx: &Tx<'_>, id: Uuid) -> Result<household::Model> {
    let absent = Error::NotFound { field: "input.householdId" };
    let row = find_scoped::<household::Entity>(&tx.op().scope(tx.permission()))
        .filter(household::Column::Id.eq(id))
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    let place = &tx.op().signed_in()?.jurisdiction;
    row.filter(|household| household.jurisdiction.starts_with(place)).ok_or(absent)
}

/// The open window of the actor's own place. Error: `NO_ACTIVE_WINDOW`.
async fn own_window(tx: &Tx<'_>) -> Result<service_window::Model> {
    use service_window::Column as C;
    let today = tx.op().today();
    service_window::Entity::find()
        .filter(C::Jurisdiction.eq(&tx.op().signed_in()?.jurisdiction))
        .filter(C::OpenedOn.lte(today))
        .filter(Condition::any().add(C::ClosedOn.is_null()).add(C::ClosedOn.gte(today)))
        .one(tx.conn())
        .await?
        .ok_or_else(|| Code::NoActiveWindow.into())
}

/// Aid is for the counted members; a case without one would stand for nobody.
fn ensure_someone_counts(members: &[Member]) -> Result<()> {
    ensure(members.iter().any(Member::counts), || {
        Refusal::new(Code::InvalidInput).field("input.householdId").arg("reason", "the household has no counted member")
    })
}

/// The applicant is a member, or an agent whose record the window reaches.
async fn ensure_applicant(tx: &Tx<'_>, applicant: Uuid, members: &[Member]) -> Result<()> {
    if members.iter().any(|member| member.row.person_id == applicant) {
        return Ok(());
    }
    find_scoped::<person::Entity>(&tx.op().scope(tx.permission()))
        .filter(person::Column::Id.eq(applicant))
        .one(tx.conn())
        .await?
        .map(|_| ())
        .ok_or(Error::NotFound { field: "input.applicantId" })
}

fn manifests(op: &Op, programmes: &[String]) -> Result<Vec<Manifest>> {
    programmes.iter().map(|programme| Ok(module_of(op, programme)?.manifest())).collect()
}

/// The cases of a request: one for each programme, or for each person where a programme is for single persons.
///
/// Errors: `SUBJECT_REQUIRED`, `MEMBER_TWICE`, `INVALID_INPUT`; `NotFound` for who is no counted member.
fn cases<'a>(
    manifests: &'a [Manifest],
    subjects: &[RequestSubject],
    members: &'a [Member],
) -> Result<Vec<(&'a Manifest, Vec<&'a Member>)>> {
    let mut cases = Vec::new();
    for subject in subjects {
        let single = |manifest: &&Manifest| manifest.subjects == Subjects::Person;
        let manifest = manifests.iter().filter(single).find(|manifest| manifest.programme == subject.programme);
        let manifest = manifest.ok_or_else(|| {
            Refusal::new(Code::InvalidInput)
                .field("input.subjects.programme")
                .arg("reason", "a subject names a programme of the request that is for single persons")
        })?;
        let member = members.iter().find(|member| member.counts() && member.row.person_id == subject.person_id.id);
        let member = member.ok_or(Error::NotFound { field: "input.subjects.personId" })?;
        let twice = |(known, of): &(&Manifest, Vec<&Member>)| {
            known.programme == manifest.programme && of[0].row.person_id == member.row.person_id
        };
        ensure(!cases.iter().any(twice), || Refusal::new(Code::MemberTwice).field("input.subjects"))?;
        cases.push((manifest, vec![member]));
    }
    for manifest in manifests {
        match manifest.subjects {
            Subjects::Household => cases.push((manifest, members.iter().filter(|member| member.counts()).collect())),
            Subjects::Person => {
                let named = cases.iter().any(|(known, _)| known.programme == manifest.programme);
                ensure(named, || {
                    Refusal::new(Code::SubjectRequired).field("input.subjects").arg("programme", manifest.programme)
                })?;
            }
        }
    }
    Ok(cases)
}

/// Refuses a programme that may not be held beside what a counted member holds (domain 1.0.2).
async fn ensure_not_excluded(tx: &Tx<'_>, manifests: &[Manifest], members: &[Member]) -> Result<()> {
    let persons: Vec<_> = members.iter().filter(|member| member.counts()).map(|member| member.row.person_id).collect();
    let held = holdings(tx.conn(), &persons, tx.op().today()).await?;
    let modules = &tx.op().platform().modules;
    for manifest in manifests {
        let excludes = |other: &str| {
            manifest.exclusions.contains(&other)
                || modules.iter().any(|module| {
                    let module = module.manifest();
                    module.programme == other && module.exclusions.contains(&manifest.programme)
                })
        };
        if let Some(holding) = held.iter().find(|holding| excludes(&holding.programme)) {
            return Err(Refusal::new(Code::ExclusiveBenefitActive)
                .field("input.programmes")
                .arg("held", &holding.programme)
                .arg("programme", manifest.programme)
                .into());
        }
    }
    Ok(())
}

/// Opens the case of one programme: row, subjects, first event.
async fn open_case(
    tx: &Tx<'_>,
    request: &request::Model,
    ordinal: usize,
    manifest: &Manifest,
    members: &[&Member],
) -> Result<()> {
    let op = tx.op();
    // Who handles a programme is a dated fact of the policies, not what the module says of itself.
    let unit = op
        .policies()
        .handling_unit(manifest.programme, op.today().0)
        .ok_or_else(|| Refusal::new(Code::ProgrammeNotOffered).arg("programme", manifest.programme))?;
    let state = match op.signed_in()?.level {
        Level::Village => ApplicationState::VillageReceived,
        Level::Town | Level::District | Level::School => ApplicationState::TownPending,
    };
    let row = application::Model {
        id: tx.new_id(),
        number: format!("{}-{ordinal}", request.number),
        request_id: request.id,
        household_id: request.household_id,
        programme: manifest.programme.to_owned(),
        unit: unit.to_owned(),
        jurisdiction: request.jurisdiction.clone(),
        state,
        received_on: request.received_on,
        accepted_on: None,
        due_on: None,
        decided_on: None,
        decision_level: None,
        opinion: None,
        supplement_requested_on: None,
        report_id: None,
        details: None,
        clock: ClockEffect::Stop,
        clock_since: None,
        clock_days_used: 0,
        limit_days: None,
        last_event_at: op.instant(),
        version: 1,
    };
    let row = tx.record(row.id, row).await?;
    tx.moved(&row, None);
    // Members come sorted by person, so that two requests for the same persons never wait for each other.
    for member in members {
        let subject = application_subject::Model {
            id: tx.new_id(),
            application_id: row.id,
            person_id: member.row.person_id,
            programme: row.programme.clone(),
            open: manifest.one_at_a_time,
            jurisdiction: row.jurisdiction.clone(),
        };
        insert_unless_taken(tx, subject.id, subject, || {
            Refusal::new(Code::DuplicateActiveApplication)
                .field("input.programmes")
                .arg("programme", manifest.programme)
        })
        .await?;
    }
    log(tx, op, &row, None, &Step { to: state, clock: ClockEffect::Stop, reason: None }).await
}

/// Lets those who handle its programmes reach the request, the household and its persons.
async fn link_all(tx: &Tx<'_>, request: &request::Model, manifests: &[Manifest], members: &[Member]) -> Result<()> {
    let mut persons: Vec<_> = members.iter().map(|member| member.row.person_id).collect();
    persons.push(request.applicant_id);
    persons.sort_unstable();
    persons.dedup();
    for manifest in manifests {
        let programme = manifest.programme;
        link(tx, "Request", request.id, &request.jurisdiction, programme).await?;
        link(tx, "Household", request.household_id, &request.jurisdiction, programme).await?;
        for person in &persons {
            link(tx, "Person", *person, &request.jurisdiction, programme).await?;
        }
    }
    Ok(())
}
