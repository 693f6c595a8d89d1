//! Levels of rows, fetched wave by wave.

use super::{
    bind::{Binding, LevelBinding},
    shape::{From, Level, Plan},
    sql::Statement,
};
use platform::{
    audit::{PersonalRows, RECORD, Reads},
    part::CellRef,
    store::{Ask, Keys, Query, Rows, Waves},
};
use std::{collections::HashMap, hash::Hash, ops::Range, sync::Arc};
use uuid::Uuid;

/// The rows of an operation.
pub(super) struct Fetch {
    plan: Arc<Plan>,
    pub(super) binding: Binding,
    pub(super) sets: Vec<Set>,
    depth: usize,
    last: usize,
    pending: Vec<(usize, Part)>,
    sent: Vec<Arc<Query>>,
}

/// The rows of one level.
#[derive(Default)]
pub(super) struct Set {
    rows: Arc<Rows>,
    /// Where its columns begin in those rows: behind others', where it comes beside them.
    first: usize,
    /// Whether it comes beside the rows of another level.
    beside: bool,
    /// Per row of the level above: the place of its key; of a list at the root the one there is. Of rows that come beside
    /// others: that row itself, if there is one.
    pub(super) places: Vec<Option<usize>>,
    next: Rows,
    previous: Rows,
    total: Rows,
}

#[derive(Clone, Copy)]
enum Part {
    Rows,
    Next,
    Previous,
    Total,
}

impl Set {
    /// A cell of a row.
    pub(super) fn cell(&self, row: usize, column: usize) -> CellRef<'_> {
        self.rows.cell(row, self.first + column)
    }

    /// The one row of a key.
    pub(super) fn one(&self, key: usize) -> Option<usize> {
        if self.beside { Some(key) } else { self.rows.of_key(key).next() }
    }

    /// The rows of a key's page, and whether its list goes on.
    pub(super) fn page(&self, key: usize, binding: &LevelBinding) -> (Range<usize>, bool) {
        let all = self.rows.of_key(key);
        let shown = all.len().min(binding.count);
        (all.start..all.start + shown, all.len() > shown)
    }

    /// Whether rows follow the page of a key in the direction that is not read in, or in that one.
    pub(super) fn is_beyond(&self, key: usize, backward: bool) -> bool {
        let beyond = if backward { &self.previous } else { &self.next };
        !beyond.of_key(key).is_empty()
    }

    /// How many rows a key's whole list has.
    pub(super) fn total(&self, key: usize) -> i64 {
        match self.total.of_key(key).next().map(|row| self.total.cell(row, 0)) {
            Some(CellRef::Int(number)) => number,
            _ => 0,
        }
    }
}

impl Fetch {
    pub(super) fn new(plan: Arc<Plan>, binding: Binding) -> Self {
        let mut ends: Vec<usize> = plan.levels.iter().map(Level::width).collect();
        let set = |level: &Level| {
            let first = level.host.map_or(0, |host| ends[host]);
            if let Some(host) = level.host {
                ends[host] += level.width();
            }
            Set { first, beside: level.host.is_some(), ..Set::default() }
        };
        let sets = plan.levels.iter().map(set).collect();
        let last = plan.levels.iter().map(|level| level.depth).max().unwrap_or(0);
        Self { plan, binding, sets, depth: 0, last, pending: Vec::new(), sent: Vec::new() }
    }

    /// The statements that were sent.
    pub(super) fn into_statements(self) -> Vec<Arc<Query>> {
        self.sent
    }

    fn asks(&mut self, at: usize) -> Vec<Ask> {
        let level = &self.plan.levels[at];
        if level.host.is_some() {
            return Vec::new();
        }
        let binding = &self.binding.levels[at];
        let keys = match level.from {
            From::Root => {
                self.sets[at].places = vec![Some(0)];
                binding.keys.clone()
            }
            From::Edge { parent, local, guard } => {
                let above = &self.plan.levels[parent];
                let (places, keys) = keys(&self.sets[parent], &self.binding.levels[parent], above, local, guard);
                self.sets[at].places = places;
                Some(keys)
            }
        };
        let keyed = binding.listed.as_ref().is_none_or(|listed| listed.remote.is_some());
        if binding.refused.is_some() || (keyed && keys.as_ref().is_none_or(Keys::is_empty)) {
            return Vec::new();
        }
        let parts = [
            (Part::Rows, &binding.rows),
            (Part::Next, &binding.next),
            (Part::Previous, &binding.previous),
            (Part::Total, &binding.total),
        ];
        let mut asks = Vec::new();
        for (part, statement) in parts {
            let Some(statement) = statement else { continue };
            self.pending.push((at, part));
            asks.push(Statement::ask(statement, (&self.binding.asker, &binding.cursors), keys.clone()));
        }
        asks
    }

