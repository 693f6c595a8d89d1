//! A plan with a request's arguments: what runs, and what is refused before it does.

use super::{
    shape::{Args, Door, Level, ListOf, Plan, RootWhat},
    sql::{Asker, Cursors, Listed, Look, Statement},
};
use crate::{
    reads::{Asking, ENTITIES_MAX, NODES_MAX, Order, Side, Window, contained, list, represented, wanted},
    schema::{
        coerce::Bound,
        types::{FinderOf, Stored, TypeTable},
    },
};
use platform::{Error, Op, Result, store::Keys};
use sea_orm::Condition;
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};
use uuid::Uuid;

/// What a plan runs for one request.
pub(super) struct Binding {
    pub(super) asker: Asker,
    pub(super) levels: Vec<LevelBinding>,
    /// For each field of the root that names rows: those rows, or why it names none.
    pub(super) nodes: Vec<Option<Result<Vec<Option<Named>>>>>,
}

/// A row that was named: its level, and the place of its key there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) level: usize,
    pub(super) key: usize,
}

/// One level of a request.
#[derive(Default)]
pub(super) struct LevelBinding {
    /// Why the lists are null; none inside where they are just not there.
    pub(super) refused: Option<Option<Error>>,
    pub(super) listed: Option<Arc<Listed>>,
    pub(super) count: usize,
    pub(super) backward: bool,
    /// Keys of rows that the root names.
    pub(super) keys: Option<Keys>,
    pub(super) cursors: Cursors,
    pub(super) rows: Option<Arc<Statement>>,
    pub(super) next: Option<Arc<Statement>>,
    pub(super) previous: Option<Arc<Statement>>,
    pub(super) total: Option<Arc<Statement>>,
}

pub(super) async fn bind(plan: &Plan, op: &Op, table: &TypeTable, bound: &Bound, sqlite: bool) -> Binding {
    let binder = Binder { kept: Asking::new(op, true), now: Asking::new(op, false), op, table, bound, sqlite, plan };
    let mut levels = Vec::with_capacity(plan.levels.len());
    for at in 0..plan.levels.len() {
        levels.push(binder.level(at).await.unwrap_or_else(LevelBinding::refused));
    }
    let mut nodes = Vec::with_capacity(plan.root.len());
    for root in &plan.root {
        nodes.push(match &root.what {
            RootWhat::Nodes { door, types, args } => {
                let level =
                    |name: &str| types.iter().find(|(known, ..)| known.as_ref() == name).map(|(_, level, _)| *level);
                Some(binder.nodes(plan, *door, args, level, &mut levels))
            }
            _ => None,
        });
    }
    Binding { asker: asker(op), levels, nodes }
}

fn asker(op: &Op) -> Asker {
    let place = op.actor().map_or("", |actor| actor.jurisdiction.as_str());
    let user = op.actor().map_or(Uuid::nil(), |actor| actor.user_id);
    Asker { place: place.into(), place_end: entity::scope::successor(place).into(), user }
}

impl LevelBinding {
    fn refused(error: Error) -> Self {
        let error = (!matches!(error, Error::NotFound { .. })).then_some(error);
        Self { refused: Some(error), ..Self::default() }
    }
}

struct Binder<'a> {
    /// For statements that are kept.
    kept: Asking<'a>,
    /// For those of this request alone.
    now: Asking<'a>,
    op: &'a Op,
    table: &'a TypeTable,
    bound: &'a Bound,
    sqlite: bool,
    plan: &'a Plan,
}

