//! Every constraint refuses what it is there for, and lets its valid neighbour pass.
//!
//! What to try is read off the schema, so that a constraint without a try fails these tests.

use super::{
    frozen::{accepted, refused},
    rows::afresh,
    schema::{checks, columns, foreign_keys, indexes, tables},
    store::Store,
};
use std::collections::{BTreeMap, BTreeSet};
use tests::support::{Backend, on_both};

on_both!(
    a_copy_afresh_is_valid,
    what_must_be_there_is_there,
    values_have_their_form,
    keys_point_at_rows,
    no_two_rows_are_alike_in_what_is_unique,
    rules_over_a_row_hold,
    ends_are_not_before_beginnings,
    persons_are_named_by_an_event_that_is_there,
);

async fn persons_are_named_by_an_event_that_is_there(backend: Backend) {
    let store = Store::filled(backend).await;
    accepted(&store, "INSERT INTO audit_volume VALUES (1)").await;
    // What was done stands in volume 0.
    for stray in [("event_id", "#20"), ("at", "at + 1"), ("volume", "1"), ("volume", "2")] {
        let copy = store.copy("audit_person", &[stray]).await;
        refused(&store, &copy, "audit_person names no event of its volume").await;
    }
}

/// The control of all the others.
async fn a_copy_afresh_is_valid(backend: Backend) {
    let store = Store::filled(backend).await;
    for table in tables(&store).await {
        accepted(&store, &store.copy(&table, &[]).await).await;
    }
}

async fn what_must_be_there_is_there(backend: Backend) {
    let store = Store::filled(backend).await;
    for table in tables(&store).await {
        for column in columns(&store, &table).await.into_iter().filter(|column| !column.nullable) {
            let copy = store.copy(&table, &[(&column.name, "NULL")]).await;
            let reason = match backend {
                _ if before_constraints(&table) => "ledger_entry".to_owned(),
                Backend::Sqlite => format!("NOT NULL constraint failed: {table}.{}", column.name),
                Backend::Postgres => format!("null value in column \"{}\"", column.name),
            };
            refused(&store, &copy, &reason).await;
        }
    }
}

/// The ledger's triggers look at an entry before its constraints do.
fn before_constraints(table: &str) -> bool {
    table == "ledger_entry"
}

async fn values_have_their_form(backend: Backend) {
    let store = Store::filled(backend).await;
    let forms = forms(&Store::empty(Backend::Sqlite).await).await;
    let named: Vec<String> = checks(&store).await.into_iter().filter(|name| name.ends_with("_form")).collect();
    assert!(named.len() > 200, "{}", named.len());
    for name in named {
        let (table, column, rule) = &forms[&name];
        for value in ill_formed(&store, rule) {
            let copy = store.copy(table, &[(column, &value)]).await;
            // PostgreSQL tries the checks of a row by their names: a rule about the row may come before the form.
            let reason = match table.as_str() {
                _ if before_constraints(table) => "ledger_entry".to_owned(),
                _ if backend == Backend::Postgres => format!("\"ck_{table}_"),
                _ => name.clone(),
            };
            refused(&store, &copy, &reason).await;
        }
    }
}

on_both!(days_and_months_are_those_of_the_calendar);

async fn days_and_months_are_those_of_the_calendar(backend: Backend) {
    let store = Store::filled(backend).await;
    for day in ["2018-01-31", "2018-12-31", "2020-02-29", "2000-02-29", "2018-04-30"] {
        accepted(&store, &store.copy("work_calendar", &[("day", &format!("'{day}'"))]).await).await;
    }
    for value in ill_formed(&store, "date(") {
        refused(&store, &store.copy("work_calendar", &[("day", &value)]).await, "ck_work_calendar_day_form").await;
    }
    for month in ["2018-01", "2018-12"] {
        accepted(&store, &store.copy("disbursement_batch", &[("month", &format!("'{month}'"))]).await).await;
    }
    for value in ill_formed(&store, "GLOB '[0-9]") {
        let copy = store.copy("disbursement_batch", &[("month", &value)]).await;
        refused(&store, &copy, "ck_disbursement_batch_month_form").await;
    }
}

