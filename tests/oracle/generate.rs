//! Random queries over the schema of one role; each is a function of the role, the seed and its number, and of what
//! the role's earlier answers showed.

use super::{
    dice::Dice,
    document::{Document, Field, Fragment, Inline, Literal, Selection, Spread},
    pool::Pool,
    routes::{Routes, Step, Target},
};
use api::schema::{
    Resolve, TypeTable,
    types::{FieldDef, NODE, ObjectDef, PageField, QUERY, TypeDef},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Fields below each other at most, before what is aimed at is added.
const DEPTH: usize = 9;
/// Fields of an operation, about.
const FUEL: usize = 26;
/// Rows an operation may answer, about; a few are let have far more, and are refused for their cost.
const ROWS: usize = 60;
const ROWS_TOO_MANY: usize = 1_000_000;

/// An operation that was made.
pub struct Made {
    /// The operation.
    pub document: Document,
    /// What it makes use of.
    pub features: BTreeSet<&'static str>,
}

/// What makes one.
pub struct Maker<'a> {
    pub(super) table: &'a TypeTable,
    pub(super) pool: &'a Pool,
    pub(super) dice: Dice,
    pub(super) document: Document,
    pub(super) rows_most: usize,
    /// A comparison that the next filter at the root must make.
    pub(super) comparison: Option<Vec<String>>,
    routes: &'a Routes,
    features: BTreeSet<&'static str>,
    fuel: usize,
    /// What every key of the answer means, wherever it stands: so any two selections merge.
    keys: HashMap<String, String>,
    aliases: usize,
    /// Finished fragments, with the depth and the rows they were made for.
    fragments: Vec<(String, String, usize, usize)>,
}

/// Where a set stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    depth: usize,
    /// Objects there may be here.
    times: usize,
    /// Fields that must be selected, each below the one before.
    must: &'p [Step],
    /// Types whose rows are asked for, if any are.
    types: &'p [String],
}

/// Makes the operation of these dice, which selects what it is aimed at.
pub fn make(table: &TypeTable, routes: &Routes, pool: &Pool, mut dice: Dice, aims: &[Target]) -> Made {
    let rows_most = if dice.percent(1) { ROWS_TOO_MANY } else { ROWS };
    let mut maker = Maker {
        table,
        pool,
        dice,
        document: Document::default(),
        rows_most,
        comparison: None,
        routes,
        features: BTreeSet::new(),
        fuel: FUEL,
        keys: HashMap::new(),
        aliases: 0,
        fragments: Vec::new(),
    };
    let mut set = Vec::new();
    for aim in aims {
        let steps = maker.routes.to(aim, &mut maker.dice);
        maker.comparison.clone_from(&aim.comparison);
        let place = Place { depth: 0, times: 1, must: &steps, types: &[] };
        set.extend(maker.root_field(place));
        maker.comparison = None;
    }
    for _ in 0..maker.dice.weighted(&[55, 35, 10]) + usize::from(aims.is_empty()) {
        set.extend(maker.root_field(Place { depth: 0, times: 1, must: &[], types: &[] }));
    }
    if set.is_empty() || maker.dice.percent(5) {
        set.push(maker.typename());
    }
    let place = Place { depth: 0, times: 1, must: &[], types: &[] };
    maker.document.set = maker.dressed(set, QUERY, place, 8);
    maker.document.tidy();
    Made { document: maker.document, features: maker.features }
}