impl Binder<'_> {
    async fn level(&self, at: usize) -> Result<LevelBinding> {
        let level = &self.plan.levels[at];
        let (listed, args, keep) = match &level.list {
            ListOf::One(listed) => return self.one(at, listed),
            ListOf::Edge(listed, args) => (Arc::clone(listed), args, true),
            ListOf::Root(args, known) if args.name_one_list() => {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                let listed = match &*known {
                    Some(listed) => Arc::clone(listed),
                    None => Arc::new(self.list(&self.kept, level.stored, args.of(self.bound))?),
                };
                *known = Some(Arc::clone(&listed));
                (listed, args, true)
            }
            ListOf::Root(args, _) => (Arc::new(self.list(&self.now, level.stored, args.of(self.bound))?), args, false),
            ListOf::Find(finder, args) => (Arc::new(self.find(*finder, level.stored, args).await?), args, false),
        };
        self.window(at, listed, args.of(self.bound), keep)
    }

    fn one(&self, at: usize, listed: &Arc<Listed>) -> Result<LevelBinding> {
        let window = Window { count: 0, backward: false, after: None, before: None };
        let alone = self.plan.levels[at].host.is_none();
        let rows = alone.then(|| self.rows(at, listed, &window, true)).transpose()?;
        Ok(LevelBinding { rows, count: 1, ..LevelBinding::default() })
    }

    fn window(&self, at: usize, listed: Arc<Listed>, args: &Map<String, Value>, keep: bool) -> Result<LevelBinding> {
        let level = &self.plan.levels[at];
        let window = Window::read(args, &listed.order)?;
        let cut = |wanted: bool, values: &Option<Vec<sea_orm::Value>>, side| match values {
            Some(values) if wanted => listed.beyond(values, side, self.sqlite).map(Arc::new).map(Some),
            _ => Ok(None),
        };
        Ok(LevelBinding {
            refused: None,
            count: usize::try_from(window.count).unwrap_or(usize::MAX),
            backward: window.backward,
            keys: None,
            cursors: Cursors::of(&window)?,
            rows: level.wants.rows.then(|| self.rows(at, &listed, &window, keep)).transpose()?,
            next: cut(level.wants.has_next, &window.before, Side::AtOrAfter)?,
            previous: cut(level.wants.has_previous, &window.after, Side::AtOrBefore)?,
            total: level.wants.total.then(|| self.total(level, &listed, keep)).transpose()?,
            listed: Some(listed),
        })
    }

    /// The statement of a window: one that was kept, or a new one.
    fn rows(&self, at: usize, listed: &Listed, window: &Window, keep: bool) -> Result<Arc<Statement>> {
        let (look, asking) = (Look::of(window), if keep { &self.kept } else { &self.now });
        let make = || listed.rows((self.plan, at), asking, look, self.sqlite).map(Arc::new);
        if !keep {
            return make();
        }
        let mut kept = self.plan.levels[at].kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, statement)) = kept.iter().find(|(known, _)| *known == look) {
            return Ok(Arc::clone(statement));
        }
        let statement = make()?;
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((look, Arc::clone(&statement)));
        Ok(statement)
    }

    fn total(&self, level: &Level, listed: &Listed, keep: bool) -> Result<Arc<Statement>> {
        let mut kept = level.counting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(statement) = kept.as_ref().filter(|_| keep) {
            return Ok(Arc::clone(statement));
        }
        let statement = Arc::new(listed.total(self.sqlite)?);
        *kept = keep.then(|| Arc::clone(&statement));
        Ok(statement)
    }

    fn list(&self, asking: &Asking<'_>, stored: Stored, args: &Map<String, Value>) -> Result<Listed> {
        let Some(list) = &stored.0.list else { return Err(Error::internal("a list that is none")) };
        let given = args.get("filter");
        let filter = asking.filter(stored, list, given)?;
        let facts = asking.facts(self.table, stored, given)?;
        let base = Condition::all().add(asking.listed(stored, list)).add(filter).add(facts);
        Ok(Listed { stored, base, order: asking.list_order(stored, list, args.get("orderBy"))?, remote: None })
    }

    async fn find(&self, finder: FinderOf, stored: Stored, args: &Args) -> Result<Listed> {
        self.now.comparable(stored, &finder.0.compares)?;
        let input = args.of(self.bound).get("input").filter(|input| !input.is_null()).cloned();
        let narrowed = contained((finder.0.narrow)(self.op, input.unwrap_or_else(|| json!({})))).await?;
        let base = Condition::all()
            .add(self.now.visible_in_order(stored, &stored.permission))
            .add(self.now.visible_in_order(stored, &finder.0.permission))
            .add(narrowed);
        Ok(Listed { stored, base, order: Order::of_finder(finder.0, stored), remote: None })
    }

    /// The rows that an argument names, their keys handed to their levels.
    fn nodes(
        &self,
        plan: &Plan,
        door: Door,
        args: &Args,
        level_of: impl Fn(&str) -> Option<usize>,
        levels: &mut [LevelBinding],
    ) -> Result<Vec<Option<Named>>> {
        let args = args.of(self.bound);
        let ids: Vec<_> = match door {
            Door::Node => args.get("id").map(wanted).into_iter().collect(),
            Door::Nodes => list(args, "ids", NODES_MAX)?.iter().map(wanted).collect(),
            Door::Entities => list(args, "representations", ENTITIES_MAX)?.iter().map(represented).collect(),
        };
        let mut places: HashMap<(usize, String), usize> = HashMap::new();
        let mut named = Vec::with_capacity(ids.len());
        for id in ids {
            let known = id.and_then(|(name, key)| Some((level_of(&name)?, key)));
            named.push(known.and_then(|(level, key)| {
                let uuid = plan.levels.get(level)?.stored.key_is_uuid;
                let keys = &mut levels.get_mut(level)?.keys;
                let keys =
                    keys.get_or_insert_with(|| if uuid { Keys::Uuid(Vec::new()) } else { Keys::Text(Vec::new()) });
                let key = match keys {
                    Keys::Uuid(keys) => {
                        let id: Uuid = key.parse().ok()?;
                        *places.entry((level, id.to_string())).or_insert_with(|| {
                            keys.push(id);
                            keys.len() - 1
                        })
                    }
                    Keys::Text(keys) => *places.entry((level, key.clone())).or_insert_with(|| {
                        keys.push(key);
                        keys.len() - 1
                    }),
                    Keys::Int(_) => return None,
                };
                Some(Named { level, key })
            }));
        }
        Ok(named)
    }
}

/// Looks of windows whose statements each level keeps.
const KEPT_MAX: usize = 8;
