//! A module behind a wall: what it panics, hangs or makes up fails its own field, and nothing else.

use super::{Assessment, Facts, Manifest, Module, Parameters};
use crate::{
    error::{Error, Result},
    part::{Action, Handler, Part},
};
use entity::Fen;
use futures_util::FutureExt;
use std::{
    cmp::min,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::Duration,
};

/// Longest a pure assessment, or a handler of a module, may take.
pub const LONGEST: Duration = Duration::from_secs(4);
/// Longest that a worker of the server waits itself; nearly every assessment is there by then.
const SHORT: Duration = Duration::from_millis(50);
/// Assessments that may hang at once; beyond them the module computes nothing until one of them ends.
const HANGING_MAX: usize = 2;

/// How far one computation is.
const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const GIVEN_UP: u8 = 2;

/// A loaded module: its manifest as it was when it was loaded, its code behind the wall.
pub struct Contained {
    manifest: Manifest,
    inner: Arc<dyn Module>,
    hanging: Arc<AtomicUsize>,
    longest: Duration,
}

impl Contained {
    /// Puts a module behind the wall.
    pub fn new(inner: Arc<dyn Module>) -> Self {
        Self::within(inner, LONGEST)
    }

    /// As `new`, with another longest time.
    pub fn within(inner: Arc<dyn Module>, longest: Duration) -> Self {
        Self { manifest: inner.manifest(), inner, hanging: Arc::default(), longest }
    }

    fn broken(&self, what: &str) -> Error {
        Error::internal(format!("module {}: {what}", self.manifest.code))
    }

    /// Computes on a thread of its own, since a computation that does not end cannot be ended.
    fn compute(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        if self.hanging.load(Ordering::Relaxed) >= HANGING_MAX {
            return Err(self.broken("its assessments hang; it computes nothing until they end"));
        }
        let (module, facts, values) = (Arc::clone(&self.inner), facts.clone(), parameters.clone());
        let (sender, receiver) = mpsc::sync_channel(1);
        let (hanging, state) = (Arc::clone(&self.hanging), Arc::new(AtomicU8::new(RUNNING)));
        let own_state = Arc::clone(&state);
        let compute = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| module.assess(&facts, &values)));
            if own_state.swap(ENDED, Ordering::AcqRel) == GIVEN_UP {
                hanging.fetch_sub(1, Ordering::Relaxed);
            }
            // Nobody waits any more when it took too long.
            let _ = sender.send(outcome);
        };
        std::thread::Builder::new()
            .name(format!("assess-{}", self.manifest.code))
            .spawn(compute)
            .map_err(|error| self.broken(&format!("no thread to compute on: {error}")))?;
        match wait(&receiver, self.longest) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(self.broken("its assessment panicked")),
            Err(_) => {
                // Counted before it is given up, so that its end never counts down what was not counted up.
                self.hanging.fetch_add(1, Ordering::Relaxed);
                if state.compare_exchange(RUNNING, GIVEN_UP, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                    self.hanging.fetch_sub(1, Ordering::Relaxed);
                }
                Err(self.broken("its assessment takes too long"))
            }
        }
    }

    /// Refuses what no programme can mean.
    fn check(&self, facts: &Facts, assessment: &Assessment) -> Result<()> {
        let mut total: i64 = 0;
        for line in &assessment.lines {
            if !self.manifest.items.iter().any(|(item, _)| *item == line.item) {
                return Err(self.broken(&format!("it pays item {}, which its manifest does not name", line.item)));
            }
            if line.amount < Fen(0) {
                return Err(self.broken(&format!("its line {} is below nothing", line.item)));
            }
            if line.person_id.is_some_and(|person| facts.members.iter().all(|member| member.person_id != person)) {
                return Err(self.broken(&format!("its line {} is for nobody of the household", line.item)));
            }
            total = total.checked_add(line.amount.0).ok_or_else(|| self.broken("its lines add up to no amount"))?;
        }
        if assessment.total != Fen(total) {
            return Err(self.broken(&format!("its total is {}, its lines add up to {total}", assessment.total.0)));
        }
        if assessment.eligible && assessment.rules.iter().any(|rule| !rule.passed) {
            return Err(self.broken("it says eligible where one of its rules does not hold"));
        }
        Ok(())
    }

    fn contained(&self, mut action: Action) -> Action {
        let (handler, code, longest) = (Arc::clone(&action.handler), self.manifest.code, self.longest);
        action.handler = contain(handler, code, action.name, longest);
        action
    }
}

impl Module for Contained {
    fn manifest(&self) -> Manifest {
        self.manifest.clone()
    }

    fn part(&self) -> Part {
        let mut part = self.inner.part();
        part.queries = std::mem::take(&mut part.queries).into_iter().map(|action| self.contained(action)).collect();
        part.mutations = std::mem::take(&mut part.mutations).into_iter().map(|action| self.contained(action)).collect();
        part
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        let assessment = self.compute(facts, parameters)?;
        self.check(facts, &assessment)?;
        Ok(assessment)
    }
}

/// A handler that ends, one way or another; what it had open is undone by whoever called it.
fn contain(handler: Handler, code: &'static str, name: &'static str, longest: Duration) -> Handler {
    Arc::new(move |op, input| {
        let handler = Arc::clone(&handler);
        Box::pin(async move {
            let ended = AssertUnwindSafe(async { handler(op, input).await }).catch_unwind();
            match tokio::time::timeout(longest, ended).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(Error::internal(format!("module {code}: {name} panicked"))),
                Err(_) => Err(Error::internal(format!("module {code}: {name} takes too long"))),
            }
        })
    })
}

/// Waits for a computation; a worker of the server that has to wait long hands its other work on first.
fn wait<T>(receiver: &Receiver<T>, longest: Duration) -> Result<T, RecvTimeoutError> {
    match receiver.recv_timeout(min(SHORT, longest)) {
        Err(RecvTimeoutError::Timeout) if longest > SHORT => {}
        answered => return answered,
    }
    let rest = || receiver.recv_timeout(longest.saturating_sub(SHORT));
    let several = tokio::runtime::Handle::try_current()
        .is_ok_and(|runtime| runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread);
    if several { tokio::task::block_in_place(rest) } else { rest() }
}
