//! Both databases have the same schema, and it is the one the entities speak of.

use super::{
    schema::{Column, checks, columns, foreign_keys, indexes, tables},
    store::Store,
};
use entity::enums::{
    AccountKind, ApplicationState, AreaType, AuditOutcome, BenefitOrigin, BenefitState, ClaimKind, ClientKind,
    ClockEffect, DecisionOutcome, EntryKind, JurisdictionKind, MaterialState, NoticeKind, OpinionOutcome, OpinionStage,
    ParameterStatus, ReportConclusion, ReverificationTrigger, Sex, TransferResult, TransferState, UnitLevel,
    VerificationKind, VerificationState, WorkCalendarKind,
};
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable};
use std::collections::BTreeMap;
use tests::support::{Backend, on_both};

on_both!(tables_are_those_of_the_entities);

async fn tables_are_those_of_the_entities(backend: Backend) {
    let store = Store::empty(backend).await;
    let described = described();
    assert_eq!(tables(&store).await, described.keys().cloned().collect::<Vec<_>>());
    for (table, expected) in &described {
        let mut found = columns(&store, table).await;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(&found, expected, "{table}");
    }
}

#[tokio::test]
async fn keys_indexes_and_checks_are_the_same_on_both() {
    let (sqlite, postgres) = (Store::empty(Backend::Sqlite).await, Store::empty(Backend::Postgres).await);
    assert_eq!(foreign_keys(&sqlite).await, foreign_keys(&postgres).await);
    assert_eq!(indexes(&sqlite).await, indexes(&postgres).await);
    let forms = checks(&postgres).await;
    // SQLite has a few more: what a type says on PostgreSQL is a check there.
    let missing: Vec<_> = forms.iter().collect();
    let known = checks(&sqlite).await;
    assert!(missing.iter().all(|name| known.contains(name)), "{missing:?}");
    assert!(known.iter().filter(|name| !forms.contains(name)).all(|name| name.ends_with("_form")), "{known:?}");
}

#[tokio::test]
async fn every_text_is_in_byte_order_on_postgresql() {
    let store = Store::empty(Backend::Postgres).await;
    let sql = "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
               WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' AND data_type = 'text' \
               AND collation_name IS DISTINCT FROM 'C'";
    let others: Vec<String> =
        store.query(sql).await.iter().map(|row| row.try_get("", "name").expect("a name")).collect();
    assert_eq!(others, Vec::<String>::new());
}

#[tokio::test]
async fn closed_lists_are_those_of_the_entities() {
    let store = Store::empty(Backend::Sqlite).await;
    let mut found = BTreeMap::new();
    for row in store.query("SELECT name, sql FROM sqlite_master WHERE type = 'table'").await {
        let (table, sql): (String, String) =
            (row.try_get("", "name").expect("a name"), row.try_get("", "sql").expect("a statement"));
        for part in sql.split("CHECK ((\"").skip(1) {
            let Some((column, rest)) = part.split_once("\" IN ('") else { continue };
            let Some((list, _)) = rest.split_once("'))").filter(|_| !column.contains('"')) else { continue };
            let mut values: Vec<String> = list.split("', '").map(str::to_owned).collect();
            values.sort();
            found.insert(format!("{table}.{column}"), values);
        }
    }
    let expected: BTreeMap<String, Vec<String>> = closed_lists()
        .into_iter()
        .map(|(column, values)| {
            let mut values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            values.sort();
            (column.to_owned(), values)
        })
        .collect();
    assert_eq!(found, expected);
}

fn closed_lists() -> Vec<(&'static str, &'static [&'static str])> {
    let levels = UnitLevel::VALUES;
    let reviews = &["ANNUAL", "SEMIANNUAL", "QUARTERLY", "MONTHLY"];
    vec![
        ("account.kind", AccountKind::VALUES),
        ("api_client.kind", ClientKind::VALUES),
        ("api_client.level", levels),
        ("application.clock", ClockEffect::VALUES),
        ("application.decision_level", levels),
        ("application.opinion", OpinionOutcome::VALUES),
        ("application.state", ApplicationState::VALUES),
        ("application_event.clock_effect", ClockEffect::VALUES),
        ("application_event.from_state", ApplicationState::VALUES),
        ("application_event.to_state", ApplicationState::VALUES),
        ("assignment.level", levels),
        ("audit_event.outcome", AuditOutcome::VALUES),
        ("benefit.area_type", AreaType::VALUES),
        ("benefit.origin", BenefitOrigin::VALUES),
        ("benefit.review_class", reviews),
        ("benefit.state", BenefitState::VALUES),
        ("decision.level", levels),
        ("decision.outcome", DecisionOutcome::VALUES),
        ("decision.review_class", reviews),
        ("household.area_type", AreaType::VALUES),
        ("jurisdiction.kind", JurisdictionKind::VALUES),
        ("ledger_entry.kind", EntryKind::VALUES),
        ("ledger_total.kind", EntryKind::VALUES),
        ("notice.kind", NoticeKind::VALUES),
        ("opinion.outcome", OpinionOutcome::VALUES),
        ("opinion.stage", OpinionStage::VALUES),
        ("org_unit.level", levels),
        ("parameter.status", ParameterStatus::VALUES),
        ("person.sex", Sex::VALUES),
        ("person_claim.kind", ClaimKind::VALUES),
        ("request_material.state", MaterialState::VALUES),
        ("service_window.level", &["VILLAGE", "TOWN"]),
        ("transfer.level", levels),
        ("transfer.result", TransferResult::VALUES),
        ("transfer.state", TransferState::VALUES),
        ("verification.state", VerificationState::VALUES),
        ("verification_report.conclusion", ReportConclusion::VALUES),
        ("reverification.trigger", ReverificationTrigger::VALUES),
        ("verification_step.kind", VerificationKind::VALUES),
        ("work_calendar.kind", WorkCalendarKind::VALUES),
    ]
}

/// Tables with their columns, by name, as the entities describe them.
fn described() -> BTreeMap<String, Vec<Column>> {
    fn table<E: EntityTrait>() -> (String, Vec<Column>) {
        let mut columns: Vec<Column> = E::Column::iter()
            .map(|column| Column { name: column.as_str().to_owned(), nullable: column.def().is_null() })
            .collect();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        (E::default().table_name().to_owned(), columns)
    }
    macro_rules! tables {
        ($($module:ident)*) => { [$(table::<entity::$module::Entity>()),*].into() };
    }
    tables! {
        account api_client application application_event application_facet application_subject appraisal assignment audit_event
        audit_head audit_person audit_volume benefit benefit_line channel_rule consent decision disbursement_batch household household_member
        idempotency_key import_batch jurisdiction ledger_entry ledger_total notice once_claim opinion org_unit outbox outbox_head parameter person
        person_claim policy_document policy_version request request_material reverification scope_link service_window setting transfer
        user_account verification verification_investigator verification_report verification_step work_calendar
    }
}
