//! From the calls of a document to a plan.

use super::{
    shape::{
        Args, Door, EdgeWhat, Field, FieldWhat, From, InfoWhat, Key, Level, ListOf, PageOut, PageWhat, Plan, Root,
        RootWhat, Wants,
    },
    sql::Listed,
};
use crate::{
    reads::{Asking, Order},
    schema::{
        coerce::{Below, Call, Template, What},
        kind_of,
        types::{EdgeTo, FieldDef, PageField, Resolve, Stored, TypeTable},
    },
};
use entity::ScopeBy;
use platform::{
    op::Op,
    part::{CellKind, DataClass, List, Permission},
};
use sea_orm::Condition;
use std::sync::{Arc, Mutex};

/// Compiles a template for everyone of this operation's rights; `None` where something is beyond a plan's language.
pub(crate) fn compile(op: &Op, table: &TypeTable, template: &Template) -> Option<Plan> {
    let mut compiler = Compiler { asking: Asking::new(op, true), table, template, levels: Vec::new() };
    let root = template.root.iter().map(|call| compiler.root(call)).collect::<Option<Vec<_>>>()?;
    Some(Plan { root, levels: compiler.levels })
}

/// Levels whose rows come beside those of one other at most.
const BESIDE_MAX: usize = 8;

struct Compiler<'a> {
    asking: Asking<'a>,
    table: &'a TypeTable,
    template: &'a Template,
    levels: Vec<Level>,
}

