//! Monthly totals are what the entries sum to, and nothing but an entry moves them.

use super::{
    frozen::{accepted, refused, removed, replaced},
    ledger::{COMMITMENT, reversal_of},
    rows::{TOWN, VILLAGE},
    store::Store,
};
use entity::{Fen, ledger_total};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use tests::support::{Backend, on_both};

on_both!(
    totals_follow_the_entries,
    what_is_undone_is_in_no_total,
    a_total_grows_by_its_entries_only,
    what_was_posted_before_there_were_totals_is_in_them,
);

/// Every total as `place month kind entries amount`, in order.
async fn totals(store: &Store) -> Vec<String> {
    use ledger_total::Column as T;
    let rows = ledger_total::Entity::find().order_by_asc(T::Month).order_by_asc(T::Kind).all(&store.db).await;
    let told = |row: ledger_total::Model| {
        let ledger_total::Model {
            jurisdiction, programme, channel, month, kind, entries, amount_fen: Fen(fen), ..
        } = row;
        assert_eq!((programme.as_str(), channel.as_str()), ("DIBAO", "CIVIL_SOCIAL_ASSISTANCE"));
        format!("{jurisdiction} {month} {} {entries} {fen}", kind.as_str())
    };
    rows.expect("the totals").into_iter().map(told).collect()
}

const FILLED: [&str; 3] = [
    "500118107 2018-10 APPROPRIATION 1 200000",
    "500118107 2018-11 COMMITMENT 2 109200",
    "500118107 2018-11 SETTLEMENT 1 54600",
];

async fn totals_follow_the_entries(backend: Backend) {
    let store = Store::filled(backend).await;
    assert_eq!(totals(&store).await, FILLED);
    // Commitments of a village count in the town of its accounts; a month is that of the posting, not of the grant.
    assert!(VILLAGE.starts_with(TOWN));
    for (day, fen) in [("'2018-11-30'", "1"), ("'2018-12-01'", "20"), ("'2018-12-31'", "300")] {
        let changes = [("posted_on", day), ("amount_fen", fen), ("month", "'2018-10'")];
        let posting = store.copy_of(COMMITMENT, "ledger_entry", &changes).await;
        store.db.execute_unprepared(&posting).await.expect("a posting");
    }
    let reversal = reversal_of(&store, "#74", "82", "81").await;
    store.db.execute_unprepared(&reversal).await.expect("a reversal");
    let expected = [
        "500118107 2018-10 APPROPRIATION 1 200000",
        "500118107 2018-11 COMMITMENT 3 109201",
        "500118107 2018-11 REVERSAL 1 54600",
        "500118107 2018-11 SETTLEMENT 1 54600",
        "500118107 2018-12 COMMITMENT 2 320",
    ];
    assert_eq!(totals(&store).await, expected);
}

async fn what_is_undone_is_in_no_total(backend: Backend) {
    let store = Store::filled(backend).await;
    accepted(&store, &store.copy_of(COMMITMENT, "ledger_entry", &[]).await).await;
    let beyond = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "90801")]).await;
    assert!(store.db.execute_unprepared(&beyond).await.is_err());
    if backend == Backend::Sqlite {
        // IGNORE is handed down to the statements of triggers; a posting must not be counted in by halves.
        let ignoring = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "1")]).await;
        let ignoring = ignoring.replacen("INSERT", "INSERT OR IGNORE", 1);
        store.db.execute_unprepared(&ignoring).await.expect("a posting");
        assert_eq!(totals(&store).await[1], "500118107 2018-11 COMMITMENT 3 109201");
    } else {
        assert_eq!(totals(&store).await, FILLED);
    }
}

async fn a_total_grows_by_its_entries_only(backend: Backend) {
    let store = Store::filled(backend).await;
    let grows = "ledger_total grows by its entries only";
    for change in [
        "entries = entries",
        "entries = entries + 2, amount_fen = amount_fen + 1",
        "entries = entries - 1",
        "entries = entries + 1",
        "amount_fen = amount_fen + 1",
        "entries = entries + 1, amount_fen = amount_fen - 1",
        "entries = entries + 1, amount_fen = amount_fen + 1, id = #79",
        "entries = entries + 1, amount_fen = amount_fen + 1, jurisdiction = '500118'",
        "entries = entries + 1, amount_fen = amount_fen + 1, programme = 'LINSHI'",
        "entries = entries + 1, amount_fen = amount_fen + 1, channel = 'OTHER'",
        "entries = entries + 1, amount_fen = amount_fen + 1, month = '2018-09'",
        "entries = entries + 1, amount_fen = amount_fen + 1, kind = 'REVERSAL'",
    ] {
        refused(&store, &format!("UPDATE ledger_total SET {change} WHERE month = '2018-10'"), grows).await;
    }
    removed(&store, "ledger_total", "ledger_total is append-only").await;
    replaced(&store, "ledger_total", "ledger_total is append-only").await;
}

async fn what_was_posted_before_there_were_totals_is_in_them(backend: Backend) {
    let store = Store::filled(backend).await;
    let before = ledger_total::Entity::find().order_by_asc(ledger_total::Column::Id).all(&store.db).await;
    let mut undo = vec!["DROP TABLE ledger_total", "DELETE FROM seaql_migrations WHERE version LIKE '%_ledger_total'"];
    if backend == Backend::Postgres {
        undo.push("DROP FUNCTION onedoor_ledger_total_grows");
    }
    for sql in undo {
        store.db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    assert_eq!(migration::run(&store.db).await.expect("the migration").len(), 1);
    assert_eq!(totals(&store).await, FILLED);
    let after = ledger_total::Entity::find().order_by_asc(ledger_total::Column::Id).all(&store.db).await;
    assert_eq!(after.expect("the totals"), before.expect("the totals"));
    let posting = store.copy_of(COMMITMENT, "ledger_entry", &[("amount_fen", "1")]).await;
    store.db.execute_unprepared(&posting).await.expect("a posting");
    assert_eq!(totals(&store).await[1], "500118107 2018-11 COMMITMENT 3 109201");
}
