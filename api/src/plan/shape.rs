//! What a plan is: levels of rows to fetch, and the answer to write from them.

use super::sql::{Listed, Look, Statement};
use crate::schema::{
    coerce::{Bound, Call, Template},
    types::{DetailsOf, FieldDef, FinderOf, Stored},
};
use async_graphql::Pos;
use platform::part::{CellKind, Compute, Permission, Scalar};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex};

/// A query of declared fields.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) root: Vec<Root>,
    pub(super) levels: Vec<Level>,
}

impl Plan {
    /// The levels whose rows come beside those of the one at a place, with their own places.
    pub(super) fn beside(&self, host: usize) -> impl Iterator<Item = (usize, &Level)> {
        self.levels.iter().enumerate().filter(move |(_, level)| level.host == Some(host))
    }
}

/// One field of the root.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) key: Key,
    pub(super) pos: Pos,
    pub(super) def: Option<Arc<FieldDef>>,
    pub(super) what: RootWhat,
}

#[derive(Debug)]
pub(super) enum RootWhat {
    Typename(Arc<str>),
    /// Rows of global identifiers: for each type its level and what is asked of it.
    Nodes {
        door: Door,
        types: Vec<(Arc<str>, usize, Vec<Field>)>,
        args: Args,
    },
    /// A list.
    List {
        level: usize,
        page: Vec<PageOut>,
    },
}

/// A way to rows by identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Node,
    Nodes,
    Entities,
}

/// A response key, as text and as JSON with its colon.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) text: Arc<str>,
    pub(super) json: String,
}

impl Key {
    pub(super) fn new(text: &Arc<str>) -> Self {
        Self { text: Arc::clone(text), json: format!("{}:", Value::from(text.as_ref())) }
    }
}

/// Arguments as the document has them, or where they will stand.
#[derive(Debug)]
pub(super) struct Args {
    fixed: Map<String, Value>,
    slot: Option<usize>,
    /// Whether a list may be another one for every request: its filter or order waits.
    vary: bool,
}

impl Args {
    pub(super) fn new(call: &Call, template: &Template) -> Self {
        let vary = ["filter", "orderBy"].into_iter().any(|name| template.awaits(call, name));
        Self { fixed: call.args.clone(), slot: call.slot, vary }
    }

    pub(super) fn of<'b>(&'b self, bound: &'b Bound) -> &'b Map<String, Value> {
        bound.at(self.slot).unwrap_or(&self.fixed)
    }

    pub(super) fn name_one_list(&self) -> bool {
        !self.vary
    }
}

/// Rows of one type that one statement fetches, alone or beside those on which they hang.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) stored: Stored,
    pub(super) columns: Vec<(&'static str, CellKind)>,
    /// Permissions whose row scope differs from the type's; each is a flag behind the columns.
    pub(super) guards: Vec<Permission>,
    /// Whether what is selected tells of persons; then the key is among the columns.
    pub(super) personal: bool,
    /// Statements that must have run before.
    pub(super) depth: usize,
    /// The level in whose statement these rows come, where it is not one of their own.
    pub(super) host: Option<usize>,
    pub(super) from: From,
    pub(super) list: ListOf,
    pub(super) wants: Wants,
    /// Statements of windows that were asked for, by what they look like.
    pub(super) kept: Mutex<Vec<Kept>>,
    /// The statement that counts.
    pub(super) counting: Mutex<Option<Arc<Statement>>>,
}

/// A statement that any window of its look can run.
pub(super) type Kept = (Look, Arc<Statement>);

impl Level {
    /// Place of a column among those fetched.
    pub(super) fn at(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _)| *known == column)
    }

    /// What a statement selects of it: columns, then flags, and something in any case.
    pub(super) fn kinds(&self) -> Vec<CellKind> {
        let flags = std::iter::repeat_n(CellKind::BigInt, self.guards.len());
        let mut kinds: Vec<_> = self.columns.iter().map(|(_, kind)| *kind).chain(flags).collect();
        if kinds.is_empty() {
            kinds.push(CellKind::BigInt);
        }
        kinds
    }

    /// How many columns that makes.
    pub(super) fn width(&self) -> usize {
        (self.columns.len() + self.guards.len()).max(1)
    }
}

/// Where a level's rows come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum From {
    /// A field of the root.
    Root,
    /// Rows of another level: the place of their key, and of the flag that must be up.
    Edge { parent: usize, local: usize, guard: Option<usize> },
}

/// What kind of rows.
#[derive(Debug)]
pub(super) enum ListOf {
    /// The one row of each key.
    One(Arc<Listed>),
    /// A list of each key.
    Edge(Arc<Listed>, Args),
    /// A list at the root; kept once it is known if its arguments name one list.
    Root(Args, Mutex<Option<Arc<Listed>>>),
    /// A list that code bounds.
    Find(FinderOf, Args),
}

/// What is asked of a list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    pub(super) rows: bool,
    pub(super) has_next: bool,
    pub(super) has_previous: bool,
    pub(super) total: bool,
    pub(super) cursors: bool,
}

/// One field of a row.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: Key,
    pub(super) pos: Pos,
    pub(super) def: Option<Arc<FieldDef>>,
    pub(super) what: FieldWhat,
}

#[derive(Debug)]
pub(super) enum FieldWhat {
    Typename(Arc<str>),
    GlobalId { at: usize },
    Column { at: usize, name: &'static str, scalar: Scalar, guard: Option<usize> },
    Computed { at: Vec<usize>, scalar: Scalar, compute: Compute, guard: Option<usize> },
    Details { details: DetailsOf, json: usize, programme: usize, guard: Option<usize>, calls: Vec<Call> },
    One { level: usize, fields: Vec<Field> },
    Many { level: usize, page: Vec<PageOut> },
}

/// One field of a connection.
#[derive(Debug)]
pub(super) struct PageOut {
    pub(super) key: Key,
    pub(super) what: PageWhat,
}

#[derive(Debug)]
pub(super) enum PageWhat {
    Typename(Arc<str>),
    Nodes(Vec<Field>),
    Edges(Vec<(Key, EdgeWhat)>),
    Info(Vec<(Key, InfoWhat)>),
    Total,
}

#[derive(Debug)]
pub(super) enum EdgeWhat {
    Typename(Arc<str>),
    Node(Vec<Field>),
    Cursor,
}

#[derive(Debug)]
pub(super) enum InfoWhat {
    Typename(Arc<str>),
    HasNext,
    HasPrevious,
    Start,
    End,
}