impl Maker<'_> {
    pub(super) fn mark(&mut self, feature: &'static str) {
        self.features.insert(feature);
    }

    fn root_field(&mut self, place: Place<'_>) -> Option<Selection> {
        let root = self.table.object(QUERY)?;
        if let Some(((_, name), must)) = place.must.split_first() {
            let def = root.fields.get(name)?;
            return self.field(QUERY, def, Place { must, ..place });
        }
        let weight = |def: &FieldDef| match def.resolve {
            Resolve::Find(..) if def.name.as_ref() == "personSearch" => 0,
            Resolve::List(_) => 3,
            Resolve::Find(..) => 8,
            Resolve::Nodes | Resolve::Entities => 20,
            Resolve::Node => 15,
            Resolve::Query(_) => 2,
            Resolve::Service => 1,
            _ => 0,
        };
        let defs: Vec<_> = root.fields.values().collect();
        let weights: Vec<_> = defs.iter().map(|def| weight(def)).collect();
        let def = defs.get(self.dice.weighted(&weights))?;
        self.field(QUERY, def, place)
    }

    /// A selection of a field, with what is below it, what must be there among it.
    fn field(&mut self, parent: &str, def: &FieldDef, place: Place<'_>) -> Option<Selection> {
        self.fuel = self.fuel.saturating_sub(1);
        self.mark(feature(def));
        let wanted = place.must.first().map(|(parent, _)| parent.to_string());
        let args = self.arguments(parent, def, place.times, wanted.as_deref());
        let below = Place { depth: place.depth + 1, times: args.rows, must: place.must, types: &args.types };
        let set = if self.is_leaf(def) { Vec::new() } else { self.set(def.ty.name(), below) };
        if set.is_empty() && !self.is_leaf(def) {
            return None;
        }
        let alias = self.key(def, &args.given);
        let name = def.name.to_string();
        Some(Selection::Field(Field { alias, name, args: args.given, directives: Vec::new(), set }))
    }

    fn is_leaf(&self, def: &FieldDef) -> bool {
        !matches!(self.table.get(def.ty.name()), Some(TypeDef::Object(_) | TypeDef::Interface(_) | TypeDef::Union(_)))
    }

    /// The key a field is answered by: its name, or an alias where that means something else in this operation.
    fn key(&mut self, def: &FieldDef, args: &[(String, Literal)]) -> Option<String> {
        let args: Vec<_> = args.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let meaning = format!("{} {} {}", def.name, def.ty, args.join(" "));
        let mut key = def.name.to_string();
        if self.dice.percent(12) {
            key = ["a", "b", "id2", "name", "total"][self.dice.below(5)].to_owned();
        }
        while self.keys.get(&key).is_some_and(|known| *known != meaning) {
            self.aliases += 1;
            key = format!("{}_{}", def.name, self.aliases);
        }
        self.keys.insert(key.clone(), meaning);
        let aliased = key != def.name.as_ref();
        if aliased {
            self.mark("alias");
        }
        aliased.then_some(key)
    }

    fn typename(&mut self) -> Selection {
        self.mark("__typename");
        Selection::Field(Field { name: "__typename".to_owned(), ..Field::default() })
    }

    fn set(&mut self, name: &str, place: Place<'_>) -> Vec<Selection> {
        match self.table.get(name) {
            Some(TypeDef::Object(object)) => self.object(object, place),
            Some(TypeDef::Interface(_) | TypeDef::Union(_)) => self.one_of_several(name, place),
            _ => Vec::new(),
        }
    }

    /// Selections of an object; what must be selected stands there without a condition.
    fn object(&mut self, object: &ObjectDef, place: Place<'_>) -> Vec<Selection> {
        if is_page(object) {
            return self.page_object(object, place);
        }
        let mut set = Vec::new();
        for _ in 0..1 + self.dice.below(5) {
            if self.dice.percent(6) {
                set.push(self.typename());
            } else if let Some(def) = self.pick(object, place.depth) {
                set.extend(self.field(&object.name, &def, Place { must: &[], ..place }));
            }
        }
        if self.dice.percent(8) {
            self.again(&mut set, object, place);
        }
        set = self.dressed(set, &object.name, place, 10);
        if let Some(((parent, name), must)) = place.must.split_first()
            && let Some(def) = object.fields.get(name).filter(|_| *parent == object.name)
        {
            set.extend(self.field(&object.name, def, Place { must, ..place }));
        }
        if set.is_empty() {
            set.push(self.typename());
        }
        set
    }

    /// A field of an object at random: a leaf for the most part, and no other where it is deep.
    fn pick(&mut self, object: &ObjectDef, depth: usize) -> Option<Arc<FieldDef>> {
        let deeper = depth < DEPTH && self.fuel > 0;
        let defs: Vec<_> = object.fields.values().collect();
        let weight = |def: &FieldDef| match def.resolve {
            _ if self.is_leaf(def) => 4,
            _ if !deeper => 0,
            Resolve::ToOne(_) | Resolve::Details { .. } => 5,
            Resolve::ToMany(_) => 4,
            Resolve::Batch { .. } => 1,
            Resolve::Property { .. } => 4,
            _ => 0,
        };
        let weights: Vec<_> = defs.iter().map(|def| weight(def)).collect();
        if weights.iter().sum::<usize>() == 0 {
            return None;
        }
        defs.get(self.dice.weighted(&weights)).map(|def| Arc::clone(def))
    }

    /// A field once more by the same key, with other selections, which merge.
    fn again(&mut self, set: &mut Vec<Selection>, object: &ObjectDef, place: Place<'_>) {
        let fields: Vec<_> = set
            .iter()
            .filter_map(|selection| match selection {
                Selection::Field(field) if !field.set.is_empty() => Some(field.clone()),
                _ => None,
            })
            .collect();
        let Some(field) = self.dice.one(&fields) else { return };
        let Some(def) = object.fields.get(field.name.as_str()) else { return };
        let below = Place { depth: place.depth + 1, times: self.rows_most, must: &[], types: &[] };
        let more = self.set(def.ty.name(), below);
        self.mark("same key again");
        set.push(Selection::Field(Field { set: more, ..field.clone() }));
    }

    /// A connection, one of its edges, or where its page stands.
    fn page_object(&mut self, object: &ObjectDef, place: Place<'_>) -> Vec<Selection> {
        let must = !place.must.is_empty();
        let edges = self.dice.percent(35);
        let mut set = Vec::new();
        for def in object.fields.values() {
            let Resolve::Page(page) = def.resolve else { continue };
            let share = match page {
                PageField::Nodes if must && !edges => 100,
                PageField::Edges if must && edges => 100,
                PageField::Node if must => 100,
                PageField::Nodes => 55,
                PageField::Edges => 30,
                PageField::Node => 75,
                PageField::Info => 30,
                PageField::Total => 25,
                PageField::Cursor => 60,
                PageField::HasNext | PageField::HasPrevious | PageField::Start | PageField::End => 50,
            };
            if self.dice.percent(share) {
                set.extend(self.field(&object.name, def, place));
            }
        }
        if set.is_empty() || self.dice.percent(5) {
            set.push(self.typename());
        }
        // What is aimed at stands below, and must not depend on a condition.
        if must { set } else { self.dressed(set, &object.name, place, 4) }
    }

    /// Selections of `Node` or `_Entity`: what all have, and fragments for some of the types.
    fn one_of_several(&mut self, name: &str, place: Place<'_>) -> Vec<Selection> {
        let mut set = Vec::new();
        if name == NODE
            && self.dice.percent(50)
            && let Some(id) = self.table.field(NODE, "id")
        {
            set.extend(self.field(NODE, &Arc::clone(id), Place { must: &[], ..place }));
        }
        if self.dice.percent(40) {
            set.push(self.typename());
        }
        let mut types: Vec<String> = place.types.to_vec();
        if self.dice.percent(25) {
            let possible: Vec<_> =
                self.table.possible(name).into_iter().flatten().map(|one| one.name.to_string()).collect();
            types.extend(self.dice.one(&possible).cloned());
        }
        for on in types {
            let Some(object) = self.table.object(&on) else { continue };
            let inner = self.object(object, place);
            let aimed = place.must.first().is_some_and(|(parent, _)| *parent == object.name);
            let directives = if !aimed && self.dice.percent(5) { vec![self.directive()] } else { Vec::new() };
            self.mark("inline fragment on a type");
            if self.dice.percent(20) {
                let name = self.named(&on, inner, place);
                set.push(Selection::Spread(Spread { name, directives }));
            } else {
                set.push(Selection::Inline(Inline { on: Some(on), directives, set: inner }));
            }
        }
        if set.is_empty() {
            set.push(self.typename());
        }
        set
    }

    fn named(&mut self, on: &str, set: Vec<Selection>, place: Place<'_>) -> String {
        self.mark("named fragment");
        let name = format!("F{}", self.document.fragments.len());
        self.document.fragments.push(Fragment { name: name.clone(), on: on.to_owned(), set });
        self.fragments.push((name.clone(), on.to_owned(), place.depth, place.times));
        name
    }

    /// The same selections, some of them under a condition or inside a fragment.
    fn dressed(&mut self, mut set: Vec<Selection>, name: &str, place: Place<'_>, often: usize) -> Vec<Selection> {
        let aimed = place.depth == 0;
        for selection in &mut set {
            // Variables of directives on `__typename` alone are taken for unused: seldom, so that more is executed.
            let seldom =
                matches!(selection, Selection::Field(field) if field.name == "__typename") && !self.dice.percent(10);
            if !aimed && !seldom && self.dice.percent(4) {
                let directive = self.directive();
                selection.directives_mut().push(directive);
            }
        }
        if !set.is_empty() && self.dice.percent(often) {
            let at = self.dice.below(set.len());
            let inner = set.split_off(at);
            let node = name != QUERY && self.table.object(name).is_some_and(|object| object.node);
            let (feature, on) = match self.dice.below(3) {
                0 => ("inline fragment without a type", None),
                1 if node && inner.iter().all(of_any_node) => ("inline fragment on Node", Some(NODE)),
                _ => ("inline fragment on its own type", Some(name)),
            };
            if self.dice.percent(50) {
                let name = self.named(name, inner, place);
                set.push(Selection::Spread(Spread { name, directives: Vec::new() }));
            } else {
                self.mark(feature);
                set.push(Selection::Inline(Inline { on: on.map(str::to_owned), directives: Vec::new(), set: inner }));
            }
        }
        let known = self
            .fragments
            .iter()
            .find(|(_, on, depth, times)| on == name && place.depth <= *depth && place.times <= *times);
        if let Some((fragment, ..)) = known.cloned().filter(|_| place.depth > 0 && self.dice.percent(30)) {
            self.mark("fragment spread again");
            set.push(Selection::Spread(Spread { name: fragment, directives: Vec::new() }));
        }
        set
    }
}

