//! How the databases answer what the playground's examples ask, of every role, in a town of many thousand persons.

use super::{
    holders,
    many::{self, FIXED},
    synthetic::stored_types,
    world::{Asked, World},
};
use crate::playground::examples;
use platform::Actor;
use policies::Level;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::{
    on_both,
    support::{Backend, Server},
};
use uuid::Uuid;

on_both!(no_example_scans_or_sorts_what_grows, a_list_in_order_is_read_off_an_index_in_each_of_its_orders);

/// What is shorter is read whole sooner than by an index.
const SHORT_TABLE_ROWS: u32 = 3_000;
/// Rows that may be sorted: what hangs on one case or one household.
const FEW_ROWS: f64 = 500.0;

async fn no_example_scans_or_sorts_what_grows(backend: Backend) {
    let server = Server::start_lived(backend).await;
    many::multiply(&server.running.platform, backend).await;
    let (world, sent) = World::watching(&server.running.platform, backend);
    let (mut seen, mut slow, mut roles) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for (at, holder) in (1_u128..).zip(holders::all(&world.policies())) {
        let role = holder.as_ref().map_or("PUB", |actor| actor.role.as_str()).to_owned();
        let actor = holder.map(|actor| Actor {
            user_id: Uuid::from_u128(at << 32),
            assignment_id: Uuid::from_u128((at << 32) + 1),
            login: format!("tester{at}"),
            ..actor
        });
        if let Some(actor) = &actor {
            world.know(actor).await;
        }
        for example in examples::of_role(&role) {
            let Some((document, variables)) = asked(&world, actor.as_ref(), &example).await else { continue };
            sent.lock().expect("statements").clear();
            world.answer(actor.as_ref(), &document, variables).await;
            roles.insert(role.clone());
            let statements = std::mem::take(&mut *sent.lock().expect("statements"));
            for statement in statements.into_iter().filter(|statement| seen.insert(statement.sql.clone())) {
                let faults = faults(&world, &statement).await;
                if !faults.is_empty() {
                    slow.insert(format!("{} as {role}: {}", example["id"], statement.sql), faults);
                }
            }
        }
    }
    assert!(roles.len() > 15 && seen.len() > 150, "{roles:?} {}", seen.len());
    assert!(slow.is_empty(), "{} of {}: {slow:#?}", slow.len(), seen.len());
}

async fn a_list_in_order_is_read_off_an_index_in_each_of_its_orders(backend: Backend) {
    let server = Server::start_lived(backend).await;
    many::multiply(&server.running.platform, backend).await;
    let (world, sent) = World::watching(&server.running.platform, backend);
    let (mut lists, mut slow) = (0, BTreeMap::new());
    for (at, (role, unit, level)) in (1_u128..).zip([
        ("VW", "VW_WINDOW", Level::Village),
        ("TL", "TL_LEADERS", Level::Town),
        ("DA", "DU_CIVIL", Level::District),
    ]) {
        let actor = Actor {
            user_id: Uuid::from_u128(at << 32),
            assignment_id: Uuid::from_u128((at << 32) + 1),
            login: format!("tester{at}"),
            ..holders::actor(role, unit, level)
        };
        world.know(&actor).await;
        for list in stored_types().iter().filter_map(|stored| stored.list.as_ref()).filter(|list| list.in_order) {
            let told = list.orders.iter().filter(|order| !order.nullable);
            let orders = told.map(|order| format!("(orderBy: [{}_DESC])", order.column.to_uppercase()));
            for order in orders.chain([String::new()]) {
                lists += 1;
                sent.lock().expect("statements").clear();
                let document = format!("{{ {}{order} {{ nodes {{ id }} }} }}", list.name);
                world.answer(Some(&actor), &document, json!({})).await;
                let statements = std::mem::take(&mut *sent.lock().expect("statements"));
                for statement in statements {
                    let faults = faults(&world, &statement).await;
                    if !faults.is_empty() {
                        slow.insert(format!("{document} as {role}: {}", statement.sql), faults);
                    }
                }
            }
        }
    }
    assert!(lists > 30 && slow.is_empty(), "{lists}: {slow:#?}");
}

