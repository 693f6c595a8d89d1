//! What investigators do: home visits and comparisons.

use super::{SOURCES, no_relative, open_verification, save, under_verification};
use crate::{
    act::{CaseAct, Look, States},
    case::Case,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    intake,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::Tx,
};
use entity::{
    Day, application, assignment,
    enums::{ApplicationState, UnitLevel, VerificationKind},
    person, user_account, verification, verification_investigator, verification_step,
};
use policies::{Holder, Level};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The parameter that holds how many investigators a home visit needs.
const INVESTIGATORS_MIN: &str = "verification.investigators.min";

/// A home visit.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct HomeVisitRecord {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The verification.
    #[garde(skip)]
    pub verification_id: Ref<verification::Entity>,
    /// Day of the visit (入户日期).
    #[garde(skip)]
    pub held_on: Day,
    /// Who visited: at least two investigators (调查人员).
    #[garde(length(min = 1, max = 10))]
    pub investigator_ids: Vec<Ref<user_account::Entity>>,
    /// What was found (调查情况).
    #[garde(length(chars, min = 1, max = 4000))]
    pub facts: String,
    /// The family member who signed (签字家庭成员).
    #[garde(skip)]
    pub family_signer_id: Option<Ref<person::Entity>>,
}

/// What a data source answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComparisonResult {
    /// As declared (与申报一致).
    Matched,
    /// Otherwise than declared (与申报不一致).
    Discrepant,
    /// Nothing on record (无记录).
    NoRecord,
}

impl ComparisonResult {
    fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "MATCHED",
            Self::Discrepant => "DISCREPANT",
            Self::NoRecord => "NO_RECORD",
        }
    }
}

/// A comparison with one data source.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonRecord {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The verification.
    #[garde(skip)]
    pub verification_id: Ref<verification::Entity>,
    /// Data source, e.g. `VEHICLE` (数据来源).
    #[garde(length(chars, min = 1, max = 40))]
    pub source: String,
    /// The member asked about; the whole household when left out (核查对象).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// Day of the query (比对日期).
    #[garde(skip)]
    pub held_on: Day,
    /// What it answered (比对结果).
    #[garde(skip)]
    pub result: ComparisonResult,
    /// What was found (比对情况).
    #[garde(length(chars, min = 1, max = 4000))]
    pub facts: String,
}

/// The state of a case under verification.
pub(super) const VERIFYING: States = |_, _| &[ApplicationState::Verifying];

pub(super) const HOME_VISIT: CaseAct =
    CaseAct::in_states(VERIFYING, |look, case, act| Box::pin(under_verification(look, case, act)));

pub(super) const COMPARISON: CaseAct =
    CaseAct::in_states(VERIFYING, |look, case, act| Box::pin(may_compare(look, case, act)));

async fn may_compare(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    under_verification(look, case, act).await?;
    no_relative(look, case).await
}

pub(super) async fn record_home_visit(op: &Op, input: HomeVisitRecord) -> Result<Saved<verification::Entity>> {
    let tx = op.begin(may::VERIFICATION_INVESTIGATE).await?;

    let (case, verification) = open_verification(&tx, input.verification_id.id).await?;
    HOME_VISIT.ensure(&case.look(), &case.row).await?;
    ensure_after_acceptance(&case, input.held_on, op.today())?;
    let investigators: BTreeSet<Uuid> = input.investigator_ids.iter().map(|user| user.id).collect();
    ensure_investigators(&tx, &case, &investigators, input.held_on).await?;
    let members = intake::current_members(tx.conn(), case.row.household_id).await?;
    intake::ensure_no_relative(tx.conn(), investigators.iter().copied(), &members, "input.investigatorIds").await?;
    if let Some(signer) = input.family_signer_id {
        intake::ensure_member(&members, signer.id, "input.familySignerId")?;
    }

    let did = Did {
        kind: VerificationKind::HomeVisit,
        held_on: input.held_on,
        source: None,
        person_id: None,
        result: "VISITED",
        facts: input.facts,
        family_signer_id: input.family_signer_id.map(|signer| signer.id),
    };
    record(&tx, &verification, did, investigators).await?;
    let version = save(&tx, verification).await?;

    let done = case.done();
    tx.finish(input.verification_id.id, version, done).await
}