/// Values that break a rule of form, as SQLite spells it.
fn ill_formed(store: &Store, rule: &str) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| format!("'{text}'")).collect();
    let long = |chars| vec![store.long_text(chars)];
    if rule.contains("date(") {
        texts(&[
            "2018-02-30",
            "2018-02-29",
            "1900-02-29",
            "2018-11-31",
            "2018-13-01",
            "2018-00-01",
            "2018-01-00",
            "2018-01-32",
            "2018-2-03",
            "20181105",
            "2018-11-05T00:00",
            "二〇一八",
            "",
        ])
    } else if rule.contains("GLOB '[0-9]") {
        texts(&["2018-13", "2018-00", "2018-1", "2018-11-01", "201811", ""])
    } else if rule.contains("NOT GLOB") {
        texts(&["50011", "50011x", "5001181", "500118107200000", ""])
    } else if rule.contains("IN (0, 1)") {
        vec!["2".to_owned()]
    } else if rule.contains("IN ('") {
        texts(&["NO_SUCH", "draft", ""])
    } else if rule.contains("= 16") {
        vec!["X'00'".to_owned(), "X''".to_owned()]
    } else if rule.contains("= 64") {
        vec![store.long_text(63), store.long_text(65)]
    } else if let Some((_, range)) = rule.split_once("BETWEEN ") {
        let (least, most) = range.split_once(" AND ").expect("a range");
        let most: usize = most.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a number");
        if least == "1" { vec!["''".to_owned(), store.long_text(most + 1)] } else { long(most + 1) }
    } else {
        panic!("no value is known that breaks {rule}")
    }
}

/// Table, column and rule of every check of form, by its name.
async fn forms(sqlite: &Store) -> BTreeMap<String, (String, String, String)> {
    let mut forms = BTreeMap::new();
    for row in sqlite.query("SELECT name, sql FROM sqlite_master WHERE type = 'table'").await {
        let (table, sql): (String, String) =
            (row.try_get("", "name").expect("a name"), row.try_get("", "sql").expect("a statement"));
        for part in sql.split("CONSTRAINT \"").skip(1) {
            let Some((name, rule)) = part.split_once("\" CHECK (") else { continue };
            let column = name.strip_prefix(&format!("ck_{table}_")).and_then(|rest| rest.strip_suffix("_form"));
            let rule = rule.trim_end().trim_end_matches([',', ' ']).to_owned();
            if let Some(column) = column {
                forms.insert(name.to_owned(), (table.clone(), column.to_owned(), rule));
            }
        }
    }
    forms
}

#[tokio::test]
async fn an_integer_column_keeps_integers_only_on_sqlite() {
    let store = Store::filled(Backend::Sqlite).await;
    for table in tables(&store).await {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE type = 'INTEGER'");
        for row in store.query(&sql).await {
            let column: String = row.try_get("", "name").expect("a name");
            for (value, kind) in [("1.5", "REAL"), ("'x'", "TEXT"), ("X'01'", "BLOB")] {
                let copy = store.copy(&table, &[(&column, value)]).await;
                let reason = match table.as_str() {
                    "ledger_entry" | "account" => "".to_owned(),
                    _ => format!("cannot store {kind} value in INTEGER column {table}.{column}"),
                };
                refused(&store, &copy, &reason).await;
            }
        }
    }
}

