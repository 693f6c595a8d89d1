//! What an auditor finds in the record of AT-01, who else does not, and that looking changes nothing but the record.

use crate::scenarios::steps::*;
use entity::{audit_event, audit_head};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Statement};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    the_record_is_found_by_case_person_actor_time_and_outcome,
    a_decision_computed_again_is_equal_rule_by_rule_and_line_by_line,
    who_read_a_person_is_told_with_assignment_purpose_and_operation,
    only_the_auditor_asks_the_record_and_looking_changes_nothing_else,
    a_sign_in_is_recorded_and_does_not_tell_which_names_exist,
    filters_of_the_record_go_by_an_index,
);

const EVENTS: &str = "query Events($filter: AuditEventFilter, $first: Int, $after: String) { auditEvents(filter: $filter, \
    first: $first, after: $after, orderBy: [AT_ASC]) { nodes { action outcome code role purpose chain subjectType \
    actor { login } application { id } } pageInfo { hasNextPage endCursor } } }";
const WHO: &str = "query Who($input: WhoReadInput!) { whoRead(input: $input) { next reads { at login role unit level \
    jurisdiction purpose operation types } } }";
const REPLAY: &str = "query Replay($input: DecisionReplayInput!) { decisionReplay(input: $input) { number programme \
    storedVersion loadedVersion sameVersion factsIntact amountFits equal failure storedTotal computedTotal \
    rules { code stored computed equal } lines { item stored computed equal } \
    parameters { key value } differences { path } } }";

/// AT-01 up to the approved grant; the case and its decision.
async fn played(server: &Server) -> (Case<'_>, Value) {
    let case = up_to_district(server).await;
    assert_eq!(
        case.step_refused("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await,
        "WRONG_STATE"
    );
    let decision = case.approve().await;
    (case, decision)
}

async fn events(auditor: &Client, filter: Value) -> Vec<Value> {
    let data = auditor.ok(EVENTS, json!({ "filter": filter, "first": 100 })).await;
    assert_eq!(data["auditEvents"]["pageInfo"]["hasNextPage"], false, "{filter}");
    data["auditEvents"]["nodes"].as_array().expect("nodes").clone()
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_else(|| panic!("{name}: {row}")).to_owned()).collect()
}

async fn the_record_is_found_by_case_person_actor_time_and_outcome(backend: Backend) {
    let server = Server::start(backend).await;
    let (case, _) = played(&server).await;
    let auditor = server.client("aud").await;

    let of_case = events(&auditor, json!({ "applicationId": [case.id], "outcome": ["DONE"] })).await;
    let expected = [
        "applicationPush",
        "applicationAccept",
        "dibaoDetailsRecord",
        "verificationStart",
        "homeVisitRecord",
        "comparisonRecord",
        "verificationReportIssue",
        "appraisalRecord",
        "preliminaryOpinionGive",
        "noticePost",
        "applicationTownReview",
        "applicationForward",
        "dibaoApprove",
    ];
    assert_eq!(column(&of_case, "action"), expected);
    assert!(of_case.iter().all(|event| event["application"]["id"] == json!(case.id)));
    let approval = of_case.last().expect("the approval");
    assert_eq!(
        (&approval["actor"]["login"], &approval["role"], &approval["purpose"], &approval["chain"]),
        (&json!("da_civil"), &json!("DA"), &json!("DECISION"), &json!("act:500118107"))
    );
    // A refusal is found by the case that the caller named.
    let refused = events(&auditor, json!({ "applicationId": [case.id], "outcome": ["REFUSED"] })).await;
    assert_eq!(
        (column(&refused, "action"), column(&refused, "code")),
        (vec!["applicationTownReview".to_owned()], vec!["WRONG_STATE".to_owned()])
    );
    assert_eq!(events(&auditor, json!({ "code": ["WRONG_STATE"] })).await, refused);

    // A person's: their own registration, the household, and every step of their case.
    for person in &case.members {
        let of_person =
            events(&auditor, json!({ "personId": [person], "chain": ["act:500118107"], "outcome": ["DONE"] })).await;
        let actions = column(&of_person, "action");
        assert_eq!(actions.iter().filter(|action| *action == "personRegister").count(), 1, "{actions:?}");
        for action in ["householdRegister", "consentRecord", "requestSubmit"].iter().chain(&expected) {
            assert!(actions.iter().any(|known| known == action), "{action}: {actions:?}");
        }
    }
    let other = json!({ "personId": [global("Person", "018f0000-0000-7000-8000-000000000001")] });
    assert_eq!(events(&auditor, other).await, Vec::<Value>::new());

    let approver = server.user_id("da_civil").await;
    let by_actor = events(&auditor, json!({ "actorId": [approver], "chain": ["act:500118107"] })).await;
    assert_eq!(column(&by_actor, "action"), ["dibaoApprove"]);
    let day = json!({ "atFrom": "2018-11-20T00:00:00+08:00", "atTo": "2018-11-20T23:59:59+08:00", "applicationId": [case.id] });
    assert_eq!(column(&events(&auditor, day).await, "action"), ["applicationTownReview", "dibaoApprove"]);
    assert_eq!(events(&auditor, json!({ "action": ["dibaoApprove"] })).await.len(), 1);

    paged(&auditor, &case).await;
}

