//! How each field of a role's schema is reached from the root, and what a run must have asked for.

use super::dice::Dice;
use api::schema::{
    Resolve, TypeTable,
    types::{ENTITY, QUERY, TypeDef},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A field of a type.
pub type Step = (Arc<str>, Arc<str>);

/// What an operation is aimed at: a field, or a list with one comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The type it is a field of.
    pub parent: Arc<str>,
    /// The field.
    pub field: Arc<str>,
    /// Names of the fields of the filter, outermost first.
    pub comparison: Option<Vec<String>>,
}

/// The ways through a role's schema.
pub struct Routes {
    /// Types with a global identifier.
    nodes: BTreeSet<Arc<str>>,
    entities: BTreeSet<Arc<str>>,
    /// Lists and finders at the root, by the type of their rows.
    lists: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// For other types, the field that leads there.
    ways: BTreeMap<Arc<str>, Step>,
    /// Everything a run must ask for: every list and comparison, every edge, and a field of every stored type.
    pub targets: Vec<Target>,
}

impl Routes {
    /// The ways through a schema.
    pub fn of(table: &TypeTable) -> Self {
        let mut routes = Self {
            nodes: table.nodes().map(|object| Arc::clone(&object.name)).collect(),
            entities: match table.get(ENTITY) {
                Some(TypeDef::Union(union)) => union.members.clone(),
                _ => BTreeSet::new(),
            },
            lists: BTreeMap::new(),
            ways: BTreeMap::new(),
            targets: Vec::new(),
        };
        for def in table.object(QUERY).into_iter().flat_map(|root| root.fields.values()) {
            if let Resolve::List(stored) | Resolve::Find(_, stored) = &def.resolve
                && def.name.as_ref() != "personSearch"
            {
                routes.lists.entry(stored.0.name.into()).or_default().push(Arc::clone(&def.name));
            }
        }
        routes.find_ways(table);
        routes.find_targets(table);
        routes
    }

    /// Types that are reached only by fields of others.
    fn find_ways(&mut self, table: &TypeTable) {
        loop {
            let before = self.ways.len();
            for object in objects(table).filter(|object| self.reaches(&object.name)).collect::<Vec<_>>() {
                for def in object.fields.values() {
                    let target: Arc<str> = match &def.resolve {
                        Resolve::ToOne(to) | Resolve::ToMany(to) => to.target.0.name.into(),
                        _ => continue,
                    };
                    if !self.reaches(&target) {
                        self.ways.insert(target, (Arc::clone(&object.name), Arc::clone(&def.name)));
                    }
                }
            }
            if self.ways.len() == before {
                return;
            }
        }
    }

    fn reaches(&self, name: &Arc<str>) -> bool {
        self.nodes.contains(name) || self.lists.contains_key(name) || self.ways.contains_key(name)
    }

    fn find_targets(&mut self, table: &TypeTable) {
        for def in table.object(QUERY).into_iter().flat_map(|root| root.fields.values()) {
            let target = |comparison| Target { parent: QUERY.into(), field: Arc::clone(&def.name), comparison };
            match &def.resolve {
                Resolve::Find(..) if def.name.as_ref() == "personSearch" => {}
                Resolve::List(_) | Resolve::Find(..) => {
                    self.targets.push(target(None));
                    for arg in def.args.iter().filter(|arg| arg.name.as_ref() == "filter") {
                        let comparisons = comparisons(table, arg.ty.name());
                        self.targets.extend(comparisons.into_iter().map(|path| target(Some(path))));
                    }
                }
                Resolve::Node | Resolve::Nodes | Resolve::Entities => self.targets.push(target(None)),
                _ => {}
            }
        }
        for object in objects(table) {
            let edges = object.fields.values().filter(|def| {
                let aimed = !matches!(def.resolve, Resolve::Column { .. } | Resolve::GlobalId);
                aimed || object.fields.values().all(|def| matches!(def.resolve, Resolve::Column { .. }))
            });
            let targets: Vec<_> = edges
                .map(|def| Target { parent: Arc::clone(&object.name), field: Arc::clone(&def.name), comparison: None })
                .collect();
            if self.reaches(&object.name) {
                self.targets.extend(targets);
            }
        }
    }

    /// The fields that lead to what is aimed at, from the root on, it among them.
    pub fn to(&self, aim: &Target, dice: &mut Dice) -> Vec<Step> {
        let mut steps = vec![(Arc::clone(&aim.parent), Arc::clone(&aim.field))];
        while let Some((parent, _)) = steps.first().filter(|(parent, _)| parent.as_ref() != QUERY).cloned() {
            let lists = self.lists.get(&parent).map_or(&[][..], Vec::as_slice);
            let list = dice.one(lists).filter(|_| dice_is_for_list(dice, self.nodes.contains(&parent)));
            let step = match list {
                Some(list) => (QUERY.into(), Arc::clone(list)),
                None if self.nodes.contains(&parent) => {
                    let entity = self.entities.contains(&parent) && dice.percent(25);
                    let door = if entity { "_entities" } else { ["node", "nodes", "nodes"][dice.below(3)] };
                    (QUERY.into(), door.into())
                }
                None => match self.ways.get(&parent) {
                    Some(way) => way.clone(),
                    None => return steps,
                },
            };
            steps.insert(0, step);
        }
        steps
    }
}

fn dice_is_for_list(dice: &mut Dice, node: bool) -> bool {
    !node || dice.percent(40)
}

fn objects(table: &TypeTable) -> impl Iterator<Item = &api::schema::types::ObjectDef> {
    table.types.values().filter_map(|def| match def.as_ref() {
        TypeDef::Object(object) if object.stored.is_some() => Some(object),
        _ => None,
    })
}

/// Every comparison of a filter, by the names of its fields.
fn comparisons(table: &TypeTable, name: &str) -> Vec<Vec<String>> {
    let Some(TypeDef::Input(input)) = table.get(name) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, def) in &input.fields {
        if let Some(TypeDef::Input(_)) = table.get(def.ty.name()) {
            let below = comparisons(table, def.ty.name()).into_iter();
            found.extend(below.map(|path| std::iter::once(name.to_string()).chain(path).collect()));
        } else {
            found.push(vec![name.to_string()]);
        }
    }
    found
}
