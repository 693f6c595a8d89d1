//! For every role × stored type × row, in scope and out of it: by list, by node, by every edge.

use super::{
    holders,
    synthetic::{NO_UNIT, Placed, Spot, free, put_led, stored_types, together},
    world::World,
};
use entity::scope::UnitBy;
use platform::{
    Actor,
    part::{CellKind, Edge, FieldKind, Permission, ScopeBy, StoredType},
};
use policies::{Policies, ScopeKind};
use sea_orm::Value as Bound;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use tests::{on_both, support::Backend};
use uuid::Uuid;

/// Own village, another village of the town, another town, another district.
const PLACES: [&str; 4] = ["500118107200", "500118107201", "500118104200", "500119107200"];

fn today() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2018, 10, 19).expect("a day")
}

/// Everywhere for DIBAO, at home for a programme that another town unit handles, and far away with a school.
fn spots(policies: &Policies) -> Vec<Spot> {
    let other: &'static str = other_programme(policies).leak();
    let mut spots = vec![Spot { place: PLACES[0], programme: other, unit: NO_UNIT }];
    spots.extend(PLACES.map(|place| Spot { place, programme: "DIBAO", unit: NO_UNIT }));
    spots.push(Spot { place: PLACES[3], programme: "DIBAO", unit: "SCH_SCHOOL" });
    spots
}

fn other_programme(policies: &Policies) -> String {
    let unit = |programme: &str| policies.handling_unit(programme, today()).map(str::to_owned);
    let mut programmes = policies.programmes().into_iter();
    let other = programmes.find(|programme| unit(programme).is_some() && unit(programme) != unit("DIBAO"));
    other.expect("a programme of another unit").to_owned()
}

/// What the tables of the policies mean, told a second time and without a database.
struct Oracle<'a> {
    policies: &'a Policies,
    actor: Option<&'a Actor>,
    links: &'a HashMap<(String, String), Vec<Spot>>,
}

impl Oracle<'_> {
    fn holds(&self, permission: &Permission) -> bool {
        let set = match self.actor {
            Some(actor) => self.policies.permission_set(&actor.holder(), today()),
            None => self.policies.public_set(today()),
        };
        set.contains(permission.name)
    }

    fn sees(&self, stored: &StoredType, row: &Placed) -> bool {
        self.sees_by(&stored.permission, stored, row)
    }

    /// Whether a permission reaches a row of a type.
    fn sees_by(&self, permission: &Permission, stored: &StoredType, row: &Placed) -> bool {
        if !self.holds(permission) {
            return false;
        }
        let kind = self.policies.scope(self.actor.map_or("PUB", |actor| actor.role.as_str()), permission.name);
        match (&stored.scope, kind) {
            (_, ScopeKind::None) => false,
            (_, ScopeKind::All) | (ScopeBy::Public, _) => true,
            (_, ScopeKind::Own) => false,
            (_, ScopeKind::Unit) => self.actor.is_some_and(|actor| row.units.contains(&actor.unit.as_str())),
            (ScopeBy::Columns { programme, .. }, kind) => self.reaches(row.spot, kind, programme.is_some()),
            (ScopeBy::Link { entity_type, .. }, kind) => {
                let linked = row.linked.clone().expect("a linked key");
                let spots = &self.links[&((*entity_type).to_owned(), linked)];
                spots.iter().any(|spot| self.reaches(*spot, kind, true))
            }
        }
    }

    fn reaches(&self, spot: Spot, kind: ScopeKind, has_programme: bool) -> bool {
        let Some(actor) = self.actor else { return false };
        let here = spot.place.starts_with(&actor.jurisdiction);
        match kind {
            ScopeKind::Town | ScopeKind::Village => here,
            _ => {
                let handled = self.policies.programmes_of(&actor.unit, actor.level, today());
                here && has_programme && handled.iter().any(|programme| programme == spot.programme)
            }
        }
    }
}