impl Compiler<'_> {
    fn root(&mut self, call: &Call) -> Option<Root> {
        let (def, what) = match &call.what {
            What::Typename(name) => (None, RootWhat::Typename(Arc::clone(name))),
            What::Field(field) => (Some(Arc::clone(field)), self.root_field(field, call)?),
            What::Withheld(_) | What::Introspection(_) => return None,
        };
        Some(Root { key: Key::new(&call.key), pos: call.pos, def, what })
    }

    fn root_field(&mut self, field: &FieldDef, call: &Call) -> Option<RootWhat> {
        Some(match &field.resolve {
            Resolve::Node => self.nodes(Door::Node, call)?,
            Resolve::Nodes => self.nodes(Door::Nodes, call)?,
            Resolve::Entities => self.nodes(Door::Entities, call)?,
            Resolve::List(stored) => {
                let list = stored.0.list.as_ref()?;
                let level = self.level(*stored, From::Root, 0, ListOf::Root(self.args(call), Mutex::default()));
                RootWhat::List { level, page: self.connection(level, call, &root_orders(list, *stored))? }
            }
            Resolve::Find(finder, stored) => {
                let level = self.level(*stored, From::Root, 0, ListOf::Find(*finder, self.args(call)));
                let order = Order::of_finder(finder.0, *stored);
                RootWhat::List { level, page: self.connection(level, call, &names(&order))? }
            }
            _ => return None,
        })
    }

    fn args(&self, call: &Call) -> Args {
        Args::new(call, self.template)
    }

    /// Types that nobody asks anything of are never met.
    fn nodes(&mut self, door: Door, call: &Call) -> Option<RootWhat> {
        let Below::Node(by_type) = &call.below else { return None };
        let mut types = Vec::with_capacity(by_type.len());
        for (name, calls) in by_type {
            let Some(stored) = self.table.object(name).and_then(|object| object.stored) else { continue };
            let level = self.one(stored, (stored.0.key, self.asking.visible(stored)), From::Root, 0);
            types.push((Arc::clone(name), level, self.object(level, calls)?));
        }
        Some(RootWhat::Nodes { door, types, args: self.args(call) })
    }

    fn level(&mut self, stored: Stored, from: From, depth: usize, list: ListOf) -> usize {
        self.levels.push(Level {
            stored,
            columns: Vec::new(),
            guards: Vec::new(),
            personal: false,
            depth,
            host: None,
            from,
            list,
            wants: Wants { rows: true, ..Wants::default() },
            kept: Mutex::default(),
            counting: Mutex::default(),
        });
        let level = self.levels.len() - 1;
        if stored.0.class >= DataClass::Personal {
            self.tells_of_persons(level);
        }
        level
    }

    /// Rows by their key: of several with one key the first by the type's own.
    fn one(&mut self, stored: Stored, (remote, base): (&'static str, Condition), from: From, depth: usize) -> usize {
        let order =
            if remote == stored.0.key { Vec::new() } else { vec![(stored.0.key, platform::part::Direction::Asc)] };
        let mut order = Order::new(String::new(), stored, order);
        if remote == stored.0.key {
            order.columns.clear();
        }
        let listed = Listed { stored, base, order, remote: Some(remote) };
        self.level(stored, from, depth, ListOf::One(Arc::new(listed)))
    }

    fn tells_of_persons(&mut self, level: usize) {
        let stored = self.levels[level].stored;
        self.levels[level].personal = true;
        self.column(level, stored.0.key);
    }

    fn column(&mut self, level: usize, column: &'static str) -> Option<usize> {
        let level = &mut self.levels[level];
        level.at(column).or_else(|| {
            level.columns.push((column, kind_of(level.stored.0, column)?));
            Some(level.columns.len() - 1)
        })
    }

    /// A flag is needed only where the two scopes differ.
    fn guard(&mut self, level: usize, guard: Option<Permission>) -> Option<usize> {
        let guard = guard?;
        let level = &mut self.levels[level];
        if self.asking.scope(&guard) == self.asking.scope(&level.stored.permission) {
            return None;
        }
        level.guards.iter().position(|known| known.name == guard.name).or_else(|| {
            level.guards.push(guard);
            Some(level.guards.len() - 1)
        })
    }

    fn object(&mut self, level: usize, calls: &[Call]) -> Option<Vec<Field>> {
        calls.iter().map(|call| self.field(level, call)).collect()
    }

    fn field(&mut self, level: usize, call: &Call) -> Option<Field> {
        let (def, what) = match &call.what {
            What::Typename(name) => (None, FieldWhat::Typename(Arc::clone(name))),
            What::Field(def) => (Some(Arc::clone(def)), self.declared(level, def, call)?),
            What::Withheld(_) | What::Introspection(_) => return None,
        };
        Some(Field { key: Key::new(&call.key), pos: call.pos, def, what })
    }

    fn declared(&mut self, level: usize, def: &FieldDef, call: &Call) -> Option<FieldWhat> {
        if def.class >= DataClass::Personal {
            self.tells_of_persons(level);
        }
        Some(match (&def.resolve, &call.below) {
            (Resolve::GlobalId, _) => FieldWhat::GlobalId { at: self.column(level, self.levels[level].stored.0.key)? },
            (Resolve::Column { column, scalar, guard }, _) => FieldWhat::Column {
                at: self.column(level, column)?,
                name: column,
                scalar: scalar.clone(),
                guard: self.guard(level, *guard),
            },
            (Resolve::Computed { columns, scalar, compute, guard }, _) => FieldWhat::Computed {
                at: columns.iter().map(|column| self.column(level, column)).collect::<Option<_>>()?,
                scalar: scalar.clone(),
                compute: *compute,
                guard: self.guard(level, *guard),
            },
            (Resolve::Details { details, guard }, Below::Object(calls)) => FieldWhat::Details {
                details: *details,
                json: self.column(level, "details")?,
                programme: self.column(level, "programme")?,
                guard: self.guard(level, *guard),
                calls: calls.clone(),
            },
            (Resolve::ToOne(to), Below::Object(calls)) => {
                let (from, depth) = self.edge(level, *to)?;
                let base = self.asking.visible_below(self.levels[level].stored, *to);
                let below = self.one(to.target, (to.edge.remote, base), from, depth);
                self.lodge(level, below, *to);
                FieldWhat::One { level: below, fields: self.object(below, calls)? }
            }
            (Resolve::ToMany(to), Below::Object(_)) => {
                let (from, depth) = self.edge(level, *to)?;
                let name = format!("{}.{}", self.levels[level].stored.name, def.name);
                let order = self.asking.edge_order(name, to.target, to.edge);
                let columns = names(&order);
                let base = self.asking.visible_below(self.levels[level].stored, *to);
                let listed = Listed { stored: to.target, base, order, remote: Some(to.edge.remote) };
                let below = self.level(to.target, from, depth, ListOf::Edge(Arc::new(listed), self.args(call)));
                FieldWhat::Many { level: below, page: self.connection(below, call, &columns)? }
            }
            _ => return None,
        })
    }

    /// Lets the rows of a level come beside those on which they hang, where there is one of each at most and the statement
    /// does not name their table yet. Reference data, which many rows of a list share, keeps a statement of its own.
    fn lodge(&mut self, above: usize, below: usize, to: EdgeTo) {
        let host = self.levels[above].host.unwrap_or(above);
        let lodged = || self.levels.iter().filter(|level| level.host == Some(host));
        let shared = to.target.scope == ScopeBy::Public && !matches!(self.levels[host].list, ListOf::One(_));
        let named = lodged().any(|level| level.stored.table == to.target.table);
        if to.edge.remote != to.target.0.key || shared || named || lodged().count() >= BESIDE_MAX {
            return;
        }
        // By its key it is told whether there is a row.
        if self.column(below, to.edge.remote).is_some() {
            let depth = self.levels[host].depth;
            let level = &mut self.levels[below];
            (level.host, level.depth) = (Some(host), depth);
        }
    }

    fn edge(&mut self, level: usize, to: EdgeTo) -> Option<(From, usize)> {
        let local = self.column(level, to.edge.local)?;
        if matches!(self.levels[level].columns[local].1, CellKind::Bool | CellKind::Bytes) {
            return None;
        }
        let guard = self.guard(level, to.guard);
        Some((From::Edge { parent: level, local, guard }, self.levels[level].depth + 1))
    }

    /// What is asked of a list; `orders` are the columns that its cursors hold.
    fn connection(&mut self, level: usize, call: &Call, orders: &[&'static str]) -> Option<Vec<PageOut>> {
        let Below::Object(calls) = &call.below else { return None };
        self.levels[level].wants.rows = false;
        let mut page = Vec::with_capacity(calls.len());
        for call in calls {
            let what = match (&call.what, &call.below) {
                (What::Typename(name), _) => PageWhat::Typename(Arc::clone(name)),
                (What::Field(field), below) => match (&field.resolve, below) {
                    (Resolve::Page(PageField::Nodes), Below::Object(rows)) => {
                        self.levels[level].wants.rows = true;
                        PageWhat::Nodes(self.object(level, rows)?)
                    }
                    (Resolve::Page(PageField::Edges), Below::Object(edges)) => {
                        self.levels[level].wants.rows = true;
                        PageWhat::Edges(self.edges(level, edges)?)
                    }
                    (Resolve::Page(PageField::Info), Below::Object(info)) => PageWhat::Info(self.info(level, info)?),
                    (Resolve::Page(PageField::Total), _) => {
                        self.levels[level].wants.total = true;
                        PageWhat::Total
                    }
                    _ => return None,
                },
                _ => return None,
            };
            page.push(PageOut { key: Key::new(&call.key), what });
        }
        if self.levels[level].wants.cursors {
            for column in orders {
                self.column(level, column)?;
            }
        }
        Some(page)
    }

    fn edges(&mut self, level: usize, calls: &[Call]) -> Option<Vec<(Key, EdgeWhat)>> {
        let edge = |compiler: &mut Self, call: &Call| {
            let what = match (&call.what, &call.below) {
                (What::Typename(name), _) => EdgeWhat::Typename(Arc::clone(name)),
                (What::Field(field), below) => match (&field.resolve, below) {
                    (Resolve::Page(PageField::Node), Below::Object(rows)) => {
                        EdgeWhat::Node(compiler.object(level, rows)?)
                    }
                    (Resolve::Page(PageField::Cursor), _) => {
                        compiler.levels[level].wants.cursors = true;
                        EdgeWhat::Cursor
                    }
                    _ => return None,
                },
                _ => return None,
            };
            Some((Key::new(&call.key), what))
        };
        calls.iter().map(|call| edge(self, call)).collect()
    }

    fn info(&mut self, level: usize, calls: &[Call]) -> Option<Vec<(Key, InfoWhat)>> {
        let wants = &mut self.levels[level].wants;
        wants.rows = true;
        let info = |call: &Call| {
            let what = match &call.what {
                What::Typename(name) => InfoWhat::Typename(Arc::clone(name)),
                What::Field(field) => match field.resolve {
                    Resolve::Page(PageField::HasNext) => {
                        wants.has_next = true;
                        InfoWhat::HasNext
                    }
                    Resolve::Page(PageField::HasPrevious) => {
                        wants.has_previous = true;
                        InfoWhat::HasPrevious
                    }
                    Resolve::Page(PageField::Start) => {
                        wants.cursors = true;
                        InfoWhat::Start
                    }
                    Resolve::Page(PageField::End) => {
                        wants.cursors = true;
                        InfoWhat::End
                    }
                    _ => return None,
                },
                _ => return None,
            };
            Some((Key::new(&call.key), what))
        };
        calls.iter().map(info).collect()
    }
}

/// The columns that cursors of an order hold.
fn names(order: &Order) -> Vec<&'static str> {
    order.columns.iter().map(|column| column.name).collect()
}

/// The columns that any order of a list may take, which is chosen only when it is asked for.
fn root_orders(list: &List, stored: Stored) -> Vec<&'static str> {
    list.orders.iter().map(|order| order.column).chain([stored.0.key]).collect()
}
