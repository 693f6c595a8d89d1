//! A locked case: the application row, its log, its clock.

use crate::{
    clock::local_day,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    op::Op,
    part::Saved,
    tx::{Done, Tx},
};
use entity::{
    Day, application, application_event, application_subject,
    enums::{ApplicationState, ClockEffect},
};
use policies::Permission;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// One application, locked for this transaction.
pub struct Case<'tx, 'op> {
    tx: &'tx Tx<'op>,
    /// The row as it will be saved.
    pub row: application::Model,
}

/// What one step does to a case.
pub struct Step<'a> {
    /// State it ends in.
    pub to: ApplicationState,
    /// What it does to the statutory clock.
    pub clock: ClockEffect,
    /// Reason given, if the step takes one.
    pub reason: Option<&'a str>,
}

impl<'op> Tx<'op> {
    /// Locks a case of the actor's scope and checks that the caller saw its present version.
    ///
    /// Errors: `NotFound`, `STALE_VERSION`, `CLOCK_BEHIND_CASE`, `NOT_AUTHORISED_PROGRAMME`.
    pub async fn case(&self, id: Uuid, expected_version: i64) -> Result<Case<'_, 'op>> {
        let case = self.lock(id).await?;
        let current = case.row.version;
        // Before the clock: who waited for the winner's lock began before its event, and is stale, not early.
        ensure(current == expected_version, || {
            Refusal::new(Code::StaleVersion).field("input.expectedVersion").arg("current", current)
        })?;
        not_ahead(self.op(), &case.row)?;
        Ok(case)
    }

    /// Locks a case that the caller names by something that hangs on it.
    pub async fn case_unversioned(&self, id: Uuid) -> Result<Case<'_, 'op>> {
        let case = self.lock(id).await?;
        not_ahead(self.op(), &case.row)?;
        Ok(case)
    }

    async fn lock(&self, id: Uuid) -> Result<Case<'_, 'op>> {
        let scope = self.op().scope(self.permission());
        let row = entity::find_scoped::<application::Entity>(&scope)
            .filter(application::Column::Id.eq(id))
            .lock_exclusive()
            .one(self.conn())
            .await?
            .ok_or(Error::NotFound { field: "input.applicationId" })?;
        authorised(self.op(), self.permission(), &row)?;
        Ok(Case { tx: self, row })
    }
}

impl<'tx, 'op> Case<'tx, 'op> {
    /// The transaction it is locked in.
    pub(crate) fn tx(&self) -> &'tx Tx<'op> {
        self.tx
    }

    /// Refuses unless the case is in one of these states.
    pub fn must_be(&self, states: &[ApplicationState]) -> Result<()> {
        must_be(&self.row, states)
    }

    /// Moves the case: clock, version, one event.
    pub async fn advance(&mut self, step: Step<'_>) -> Result<()> {
        let op = self.tx.op();
        let from = self.row.state;
        self.turn_clock(step.clock, op.today());
        self.row.state = step.to;
        self.row.version += 1;
        self.row.last_event_at = op.instant();
        self.save(from).await?;
        if ends_the_case(step.to) {
            self.release_subjects().await?;
        }
        log(self.tx, op, &self.row, Some(from), &step).await
    }

    /// Saves a change of the row that is no step of the procedure, e.g. details.
    pub async fn touch(&mut self) -> Result<()> {
        self.row.version += 1;
        self.save(self.row.state).await
    }

    async fn save(&self, from: ApplicationState) -> Result<()> {
        self.tx.moved(&self.row, Some(from));
        self.tx.replace(self.row.id, self.row.clone()).await
    }

    /// 30 natural days exclude mass appraisal and notice (重庆条例 art 19): used days grow only while it runs.
    fn turn_clock(&mut self, effect: ClockEffect, today: Day) {
        if self.row.clock == effect {
            return;
        }
        if self.row.clock == ClockEffect::Run {
            self.row.clock_days_used = self.days_used(today);
            self.row.clock_since = None;
        }
        if effect == ClockEffect::Run {
            self.row.clock_since = Some(today);
            let left = self.row.limit_days.unwrap_or(0) - self.row.clock_days_used;
            let ends = self.tx.op().platform().limit_ends(&self.row.programme, today.0, left.max(0).unsigned_abs());
            self.row.due_on = Some(Day(ends));
        }
        self.row.clock = effect;
    }

