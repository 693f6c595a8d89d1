//! The ledger keeps itself true: entries fit their rule, balances follow entries, no fund is overdrawn.

use super::{
    frozen::{accepted, refused},
    rows::key,
    store::Store,
};
use entity::{account, enums::EntryKind, ledger_entry, ledger_total};
use sea_orm::{ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use tests::support::{Backend, fresh_database, on_both};
use uuid::Uuid;

on_both!(
    an_entry_fits_its_rule_and_its_accounts,
    a_settlement_fits_its_commitment,
    a_reversal_fits_what_it_takes_back,
    a_fund_is_never_overdrawn,
    balances_follow_the_entries,
    of_many_at_once_only_those_with_room_succeed,
);

pub const COMMITMENT: &str = "id = #74";
const SETTLEMENT: &str = "id = #75";

async fn an_entry_fits_its_rule_and_its_accounts(backend: Backend) {
    let store = Store::filled(backend).await;
    let cases: [(&str, &[(&str, &str)]); 13] = [
        ("not the programme, item and channel of its rule", &[("programme", "'LINSHI'")]),
        ("not the programme, item and channel of its rule", &[("item", "'OTHER'")]),
        ("not the programme, item and channel of its rule", &[("channel", "'OTHER'")]),
        ("not the programme, item and channel of its rule", &[("channel_rule_id", "#71")]),
        ("not the programme, item and channel of its rule", &[("channel_rule_id", "#999")]),
        ("posted outside the dates of its rule", &[("posted_on", "'2017-12-31'")]),
        ("accounts of another programme, channel or place", &[("debit_account_id", "#182")]),
        ("accounts of another programme, channel or place", &[("credit_account_id", "#181")]),
        ("accounts of another programme, channel or place", &[("debit_account_id", "#282")]),
        ("accounts of another programme, channel or place", &[("jurisdiction", "'500118'")]),
        ("accounts do not fit its kind", &[("debit_account_id", "#83")]),
        ("accounts do not fit its kind", &[("kind", "'APPROPRIATION'")]),
        ("account", &[("debit_account_id", "#81")]),
    ];
    for (reason, changes) in cases {
        refused(&store, &store.copy_of(COMMITMENT, "ledger_entry", changes).await, reason).await;
    }
    accepted(&store, &store.copy_of(COMMITMENT, "ledger_entry", &[]).await).await;
    let subsidy: &[(&str, &str)] = &[("item", "'PRICE_SUBSIDY'"), ("channel_rule_id", "#71")];
    for (day, fits) in [("'2018-01-01'", true), ("'2018-12-31'", true), ("'2019-01-01'", false)] {
        let copy = store.copy_of(COMMITMENT, "ledger_entry", &[subsidy, &[("posted_on", day)]].concat()).await;
        match fits {
            true => accepted(&store, &copy).await,
            false => refused(&store, &copy, "posted outside the dates of its rule").await,
        }
    }
}

async fn a_settlement_fits_its_commitment(backend: Backend) {
    let store = Store::filled(backend).await;
    let own: &[(&str, &str)] = &[("settles_entry_id", "#74")];
    accepted(&store, &store.copy_of(SETTLEMENT, "ledger_entry", own).await).await;
    let reason = "does not fit the commitment it settles";
    for change in [
        ("amount_fen", "54599"),
        ("settles_entry_id", "#72"),
        ("settles_entry_id", "NULL"),
        ("settles_entry_id", "#999"),
    ] {
        let copy = store.copy_of(SETTLEMENT, "ledger_entry", &[own, &[change]].concat()).await;
        refused(&store, &copy, reason).await;
    }
    let twice = if backend == Backend::Sqlite { "is append-only" } else { "uq_ledger_entry_settles_entry_id" };
    refused(&store, &store.copy_of(SETTLEMENT, "ledger_entry", &[]).await, twice).await;
    let reversal = reversal_of(&store, "#74", "82", "81").await;
    let late = store.copy_of(SETTLEMENT, "ledger_entry", own).await;
    let outcome = store.attempt(&[reversal, late]).await.expect_err("a taken back commitment cannot be settled");
    assert!(outcome.contains(reason), "{outcome}");
}

pub async fn reversal_of(store: &Store, entry: &str, debit: &str, credit: &str) -> String {
    let (debit, credit) = (format!("#{credit}"), format!("#{debit}"));
    let changes = [
        ("kind", "'REVERSAL'"),
        ("debit_account_id", debit.as_str()),
        ("credit_account_id", credit.as_str()),
        ("reverses_entry_id", entry),
        ("settles_entry_id", "NULL"),
    ];
    store.copy_of(&format!("id = {entry}"), "ledger_entry", &changes).await
}

async fn a_reversal_fits_what_it_takes_back(backend: Backend) {
    let store = Store::filled(backend).await;
    let reversal = reversal_of(&store, "#74", "82", "81").await;
    accepted(&store, &reversal).await;
    let reason = "does not fit the entry it reverses";
    // Not the same accounts the other way round; not a commitment that is paid.
    refused(&store, &reversal_of(&store, "#74", "81", "82").await, reason).await;
    refused(&store, &reversal_of(&store, "#73", "82", "81").await, reason).await;
    let another = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "60000")]).await;
    let twice = store.attempt(&[another, reversal.clone(), reversal_of(&store, "#74", "82", "81").await]).await;
    let known = if backend == Backend::Sqlite { "is append-only" } else { "uq_ledger_entry_reverses_entry_id" };
    assert!(twice.clone().is_err_and(|error| error.contains(known)), "{twice:?}");
    // A settlement is taken back first, then its commitment.
    let settlement = reversal_of(&store, "#75", "83", "82").await;
    let both = store.attempt(&[settlement, reversal_of(&store, "#73", "82", "81").await]).await;
    assert_eq!(both, Ok(()));
}