async fn keys_point_at_rows(backend: Backend) {
    let store = Store::filled(backend).await;
    for key in foreign_keys(&store).await {
        let nowhere = if key.target == "jurisdiction" { "'999999'" } else { "#999" };
        let mut changes = vec![(key.column.as_str(), nowhere)];
        if key.table == "jurisdiction" {
            changes.push(("code", "'999999001'"));
        }
        let decided = key.table == "benefit" && ["application_id", "decision_id"].contains(&key.column.as_str());
        let copy = match decided {
            true => store.copy_of("id = #66", "benefit", &changes).await,
            false => store.copy(&key.table, &changes).await,
        };
        let reason = match backend {
            _ if before_constraints(&key.table) => String::new(),
            Backend::Sqlite => "FOREIGN KEY constraint failed".to_owned(),
            Backend::Postgres => format!("fk_{}_{}", key.table, key.column),
        };
        refused(&store, &copy, &reason).await;
    }
}

async fn no_two_rows_are_alike_in_what_is_unique(backend: Backend) {
    let store = Store::filled(backend).await;
    for index in indexes(&store).await.into_iter().filter(|index| index.unique && index.table != "ledger_entry") {
        // Where only some rows must differ, the row to copy is one of them and stays one.
        let (which, stays) = match index.name.as_str() {
            "uq_person_temporary_key" => ("id = #22", "id_number_hash"),
            "uq_verification_household_id" => ("id = #51", "state"),
            "uq_service_window_jurisdiction" => ("id = #2", "closed_on"),
            "uq_household_member_household_id_person_id" => ("id = #31", "to_on"),
            "uq_application_subject_person_id_programme" => ("id = #41", "open"),
            "uq_application_event_application_id_seq" => ("id = #42", "from_state"),
            "uq_account_kind_programme_channel_jurisdiction" => ("id = #80", "kind"),
            "uq_transfer_application_id" => ("id = #59", "state"),
            "uq_verification_investigator_verification_step_id_user_id" => ("id = #53", "user_id"),
            _ => ("1 = 1", ""),
        };
        let same: BTreeSet<&str> = index.columns.iter().map(String::as_str).chain([stays]).collect();
        let kept: Vec<(String, String)> = afresh(&index.table)
            .iter()
            .filter(|(column, _)| same.contains(column))
            .map(|(column, _)| ((*column).to_owned(), format!("\"{column}\"")))
            .collect();
        let kept: Vec<(&str, &str)> = kept.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
        let copy = if which == "1 = 1" {
            store.copy(&index.table, &kept).await
        } else {
            store.copy_of(which, &index.table, &kept).await
        };
        let outcome = store.attempt(std::slice::from_ref(&copy)).await.expect_err(&copy);
        let known = match backend {
            // An append-only table refuses the key before the index does.
            Backend::Sqlite => outcome.contains("UNIQUE constraint failed") || outcome.contains("is append-only"),
            Backend::Postgres => outcome.contains(&index.name),
        };
        assert!(known, "{}: {outcome}", index.name);
    }
}

async fn rules_over_a_row_hold(backend: Backend) {
    let store = Store::filled(backend).await;
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for (rule, which, changes) in broken_rules() {
        let table = table_of(&store, rule).await;
        let copy = match *which {
            "" => store.copy(&table, changes).await,
            which => store.copy_of(which, &table, changes).await,
        };
        refused(&store, &copy, rule).await;
        tried.insert((*rule).to_owned());
    }
    for name in checks(&store).await.into_iter().filter(|name| !name.ends_with("_form") && !name.ends_with("_order")) {
        let table = table_of(&store, &name).await;
        let column = name[format!("ck_{table}_").len()..].to_owned();
        let elsewhere = ["ck_account_not_overdrawn", "ck_ledger_entry_two_accounts"].contains(&name.as_str());
        if tried.contains(&name) || elsewhere {
            continue;
        }
        // What is left are counts and versions, each named after its column.
        let known = columns(&store, &table).await.iter().any(|known| known.name == column);
        assert!(known, "nothing tries {name}");
        refused(&store, &store.copy(&table, &[(&column, "-1")]).await, &name).await;
        if column == "version" {
            refused(&store, &store.copy(&table, &[("version", "0")]).await, &name).await;
        }
    }
}