    /// Statutory days used up to and including this day; the day the clock starts does not count.
    pub fn days_used(&self, on: Day) -> i32 {
        let platform = self.tx.op().platform();
        let running =
            self.row.clock_since.map_or(0, |since| platform.limit_days_between(&self.row.programme, since.0, on.0));
        self.row.clock_days_used + i32::try_from(running).unwrap_or(i32::MAX)
    }

    async fn release_subjects(&self) -> Result<()> {
        let subjects = application_subject::Entity::find()
            .filter(application_subject::Column::ApplicationId.eq(self.row.id))
            .all(self.tx.conn())
            .await?;
        for subject in subjects {
            self.tx.replace(subject.id, application_subject::Model { open: false, ..subject }).await?;
        }
        Ok(())
    }

    /// What the record says of work on this case.
    pub fn done(&self) -> Done {
        Done {
            jurisdiction: self.row.jurisdiction.clone(),
            application_id: Some(self.row.id),
            programme: Some(self.row.programme.clone()),
        }
    }
}

/// Refuses a step before the case's last event: the domain clock was set back.
pub(crate) fn not_ahead(op: &Op, case: &application::Model) -> Result<()> {
    let last = case.last_event_at;
    ensure(last <= op.instant(), || Refusal::new(Code::ClockBehindCase).arg("last", local_day(last)))
}

/// The second lock: authority for this case's programme, on this day.
pub(crate) fn authorised(op: &Op, permission: &Permission, case: &application::Model) -> Result<()> {
    let Some(step) = permission.step else { return Ok(()) };
    let actor = op.signed_in()?;
    let programme = case.programme.as_str();
    ensure(op.policies().allows(&actor.holder(), permission.name, Some(programme), op.today().0), || {
        Refusal::new(Code::NotAuthorisedProgramme).arg("step", step).arg("programme", programme)
    })
}

/// Refuses unless a case is in one of these states.
pub(crate) fn must_be(case: &application::Model, states: &[ApplicationState]) -> Result<()> {
    ensure(states.contains(&case.state), || {
        let needed: Vec<_> = states.iter().map(ToString::to_string).collect();
        Refusal::new(Code::WrongState)
            .field("input.applicationId")
            .arg("state", case.state)
            .arg("needed", if needed.is_empty() { "-".to_owned() } else { needed.join("/") })
    })
}

/// Finishes work whose answer is the case itself.
pub async fn finish_case(tx: Tx<'_>, row: application::Model) -> Result<Saved<application::Entity>> {
    let done = Done {
        jurisdiction: row.jurisdiction.clone(),
        application_id: Some(row.id),
        programme: Some(row.programme.clone()),
    };
    tx.finish(row.id, row.version, done).await
}

/// Writes one event of a case's log.
pub(crate) async fn log(
    tx: &Tx<'_>,
    op: &Op,
    row: &application::Model,
    from: Option<ApplicationState>,
    step: &Step<'_>,
) -> Result<()> {
    let actor = op.signed_in()?;
    let seq: Option<i32> = application_event::Entity::find()
        .select_only()
        .column_as(application_event::Column::Seq.max(), "seq")
        .filter(application_event::Column::ApplicationId.eq(row.id))
        .into_tuple::<Option<i32>>()
        .one(tx.conn())
        .await?
        .flatten();
    let id = tx.new_id();
    let event = application_event::Model {
        id,
        application_id: row.id,
        seq: seq.unwrap_or(0) + 1,
        at: op.instant(),
        on_day: op.today(),
        wall_at: op.wall_at(),
        actor_id: actor.user_id,
        assignment_id: actor.assignment_id,
        unit: actor.unit.clone(),
        action: op.current_call().map_or_else(|| tx.permission().name.to_owned(), |call| call.mutation.to_owned()),
        from_state: from,
        to_state: step.to,
        reason: step.reason.map(str::to_owned),
        clock_effect: step.clock,
        jurisdiction: row.jurisdiction.clone(),
        programme: row.programme.clone(),
    };
    tx.record(id, event).await?;
    Ok(())
}

fn ends_the_case(state: ApplicationState) -> bool {
    use ApplicationState as S;
    matches!(
        state,
        S::NotAccepted
            | S::Rejected
            | S::Withdrawn
            | S::TerminatedNonCooperation
            | S::Terminated
            | S::NotQualifiedByData
    )
}
