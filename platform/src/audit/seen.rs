//! Personal rows that were read, and whom they are about: asked with the reading itself, in its own snapshot, wherever
//! the reading goes by waves.

use super::persons;
use crate::store::{Ask, Rows, Waves};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Personal rows by type and key.
pub type PersonalRows = BTreeSet<(&'static str, Uuid)>;

/// What an operation read of persons.
#[derive(Debug, Default)]
pub struct Seen {
    rows: PersonalRows,
    /// Whom the rows are about, as far as that was asked with them.
    persons: Option<BTreeSet<Uuid>>,
}

/// Waves that read personal rows.
pub trait Reads: Waves {
    /// Types of the personal rows that may come.
    fn types(&self) -> Vec<&'static str>;
    /// The personal rows that came; asked when no wave is left.
    fn rows(&self) -> PersonalRows;
}

/// Waves, and behind them the one that asks whom their rows are about.
pub struct Recorded<W> {
    waves: W,
    sqlite: bool,
    /// Whether the persons of some type that may come have to be asked for.
    asks: bool,
    seen: Option<Seen>,
    /// The persons among the rows themselves, until the others are found.
    themselves: BTreeSet<Uuid>,
}

impl Seen {
    /// Rows of which nobody asked yet whom they are about.
    pub fn rows(rows: PersonalRows) -> Self {
        Self { rows, persons: None }
    }

    /// Notes one row more.
    pub fn note(&mut self, name: &'static str, id: Uuid) {
        if self.rows.insert((name, id)) {
            self.persons = None;
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows alone.
    pub fn into_rows(self) -> PersonalRows {
        self.rows
    }

    pub(super) fn into_parts(self) -> (PersonalRows, Option<BTreeSet<Uuid>>) {
        (self.rows, self.persons)
    }
}

impl<W: Reads> Recorded<W> {
    /// Puts the wave behind these; `sqlite` tells the dialect.
    pub fn new(waves: W, sqlite: bool) -> Self {
        let asks = waves.types().into_iter().any(persons::have_to_be_asked);
        Self { waves, sqlite, asks, seen: None, themselves: BTreeSet::new() }
    }

    /// The waves, and what of persons they read.
    pub fn into_parts(mut self) -> (W, Seen) {
        // Whoever runs waves need not ask again after the last one.
        if self.seen.is_none() {
            self.end();
        }
        (self.waves, self.seen.unwrap_or_default())
    }

    /// Notes what came; answers what is to be asked yet. Until that is asked nobody is known.
    fn end(&mut self) -> Vec<Ask> {
        let rows = self.waves.rows();
        let (asks, persons) = persons::asks(rows.iter(), self.sqlite);
        if asks.is_empty() {
            self.seen = Some(Seen { rows, persons: Some(persons) });
        } else {
            (self.seen, self.themselves) = (Some(Seen::rows(rows)), persons);
        }
        asks
    }
}

impl<W: Reads> Waves for Recorded<W> {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        if self.seen.is_some() {
            return None;
        }
        if let Some((asks, last)) = self.waves.next() {
            return Some((asks, last && !self.asks));
        }
        let asks = self.end();
        (!asks.is_empty()).then_some((asks, true))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        match &mut self.seen {
            None => self.waves.take(rows),
            Some(seen) => {
                let mut persons = std::mem::take(&mut self.themselves);
                persons.extend(rows.iter().flat_map(persons::found));
                seen.persons = Some(persons);
            }
        }
    }
}