/// Holders that differ in what they may see or where.
fn distinct_holders(policies: &Policies) -> Vec<Option<Actor>> {
    let other = other_programme(policies);
    let mut seen = BTreeSet::new();
    let mut holders = holders::all(policies);
    holders.retain(|actor| {
        let Some(actor) = actor else { return true };
        let set = policies.permission_set(&actor.holder(), today());
        let scopes: Vec<_> = set.names().iter().map(|name| policies.scope(&actor.role, name)).collect();
        let handled = policies.programmes_of(&actor.unit, actor.level, today());
        let handled: Vec<_> = handled.iter().filter(|one| *one == "DIBAO" || **one == other).collect();
        seen.insert(format!("{}{scopes:?}{handled:?}{}", set.key(), actor.jurisdiction))
    });
    holders
}

#[derive(Default)]
struct Stored {
    links: HashMap<(String, String), Vec<Spot>>,
}

impl Stored {
    async fn put(
        &mut self,
        world: &World,
        stored: &StoredType,
        spot: Spot,
        set: &HashMap<&'static str, Bound>,
        led: bool,
    ) -> Placed {
        let row = put_led(world, stored, spot, set, led).await;
        if let (ScopeBy::Link { entity_type, .. }, Some(linked)) = (&stored.scope, &row.linked) {
            self.links.entry(((*entity_type).to_owned(), linked.clone())).or_default().push(spot);
        }
        row
    }
}

on_both!(a_row_is_there_by_list_and_node_for_whom_it_should_be, an_edge_leads_to_rows_one_may_see);

async fn a_row_is_there_by_list_and_node_for_whom_it_should_be(backend: Backend) {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    let policies = world.policies();
    let spots = spots(&policies);
    let mut stored_rows = Stored::default();
    let mut rows: Vec<(&StoredType, Vec<Placed>)> = Vec::new();
    let mut emptied = BTreeSet::new();
    together(&world, true).await;
    for stored in stored_types() {
        // Two types may show one table; each is checked against all of its rows.
        if emptied.insert(stored.table) {
            for spot in &spots {
                let row = stored_rows.put(&world, stored, *spot, &HashMap::new(), false).await;
                match rows.iter_mut().find(|(known, _)| known.table == stored.table) {
                    Some((_, placed)) => placed.push(row),
                    None => rows.push((stored, vec![row])),
                }
            }
        }
    }
    together(&world, false).await;
    let (mut seen, mut unseen) = (0, 0);
    for actor in distinct_holders(&policies) {
        let oracle = Oracle { policies: &policies, actor: actor.as_ref(), links: &stored_rows.links };
        let who = holders::name(actor.as_ref());
        for stored in stored_types().iter().filter(|stored| oracle.holds(&stored.permission)) {
            let placed = &rows.iter().find(|(known, _)| known.table == stored.table).expect("its rows").1;
            // A type that shows another's table may be scoped by columns the other's filler did not set.
            if rows.iter().any(|(known, _)| {
                known.table == stored.table && known.name != stored.name && stored.scope != ScopeBy::Public
            }) {
                panic!("{}: a second scoped type of one table needs rows of its own here", stored.name);
            }
            let expected: BTreeSet<_> =
                placed.iter().filter(|row| oracle.sees(stored, row)).map(|row| row.id(stored)).collect();
            assert_eq!(
                by_node(&world, actor.as_ref(), stored, placed).await,
                expected,
                "{who}: node of {}",
                stored.name
            );
            if stored.federated {
                let (found, through) = by_entity(&world, actor.as_ref(), stored, placed).await;
                assert_eq!(found, expected, "{who}: entity of {}", stored.name);
                assert_eq!(through, expected, "{who}: entity of {} through a gateway", stored.name);
            }
            if stored.list.is_some() {
                let listed = by_list(&world, actor.as_ref(), stored, placed).await;
                assert_eq!(listed, expected, "{who}: list of {}", stored.name);
            }
            seen += expected.len();
            unseen += placed.len() - expected.len();
        }
    }
    assert!(seen > 100 && unseen > 100, "{seen} rows seen, {unseen} unseen");
}