/// Whether an object is of a connection.
fn is_page(object: &ObjectDef) -> bool {
    object.fields.values().all(|def| matches!(def.resolve, Resolve::Page(_)))
}

fn of_any_node(selection: &Selection) -> bool {
    matches!(selection, Selection::Field(field) if ["id", "__typename"].contains(&field.name.as_str()))
}

fn feature(def: &FieldDef) -> &'static str {
    match &def.resolve {
        Resolve::GlobalId => "identifier",
        Resolve::Column { .. } => "column",
        Resolve::Computed { .. } => "computed",
        Resolve::Batch { .. } => "batch",
        Resolve::Details { .. } => "details",
        Resolve::ToOne(_) => "edge to one",
        Resolve::ToMany(_) => "edge to many",
        Resolve::List(_) => "list",
        Resolve::Find(..) => "finder",
        Resolve::Node => "node",
        Resolve::Nodes => "nodes",
        Resolve::Entities => "_entities",
        Resolve::Service => "_service",
        Resolve::Query(_) => "query that computes",
        Resolve::Page(PageField::Total) => "totalCount",
        Resolve::Page(PageField::Info) => "pageInfo",
        Resolve::Page(PageField::Edges) => "edges",
        Resolve::Page(PageField::Nodes) => "page's nodes",
        _ => "property",
    }
}
