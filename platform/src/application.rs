//! Applications (申请): one programme's case, from the window to acceptance.

mod details;
mod papers;
mod supplement;
mod watch;

pub use details::{DETAILS_AMEND, DETAILS_RECORD, DetailsRecord, amend_details, record_details};

use crate::{
    act::{AvailableAction, CaseAct, Look, available},
    case::{Step, finish_case},
    code::Code,
    error::{Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::{Cell, ComputeContext, DataClass, Direction, EntityBuilder, Part, Saved, Scalar, belongs_to, has_many},
    permissions as may,
    tx::Tx,
    verification::route_by_report,
};
use entity::{
    Day, Scoped, application, application_event, application_facet, application_subject, appraisal, benefit, decision,
    enums::{ApplicationState, ClockEffect},
    household, ledger_entry, notice, opinion, person, request, transfer, user_account, verification,
    verification_report,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

/// Applications, their events and subjects; push, supplement list, acceptance.
pub fn part() -> Part {
    use application_event::Column as E;
    use application_subject::Column as S;
    let part = Part::new("application")
        .entity::<application::Entity>(
            "Application",
            may::APPLICATION_READ,
            DataClass::Internal,
            application::Entity::scope_by(),
            fields,
        )
        .entity::<application_event::Entity>(
            "ApplicationEvent",
            may::EVENT_READ,
            DataClass::Internal,
            application_event::Entity::scope_by(),
            |t| {
                t.columns([
                    E::Seq,
                    E::At,
                    E::OnDay,
                    E::Unit,
                    E::Action,
                    E::FromState,
                    E::ToState,
                    E::Reason,
                    E::ClockEffect,
                ])
                .edge(
                    "actor",
                    "User",
                    "Who acted (经办人).",
                    may::USER_READ,
                    belongs_to(E::ActorId, user_account::Column::Id),
                )
            },
        )
        .entity::<application_subject::Entity>(
            "ApplicationSubject",
            may::APPLICATION_READ,
            DataClass::Internal,
            application_subject::Entity::scope_by(),
            |t| {
                t.columns([S::Programme, S::Open]).edge(
                    "person",
                    "Person",
                    "The counted member (家庭成员).",
                    may::PERSON_READ,
                    belongs_to(S::PersonId, person::Column::Id),
                )
            },
        );
    watch::subscriptions(steps(part))
}

/// From the village window to acceptance.
fn steps(part: Part) -> Part {
    part.mutation(
        "applicationPush",
        "Pushes a case from the village window to the town window (推送镇窗口).",
        may::APPLICATION_PUSH,
        push,
    )
    .on_case(PUSH)
    .mutation(
        "applicationSupplementRequest",
        "Gives the one list of all that is missing (一次性补正告知).",
        may::APPLICATION_SUPPLEMENT,
        supplement::request_supplement,
    )
    .on_case(supplement::SUPPLEMENT)
    .mutation(
        "applicationAccept",
        "Accepts a complete application (受理); the statutory clock starts the next day.",
        may::APPLICATION_ACCEPT,
        accept,
    )
    .on_case(ACCEPT)
}

fn fields(t: EntityBuilder<application::Entity>) -> EntityBuilder<application::Entity> {
    use application::Column as C;
    let t = t.federated().columns([
        C::Number,
        C::Programme,
        C::Unit,
        C::Jurisdiction,
        C::State,
        C::ReceivedOn,
        C::AcceptedOn,
        C::DueOn,
        C::DecidedOn,
        C::DecisionLevel,
        C::Opinion,
        C::SupplementRequestedOn,
        C::Clock,
        C::Version,
    ]);
    papers::fields(outcome(work(people(t))))
        .batch::<Vec<AvailableAction>>(
            "availableActions",
            "What the caller's own mutations would answer on this case now, whatever their input (可办理操作).",
            may::APPLICATION_READ,
            DataClass::Internal,
            AVAILABLE_COST,
            available,
        )
        .computed(
            "clockDaysUsed",
            "Days of the limit used up to today, working days where the programme counts them; appraisal and notice do not count (已用法定天数).",
            [C::ClockDaysUsed, C::ClockSince, C::Clock, C::Programme],
            Scalar::Int,
            may::APPLICATION_READ,
            DataClass::Internal,
            clock_days_used,
        )
        .computed(
            "overdue",
            "Whether the statutory limit has passed without a decision (是否超期).",
            [C::DueOn, C::DecidedOn, C::Clock],
            Scalar::Boolean,
            may::APPLICATION_READ,
            DataClass::Internal,
            overdue,
        )
        .list(
            "applications",
            "Cases of one's scope (申请列表).",
            [C::State, C::Programme, C::Number, C::ReceivedOn, C::DueOn],
            [C::ReceivedOn, C::Number],
        )
        .listed_in_order()
}

/// What it is about.
fn people(t: EntityBuilder<application::Entity>) -> EntityBuilder<application::Entity> {
    use application::Column as C;
    let id = C::Id;
    t.edge(
        "request",
        "Request",
        "The filing it belongs to (救助申请).",
        may::REQUEST_READ,
        belongs_to(C::RequestId, request::Column::Id),
    )
    .edge(
        "household",
        "Household",
        "The household (家庭).",
        may::HOUSEHOLD_READ,
        belongs_to(C::HouseholdId, household::Column::Id),
    )
    .edge(
        "subjects",
        "ApplicationSubject",
        "Counted members it stands for (保障对象).",
        may::APPLICATION_READ,
        has_many(id, application_subject::Column::ApplicationId),
    )
}

/// What was done on it.
fn work(t: EntityBuilder<application::Entity>) -> EntityBuilder<application::Entity> {
    use application::Column as C;
    let id = C::Id;
    t.edge(
        "events",
        "ApplicationEvent",
        "Its log in order (办理记录).",
        may::EVENT_READ,
        has_many(id, application_event::Column::ApplicationId)
            .ordered_by(application_event::Column::Seq, Direction::Asc),
    )
    .edge(
        "verifications",
        "Verification",
        "Verifications opened for it (核查).",
        may::VERIFICATION_READ,
        has_many(id, verification::Column::ApplicationId),
    )
    .edge(
        "report",
        "VerificationReport",
        "The report it stands on (核查报告).",
        may::VERIFICATION_READ,
        belongs_to(C::ReportId, verification_report::Column::Id),
    )
    .edge(
        "appraisals",
        "Appraisal",
        "Mass appraisals (群众评议).",
        may::APPRAISAL_READ,
        has_many(id, appraisal::Column::ApplicationId),
    )
}

/// What came of it.
fn outcome(t: EntityBuilder<application::Entity>) -> EntityBuilder<application::Entity> {
    use application::Column as C;
    let id = C::Id;
    t.edge(
        "opinions",
        "Opinion",
        "Opinions in order (审核意见).",
        may::OPINION_READ,
        has_many(id, opinion::Column::ApplicationId),
    )
    .edge(
        "transfers",
        "Transfer",
        "Transfers in order (转办).",
        may::TRANSFER_READ,
        has_many(id, transfer::Column::ApplicationId).ordered_by(transfer::Column::SentOn, Direction::Asc),
    )
    .edge("notices", "Notice", "Public notices (公示).", may::NOTICE_READ, has_many(id, notice::Column::ApplicationId))
    .edge(
        "decisions",
        "Decision",
        "Decisions (审批决定).",
        may::DECISION_READ,
        has_many(id, decision::Column::ApplicationId),
    )
    .edge(
        "benefits",
        "Benefit",
        "Benefits it led to (救助待遇).",
        may::BENEFIT_READ,
        has_many(id, benefit::Column::ApplicationId),
    )
    .edge(
        "ledgerEntries",
        "LedgerEntry",
        "What was posted for it, by day (资金记录).",
        may::LEDGER_READ,
        has_many(id, ledger_entry::Column::ApplicationId).ordered_by(ledger_entry::Column::PostedOn, Direction::Asc),
    )
}

/// Checks of a whole schema's mutations on one case.
const AVAILABLE_COST: u32 = 10;

fn clock_days_used(cells: &[Cell], context: &ComputeContext<'_>) -> Option<serde_json::Value> {
    let used = cells[0].int()?;
    let running = match cells[1].text() {
        Some(since) => context.platform.limit_days_between(cells[3].text()?, since.parse().ok()?, context.today),
        None => 0,
    };
    Some((used + running).into())
}

fn overdue(cells: &[Cell], context: &ComputeContext<'_>) -> Option<serde_json::Value> {
    let Some(due) = cells[0].text() else { return Some(false.into()) };
    let open = cells[1].text().is_none() && cells[2].text() == Some("RUN");
    Some((open && due < context.today.to_string().as_str()).into())
}

/// Which case, and which version of it the caller saw.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct CaseInput {
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

const PUSH: CaseAct = CaseAct::in_states(
    |_, _| &[ApplicationState::VillageReceived],
    |look, case, act| Box::pin(only_states(look, case, act)),
);

/// A check that looks at nothing but the state.
pub(crate) async fn only_states(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)
}

async fn push(op: &Op, input: CaseInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_PUSH).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    PUSH.ensure(&case.look(), &case.row).await?;

    case.advance(Step { to: ApplicationState::TownPending, clock: ClockEffect::Stop, reason: None }).await?;

    let row = case.row;
    finish_case(tx, row).await
}

