//! Acts on a case: when each may be done. Told once, asked by the mutation itself and by who wants to know beforehand.
//!
//! **Invariant:** a check changes nothing, and what it finds does not hang on the mutation's input.

mod available;
mod look;

pub use available::{AvailableAction, available};
pub use look::Look;

use crate::{
    case::{authorised, must_be, not_ahead},
    error::{Error, Result},
    module::Manifest,
    op::Op,
    part::{Part, Permission},
};
use entity::{
    application,
    enums::{ApplicationState, OpinionOutcome, OpinionStage},
};
use futures_util::future::BoxFuture;

/// When one mutation may be done on a case, beside its permission, its row scope and its input.
#[derive(Debug, Clone, Copy)]
pub struct CaseAct {
    /// States in which it may be done.
    pub states: States,
    /// States in which a case waits for it.
    pub awaited: Awaited,
    /// The whole check: the states, and what else must be so.
    pub check: Check,
}

/// States in which an act may be done on cases of a programme, today, for this actor.
pub type States = fn(&Op, &Manifest) -> &'static [ApplicationState];

/// Refuses what the mutation would refuse whatever its input; the act is the one it belongs to.
pub type Check = for<'a> fn(&'a Look<'a>, &'a application::Model, &'a CaseAct) -> BoxFuture<'a, Result<()>>;

/// When a case waits for an act: then it is on the work list of who may do it.
#[derive(Debug, Clone, Copy)]
pub enum Awaited {
    /// Never: it may be done at any time of a stage.
    Never,
    /// In each of its states.
    InItsStates,
    /// In these.
    In(fn(&Op, &Manifest) -> &'static [Wait]),
}

/// A state in which a case waits, and what else tells that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The state.
    pub state: ApplicationState,
    /// What the latest opinion must propose.
    pub opinion: Option<OpinionOutcome>,
    /// Stage of which no opinion may have been given yet.
    pub before: Option<OpinionStage>,
}

impl Wait {
    /// Whatever the latest opinion says.
    pub const fn state(state: ApplicationState) -> Self {
        Self { state, opinion: None, before: None }
    }
}

/// One mutation on a case, as the parts declare it.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// Field name of the mutation.
    pub name: &'static str,
    /// Its permission.
    pub permission: Permission,
    /// When it may be done.
    pub on_case: CaseAct,
}

/// Every act that parts declare, in their order.
pub fn acts(parts: &[Part]) -> Vec<Act> {
    let mutations = parts.iter().flat_map(|part| &part.mutations);
    mutations
        .filter_map(|action| Some(Act { name: action.name, permission: action.permission, on_case: action.on_case? }))
        .collect()
}

impl CaseAct {
    /// An act that only its states bound, and that cases wait for in them.
    pub const fn in_states(states: States, check: Check) -> Self {
        Self { states, awaited: Awaited::InItsStates, check }
    }

    /// The same act, for which no case waits.
    #[must_use]
    pub const fn never_awaited(self) -> Self {
        Self { awaited: Awaited::Never, ..self }
    }

    /// Runs the check as the mutation does, once its case is locked.
    pub async fn ensure(&self, look: &Look<'_>, case: &application::Model) -> Result<()> {
        (self.check)(look, case, self).await
    }

    /// Where cases of a programme wait for it.
    pub fn waits(&self, op: &Op, manifest: &Manifest) -> Vec<Wait> {
        match self.awaited {
            Awaited::Never => Vec::new(),
            Awaited::InItsStates => (self.states)(op, manifest).iter().copied().map(Wait::state).collect(),
            Awaited::In(waits) => waits(op, manifest).to_vec(),
        }
    }
}

impl Act {
    /// Whether this actor has it in the schema, and for this programme.
    pub fn offered(&self, op: &Op, programme: &str) -> bool {
        op.may_begin(&self.permission) && self.permission.programme.is_none_or(|own| own == programme)
    }

    /// Whether authority.csv gives its step, if it is one, to this actor for a programme today.
    pub fn authorised(&self, op: &Op, programme: &str) -> bool {
        self.permission.step.is_none()
            || op.actor().is_some_and(|actor| {
                op.policies().allows(&actor.holder(), self.permission.name, Some(programme), op.today().0)
            })
    }

    /// What the mutation would answer on a case that it reaches, whatever its input.
    async fn judge(&self, look: &Look<'_>, case: &application::Model) -> Result<()> {
        authorised(look.op(), &self.permission, case)?;
        not_ahead(look.op(), case)?;
        self.on_case.ensure(look, case).await
    }
}

impl Look<'_> {
    /// Refuses unless a case is in one of the states of an act. Error: `WRONG_STATE`.
    pub fn must_be(&self, case: &application::Model, act: &CaseAct) -> Result<()> {
        let module = crate::application::module_of(self.op(), &case.programme)?;
        must_be(case, (act.states)(self.op(), &module.manifest()))
    }
}

/// A case that is not there, or not the actor's.
const ABSENT: Error = Error::NotFound { field: "input.applicationId" };