fn global(name: &str, key: &str) -> String {
    platform::id::encode(name, key)
}

/// The same events come a page at a time.
async fn paged(auditor: &Client, case: &Case<'_>) {
    let filter = json!({ "applicationId": [case.id] });
    let whole = events(auditor, filter.clone()).await;
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = auditor.ok(EVENTS, json!({ "filter": filter, "first": 4, "after": after })).await;
        let page = &data["auditEvents"];
        found.extend(page["nodes"].as_array().expect("nodes").iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, whole);
}

async fn a_decision_computed_again_is_equal_rule_by_rule_and_line_by_line(backend: Backend) {
    let server = Server::start(backend).await;
    let (_, decision) = played(&server).await;
    let auditor = server.client("aud").await;
    let ask = json!({ "input": { "decisionId": decision["id"] } });
    let replay = auditor.ok(REPLAY, ask.clone()).await["decisionReplay"].clone();
    assert_eq!((&replay["equal"], &replay["sameVersion"]), (&json!(true), &json!(true)), "{replay}");
    assert_eq!((&replay["factsIntact"], &replay["amountFits"]), (&json!(true), &json!(true)), "{replay}");
    assert_eq!((&replay["storedTotal"], &replay["computedTotal"]), (&json!("630.00"), &json!("630.00")));
    assert_eq!((&replay["differences"], &replay["failure"]), (&json!([]), &Value::Null));
    let lines = replay["lines"].as_array().expect("lines");
    let amounts: BTreeMap<_, _> =
        lines.iter().map(|line| (line["item"].to_string(), line["computed"].clone())).collect();
    assert_eq!(
        json!(amounts),
        json!({ "\"BASE\"": "430.00", "\"DISABLED\"": "40.00", "\"KEY_100\"": "100.00", "\"KEY_60\"": "60.00" })
    );
    let rules = replay["rules"].as_array().expect("rules");
    assert!(rules.len() > 5 && rules.iter().all(|rule| rule["equal"] == true && rule["stored"] == true), "{rules:?}");
    assert!(!replay["parameters"].as_array().expect("parameters").is_empty());

    // What an intruder changed in the store is named, place by place.
    let raised = r#"assessment = replace(assessment, '"amount":43000', '"amount":44000')"#;
    tamper(&server, backend, raised).await;
    let replay = auditor.ok(REPLAY, ask.clone()).await["decisionReplay"].clone();
    assert_eq!((&replay["equal"], &replay["amountFits"]), (&json!(false), &json!(false)), "{replay}");
    assert_eq!(replay["differences"], json!([{ "path": "lines[0].amount" }]));
    let base = &replay["lines"][0];
    assert_eq!(
        (&base["stored"], &base["computed"], &base["equal"]),
        (&json!("440.00"), &json!("430.00"), &json!(false))
    );
    tamper(&server, backend, "module_version = '0'").await;
    let replay = auditor.ok(REPLAY, ask).await["decisionReplay"].clone();
    assert_eq!((&replay["sameVersion"], &replay["storedVersion"]), (&json!(false), &json!("0")), "{replay}");
    let none = json!({ "input": { "decisionId": global("Decision", "018f0000-0000-7000-8000-000000000001") } });
    assert_eq!(auditor.ok(REPLAY, none).await["decisionReplay"], Value::Null);
}

