//! For every role × type × field: in the role's introspection and its SDL and selectable, or in none of them and
//! answered exactly as a typo is.

use super::{
    holders,
    world::{World, parts},
};
use api::schema::{
    TypeRef, TypeTable,
    types::{FieldDef, TypeDef},
};
use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use platform::part::{FieldKind, Part};
use policies::PermissionSet;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};
use tests::support::Backend;

pub const INTROSPECTION: &str = "{ __schema { types { name \
    fields(includeDeprecated: true) { name args { name } } inputFields { name } enumValues(includeDeprecated: true) { name } } } }";

const BUILT_IN: &[&str] = &["Boolean", "Float", "ID", "Int", "String"];

/// `Type`, `Type.field`, `Type.field(arg)`.
pub type Names = BTreeSet<String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_is_everywhere_or_nowhere_for_every_role() {
    let world = World::empty(Backend::Sqlite).await.by_both_ways();
    let policies = world.policies();
    let parts = parts();
    let mut seen = BTreeSet::new();
    for actor in holders::all(&policies) {
        let today = chrono::NaiveDate::from_ymd_opt(2018, 10, 19).expect("a day");
        let set = match &actor {
            Some(actor) => policies.permission_set(&actor.holder(), today),
            None => policies.public_set(today),
        };
        // Equal sets have equal schemas: one snapshot serves them.
        if !seen.insert(set.key().to_owned()) {
            continue;
        }
        let who = holders::name(actor.as_ref());
        let introspected = introspected(&world.data(actor.as_ref(), INTROSPECTION, json!({})).await);
        assert_eq!(introspected, printed(&world.sdl(actor.as_ref()).await), "{who}: introspection and SDL differ");
        let subgraph = world.data(actor.as_ref(), "{ _service { sdl } }", json!({})).await;
        composed(&parts, &set, &introspected, subgraph["_service"]["sdl"].as_str().expect("a schema"), &who);
        let expected = expected(&parts, &set);
        for name in declared(&parts) {
            assert_eq!(introspected.contains(&name), expected.contains(&name), "{who}: {name}");
        }
        let own = world.gateway.snapshots().of(&set).expect("a schema");
        let full = world.gateway.snapshots().full();
        for (parent, path) in paths(&own.table) {
            let check = Check { world: &world, actor: actor.as_ref(), own: &own.table, full, who: &who };
            check.everything_there_is_selectable(&parent, &path).await;
            check.nothing_else_is(&parent, &path).await;
        }
    }
    assert!(seen.len() > 10, "only {} permission sets", seen.len());
}

/// The subgraph is the caller's schema without the doors of federation, with the keys of what the caller has.
fn composed(parts: &[Part], set: &PermissionSet, introspected: &Names, subgraph: &str, who: &str) {
    let door = |name: &String| {
        let last = name.split('.').next_back().expect("a name");
        ["_Any", "_Entity", "_Service"].contains(&name.split('.').next().expect("a name"))
            || ["_entities", "_service", "_entities(representations)"].contains(&last)
    };
    let without: Names = introspected.iter().filter(|name| !door(name)).cloned().collect();
    let own: Names = printed(subgraph).into_iter().filter(|name| name != "Query" || without.contains(name)).collect();
    let bare = Names::from(["Query".to_owned()]);
    assert_eq!(own, if without.is_empty() { bare } else { without }, "{who}: the subgraph");
    let federated = parts.iter().flat_map(|part| &part.types).filter(|stored| stored.federated);
    let expected: BTreeSet<_> =
        federated.filter(|stored| set.contains(stored.permission.name)).map(|stored| stored.name).collect();
    let keyed: BTreeSet<_> = subgraph
        .lines()
        .filter(|line| line.contains("@key(fields: \"id\")"))
        .map(|line| line.split(' ').nth(1).expect("a name"))
        .collect();
    assert_eq!(keyed, expected, "{who}: keys");
    for name in &keyed {
        assert!(introspected.contains(&format!("{name}.id")), "{who}: {name} has no id");
    }
    assert_eq!(introspected.contains("_Entity"), !keyed.is_empty(), "{who}");
}

/// What the parts say exists, whoever asks: stored types, their fields, lists, queries, mutations.
fn declared(parts: &[Part]) -> Names {
    names(parts, &|_| true)
}