async fn by_node(world: &World, actor: Option<&Actor>, stored: &StoredType, rows: &[Placed]) -> BTreeSet<String> {
    let ids: Vec<_> = rows.iter().map(|row| row.id(stored)).collect();
    let data = world.data(actor, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    let found = data["nodes"].as_array().expect("nodes").iter();
    found.filter_map(|node| node["id"].as_str().map(str::to_owned)).collect()
}

/// Which rows are entities: for the caller, and for the caller behind a gateway that knows every type.
async fn by_entity(
    world: &World,
    actor: Option<&Actor>,
    stored: &StoredType,
    rows: &[Placed],
) -> (BTreeSet<String>, BTreeSet<String>) {
    let wanted: Vec<_> = rows.iter().map(|row| json!({ "__typename": stored.name, "id": row.id(stored) })).collect();
    let document =
        format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {} {{ id }} }} }}", stored.name);
    let ids = |data: &Value| {
        let found = data["_entities"].as_array().expect("entities");
        assert_eq!(found.len(), rows.len());
        found.iter().filter_map(|entity| entity["id"].as_str().map(str::to_owned)).collect()
    };
    let auditor = holders::actor("AUD", "DU_AUDIT", policies::Level::District).holder();
    let through = world.through(&auditor, actor, &document, json!({ "r": wanted })).await;
    assert!(through.errors.is_empty(), "{:?}", through.errors);
    let own = world.data(actor, &document, json!({ "r": wanted })).await;
    (ids(&own), ids(&through.value().expect("data")))
}

async fn by_list(world: &World, actor: Option<&Actor>, stored: &StoredType, rows: &[Placed]) -> BTreeSet<String> {
    let list = stored.list.as_ref().expect("a list").name;
    let document = format!("{{ {list}(first: 100) {{ totalCount nodes {{ id }} }} }}");
    let data = world.data(actor, &document, json!({})).await;
    let nodes = data[list]["nodes"].as_array().expect("nodes");
    let mut listed: BTreeSet<_> = nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect();
    // This test's own reads are recorded meanwhile.
    if stored.name != "AuditEvent" {
        assert_eq!(data[list]["totalCount"], json!(nodes.len()), "{list}");
    }
    // Beside the rows that are judged lie those that only tell which unit another one lies with.
    listed.retain(|id| rows.iter().any(|row| row.id(stored) == *id));
    listed
}

/// One parent, one child, joined by an edge.
struct Pair {
    parent: Placed,
    child: Placed,
}

struct Joined {
    from: &'static StoredType,
    name: &'static str,
    edge: &'static Edge,
    permission: Permission,
    to: &'static StoredType,
    pairs: Vec<Pair>,
}

async fn an_edge_leads_to_rows_one_may_see(backend: Backend) {
    let world = World::empty(backend).await.by_both_ways();
    free(&world).await;
    let policies = world.policies();
    let mut rows = Stored::default();
    let mut edges = edges();
    together(&world, true).await;
    for joined in &mut edges {
        join(&world, &mut rows, joined, &spots(&policies)).await;
    }
    together(&world, false).await;
    let (mut seen, mut unseen) = (0, 0);
    for actor in distinct_holders(&policies) {
        let oracle = Oracle { policies: &policies, actor: actor.as_ref(), links: &rows.links };
        let who = holders::name(actor.as_ref());
        for joined in &edges {
            let permissions = [&joined.from.permission, &joined.permission, &joined.to.permission];
            if !permissions.iter().all(|permission| oracle.holds(permission)) {
                continue;
            }
            let answers = follow(&world, actor.as_ref(), joined).await;
            for (pair, answer) in joined.pairs.iter().zip(answers) {
                let parent = oracle.sees(joined.from, &pair.parent);
                let own = [joined.from.permission.name, joined.to.permission.name].contains(&joined.permission.name);
                let guarded = own || oracle.sees_by(&joined.permission, joined.from, &pair.parent);
                let child = parent && guarded && oracle.sees(joined.to, &pair.child);
                let expected = child.then(|| pair.child.id(joined.to));
                let place = format!(
                    "{who}: {}.{} from {:?} to {:?}",
                    joined.from.name, joined.name, pair.parent.spot, pair.child.spot
                );
                assert_eq!(answer, (parent, expected), "{place}");
                if child { seen += 1 } else { unseen += 1 }
            }
        }
    }
    assert!(seen > 1000 && unseen > 1000, "{seen} rows seen, {unseen} unseen");
}