async fn table_of(store: &Store, rule: &str) -> String {
    let rest = &rule["ck_".len()..];
    let tables = tables(store).await;
    let fits = tables.into_iter().filter(|table| rest.starts_with(&format!("{table}_")));
    fits.max_by_key(String::len).unwrap_or_else(|| panic!("{rule} belongs to no table"))
}

type Broken = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// A rule, the row to copy (the first when blank), and what to change so that the rule is broken.
fn broken_rules() -> &'static [Broken] {
    &[
        ("ck_jurisdiction_kind_length", "", &[("kind", "'VILLAGE'")]),
        ("ck_jurisdiction_kind_length", "", &[("code", "'500118108200'")]),
        ("ck_jurisdiction_root", "", &[("parent_code", "NULL")]),
        ("ck_jurisdiction_path", "", &[("code", "'500119108'")]),
        ("ck_jurisdiction_path", "", &[("code", "'500118108200'"), ("kind", "'VILLAGE'")]),
        ("ck_person_identified", "", &[("id_number_hash", "NULL"), ("id_number_cipher", "NULL")]),
        ("ck_person_sealed", "", &[("id_number_cipher", "NULL")]),
        (
            "ck_person_sealed",
            "id = #22",
            &[
                ("temporary_key", "'T-2'"),
                ("id_number_hash", "NULL"),
                ("id_number_cipher", "(SELECT id_number_cipher FROM person WHERE id = #20)"),
            ],
        ),
        ("ck_api_client_life", "", &[("expires_at", "0")]),
        ("ck_api_client_life", "", &[("revoked_at", "0")]),
        ("ck_application_clock", "", &[("clock_since", "NULL")]),
        ("ck_application_clock", "", &[("clock", "'STOP'")]),
        ("ck_application_decided", "", &[("decided_on", "'2018-11-13'")]),
        ("ck_application_decided", "", &[("decision_level", "'TOWN'")]),
        ("ck_application_event_first", "", &[("from_state", "NULL")]),
        ("ck_application_event_first", "", &[("seq", "0")]),
        ("ck_verification_step_source", "", &[("kind", "'DATA_MATCH'")]),
        ("ck_appraisal_votes", "", &[("agree_count", "9")]),
        ("ck_appraisal_representatives", "", &[("representative_count", "10")]),
        ("ck_opinion_amount", "", &[("amount_fen", "-1")]),
        ("ck_opinion_amount", "", &[("outcome", "'REFUSE'")]),
        ("ck_notice_amount", "", &[("amount_fen", "-1")]),
        ("ck_transfer_received", "", &[("received_on", "NULL")]),
        ("ck_transfer_received", "id = #59", &[("state", "'RECEIVED'")]),
        ("ck_transfer_fed_back", "", &[("fed_back_by", "NULL")]),
        ("ck_transfer_fed_back", "", &[("feedback", "NULL")]),
        ("ck_transfer_fed_back", "id = #59", &[("state", "'FED_BACK'")]),
        ("ck_transfer_rejected", "", &[("competent_unit", "'TU_SOCIAL'")]),
        ("ck_transfer_rejected", "", &[("result", "'NOT_OURS'")]),
        ("ck_transfer_informed", "", &[("informed_by", "NULL")]),
        ("ck_transfer_informed", "id = #59", &[("informed_on", "'2018-10-31'"), ("informed_by", "#10")]),
        ("ck_decision_first", "", &[("ordinal", "0")]),
        ("ck_decision_amount", "", &[("amount_fen", "-1")]),
        ("ck_decision_amount", "", &[("outcome", "'REJECTED'")]),
        ("ck_import_batch_rows", "", &[("row_count", "4")]),
        ("ck_benefit_amount", "", &[("amount_fen_month", "-1")]),
        ("ck_benefit_decision", "", &[("decision_id", "#63")]),
        ("ck_benefit_decision", "id = #66", &[("decision_id", "NULL")]),
        ("ck_benefit_case", "", &[("application_id", "#40")]),
        ("ck_benefit_case", "id = #66", &[("application_id", "NULL")]),
        ("ck_benefit_batch", "", &[("batch_id", "NULL")]),
        ("ck_benefit_batch", "id = #66", &[("batch_id", "#64")]),
        ("ck_benefit_certificate", "", &[("certificate_no", "NULL")]),
        ("ck_benefit_line_amount", "", &[("amount_fen", "-1")]),
        ("ck_disbursement_batch_total", "", &[("total_fen", "-1")]),
        ("ck_ledger_entry_amount", "", &[("amount_fen", "0")]),
        ("ck_ledger_entry_amount", "", &[("amount_fen", "-1")]),
        ("ck_ledger_entry_amount", "", &[("amount_fen", "100000000000001")]),
        ("ck_ledger_entry_settles", "", &[("settles_entry_id", "#74")]),
        ("ck_ledger_entry_reverses", "", &[("reverses_entry_id", "#74")]),
        ("ck_ledger_total_entries", "", &[("entries", "0")]),
        ("ck_ledger_total_amount", "", &[("amount_fen", "0")]),
        ("ck_ledger_total_amount", "", &[("entries", "2"), ("amount_fen", "1")]),
        ("ck_audit_event_first", "", &[("seq", "0")]),
        ("ck_audit_event_code", "", &[("outcome", "'REFUSED'")]),
        ("ck_audit_event_code", "", &[("code", "'WRONG_STATE'")]),
        ("ck_idempotency_key_answer", "", &[("entity_id", "NULL")]),
        ("ck_idempotency_key_answer", "", &[("entity_version", "NULL")]),
    ]
}