/// Changes a stored decision behind the program's back, with its guard out of the way.
async fn tamper(server: &Server, backend: Backend, set: &str) {
    let db = &server.running.platform.db.writer;
    match backend {
        Backend::Sqlite => {
            db.execute_unprepared("DROP TRIGGER IF EXISTS tr_decision_no_update").await.expect("dropped");
            db.execute_unprepared(&format!("UPDATE decision SET {set}")).await.expect("changed");
        }
        Backend::Postgres => {
            db.execute_unprepared("ALTER TABLE decision DISABLE TRIGGER ALL").await.expect("disabled");
            db.execute_unprepared(&format!("UPDATE decision SET {set}")).await.expect("changed");
        }
    }
}

async fn who_read_a_person_is_told_with_assignment_purpose_and_operation(backend: Backend) {
    let server = Server::start(backend).await;
    let (case, _) = played(&server).await;
    let (head, wife) = (&case.members[0], &case.members[1]);
    server.set_clock("2018-12-01T09:00:00+08:00").await;
    let named = "query SeeHead($id: ID!) { node(id: $id) { ... on Person { nameZh phone } } }";
    server.client("tw").await.ok(named, json!({ "id": head })).await;
    server.set_clock("2018-12-03T09:00:00+08:00").await;
    let address = "query Address($id: ID!) { node(id: $id) { ... on Household { address } } }";
    server.client("tu_social").await.ok(address, json!({ "id": case.household })).await;
    let plain = "query Plain($id: ID!) { node(id: $id) { ... on Household { id } } }";
    server.client("tu_social").await.ok(plain, json!({ "id": case.household })).await;
    server.running.settle().await;

    let auditor = server.client("aud").await;
    let ask = async |person: &str, more: Value| {
        let mut input = json!({ "personId": person, "from": "2018-12-01T00:00:00+08:00" });
        more.as_object().expect("an object").iter().for_each(|(name, value)| input[name] = value.clone());
        auditor.ok(WHO, json!({ "input": input })).await["whoRead"].clone()
    };
    let found = ask(head, json!({ "to": "2018-12-02T00:00:00+08:00" })).await;
    assert_eq!(found["next"], Value::Null);
    let at = found["reads"][0]["at"].as_str().expect("an instant");
    assert!(at.starts_with("2018-12-01T09:00:0"), "{at}");
    let mut read = found["reads"].clone();
    read[0].as_object_mut().expect("a read").remove("at");
    let expected = json!([{
        "login": "tw", "role": "TW", "unit": "TW_WINDOW", "level": "TOWN", "jurisdiction": "500118107",
        "purpose": "INTAKE", "operation": "SeeHead", "types": ["Person"],
    }]);
    assert_eq!(read, expected);
    // The address is that of everyone who lives there; the household's key alone tells nothing of them.
    let of_wife = ask(wife, json!({})).await;
    assert_eq!(column(of_wife["reads"].as_array().expect("reads"), "operation"), ["Address"]);
    server.running.settle().await;
    // Asking is itself a reading, newest first, and pages go on where the last ended.
    let first = ask(wife, json!({ "first": 1 })).await;
    assert_eq!((&first["reads"][0]["operation"], &first["reads"][0]["login"]), (&json!("Who"), &json!("aud")));
    let second = ask(wife, json!({ "first": 1, "after": first["next"] })).await;
    assert_eq!(second["reads"][0]["operation"], "Address");
    let nobody = global("Person", "018f0000-0000-7000-8000-000000000001");
    assert_eq!(ask(&nobody, json!({})).await, Value::Null);
    let wrong = json!({ "input": { "personId": head, "after": "bm9uc2Vuc2U" } });
    assert_eq!(auditor.gql(WHO, wrong).await.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

async fn only_the_auditor_asks_the_record_and_looking_changes_nothing_else(backend: Backend) {
    let server = Server::start(backend).await;
    let (case, decision) = played(&server).await;
    server.running.settle().await;
    let asked = [
        ("auditEvents", "{ auditEvents { totalCount } }".to_owned()),
        ("whoRead", format!("{{ whoRead(input: {{ personId: \"{}\" }}) {{ next }} }}", case.members[0])),
        ("decisionReplay", format!("{{ decisionReplay(input: {{ decisionId: {} }}) {{ equal }} }}", decision["id"])),
    ];
    for login in ["vw", "tw", "tv", "tu_social", "tr_social", "da_civil", "fin"] {
        let client = server.client(login).await;
        for (name, document) in &asked {
            let typo = document.replace(name, &format!("{name}z"));
            let (hidden, unknown) = (client.gql(document, json!({})).await, client.gql(&typo, json!({})).await);
            let unknown = unknown.body.to_string().replace(&format!("{name}z"), name);
            assert_eq!((hidden.status, hidden.body.to_string()), (400, unknown), "{login}");
        }
    }
    // Attempts are counted once a minute; they are no looking.
    server.running.settle().await;
    let (rows, heads) = (counts(&server).await, heads(&server).await);
    let auditor = server.client("aud").await;
    for (_, document) in &asked {
        auditor.ok(document, json!({})).await;
    }
    server.running.settle().await;
    let (rows_then, heads_then) = (counts(&server).await, self::heads(&server).await);
    for (table, count) in &rows {
        let more = match table.as_str() {
            // Two of the three are about persons: the one asked about, and the three of the decision's case.
            "audit_event" => 2,
            "audit_person" => 1 + 3,
            _ => 0,
        };
        assert_eq!(rows_then[table], count + more, "{table}");
    }
    for (chain, head) in &heads {
        assert_eq!(heads_then[chain] == *head, chain != "read:GATEWAY", "{chain}");
    }
}

async fn counts(server: &Server) -> BTreeMap<String, i64> {
    let db = &server.running.platform.db.reader;
    let backend = db.get_database_backend();
    let named = match backend {
        sea_orm::DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        _ => "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()",
    };
    let mut counts = BTreeMap::new();
    for row in db.query_all_raw(Statement::from_string(backend, named)).await.expect("tables") {
        let table: String = row.try_get("", "name").expect("a name");
        let count = Statement::from_string(backend, format!("SELECT count(*) AS n FROM \"{table}\""));
        let count = db.query_one_raw(count).await.expect("a count").expect("a row");
        counts.insert(table, count.try_get("", "n").expect("a number"));
    }
    counts
}

async fn heads(server: &Server) -> BTreeMap<String, (i64, String)> {
    let heads = audit_head::Entity::find().all(&server.running.platform.db.reader).await.expect("heads");
    heads.into_iter().map(|head| (head.chain, (head.seq, head.hash))).collect()
}

async fn a_sign_in_is_recorded_and_does_not_tell_which_names_exist(backend: Backend) {
    let server = Server::start(backend).await;
    let document =
        "mutation In($input: SignInInput!) { signIn(input: $input) { token userErrors { code field message } } }";
    let attempt = async |login: &str, password: &str| {
        server.public().gql(document, json!({ "input": { "login": login, "password": password } })).await
    };
    let right = attempt("tw", "onedoor-demo").await;
    assert_eq!(right.body["data"]["signIn"]["userErrors"], json!([]));
    let (wrong, unknown) = (attempt("tw", "wrong").await, attempt("my secret word", "wrong").await);
    assert_eq!(wrong, unknown, "the answer tells which names exist");
    assert_eq!(wrong.body["data"]["signIn"]["userErrors"][0]["code"], "SIGN_IN_FAILED");

    let db = &server.running.platform.db.reader;
    let recorded = audit_event::Entity::find().filter(audit_event::Column::Action.eq("signIn"));
    let recorded = recorded.order_by_asc(audit_event::Column::Id).all(db).await.expect("the record");
    let user = platform::id::decode(&server.user_id("tw").await).expect("an identifier").1;
    let told: Vec<_> = recorded
        .iter()
        .map(|event| {
            let actor = event.actor_id.map(|actor| actor.to_string());
            (event.outcome.to_string(), event.code.clone(), actor, event.subject_id.clone())
        })
        .collect();
    let failed = || ("REFUSED".to_owned(), Some("SIGN_IN_FAILED".to_owned()), None);
    let (refused, nobody) = (failed(), failed());
    assert_eq!(
        told,
        [
            ("DONE".to_owned(), None, Some(user.clone()), Some(user.clone())),
            (refused.0, refused.1, refused.2, Some(user)),
            (nobody.0, nobody.1, nobody.2, None),
        ]
    );
    assert!(recorded.iter().all(|event| !event.body.contains("secret") && !event.body.contains("wrong")));
    let found = events(&server.client("aud").await, json!({ "action": ["signIn"] })).await;
    assert_eq!(found.len(), 3);
    assert_eq!(
        audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq("read:GATEWAY"))
            .count(db)
            .await
            .expect("a count"),
        0
    );
}

/// Each filter of the list, and what `whoRead` asks, in the words of the statement behind it.
async fn filters_of_the_record_go_by_an_index(backend: Backend) {
    let server = Server::start(backend).await;
    let db = &server.running.platform.db.reader;
    let key = match backend {
        Backend::Sqlite => "x'018f0000000070008000000000000001'",
        Backend::Postgres => "'018f0000-0000-7000-8000-000000000001'",
    };
    let conditions = [
        "action = 'dibaoApprove'".to_owned(),
        "outcome = 'REFUSED'".to_owned(),
        "code = 'WRONG_STATE'".to_owned(),
        format!("actor_id = {key}"),
        format!("application_id = {key}"),
        "chain = 'act:500118107'".to_owned(),
        "at >= 1 AND at <= 2".to_owned(),
        "jurisdiction >= '500118107' AND jurisdiction < '500118108'".to_owned(),
        format!(
            "id IN (SELECT event_id FROM audit_person \
            WHERE volume IN (SELECT number FROM audit_volume) AND person_id = {key})"
        ),
    ];
    for condition in conditions {
        let plan = plan(db, backend, &format!("SELECT id FROM audit_event WHERE {condition}")).await;
        assert!(!scans(&plan), "{condition}: {plan}");
    }
    let who = format!(
        "SELECT event_id FROM audit_person WHERE volume IN (SELECT number FROM audit_volume WHERE number > 0) \
            AND person_id = {key} AND at >= 1 ORDER BY volume DESC, event_id DESC LIMIT 101"
    );
    let plan = plan(db, backend, &who).await;
    assert!(plan.contains("audit_person") && !plan.contains("SCAN audit_person") && !scans(&plan), "{plan}");
    // PostgreSQL may sort what was read of one person.
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(
        !scans("SEARCH audit_event USING INDEX ix") && scans("SCAN audit_event") && scans("Seq Scan on audit_event")
    );
}

fn scans(plan: &str) -> bool {
    plan.contains("SCAN audit_event") || plan.contains("Seq Scan")
}

async fn plan(db: &sea_orm::DatabaseConnection, backend: Backend, statement: &str) -> String {
    let kind = db.get_database_backend();
    let text = match backend {
        Backend::Sqlite => {
            let rows = db.query_all_raw(Statement::from_string(kind, format!("EXPLAIN QUERY PLAN {statement}"))).await;
            let rows = rows.expect("a plan");
            rows.iter().map(|row| row.try_get::<String>("", "detail").expect("a line")).collect::<Vec<_>>()
        }
        Backend::Postgres => {
            // A short table is read whole whatever its indexes; which would serve shows when that is forbidden.
            use sea_orm::TransactionTrait;
            let transaction = db.begin().await.expect("a transaction");
            transaction.execute_unprepared("SET LOCAL enable_seqscan = off").await.expect("set");
            let rows = transaction.query_all_raw(Statement::from_string(kind, format!("EXPLAIN {statement}"))).await;
            let rows = rows.expect("a plan");
            rows.iter().map(|row| row.try_get_by_index::<String>(0).expect("a line")).collect()
        }
    };
    text.join("\n")
}