/// What of it a permission set should see.
fn expected(parts: &[Part], set: &PermissionSet) -> Names {
    names(parts, &|permission| set.contains(permission))
}

fn names(parts: &[Part], holds: &dyn Fn(&str) -> bool) -> Names {
    let mut names = Names::new();
    let permission_of: BTreeMap<_, _> =
        parts.iter().flat_map(|part| &part.types).map(|stored| (stored.name, stored.permission.name)).collect();
    for part in parts {
        for stored in part.types.iter().filter(|stored| holds(stored.permission.name)) {
            names.insert(stored.name.to_owned());
            for field in &stored.fields {
                let target = match &field.kind {
                    FieldKind::Edge(edge) => holds(permission_of[edge.target]),
                    _ => true,
                };
                if target && holds(field.permission.name) {
                    names.insert(format!("{}.{}", stored.name, field.name));
                }
            }
            if let Some(list) = &stored.list {
                names.insert(format!("Query.{}", list.name));
            }
        }
        if let Some(details) = &part.details
            && holds(details.permission.name)
            && holds(permission_of["Application"])
        {
            names.insert(format!("Application.{}", details.field));
        }
        for (root, actions) in [("Query", &part.queries), ("Mutation", &part.mutations)] {
            let actions = actions.iter().filter(|action| holds(action.permission.name));
            names.extend(actions.map(|action| format!("{root}.{}", action.name)));
        }
        let subscriptions = part.subscriptions.iter().filter(|subscription| holds(subscription.permission.name));
        names.extend(subscriptions.map(|subscription| format!("Subscription.{}", subscription.name)));
    }
    names
}

pub fn introspected(data: &Value) -> Names {
    let mut names = Names::new();
    let text = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    for ty in data["__schema"]["types"].as_array().expect("types") {
        let name = text(ty);
        if name.starts_with("__") || BUILT_IN.contains(&name.as_str()) {
            continue;
        }
        for field in ty["fields"].as_array().into_iter().flatten() {
            names.insert(format!("{name}.{}", text(field)));
            for arg in field["args"].as_array().into_iter().flatten() {
                names.insert(format!("{name}.{}({})", text(field), text(arg)));
            }
        }
        for value in ["inputFields", "enumValues"].iter().filter_map(|kind| ty[*kind].as_array()).flatten() {
            names.insert(format!("{name}.{}", text(value)));
        }
        names.insert(name);
    }
    names
}

pub fn printed(sdl: &str) -> Names {
    let mut names = Names::new();
    for definition in parse_schema(sdl).unwrap_or_else(|error| panic!("{error}\n{sdl}")).definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let name = ty.node.name.node.to_string();
        let fields = match ty.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                names.extend(input.fields.iter().map(|field| format!("{name}.{}", field.node.name.node)));
                Vec::new()
            }
            TypeKind::Enum(list) => {
                names.extend(list.values.iter().map(|value| format!("{name}.{}", value.node.value.node)));
                Vec::new()
            }
            TypeKind::Scalar | TypeKind::Union(_) => Vec::new(),
        };
        for field in fields {
            let field = field.node;
            names.insert(format!("{name}.{}", field.name.node));
            names.extend(
                field.arguments.iter().map(|arg| format!("{name}.{}({})", field.name.node, arg.node.name.node)),
            );
        }
        names.insert(name);
    }
    names
}

/// How to get from a root to an object: `%` stands for what is selected there.
fn paths(own: &TypeTable) -> BTreeMap<Arc<str>, String> {
    let mut paths = BTreeMap::new();
    let mut next = VecDeque::new();
    for (root, word) in [("Query", "query"), ("Mutation", "mutation"), ("Subscription", "subscription")] {
        if own.get(root).is_some() {
            next.push_back((Arc::<str>::from(root), format!("{word} {{ % }}")));
        }
    }
    while let Some((name, path)) = next.pop_front() {
        if paths.contains_key(&name) {
            continue;
        }
        match own.get(&name) {
            Some(TypeDef::Object(object)) => {
                for field in object.fields.values() {
                    let below: Arc<str> = field.ty.name().into();
                    if own.object(&below).is_some() || own.possible(&below).is_some() {
                        let selection = format!("{} {{ % }}", call(own, field, &path));
                        next.push_back((below, path.replace('%', &selection)));
                    }
                }
            }
            Some(TypeDef::Interface(_) | TypeDef::Union(_)) => {
                for object in own.possible(&name).expect("what it may be") {
                    next.push_back((
                        Arc::clone(&object.name),
                        path.replace('%', &format!("... on {} {{ % }}", object.name)),
                    ));
                }
            }
            _ => continue,
        }
        paths.insert(name, path);
    }
    paths
}