    /// Hands the rows of a level to those that come beside them: each to its own, for the rows above it that are told.
    fn spread(&mut self, host: usize) {
        let plan = Arc::clone(&self.plan);
        for (at, below) in plan.beside(host) {
            let From::Edge { parent, guard, .. } = below.from else { continue };
            let (above, rows) = (&self.sets[parent], Arc::clone(&self.sets[host].rows));
            let key = self.sets[at].first + below.at(below.stored.0.key).unwrap_or_default();
            let mut places = vec![None; rows.len()];
            for row in shown(above, &self.binding.levels[parent]) {
                let there = rows.cell(row, key) != CellRef::Null;
                places[row] = (there && passes(above, row, &plan.levels[parent], guard)).then_some(row);
            }
            let set = &mut self.sets[at];
            (set.rows, set.places) = (rows, places);
        }
    }
}

impl Waves for Fetch {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        while self.depth <= self.last {
            let depth = self.depth;
            self.depth += 1;
            let levels: Vec<usize> =
                (0..self.plan.levels.len()).filter(|at| self.plan.levels[*at].depth == depth).collect();
            let asks: Vec<Ask> = levels.into_iter().flat_map(|level| self.asks(level)).collect();
            if !asks.is_empty() {
                self.sent.extend(asks.iter().map(|ask| Arc::clone(&ask.query)));
                return Some((asks, depth == self.last));
            }
        }
        None
    }

    fn take(&mut self, rows: Vec<Rows>) {
        for ((level, part), rows) in std::mem::take(&mut self.pending).into_iter().zip(rows) {
            let set = &mut self.sets[level];
            match part {
                Part::Rows => {
                    set.rows = Arc::new(rows);
                    self.spread(level);
                }
                Part::Next => set.next = rows,
                Part::Previous => set.previous = rows,
                Part::Total => set.total = rows,
            }
        }
    }

    fn asks_the_record(&self) -> bool {
        self.plan.levels.iter().any(|level| level.stored.table == RECORD)
    }
}

impl Reads for Fetch {
    fn types(&self) -> Vec<&'static str> {
        self.plan.levels.iter().filter(|level| level.personal).map(|level| level.stored.0.name).collect()
    }

    /// The personal rows of the last wave that are in the answer.
    fn rows(&self) -> PersonalRows {
        let mut rows = PersonalRows::new();
        for ((level, set), binding) in self.plan.levels.iter().zip(&self.sets).zip(&self.binding.levels) {
            if level.depth + 1 != self.depth {
                continue;
            }
            let Some(key) = level.at(level.stored.0.key).filter(|_| level.personal) else { continue };
            rows.extend(shown(set, binding).filter_map(|row| match set.cell(row, key) {
                CellRef::Uuid(id) => Some((level.stored.0.name, id)),
                _ => None,
            }));
        }
        rows
    }
}

/// The rows of a set that are told: not the one by which it shows that there are more.
fn shown<'s>(set: &'s Set, binding: &'s LevelBinding) -> impl Iterator<Item = usize> + 's {
    let keys = if set.beside { 0 } else { set.rows.keys() };
    let beside = set.places.iter().copied().flatten().filter(|_| set.beside);
    (0..keys).flat_map(|key| set.page(key, binding).0).chain(beside)
}

/// The distinct keys that shown rows hold in a column, and the place of each row's key.
fn keys(
    set: &Set,
    binding: &LevelBinding,
    above: &Level,
    local: usize,
    guard: Option<usize>,
) -> (Vec<Option<usize>>, Keys) {
    let mut places = vec![None; set.rows.len()];
    let (mut ids, mut codes, mut numbers) = (Distinct::<Uuid>::new(), Distinct::<&str>::new(), Distinct::<i64>::new());
    for row in shown(set, binding) {
        if !passes(set, row, above, guard) {
            continue;
        }
        places[row] = match set.cell(row, local) {
            CellRef::Uuid(id) => Some(ids.place(id)),
            CellRef::Text(code) => Some(codes.place(code)),
            CellRef::Int(number) => Some(numbers.place(number)),
            CellRef::Null | CellRef::Bool(_) | CellRef::Bytes(_) => None,
        };
    }
    let keys = match above.columns.get(local).map(|(_, kind)| *kind) {
        Some(platform::part::CellKind::Uuid) => Keys::Uuid(ids.keys),
        Some(platform::part::CellKind::Text) => Keys::Text(codes.keys.into_iter().map(str::to_owned).collect()),
        _ => Keys::Int(numbers.keys),
    };
    (places, keys)
}

/// Whether a row is in the scope of a guard.
pub(super) fn passes(set: &Set, row: usize, level: &Level, guard: Option<usize>) -> bool {
    guard.is_none_or(|guard| set.cell(row, level.columns.len() + guard) == CellRef::Int(1))
}

struct Distinct<K> {
    keys: Vec<K>,
    places: HashMap<K, usize>,
}

impl<K: Hash + Eq + Copy> Distinct<K> {
    fn new() -> Self {
        Self { keys: Vec::new(), places: HashMap::new() }
    }

    fn place(&mut self, key: K) -> usize {
        *self.places.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }
}
