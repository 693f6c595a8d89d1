//! Personal rows that were read, and whom they are about: asked with the reading itself, in its own snapshot, wherever
//! the reading goes by waves.

use super::persons::{self, Search};
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
    /// The personal rows that came with the last wave; those that came before may be told again.
    fn rows(&self) -> PersonalRows;
}

/// Waves, and with them those that ask whom their rows are about.
pub struct Recorded<W> {
    waves: W,
    sqlite: bool,
    /// Whether the persons of some type that may come have to be asked for.
    asks: bool,
    /// Whether these waves themselves have no more to ask.
    ended: bool,
    /// How many statements of the wave that runs are their own.
    own: usize,
    rows: PersonalRows,
    search: Search,
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
    /// Lets what asks for persons run with these; `sqlite` tells the dialect.
    pub fn new(waves: W, sqlite: bool) -> Self {
        let asks = waves.types().into_iter().any(persons::have_to_be_asked);
        Self { waves, sqlite, asks, ended: false, own: 0, rows: PersonalRows::new(), search: Search::default() }
    }

    /// The waves, and what of persons they read.
    pub fn into_parts(self) -> (W, Seen) {
        (self.waves, Seen { rows: self.rows, persons: self.search.into_persons() })
    }
}

impl<W: Reads> Waves for Recorded<W> {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        let own = if self.ended { None } else { self.waves.next() };
        let (mut asks, last) = own.unwrap_or((Vec::new(), true));
        (self.own, self.ended) = (asks.len(), last);
        asks.extend(self.search.next(self.sqlite));
        // What its own rows are about has yet to be asked.
        let last = last && self.search.ends() && (self.own == 0 || !self.asks);
        (!asks.is_empty()).then_some((asks, last))
    }

    fn take(&mut self, mut rows: Vec<Rows>) {
        let found = rows.split_off(self.own.min(rows.len()));
        if self.own > 0 {
            self.waves.take(rows);
            for (name, key) in self.waves.rows() {
                if self.rows.insert((name, key)) {
                    self.search.begin(name, key);
                }
            }
        }
        self.search.take(&found);
    }

    fn asks_the_record(&self) -> bool {
        self.waves.asks_the_record()
    }
}