/// A field with its required arguments; at the root it is skipped, so that only validation is asked.
fn call(own: &TypeTable, field: &FieldDef, path: &str) -> String {
    let args: Vec<_> = field
        .args
        .iter()
        .filter(|arg| arg.ty.is_required())
        .map(|arg| format!("{}: {}", arg.name, literal(own, &arg.ty)))
        .collect();
    let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
    let skip = if at_root(path) { " @skip(if: true)" } else { "" };
    format!("{}{args}{skip}", field.name)
}

fn at_root(path: &str) -> bool {
    matches!(path, "query { % }" | "mutation { % }")
}

fn literal(own: &TypeTable, ty: &TypeRef) -> String {
    match ty {
        TypeRef::NonNull(inner) => literal(own, inner),
        TypeRef::List(_) => "[]".to_owned(),
        TypeRef::Named(name) => match (name.as_ref(), own.get(name)) {
            ("Int", _) => "1".to_owned(),
            ("Boolean", _) => "true".to_owned(),
            ("Money", _) => "\"1.00\"".to_owned(),
            ("Date", _) => "\"2018-11-05\"".to_owned(),
            ("Month", _) => "\"2018-11\"".to_owned(),
            ("DateTime", _) => "\"2018-11-05T09:00:00+08:00\"".to_owned(),
            (_, Some(TypeDef::Enum(list))) => list.values[0].name.clone(),
            (_, Some(TypeDef::Input(input))) => {
                let required = input.fields.values().filter(|field| field.ty.is_required() && field.default.is_none());
                let fields: Vec<_> =
                    required.map(|field| format!("{}: {}", field.name, literal(own, &field.ty))).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            _ => "\"x\"".to_owned(),
        },
    }
}

struct Check<'a> {
    world: &'a World,
    actor: Option<&'a platform::Actor>,
    own: &'a TypeTable,
    full: &'a TypeTable,
    who: &'a str,
}