/// The document of an example that reads, and its variables as the page fills them; `None` where they name nothing of
/// this town.
async fn asked(world: &World, actor: Option<&Actor>, example: &Value) -> Option<(String, Value)> {
    let document = examples::text(example, "#en ");
    if document.contains("mutation ") || document.contains("subscription ") {
        return None;
    }
    let mut variables = example.get("variables").cloned().unwrap_or_else(|| json!({}));
    if let Some(query) = example["prepare"]["query"].as_str() {
        let found = world.answer(actor, query, json!({})).await.value()?;
        examples::take(example, &found, &mut variables).ok()?;
    }
    let today = serde_json::to_string(&variables).ok()?.replace("$today", "2018-11-30");
    Some((document, serde_json::from_str(&today).ok()?))
}

/// What of a statement's plan grows with the town.
async fn faults(world: &World, statement: &Asked) -> Vec<String> {
    // What asks for none of nothing reads nothing.
    if statement.sql.contains("WHERE 1 = 2") {
        return Vec::new();
    }
    let db = &world.platform.db.writer;
    let transaction = db.begin().await.expect("a transaction");
    let kind = db.get_database_backend();
    let rows = |sql: String| transaction.query_all_raw(Statement::from_string(kind, sql));
    let found = match world.backend {
        Backend::Sqlite => {
            let lines = rows(format!("EXPLAIN QUERY PLAN {}", statement.inlined)).await;
            let lines = lines.unwrap_or_else(|error| panic!("{}: {error}", statement.inlined));
            let lines: Vec<String> = lines.iter().map(|row| row.try_get("", "detail").expect("a line")).collect();
            lines.into_iter().filter(|line| scans(line, statement) || sorts(line, statement)).collect()
        }
        Backend::Postgres => {
            // As the connections of planned reads are set.
            let planned = "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_bitmapscan = off";
            if statement.planned {
                transaction.execute_unprepared(planned).await.expect("set");
            }
            transaction
                .execute_unprepared(&statement.prepared())
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
            let plan = rows(format!("EXPLAIN (FORMAT JSON) {}", statement.executed())).await;
            let plan = plan.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
            let plan: Value = plan.first().expect("a plan").try_get_by_index(0).expect("JSON");
            transaction.execute_unprepared("DEALLOCATE asked").await.expect("gone");
            let short = format!("SELECT relname::text FROM pg_class WHERE reltuples < {SHORT_TABLE_ROWS}");
            let short = rows(short).await.expect("tables");
            let short: BTreeSet<String> = short.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect();
            let mut found = Vec::new();
            walk(&plan[0]["Plan"], &short, &mut found);
            found
        }
    };
    transaction.rollback().await.expect("the rollback");
    found
}

fn grows(table: &str) -> bool {
    !FIXED.contains(&table)
}

/// A table read whole, or an index; but for a page, which an index walked in its order ends early.
fn scans(line: &str, statement: &Asked) -> bool {
    let Some(scanned) = line.strip_prefix("SCAN ") else { return false };
    let (table, how) = scanned.split_once(' ').unwrap_or((scanned, ""));
    let paged = statement.sql.contains("ORDER BY") && statement.sql.contains("LIMIT") && how.starts_with("USING");
    let named = |how: &str| statement.sql.contains(&format!("{how} \"{table}\""));
    (named("FROM") || named("JOIN")) && !named("AS") && grows(table) && !paged
}

/// A page that is cut from what was sorted. The rows of one parent may be sorted where no index gives their order, and
/// those of a page that was cut before.
fn sorts(line: &str, statement: &Asked) -> bool {
    let table =
        statement.sql.split_once("FROM \"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(name, _)| name);
    let one_page = statement.sql.matches("LIMIT").count() == 1;
    line == "USE TEMP B-TREE FOR ORDER BY" && grows(table) && one_page && !statement.keyed
}

/// Every node that reads a table whole, or sorts more than a few rows.
fn walk(node: &Value, short: &BTreeSet<String>, found: &mut Vec<String>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let below = node["Plans"].as_array().cloned().unwrap_or_default();
    if kind == "Seq Scan" && grows(table) && !short.contains(table) {
        found.push(format!("Seq Scan on {table}"));
    }
    let sorted = below.first().and_then(|below| below["Plan Rows"].as_f64()).unwrap_or_default();
    if kind == "Sort" && sorted > FEW_ROWS {
        found.push(format!("Sort of {sorted} rows by {}", node["Sort Key"]));
    }
    below.iter().for_each(|below| walk(below, short, found));
}
