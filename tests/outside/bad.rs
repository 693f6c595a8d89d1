//! A bad module: the heating module, but for what it is told to do wrong.

use entity::{Fen, application};
use heating::{DETAILS, Heating, PREVIEW};
use platform::{
    Op, Result,
    decision::preview,
    error::Error,
    id::Ref,
    module::{Assessment, Facts, Manifest, Module, Parameters},
    part::{DataClass, Part, Saved},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing.
    Nothing,
    /// Its assessment panics.
    Panics,
    /// Its assessment does not end until it is told something else.
    Hangs,
    /// A line below nothing.
    Negative,
    /// An item that its manifest does not name.
    UnknownItem,
    /// Lines that add up to more than an amount can be.
    TooMuch,
    /// A total that is not the sum.
    Total,
    /// A line for someone of another family.
    Stranger,
    /// Eligible against its own rule.
    AgainstItself,
    /// A grant without its month.
    NoMonth,
}

/// The module, and the switch that tells it.
#[derive(Clone)]
pub struct Bad {
    wrong: Arc<Mutex<Wrong>>,
    hanging: Arc<AtomicUsize>,
}

impl Bad {
    pub fn new() -> Self {
        Self { wrong: Arc::new(Mutex::new(Wrong::Nothing)), hanging: Arc::default() }
    }

    pub fn does(&self, wrong: Wrong) {
        *self.wrong.lock().unwrap_or_else(PoisonError::into_inner) = wrong;
    }

    /// Assessments that hang now.
    pub fn hanging(&self) -> usize {
        self.hanging.load(Ordering::SeqCst)
    }

    fn wrong(&self) -> Wrong {
        *self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Module for Bad {
    fn manifest(&self) -> Manifest {
        Heating.manifest()
    }

    fn part(&self) -> Part {
        let class = DataClass::Sensitive;
        Heating
            .part()
            .query("heatingPanics", "Panics.", PREVIEW, class, panics)
            .query("heatingHangs", "Never answers.", PREVIEW, class, hangs)
            .mutation("heatingHalf", "Changes a case, and panics before it is done.", DETAILS, half)
            .mutation("heatingStuck", "Changes a case, and never ends.", DETAILS, stuck)
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        let mut found = Heating.assess(facts, parameters)?;
        let first = found.lines.first().cloned();
        match self.wrong() {
            Wrong::Nothing => {}
            Wrong::Panics => panic!("a bad module panics, as the test wants"),
            Wrong::Hangs => {
                self.hanging.fetch_add(1, Ordering::SeqCst);
                while self.wrong() == Wrong::Hangs {
                    std::thread::sleep(Duration::from_millis(5));
                }
                self.hanging.fetch_sub(1, Ordering::SeqCst);
            }
            Wrong::Negative => {
                found.lines[0].amount = Fen(-found.lines[0].amount.0);
                found.total = Fen(found.lines.iter().map(|line| line.amount.0).sum());
            }
            Wrong::UnknownItem => found.lines[0].item = "GOLD".to_owned(),
            Wrong::TooMuch => {
                found.lines = vec![first.clone().expect("a line"), first.expect("a line")];
                found.lines.iter_mut().for_each(|line| line.amount = Fen(i64::MAX));
                found.total = Fen(-2);
            }
            Wrong::Total => found.total = Fen(found.total.0 + 1),
            Wrong::Stranger => found.lines[0].person_id = Some(uuid::Uuid::now_v7()),
            Wrong::AgainstItself => found.rules[0].passed = false,
            Wrong::NoMonth => found.start_month = None,
        }
        Ok(found)
    }
}

/// Which case.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct BadInput {
    /// The case.
    #[garde(skip)]
    application_id: Ref<application::Entity>,
}

/// Which case, to change it.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct BadChange {
    /// Key.
    #[garde(skip)]
    #[expect(dead_code, reason = "the platform reads it")]
    idempotency_key: String,
    /// The case.
    #[garde(skip)]
    application_id: Ref<application::Entity>,
    /// Its version.
    #[garde(skip)]
    expected_version: i32,
}

/// An answer that never comes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BadAnswer {
    /// Whether it came.
    came: bool,
}

async fn panics(op: &Op, input: BadInput) -> Result<BadAnswer> {
    preview(op, PREVIEW, input.application_id).await?;
    panic!("a bad module panics, as the test wants");
}

async fn hangs(_: &Op, _: BadInput) -> Result<BadAnswer> {
    std::future::pending::<()>().await;
    Err(Error::internal("it came"))
}

/// The case, changed in an open transaction.
async fn changed(op: &Op, input: &BadChange) -> Result<()> {
    let tx = op.begin(DETAILS).await?;
    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    case.row.details = Some(r#"{"fuel":"GAS"}"#.to_owned());
    case.touch().await
}

async fn half(op: &Op, input: BadChange) -> Result<Saved<application::Entity>> {
    changed(op, &input).await?;
    panic!("a bad module panics, as the test wants");
}

async fn stuck(op: &Op, input: BadChange) -> Result<Saved<application::Entity>> {
    changed(op, &input).await?;
    std::future::pending::<()>().await;
    Err(Error::internal("it ended"))
}