fn fields(table: &TypeTable, parent: &str) -> Vec<Arc<FieldDef>> {
    match table.get(parent) {
        Some(TypeDef::Object(object)) => object.fields.values().cloned().collect(),
        Some(TypeDef::Interface(interface)) => interface.fields.values().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The same name with its last letter changed: what a typo makes of it.
pub fn typo(name: &str) -> String {
    let (head, last) = name.split_at(name.len() - 1);
    let other = match last {
        "q" => "x",
        last if last.chars().all(char::is_uppercase) => "Q",
        _ => "q",
    };
    format!("{head}{other}")
}

impl Check<'_> {
    async fn everything_there_is_selectable(&self, parent: &str, path: &str) {
        if path.starts_with("subscription") {
            return self.everything_there_is_watchable(parent, path).await;
        }
        let mut selection = String::from("__typename");
        for field in fields(self.own, parent) {
            let below = match self.own.get(field.ty.name()) {
                Some(TypeDef::Object(_) | TypeDef::Interface(_) | TypeDef::Union(_)) => " { __typename }",
                _ => "",
            };
            selection.push_str(&format!(" {}{below}", call(self.own, &field, path)));
        }
        let document = path.replace('%', &selection);
        let answer = self.world.answer(self.actor, &document, json!({})).await;
        assert!(answer.errors.is_empty(), "{}: {document}\n{:#?}", self.who, answer.errors);
        // What is not there can only be named inside what is: so every place it could be named is here.
    }

    /// One field at a time: a subscription has one at its root. Here it is told where it would be answered.
    async fn everything_there_is_watchable(&self, parent: &str, path: &str) {
        for field in fields(self.own, parent) {
            let below = match self.own.get(field.ty.name()) {
                Some(TypeDef::Object(_) | TypeDef::Interface(_)) => " { __typename }",
                _ => "",
            };
            let document = path.replace('%', &format!("{}{below}", call(self.own, &field, path)));
            let errors = self.world.errors(self.actor, &document).await;
            assert_eq!(errors.len(), 1, "{}: {document}\n{errors:#?}", self.who);
            assert_eq!(errors[0]["extensions"]["code"], "BAD_REQUEST", "{}: {document}\n{errors:#?}", self.who);
        }
    }

    async fn nothing_else_is(&self, parent: &str, path: &str) {
        let hidden: Vec<_> = fields(self.full, parent)
            .iter()
            .filter(|field| self.own.field(parent, &field.name).is_none())
            .map(|field| field.name.to_string())
            .collect();
        self.as_typos(&hidden, &|names| path.replace('%', &names.join(" "))).await;
        let called = |names: &[String]| path.replace('%', &names.join("(input: {}) { __typename } "));
        self.as_typos(&hidden, &called).await;
        if parent == "Query" {
            let hidden = self.full.types.keys().filter(|name| self.own.get(name).is_none());
            let hidden: Vec<_> = hidden.map(ToString::to_string).collect();
            let variables = |names: &[String]| {
                let variables = names.iter().enumerate().map(|(at, name)| format!("$v{at}: {name}"));
                format!("query({}) {{ __typename }}", variables.collect::<Vec<_>>().join(", "))
            };
            self.as_typos(&hidden, &variables).await;
            let conditions = |names: &[String]| {
                let conditions = names.iter().map(|name| format!("... on {name} {{ __typename }}"));
                format!("{{ {} }}", conditions.collect::<Vec<_>>().join(" "))
            };
            self.as_typos(&hidden, &conditions).await;
        }
        for field in fields(self.own, parent) {
            let Some(full) = self.full.field(parent, &field.name) else { continue };
            for arg in &full.args {
                self.argument(path, &field, &arg.name, arg.ty.name()).await;
            }
        }
    }

    /// Arguments, their input fields and enum values that others have.
    async fn argument(&self, path: &str, field: &FieldDef, arg: &str, ty: &str) {
        let composite = matches!(self.own.get(field.ty.name()), Some(TypeDef::Object(_)));
        let below = if composite { " { __typename }" } else { "" };
        let document = |args: String| path.replace('%', &format!("{}({args}){below}", field.name));
        if !field.args.iter().any(|known| known.name.as_ref() == arg) {
            return self.as_typos(&[arg.to_owned()], &|names| document(format!("{}: {{}}", names[0]))).await;
        }
        match (self.full.get(ty), self.own.get(ty)) {
            (Some(TypeDef::Input(full)), Some(TypeDef::Input(own))) => {
                for hidden in full.fields.keys().filter(|name| !own.fields.contains_key(*name)) {
                    let filter = |names: &[String]| document(format!("{arg}: {{ {}: \"x\" }}", names[0]));
                    self.as_typos(&[hidden.to_string()], &filter).await;
                }
            }
            (Some(TypeDef::Enum(full)), Some(TypeDef::Enum(own))) => {
                for hidden in full.values.iter().filter(|value| !own.values.contains(value)) {
                    let value = |names: &[String]| document(format!("{arg}: {}", names[0]));
                    self.as_typos(std::slice::from_ref(&hidden.name), &value).await;
                }
            }
            _ => {}
        }
    }

    /// Names that others have are answered as names that nobody has, each of them.
    async fn as_typos(&self, names: &[String], document: &dyn Fn(&[String]) -> String) {
        if names.is_empty() {
            return;
        }
        let typos: Vec<_> = names.iter().map(|name| typo(name)).collect();
        let told = self.world.errors(self.actor, &document(names)).await;
        let told_typos = self.world.errors(self.actor, &document(&typos)).await;
        for name in names {
            let quoted = format!("\"{name}\"");
            let told = told.iter().any(|error| error["message"].as_str().is_some_and(|text| text.contains(&quoted)));
            assert!(told, "{}: {name} passed in {}", self.who, document(names));
        }
        let spelled = |error: &Value| {
            let text = names.iter().zip(&typos).fold(error.to_string(), |text, (name, typo)| {
                text.replace(&format!("\\\"{typo}\\\""), &format!("\\\"{name}\\\""))
            });
            serde_json::from_str::<Value>(&text).expect("JSON")
        };
        let spelled: Vec<_> = told_typos.iter().map(spelled).collect();
        assert_eq!(told, spelled, "{}: {}", self.who, document(names));
        let text = format!("{told:?}").to_lowercase();
        assert!(!text.contains("did you mean"), "{}: {text}", self.who);
    }
}
