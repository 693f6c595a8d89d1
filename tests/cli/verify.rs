//! `onedoor verify`: any row that was changed behind the program's back is found and named.

use crate::scenarios::{
    at_01::{commitments, settle},
    steps::{self, up_to_district},
    temporary::{fire, reviewed, the_family, town_decides},
};
use platform::verify::{Finding, Head, Kind, verify};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(
    a_record_that_nobody_touched_has_no_finding,
    every_changed_row_is_found_and_named,
    every_deleted_row_is_found_and_named,
    a_cause_freed_for_a_second_grant_is_found_and_named,
    a_cut_tail_shows_against_an_exported_head_only
);

/// A store in which AT-01 went from window to ledger.
async fn played(backend: Backend) -> Server {
    let server = Server::start(backend).await;
    let case = up_to_district(&server).await;
    case.approve().await;
    let entries = commitments(&server, &case).await;
    settle(&server, &entries).await;
    server
}

async fn findings(server: &Server, heads: &[Head]) -> Vec<Finding> {
    verify(&server.running.platform, heads).await.expect("a walk").findings
}

/// Whoever owns the database can take its guards away.
struct Intruder {
    db: DatabaseConnection,
}

impl Intruder {
    async fn enter(server: &Server) -> Self {
        let intruder = Self { db: Database::connect(server.database.as_str()).await.expect("the database") };
        match intruder.db.get_database_backend() {
            DbBackend::Sqlite => {
                intruder.run("PRAGMA foreign_keys = OFF").await;
                let triggers = intruder.column("SELECT name FROM sqlite_master WHERE type = 'trigger'").await;
                for name in triggers {
                    intruder.run(&format!("DROP TRIGGER \"{name}\"")).await;
                }
            }
            _ => {
                let tables = intruder.column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").await;
                for name in tables {
                    intruder.run(&format!("ALTER TABLE \"{name}\" DISABLE TRIGGER ALL")).await;
                }
            }
        }
        intruder
    }

