//! How the databases answer what front ends ask for most: by an index that carries scope and order, without a sort.

use super::{
    holders::actor,
    world::{Statements, World},
};
use platform::Actor;
use policies::Level;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::{Value, json};
use tests::{on_both, support::Backend};

on_both!(
    a_work_list_is_read_off_an_index_in_its_order,
    persons_are_found_by_an_index,
    the_index_holds_every_state_that_anybody_waits_in,
);

/// Cases of twenty towns, one in ten of them waiting, and as many persons.
async fn filled(backend: Backend) -> (World, Statements) {
    let (world, statements) = World::recorded(backend).await;
    let (id, rows) = match backend {
        Backend::Sqlite => (
            "randomblob(16)",
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n)",
        ),
        Backend::Postgres => ("gen_random_uuid()", "generate_series(1, 20000) AS n(i)"),
    };
    let place = "'500118' || (100 + i % 20) || (200 + i % 7)";
    let state = "CASE i / 20 % 20 WHEN 0 THEN 'TOWN_PENDING' WHEN 1 THEN 'DISTRICT_REVIEW' ELSE 'ACTIVE' END";
    let due = "CASE i % 3 WHEN 0 THEN NULL ELSE '2018-11-' || (10 + i % 19) END";
    let (off, on) = match backend {
        Backend::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        Backend::Postgres => ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT"),
    };
    let sql = format!(
        "{off}; \
         INSERT INTO application (id, number, request_id, household_id, programme, unit, jurisdiction, state, received_on, \
         due_on, clock, clock_days_used, last_event_at, version) SELECT {id}, 'N' || i, {id}, {id}, 'DIBAO', 'TU_SOCIAL', \
         {place}, {state}, '2018-10-01', {due}, 'STOP', 0, 0, 1 FROM {rows}; \
         INSERT INTO person (id, name_zh, sex, temporary_key, created_at, version) SELECT {id}, \
         CASE i % 4 WHEN 0 THEN '张守' WHEN 1 THEN '李秀' WHEN 2 THEN '王建' ELSE '罗大' END || i, 'UNKNOWN', 'T' || i, 0, 1 FROM {rows}; \
         INSERT INTO scope_link (id, entity_type, entity_id, jurisdiction, programme) \
         SELECT {id}, 'Person', id, '500118' || (100 + length(name_zh)) || 200, '' FROM person; \
         {on}; ANALYZE"
    );
    world.platform.db.writer.execute_unprepared(&sql).await.expect("rows");
    (world, statements)
}

/// The plan of the last statement that an operation over this table sent.
async fn plan(world: &World, statements: &Statements, who: &Actor, document: &str, table: &str) -> String {
    statements.lock().expect("statements").clear();
    world.data(Some(who), document, json!({})).await;
    let from = format!("FROM \"{table}\"");
    let sent = statements.lock().expect("statements").clone();
    let sql = sent.iter().rfind(|sql| sql.contains(&from)).unwrap_or_else(|| panic!("{sent:?}")).clone();
    let db = &world.platform.db.writer;
    let explain = if world.backend == Backend::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let transaction = db.begin().await.expect("a transaction");
    if world.backend == Backend::Postgres {
        // A few rows are sorted faster than they are read in order; what is asked is whether they need to be.
        let dear = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";
        transaction.execute_unprepared(dear).await.expect("settings");
    }
    let explained = Statement::from_string(db.get_database_backend(), format!("{explain} {sql}"));
    let rows = transaction.query_all_raw(explained).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    transaction.rollback().await.expect("the rollback");
    let column = if world.backend == Backend::Sqlite { 3 } else { 0 };
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).expect("a line")).collect();
    format!("{}\n{sql}", lines.join("\n"))
}

async fn a_work_list_is_read_off_an_index_in_its_order(backend: Backend) {
    let (world, statements) = filled(backend).await;
    for (who, index) in [
        (actor("TW", "TW_WINDOW", Level::Town), "ix_application_town_waiting"),
        (actor("DA", "DU_CIVIL", Level::District), "ix_application_district_waiting"),
    ] {
        let first = "{ worklist { nodes { number dueOn } pageInfo { endCursor } } }";
        let data = world.data(Some(&who), first, json!({})).await;
        assert_eq!(data["worklist"]["nodes"].as_array().map(Vec::len), Some(20), "{}", who.role);
        let cursor = &data["worklist"]["pageInfo"]["endCursor"];
        let next = format!("{{ worklist(after: {cursor}) {{ nodes {{ number }} }} }}");
        for document in [first, &next] {
            let plan = plan(&world, &statements, &who, document, "application").await;
            assert!(plan.contains(index), "{}: {plan}", who.role);
            let enters = document == first || backend == Backend::Postgres || plan.contains("(<expr>=? AND <expr>>?)");
            assert!(enters, "a page does not begin where its cursor says: {plan}");
            assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{}: {plan}", who.role);
        }
    }
}

async fn persons_are_found_by_an_index(backend: Backend) {
    let (world, statements) = filled(backend).await;
    let who = actor("TW", "TW_WINDOW", Level::Town);
    world.know(&who).await;
    for (input, index) in
        [("name: \"张守1\"", "ix_person_name_zh_id"), ("idNumber: \"51022919660620005X\"", "id_number_hash")]
    {
        // The seed of parameters is not there; what a number needs of it is put in.
        let parameter = "INSERT INTO parameter (id, set_name, key, value, value_unit, from_on, source_doc, status) \
            SELECT id, 'T', 'person.age.max', '130', 'YEARS', '1999-10-01', 'T', 'DEFAULT' FROM person \
            WHERE NOT EXISTS (SELECT 1 FROM parameter) LIMIT 1";
        world.platform.db.writer.execute_unprepared(parameter).await.expect("a parameter");
        let document = format!("{{ personSearch(input: {{ {input} }}) {{ nodes {{ nameZh }} }} }}");
        let plan = plan(&world, &statements, &who, &document, "person").await;
        assert!(plan.contains(index), "{input}: {plan}");
        assert!(!plan.contains("Seq Scan on person") && !plan.contains("SCAN person"), "{input}: {plan}");
    }
}

async fn the_index_holds_every_state_that_anybody_waits_in(backend: Backend) {
    let world = World::empty(backend).await;
    let op = || platform::Op::of_operator(std::sync::Arc::clone(&world.platform));
    let mut states = std::collections::BTreeSet::new();
    for act in world.platform.acts() {
        for module in &world.platform.modules {
            states.extend(act.on_case.waits(&op(), &module.manifest()).iter().map(|wait| wait.state.as_str()));
        }
    }
    assert!(states.len() > 8, "{states:?}");
    let kept: Vec<&str> = platform::worklist::IN_FLIGHT.split('\'').skip(1).step_by(2).collect();
    let missing: Vec<_> = states.iter().filter(|state| !kept.contains(*state)).collect();
    assert!(missing.is_empty(), "{missing:?} are waited in and not in the index");
    let sql = match backend {
        Backend::Sqlite => "SELECT sql FROM sqlite_master WHERE name = 'ix_application_town_waiting'",
        Backend::Postgres => "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_application_town_waiting'",
    };
    let db = &world.platform.db.writer;
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    let written: String = row.expect("an index").expect("the index").try_get_by_index(0).expect("text");
    for state in kept {
        assert!(written.contains(&Value::from(state).to_string().replace('"', "'")), "{state} is not in {written}");
    }
}
