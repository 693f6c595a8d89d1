//! Faults of single fields and the paths that name them.

use async_graphql::Pos;
use platform::Code;
use std::sync::Arc;

/// Why a field is null; it stands beside the data.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// Its message in the caller's language.
    pub message: String,
    /// The field.
    pub path: Vec<Segment>,
    /// Where it was asked for.
    pub pos: Pos,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A response key.
    Key(Arc<str>),
    /// A place in a list.
    Index(usize),
}

/// Paths of one level of objects, written out only when a fault needs one.
#[derive(Debug, Default)]
pub(super) struct Paths {
    up: Option<Arc<Paths>>,
    before: Vec<Arc<str>>,
    /// Per object: its parent in the level above and its place in the list, if it is in one.
    at: Vec<(usize, Option<usize>)>,
    after: Vec<Arc<str>>,
}

impl Paths {
    /// The root: one object without a path.
    pub(super) fn root() -> Arc<Self> {
        Arc::new(Self { at: vec![(0, None)], ..Self::default() })
    }

    /// A level below: `before`, the place in the list, `after`.
    pub(super) fn below(
        self: &Arc<Self>,
        before: Vec<Arc<str>>,
        at: Vec<(usize, Option<usize>)>,
        after: Vec<Arc<str>>,
    ) -> Arc<Self> {
        Arc::new(Self { up: Some(Arc::clone(self)), before, at, after })
    }

    /// The place in its list of one object.
    pub(super) fn first(&self, object: usize) -> Option<usize> {
        self.at.get(object)?.1
    }

    /// The path of one object.
    pub(super) fn path(&self, object: usize) -> Vec<Segment> {
        let (parent, index) = self.at.get(object).copied().unwrap_or_default();
        let mut path = self.up.as_ref().map(|up| up.path(parent)).unwrap_or_default();
        path.extend(self.before.iter().cloned().map(Segment::Key));
        path.extend(index.map(Segment::Index));
        path.extend(self.after.iter().cloned().map(Segment::Key));
        path
    }

    /// The path of a field of one object.
    pub(super) fn field(&self, object: usize, key: &Arc<str>) -> Vec<Segment> {
        let mut path = self.path(object);
        path.push(Segment::Key(Arc::clone(key)));
        path
    }
}