    async fn run(&self, sql: &str) -> u64 {
        self.db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    async fn column(&self, sql: &str) -> Vec<String> {
        let rows = self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await;
        rows.expect("rows").iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
    }

    /// One row of a table, as a condition on its key.
    async fn one(&self, table: &str, condition: &str) -> String {
        let key = match self.db.get_database_backend() {
            DbBackend::Sqlite => "hex(id)",
            _ => "id::text",
        };
        let sql = format!("SELECT {key} FROM {table} WHERE {condition} ORDER BY id LIMIT 1");
        let found = self.column(&sql).await;
        let found = found.first().unwrap_or_else(|| panic!("no row: {sql}"));
        format!("{key} = '{found}'")
    }
}

async fn a_record_that_nobody_touched_has_no_finding(backend: Backend) {
    let server = played(backend).await;
    let report = verify(&server.running.platform, &[]).await.expect("a walk");
    assert_eq!(report.findings, []);
    assert_eq!((report.assessments_recomputed, report.assessments_skipped), (1, 0));
    for table in ["audit_event", "ledger_entry", "application_event", "benefit_line", "decision", "verification_report"]
    {
        assert!(report.walked.get(table).is_some_and(|count| *count > 0), "{table}: {:?}", report.walked);
    }
    let again = verify(&server.running.platform, &report.heads).await.expect("a walk");
    assert_eq!(again.findings, []);
}

/// Table, which row, what is set, the kind of finding and what of its table or key is named.
const CHANGES: &[(&str, &str, &str, Kind)] = &[
    ("application_event", "seq = 3", "reason = 'because'", Kind::Changed),
    ("application_event", "seq = 2", "at = at + 1", Kind::Changed),
    ("application", "1 = 1", "state = 'REJECTED'", Kind::Contradiction),
    ("person_claim", "kind = 'DISABILITY_GRADE'", "value = '1'", Kind::Changed),
    ("verification_step", "kind = 'HOME_VISIT'", "facts = 'none'", Kind::Changed),
    ("verification_investigator", "1 = 1", "jurisdiction = '500118107201'", Kind::Changed),
    ("verification_report", "1 = 1", "valid_to = '2030-01-01'", Kind::Changed),
    ("appraisal", "1 = 1", "agree_count = 8", Kind::Changed),
    ("opinion", "stage = 'PRELIMINARY'", "amount_fen = 63001", Kind::Changed),
    ("notice", "1 = 1", "ends_on = '2018-11-06'", Kind::Changed),
    ("decision", "1 = 1", "amount_fen = 63001", Kind::Changed),
    ("decision", "1 = 1", "assessment = replace(assessment, '266.67', '266.66')", Kind::Assessment),
    ("benefit", "origin = 'DECISION'", "amount_fen_month = 63001", Kind::Contradiction),
    ("benefit", "origin = 'IMPORTED_ROLL'", "amount_fen_month = amount_fen_month + 1", Kind::Contradiction),
    ("benefit_line", "item = 'KEY_60' AND decision_id IS NOT NULL", "amount_fen = 6001", Kind::Changed),
    ("benefit_line", "decision_id IS NULL", "amount_fen = amount_fen + 1", Kind::Changed),
    ("ledger_entry", "kind = 'COMMITMENT' AND item = 'BASE'", "amount_fen = 43001", Kind::Changed),
    ("ledger_entry", "kind = 'SETTLEMENT'", "posted_on = '2018-11-21'", Kind::Changed),
    ("disbursement_batch", "1 = 1", "total_fen = 1", Kind::Changed),
    ("account", "kind = 'APPROPRIATION' AND channel = 'FC-DIBAO'", "balance_fen = balance_fen + 1", Kind::Ledger),
    ("ledger_total", "kind = 'SETTLEMENT'", "amount_fen = amount_fen + 1", Kind::Ledger),
    ("ledger_total", "kind = 'SETTLEMENT'", "entries = entries - 1", Kind::Ledger),
    ("ledger_total", "kind = 'COMMITMENT'", "month = '2018-12'", Kind::Ledger),
    ("person", "id_number_hash IS NOT NULL", "id_number_hash = 'f'", Kind::Contradiction),
    ("person", "1 = 1", "name_zh = '某某'", Kind::Changed),
    ("household", "1 = 1", "declared_size = declared_size + 1", Kind::Changed),
    ("household_member", "1 = 1", "relation = '99'", Kind::Changed),
    ("consent", "1 = 1", "signed_on = '2018-10-01'", Kind::Changed),
    ("request", "1 = 1", "need = 'more'", Kind::Changed),
    ("request_material", "1 = 1", "state = 'MISSING', provided_on = NULL", Kind::Changed),
    ("application", "1 = 1", "due_on = '2030-01-01'", Kind::Changed),
    ("application_subject", "1 = 1", "programme = 'TEKUN'", Kind::Changed),
    ("verification", "1 = 1", "due_on = '2030-01-01'", Kind::Changed),
    ("benefit", "origin = 'DECISION'", "review_class = 'MONTHLY'", Kind::Changed),
    ("import_batch", "1 = 1", "file_name = 'other.xlsx'", Kind::Changed),
    ("parameter", "key = 'dibao.standard.rural' AND from_on = '2018-01-01'", "value = '51000'", Kind::Changed),
    ("channel_rule", "programme = 'DIBAO' AND item = 'BASE'", "channel = 'FC-TEMP'", Kind::Changed),
    ("user_account", "login = 'vw'", "password_hash = NULL", Kind::Changed),
    ("assignment", "role = 'VW'", "role = 'DA'", Kind::Changed),
    ("service_window", "1 = 1", "phone = '110'", Kind::Changed),
    ("org_unit", "1 = 1", "name_zh = '其他'", Kind::Changed),
    ("policy_document", "1 = 1", "issuer = '其他'", Kind::Changed),
];

async fn every_changed_row_is_found_and_named(backend: Backend) {
    let server = played(backend).await;
    let intruder = Intruder::enter(&server).await;
    for (table, which, set, kind) in CHANGES {
        let key = intruder.one(table, which).await;
        intruder.run(&format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {key}")).await;
        assert_eq!(intruder.run(&format!("UPDATE {table} SET {set} WHERE {key}")).await, 1, "{table} {set}");
        let found = findings(&server, &[]).await;
        let named = found.iter().any(|finding| finding.kind == *kind && finding.table == *table);
        assert!(named, "{table}: {set}: {found:#?}");
        intruder.run(&format!("DELETE FROM {table} WHERE {key}")).await;
        intruder.run(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
        intruder.run("DROP TABLE kept").await;
        assert_eq!(findings(&server, &[]).await, [], "{table}: put back");
    }
    for (table, key, set) in [
        ("jurisdiction", "code = '500118107200'", "name_zh = '其他'"),
        ("work_calendar", "day = '2018-10-01'", "kind = 'MAKEUP_WORKDAY'"),
    ] {
        assert_eq!(intruder.run(&format!("UPDATE {table} SET {set} WHERE {key}")).await, 1);
        let found = findings(&server, &[]).await;
        assert!(
            found.iter().any(|finding| finding.kind == Kind::Changed && finding.table == table),
            "{table}: {found:#?}"
        );
        intruder.run(&format!("DELETE FROM {table} WHERE {key}")).await;
        let found = findings(&server, &[]).await;
        assert!(
            found.iter().any(|finding| finding.kind == Kind::Missing && finding.table == table),
            "{table}: {found:#?}"
        );
    }
    for (set, which) in [
        ("action = 'x'", "seq = 5"),
        ("body = replace(body, '\"', ' ')", "seq = 5"),
        ("hash = previous_hash", "seq = 5"),
        ("actor_id = NULL", "seq = 6"),
        ("outcome = 'REFUSED', code = 'NOT_FOUND'", "seq = 7"),
        ("wall_at = wall_at + 1", "seq = 8"),
    ] {
        intruder.run("CREATE TABLE kept AS SELECT * FROM audit_event").await;
        assert!(intruder.run(&format!("UPDATE audit_event SET {set} WHERE {which}")).await > 0, "{set}");
        let found = findings(&server, &[]).await;
        let seq = which.trim_start_matches("seq = ");
        let named =
            found.iter().any(|finding| finding.kind == Kind::BrokenChain && finding.row.contains(&format!(" {seq} ")));
        assert!(named, "audit_event: {set}: {found:#?}");
        intruder.run("DELETE FROM audit_event").await;
        intruder.run("INSERT INTO audit_event SELECT * FROM kept").await;
        intruder.run("DROP TABLE kept").await;
    }
    for damage in [
        "UPDATE audit_person SET at = at + 1",
        "UPDATE audit_person SET volume = CASE volume WHEN 0 THEN 1 ELSE 0 END",
        "UPDATE audit_person SET event_id = person_id",
        "DELETE FROM audit_person WHERE person_id IN (SELECT person_id FROM (SELECT person_id FROM audit_person LIMIT 1) AS p)",
        "INSERT INTO audit_person SELECT volume, event_id, event_id, at FROM audit_person GROUP BY volume, event_id, at",
    ] {
        intruder.run("CREATE TABLE kept AS SELECT * FROM audit_person").await;
        assert!(intruder.run(damage).await > 0, "{damage}");
        let found = findings(&server, &[]).await;
        let named = found.iter().any(|finding| finding.kind == Kind::Contradiction && finding.table == "audit_person");
        assert!(named, "{damage}: {found:#?}");
        intruder.run("DELETE FROM audit_person").await;
        intruder.run("INSERT INTO audit_person SELECT * FROM kept").await;
        intruder.run("DROP TABLE kept").await;
    }
    intruder.run("UPDATE audit_head SET seq = seq + 1").await;
    assert!(findings(&server, &[]).await.iter().any(|finding| finding.table == "audit_head"));
}

async fn a_cause_freed_for_a_second_grant_is_found_and_named(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let case = reviewed(&server, &family, fire("2018-11-01", "1000.00")).await;
    town_decides(&case).await;
    assert_eq!(findings(&server, &[]).await, []);
    let intruder = Intruder::enter(&server).await;
    let key = intruder.one("once_claim", "1 = 1").await;
    for (damage, kind) in
        [("UPDATE once_claim SET period = '2017'", Kind::Changed), ("DELETE FROM once_claim", Kind::Missing)]
    {
        assert_eq!(intruder.run(&format!("{damage} WHERE {key}")).await, 1);
        let found = findings(&server, &[]).await;
        let named = |kind, table: &str| found.iter().any(|finding| finding.kind == kind && finding.table == table);
        assert!(named(kind, "once_claim") && named(Kind::Contradiction, "decision"), "{damage}: {found:#?}");
    }
}

async fn every_deleted_row_is_found_and_named(backend: Backend) {
    let server = played(backend).await;
    let intruder = Intruder::enter(&server).await;
    for table in
        ["verification_investigator", "appraisal", "opinion", "notice", "application_event", "disbursement_batch"]
    {
        let key = intruder.one(table, "1 = 1").await;
        intruder.run(&format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {key}")).await;
        intruder.run(&format!("DELETE FROM {table} WHERE {key}")).await;
        let found = findings(&server, &[]).await;
        assert!(
            found.iter().any(|finding| finding.kind == Kind::Missing && finding.table == table),
            "{table}: {found:#?}"
        );
        intruder.run(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
        intruder.run("DROP TABLE kept").await;
    }
    // One that was never written by an event.
    let key = intruder.one("notice", "1 = 1").await;
    intruder.run(&format!("CREATE TABLE kept AS SELECT * FROM notice WHERE {key}")).await;
    let new = match backend {
        Backend::Sqlite => "randomblob(16)",
        Backend::Postgres => "gen_random_uuid()",
    };
    intruder.run(&format!("UPDATE kept SET id = {new}")).await;
    intruder.run("INSERT INTO notice SELECT * FROM kept").await;
    let found = findings(&server, &[]).await;
    assert!(found.iter().any(|finding| finding.kind == Kind::Unrecorded && finding.table == "notice"), "{found:#?}");
}

async fn a_cut_tail_shows_against_an_exported_head_only(backend: Backend) {
    let server = Server::start(backend).await;
    // A refusal writes no row that would miss its event: who cuts just this off leaves no trace in the store.
    let input = json!({ "idempotencyKey": "k", "name": "某", "idNumber": "1", "villageCode": "500118107200" });
    let refusal = server.client("vw").await;
    assert_eq!(steps::refused(&refusal, "personRegister", input, "person { id }").await, "INVALID_ID_NUMBER");
    let heads = verify(&server.running.platform, &[]).await.expect("a walk").heads;
    let head = heads.iter().find(|head| head.chain == "act:500118107").expect("the town's chain");
    let intruder = Intruder::enter(&server).await;
    let (chain, last) = (&head.chain, head.seq);
    intruder.run(&format!("DELETE FROM audit_event WHERE chain = '{chain}' AND seq = {last}")).await;
    let before = format!("SELECT hash FROM audit_event WHERE chain = '{chain}' AND seq = {}", last - 1);
    let back = format!("UPDATE audit_head SET seq = {}, hash = ({before}) WHERE chain = '{chain}'", last - 1);
    intruder.run(&back).await;
    assert_eq!(findings(&server, &[]).await, []);
    let against = findings(&server, &heads).await;
    assert_eq!(against.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::HeadMismatch], "{against:#?}");
}