const ACCEPT: CaseAct = CaseAct::in_states(
    |_, _| &[ApplicationState::TownPending, ApplicationState::SupplementRequired],
    |look, case, act| Box::pin(may_accept(look, case, act)),
);

async fn may_accept(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    let missing = look.missing(case).await?;
    ensure(missing.is_empty(), || Refusal::new(Code::MaterialsIncomplete).arg("missing", missing.join("、")))?;
    limit_days(look, case).await.map(|_| ())
}

async fn accept(op: &Op, input: CaseInput) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_ACCEPT).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let limit = {
        let look = case.look();
        ACCEPT.ensure(&look, &case.row).await?;
        limit_days(&look, &case.row).await?
    };

    case.row.accepted_on = Some(op.today());
    case.row.limit_days = Some(limit);
    // The period excludes the day of the act: day one is tomorrow (domain clock rules).
    case.row.due_on = Some(Day(op.platform().limit_ends(&case.row.programme, op.today().0, limit.unsigned_abs())));
    case.advance(Step { to: ApplicationState::Accepted, clock: ClockEffect::Run, reason: None }).await?;
    route_by_report(&mut case).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// Days from acceptance to decision by the programme's dated parameter.
async fn limit_days(look: &Look<'_>, case: &application::Model) -> Result<i32> {
    let module = module_of(look.op(), &case.programme)?;
    let days = look.parameters().await?.integer(module.manifest().limit.key(), &look.op().today().to_string())?;
    i32::try_from(days).map_err(crate::error::Error::internal)
}

/// The loaded module of a programme. Error: `PROGRAMME_NOT_OFFERED`.
pub(crate) fn module_of<'a>(op: &'a Op, programme: &str) -> Result<&'a std::sync::Arc<dyn crate::module::Module>> {
    op.platform()
        .module(programme)
        .ok_or_else(|| Refusal::new(Code::ProgrammeNotOffered).arg("programme", programme).into())
}

/// Rewrites the facets of a case: what lists filter a programme's own facts by.
pub(crate) async fn write_facets(
    tx: &Tx<'_>,
    case: &application::Model,
    facets: Vec<(String, serde_json::Value)>,
) -> Result<()> {
    application_facet::Entity::delete_many()
        .filter(application_facet::Column::ApplicationId.eq(case.id))
        .exec(tx.conn())
        .await?;
    for (key, value) in facets {
        let facet = application_facet::Model {
            id: tx.new_id(),
            application_id: case.id,
            programme: case.programme.clone(),
            key,
            text_value: value.as_str().map(str::to_owned),
            int_value: value.as_i64().or_else(|| value.as_bool().map(i64::from)),
            unit: case.unit.clone(),
            jurisdiction: case.jurisdiction.clone(),
        };
        tx.insert(facet).await?;
    }
    Ok(())
}