pub(super) async fn record_comparison(op: &Op, input: ComparisonRecord) -> Result<Saved<verification::Entity>> {
    let tx = op.begin(may::VERIFICATION_INVESTIGATE).await?;

    let (case, verification) = open_verification(&tx, input.verification_id.id).await?;
    COMPARISON.ensure(&case.look(), &case.row).await?;
    ensure(SOURCES.has(&input.source), || {
        Refusal::new(Code::UnknownCode).field("input.source").arg("value", &input.source).arg("table", SOURCES.name)
    })?;
    ensure_after_acceptance(&case, input.held_on, op.today())?;
    let members = intake::current_members(tx.conn(), case.row.household_id).await?;
    let actor = op.signed_in()?.user_id;
    let asked = match input.person_id {
        Some(person) => {
            intake::ensure_member(&members, person.id, "input.personId")?;
            members.into_iter().filter(|member| member.row.person_id == person.id).collect()
        }
        None => members,
    };
    let parameters = reference::parameters(tx.conn()).await?;
    intake::ensure_consents(tx.conn(), &parameters, &asked, input.held_on, Some(&input.source)).await?;

    let did = Did {
        kind: VerificationKind::DataMatch,
        held_on: input.held_on,
        source: Some(input.source),
        person_id: input.person_id.map(|person| person.id),
        result: input.result.as_str(),
        facts: input.facts,
        family_signer_id: None,
    };
    record(&tx, &verification, did, BTreeSet::from([actor])).await?;
    let version = save(&tx, verification).await?;

    let done = case.done();
    tx.finish(input.verification_id.id, version, done).await
}

/// Refuses a day in the future or before acceptance.
fn ensure_after_acceptance(case: &Case<'_, '_>, held_on: Day, today: Day) -> Result<()> {
    let accepted = case.row.accepted_on.ok_or_else(|| Error::internal("a case under verification was not accepted"))?;
    ensure(accepted <= held_on && held_on <= today, || {
        Refusal::new(Code::DateOutOfOrder)
            .field("input.heldOn")
            .arg("what", "investigation")
            .arg("on", held_on)
            .arg("needed", format!("{accepted}..{today}"))
    })
}

/// Refuses fewer than the needed number, and anyone without that duty at the place on the day (民发〔2012〕220号 art 18).
async fn ensure_investigators(tx: &Tx<'_>, case: &Case<'_, '_>, users: &BTreeSet<Uuid>, on: Day) -> Result<()> {
    let needed = reference::parameters(tx.conn()).await?.integer(INVESTIGATORS_MIN, &on.to_string())?;
    let count = i64::try_from(users.len()).map_err(Error::internal)?;
    ensure(count >= needed, || Refusal::new(Code::TwoInvestigatorsRequired).field("input.investigatorIds"))?;
    use assignment::Column as A;
    let accounts = user_account::Entity::find()
        .filter(user_account::Column::Id.is_in(users.iter().copied()))
        .filter(user_account::Column::DisabledAt.is_null())
        .all(tx.conn())
        .await?;
    let assignments = assignment::Entity::find()
        .filter(A::UserId.is_in(accounts.iter().map(|account| account.id)))
        .filter(A::FromOn.lte(on))
        .filter(Condition::any().add(A::ToOn.is_null()).add(A::ToOn.gte(on)))
        .all(tx.conn())
        .await?;
    let on_duty: BTreeSet<Uuid> = assignments
        .iter()
        .filter(|assignment| case.row.jurisdiction.starts_with(&assignment.jurisdiction))
        .filter(|assignment| {
            let permission = may::VERIFICATION_INVESTIGATE.name;
            tx.op().policies().allows(&holder(assignment), permission, Some(&case.row.programme), on.0)
        })
        .map(|assignment| assignment.user_id)
        .collect();
    ensure(users.is_subset(&on_duty), || Refusal::new(Code::NotAnInvestigator).field("input.investigatorIds"))
}

fn holder(assignment: &assignment::Model) -> Holder {
    Holder {
        role: assignment.role.clone(),
        unit: assignment.unit.clone(),
        level: match assignment.level {
            UnitLevel::Village => Level::Village,
            UnitLevel::Town => Level::Town,
            UnitLevel::District => Level::District,
            UnitLevel::School => Level::School,
        },
        jurisdiction: assignment.jurisdiction.clone(),
    }
}

/// One step before it is recorded.
struct Did {
    kind: VerificationKind,
    held_on: Day,
    source: Option<String>,
    person_id: Option<Uuid>,
    result: &'static str,
    facts: String,
    family_signer_id: Option<Uuid>,
}

/// Records a step and who investigated; they may not decide the case.
async fn record(tx: &Tx<'_>, verification: &verification::Model, did: Did, users: BTreeSet<Uuid>) -> Result<()> {
    let op = tx.op();
    let id = tx.new_id();
    let step = verification_step::Model {
        id,
        verification_id: verification.id,
        kind: did.kind,
        held_on: did.held_on,
        source: did.source,
        person_id: did.person_id,
        result: did.result.to_owned(),
        facts: did.facts,
        family_signer_id: did.family_signer_id,
        recorded_by: op.signed_in()?.user_id,
        recorded_at: op.instant(),
        jurisdiction: verification.jurisdiction.clone(),
        programme: verification.programme.clone(),
    };
    tx.record(id, step).await?;
    for user_id in users {
        let key = tx.new_id();
        let investigator = verification_investigator::Model {
            id: key,
            verification_step_id: id,
            verification_id: verification.id,
            application_id: verification.application_id,
            user_id,
            jurisdiction: verification.jurisdiction.clone(),
            programme: verification.programme.clone(),
        };
        tx.record(key, investigator).await?;
    }
    Ok(())
}