/// Every edge that joins on columns which say nothing of scope; the others lead to places, which all may see.
fn edges() -> Vec<Joined> {
    let types = stored_types();
    let mut edges = Vec::new();
    for from in types {
        for field in &from.fields {
            let FieldKind::Edge(edge) = &field.kind else { continue };
            let to = types.iter().find(|to| to.name == edge.target).expect("a target");
            let places = |stored: &StoredType, column: &str| matches!(&stored.scope, ScopeBy::Columns { jurisdiction, .. } if *jurisdiction == column);
            if places(from, edge.local) || places(to, edge.remote) {
                assert!(to.scope == ScopeBy::Public, "{}.{} joins scoped rows by place", from.name, field.name);
                continue;
            }
            let joined =
                Joined { from, name: field.name.as_str(), edge, permission: field.permission, to, pairs: Vec::new() };
            edges.push(joined);
        }
    }
    edges
}

async fn join(world: &World, rows: &mut Stored, joined: &mut Joined, spots: &[Spot]) {
    let kind = joined.from.columns.iter().find(|(name, _)| *name == joined.edge.local).expect("a column").1;
    for parent in spots {
        for child in spots {
            let value: Bound = match kind {
                CellKind::Uuid => Uuid::now_v7().into(),
                _ => Uuid::now_v7().simple().to_string().into(),
            };
            let parent_set = HashMap::from([(joined.edge.local, value.clone())]);
            let child_set = HashMap::from([(joined.edge.remote, value)]);
            // Where one of the two is the other's way to its case, they lie with the same units.
            let (down, up) = (
                leads(joined.from, joined.edge.local, joined.to, joined.edge.remote),
                leads(joined.to, joined.edge.remote, joined.from, joined.edge.local),
            );
            let mut parent = rows.put(world, joined.from, *parent, &parent_set, down).await;
            let mut child = rows.put(world, joined.to, *child, &child_set, up).await;
            if down {
                parent.units.extend(child.units.clone());
            }
            if up {
                child.units.extend(parent.units.clone());
            }
            joined.pairs.push(Pair { parent, child });
        }
    }
}

/// Whether the first edge of a type's way to its case is this one.
fn leads(from: &StoredType, column: &str, to: &StoredType, key: &str) -> bool {
    let (ScopeBy::Columns { unit, .. } | ScopeBy::Link { unit, .. }) = &from.scope else { return false };
    let Some(UnitBy::Case(hops)) = unit else { return false };
    hops[0].column == column && hops[0].table == to.table && hops[0].key == key
}

/// Per pair: whether the parent is there, and the child found through it.
async fn follow(world: &World, actor: Option<&Actor>, joined: &Joined) -> Vec<(bool, Option<String>)> {
    let selection = if joined.edge.many { "found: EDGE { nodes { id } }" } else { "found: EDGE { id }" };
    let document = format!(
        "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on {} {{ {} }} }} }}",
        joined.from.name,
        selection.replace("EDGE", joined.name)
    );
    let ids: Vec<_> = joined.pairs.iter().map(|pair| pair.parent.id(joined.from)).collect();
    let data = world.data(actor, &document, json!({ "ids": ids })).await;
    let child = |node: &Value| match joined.edge.many {
        true => node["found"]["nodes"][0]["id"].as_str().map(str::to_owned),
        false => node["found"]["id"].as_str().map(str::to_owned),
    };
    data["nodes"].as_array().expect("nodes").iter().map(|node| (!node.is_null(), child(node))).collect()
}