async fn a_fund_is_never_overdrawn(backend: Backend) {
    let store = Store::filled(backend).await;
    let room = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "90800")]).await;
    accepted(&store, &room).await;
    let beyond = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "90801")]).await;
    let reason = if backend == Backend::Sqlite { "account would be overdrawn" } else { "ck_account_not_overdrawn" };
    refused(&store, &beyond, reason).await;
    if backend == Backend::Sqlite {
        // IGNORE is handed down to the statements of triggers: a constraint alone would let the entry stand.
        for verb in ["INSERT OR IGNORE", "INSERT OR REPLACE", "INSERT OR FAIL"] {
            refused(&store, &beyond.replacen("INSERT", verb, 1), reason).await;
        }
    }
}

/// Two hundred random postings against plain arithmetic.
async fn balances_follow_the_entries(backend: Backend) {
    let store = Store::filled(backend).await;
    let mut balances: BTreeMap<Uuid, i64> =
        [(80, -200_000), (81, 90_800), (82, 54_600), (83, 54_600)].map(|(number, fen)| (key(number), fen)).into();
    let mut seed: u64 = 20_181_019;
    let (mut passed, mut stopped) = (0, 0);
    for _ in 0..200 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let amount = i64::try_from(seed >> 40).expect("a small number") % 60_000 + 1;
        let appropriate = (seed >> 33).is_multiple_of(3);
        let (which, debit, credit) = if appropriate { ("id = #72", 81, 80) } else { (COMMITMENT, 82, 81) };
        let copy = store.copy_of(which, "ledger_entry", &[("amount_fen", &amount.to_string())]).await;
        let room = appropriate || balances[&key(81)] >= amount;
        assert_eq!(store.db.execute_unprepared(&copy).await.is_ok(), room);
        if room {
            *balances.entry(key(debit)).or_default() += amount;
            *balances.entry(key(credit)).or_default() -= amount;
        }
        *(if room { &mut passed } else { &mut stopped }) += 1;
    }
    assert!(passed > 50 && stopped > 10, "{passed} passed, {stopped} were stopped");
    for account in account::Entity::find().all(&store.db).await.expect("the accounts") {
        assert_eq!(account.balance_fen.0, balances.get(&account.id).copied().unwrap_or(0), "{}", account.code);
    }
    let mut from_entries: BTreeMap<Uuid, i64> = BTreeMap::new();
    for entry in ledger_entry::Entity::find().all(&store.db).await.expect("the entries") {
        *from_entries.entry(entry.debit_account_id).or_default() += entry.amount_fen.0;
        *from_entries.entry(entry.credit_account_id).or_default() -= entry.amount_fen.0;
    }
    assert_eq!(from_entries, balances);
}

/// Forty at once, each from its own connection where the database has several.
async fn of_many_at_once_only_those_with_room_succeed(backend: Backend) {
    let url = fresh_database(backend).await;
    let connections = if backend == Backend::Sqlite { 1 } else { 10 };
    let mut options = ConnectOptions::new(url.as_str());
    options.max_connections(connections).sqlx_logging(false);
    let db: DatabaseConnection = Database::connect(options).await.expect("the database");
    migration::run(&db).await.expect("the timeline");
    super::rows::fill(&db).await;
    let store = Store::around(db, backend, url);
    // 908.00 is there: room for nine times 100.00.
    let copy = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "10000")]).await;
    let mut tasks = Vec::new();
    for _ in 0..40 {
        let (db, used) = (store.db.clone(), store.uuid(Uuid::now_v7()));
        let sql = with_key(&copy, &used);
        tasks.push(tokio::spawn(async move { db.execute_unprepared(&sql).await.is_ok() }));
    }
    let mut passed = 0;
    for task in tasks {
        passed += usize::from(task.await.expect("the task"));
    }
    assert_eq!(passed, 9);
    let fund = account::Entity::find_by_id(key(81)).one(&store.db).await.expect("an answer").expect("the fund");
    assert_eq!(fund.balance_fen.0, 800);
    let committed = ledger_total::Entity::find().filter(ledger_total::Column::Kind.eq(EntryKind::Commitment));
    let committed = committed.one(&store.db).await.expect("an answer").expect("the total");
    assert_eq!((committed.entries, committed.amount_fen.0), (2 + 9, 109_200 + 90_000));
}

/// The same statement with another key in the first place of its SELECT.
fn with_key(copy: &str, id: &str) -> String {
    let (head, tail) = copy.split_once(" SELECT ").expect("a copy");
    let (_, rest) = tail.split_once(", ").expect("several columns");
    format!("{head} SELECT {id}, {rest}")
}