async fn ends_are_not_before_beginnings(backend: Backend) {
    let store = Store::filled(backend).await;
    let pairs = [
        ("assignment", "from_on", "to_on"),
        ("benefit_line", "from_month", "to_month"),
        ("benefit", "start_month", "end_month"),
        ("channel_rule", "from_on", "to_on"),
        ("consent", "signed_on", "valid_to"),
        ("household_member", "from_on", "to_on"),
        ("notice", "posted_on", "ends_on"),
        ("org_unit", "from_on", "to_on"),
        ("parameter", "from_on", "to_on"),
        ("person_claim", "from_on", "to_on"),
        ("policy_document", "from_on", "to_on"),
        ("service_window", "opened_on", "closed_on"),
        ("transfer", "sent_on", "feedback_due_on"),
        ("verification", "opened_on", "due_on"),
        ("verification_report", "issued_on", "valid_to"),
    ];
    let known: Vec<String> = checks(&store).await.into_iter().filter(|name| name.ends_with("_order")).collect();
    assert_eq!(known, pairs.map(|(table, _, _)| format!("ck_{table}_order")));
    for (table, from, to) in pairs {
        let month = from.ends_with("month");
        let (before, on) = if month { ("'2018-01'", "'2018-02'") } else { ("'2018-01-31'", "'2018-02-01'") };
        let copy = store.copy(table, &[(from, on), (to, before)]).await;
        refused(&store, &copy, &format!("ck_{table}_order")).await;
        accepted(&store, &store.copy(table, &[(from, on), (to, on)]).await).await;
    }
}

on_both!(the_longest_texts_fit);

async fn the_longest_texts_fit(backend: Backend) {
    let store = Store::filled(backend).await;
    for (table, column, chars) in [
        ("household", "address", 200),
        ("opinion", "reason", 4_000),
        ("verification_report", "facts", 1_000_000),
        ("audit_event", "body", 1_000_000),
    ] {
        let text = store.long_text(chars);
        accepted(&store, &store.copy(table, &[(column, &text)]).await).await;
    }
}
