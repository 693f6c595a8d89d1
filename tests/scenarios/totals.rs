//! Monthly totals of the ledger: what a reader of entries would sum up, to the fen, and for nobody else.

use super::{
    at_01::{commitments, settle},
    steps::{QISHAN, up_to_district},
};
use entity::{enums::EntryKind, ledger_entry};
use platform::verify::{Finding, Kind, verify};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::support::{Backend, Client, Server, on_both};
use uuid::Uuid;

on_both!(
    totals_are_what_entries_sum_to_to_the_fen,
    who_may_not_read_entries_reads_no_total,
    every_total_that_differs_from_its_entries_is_named_with_its_month,
);

/// A store in which AT-01 went from window to ledger, and one payment of it was taken back in December.
async fn played(backend: Backend) -> Server {
    let server = Server::start(backend).await;
    let case = up_to_district(&server).await;
    case.approve().await;
    let entries = commitments(&server, &case).await;
    settle(&server, &entries).await;
    take_back(&server).await;
    server
}

/// Reverses the payment of the base amount; no mutation does this yet.
async fn take_back(server: &Server) {
    use ledger_entry::Column as E;
    let db = &server.running.platform.db.writer;
    let paid = ledger_entry::Entity::find().filter(E::Kind.eq(EntryKind::Settlement)).filter(E::Item.eq("BASE"));
    let paid = paid.one(db).await.expect("entries").expect("the payment");
    let reversal = ledger_entry::Model {
        id: Uuid::now_v7(),
        kind: EntryKind::Reversal,
        debit_account_id: paid.credit_account_id,
        credit_account_id: paid.debit_account_id,
        posted_on: "2018-12-03".parse().expect("a day"),
        settles_entry_id: None,
        reverses_entry_id: Some(paid.id),
        batch_id: None,
        ..paid
    };
    reversal.into_active_model().insert(db).await.expect("a reversal");
}

/// Every row of a list, page by page.
async fn all(client: &Client, list: &str, fields: &str) -> Vec<Value> {
    let query = format!(
        "query($after: String) {{ {list}(first: 100, after: $after) \
         {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = client.ok(&query, json!({ "after": after })).await[list].clone();
        nodes.extend(page["nodes"].as_array().expect("nodes").clone());
        if page["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn text(node: &Value, field: &str) -> String {
    node[field].as_str().unwrap_or_else(|| panic!("no {field}: {node}")).to_owned()
}

fn fen(node: &Value) -> i64 {
    text(node, "amount").replace('.', "").parse().expect("money")
}

/// Programme, channel, month and kind; how many entries, and their sum in fen.
type Sums = BTreeMap<[String; 4], (i64, i64)>;

async fn summed(client: &Client) -> Sums {
    let mut sums = Sums::new();
    for entry in all(client, "ledgerEntries", "programme channel postedOn kind amount").await {
        let [programme, channel, day, kind] =
            ["programme", "channel", "postedOn", "kind"].map(|name| text(&entry, name));
        let sum = sums.entry([programme, channel, day[..7].to_owned(), kind]).or_default();
        *sum = (sum.0 + 1, sum.1 + fen(&entry));
    }
    sums
}

async fn told(client: &Client) -> Sums {
    let totals = all(client, "ledgerTotals", "jurisdiction programme channel month kind entries amount").await;
    let told = totals.iter().map(|total| {
        assert_eq!(total["jurisdiction"], "500118107", "a total is the town's: {total}");
        let key = ["programme", "channel", "month", "kind"].map(|name| text(total, name));
        (key, (total["entries"].as_i64().expect("a count"), fen(total)))
    });
    let told: Sums = told.collect();
    assert_eq!(told.len(), totals.len(), "one total of a kind");
    told
}

async fn totals_are_what_entries_sum_to_to_the_fen(backend: Backend) {
    let server = played(backend).await;
    for login in ["fin", "tl", "tu_social", "da_civil", "aud"] {
        let client = server.client(login).await;
        let told = told(&client).await;
        assert_eq!(told, summed(&client).await, "{login}");
        let of = |month: &str, kind: &str| told.get(&["DIBAO", "FC-DIBAO", month, kind].map(str::to_owned)).copied();
        assert_eq!(of("2018-11", "COMMITMENT"), Some((4, 63_000)), "{login}: {told:?}");
        assert_eq!(of("2018-11", "SETTLEMENT"), Some((4, 63_000)), "{login}");
        assert_eq!(of("2018-12", "REVERSAL"), Some((1, 43_000)), "{login}");
    }
    let query = "query($filter: LedgerTotalFilter) { ledgerTotals(filter: $filter, orderBy: [MONTH_DESC]) { nodes { month kind amount } } }";
    let finance = server.client("fin").await;
    for (filter, expected) in [
        (json!({ "monthFrom": "2018-12" }), json!([{ "month": "2018-12", "kind": "REVERSAL", "amount": "430.00" }])),
        (
            json!({ "programme": ["DIBAO"], "channel": ["FC-DIBAO"], "kind": ["SETTLEMENT", "REVERSAL"], "jurisdiction": "500118107" }),
            json!([
                { "month": "2018-12", "kind": "REVERSAL", "amount": "430.00" },
                { "month": "2018-11", "kind": "SETTLEMENT", "amount": "630.00" },
            ]),
        ),
        (json!({ "monthTo": "2018-11", "kind": ["REVERSAL"] }), json!([])),
        (json!({ "jurisdiction": QISHAN }), json!([])),
    ] {
        let answer = finance.ok(query, json!({ "filter": filter })).await;
        assert_eq!(answer["ledgerTotals"]["nodes"], expected, "{filter}");
    }
}

async fn who_may_not_read_entries_reads_no_total(backend: Backend) {
    let server = played(backend).await;
    let query = "{ ledgerTotals(first: 100) { nodes { id amount } } }";
    for login in ["vw", "tw", "tv"] {
        let answer = server.client(login).await.gql(query, json!({})).await;
        assert!(answer.body["data"].is_null(), "{login}: {}", answer.body);
        assert!(answer.body["errors"].to_string().contains("ledgerTotals"), "{login}: {}", answer.body);
    }
    // The same role in the next town, and a unit of this town that handles other programmes.
    server.grant("vw", "TL", "TL_LEADERS", "TOWN", "500118104").await;
    let neighbour = server.client_as("vw", "TL").await;
    assert_eq!(neighbour.ok(query, json!({})).await["ledgerTotals"]["nodes"], json!([]));
    let land = told(&server.client("tu_land").await).await;
    assert!(!land.is_empty() && land.keys().all(|[programme, ..]| programme != "DIBAO"), "{land:?}");

    let known = server.client("fin").await.ok(query, json!({})).await["ledgerTotals"]["nodes"][0]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for client in [&neighbour, &server.client("vw_001").await] {
        assert_eq!(client.gql(node, json!({ "id": known })).await.body["data"]["node"], Value::Null);
    }
}

/// Takes the guards of the totals away and changes them.
async fn tamper(server: &Server, sql: &str) {
    let db = &server.running.platform.db.writer;
    let free = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "DROP TRIGGER IF EXISTS tr_ledger_total_grows; DROP TRIGGER IF EXISTS tr_ledger_total_no_delete"
        }
        _ => "ALTER TABLE ledger_total DISABLE TRIGGER USER",
    };
    for statement in [free, sql] {
        db.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// What is found about totals: the row but for its key, and what is said of it.
async fn findings(server: &Server) -> BTreeSet<(String, String)> {
    let found = verify(&server.running.platform, &[]).await.expect("a walk").findings;
    let told = |finding: Finding| {
        assert_eq!(finding.kind, Kind::Ledger, "{finding:?}");
        (finding.row.split(" (").next().unwrap_or_default().to_owned(), finding.what)
    };
    found.into_iter().filter(|finding| finding.table == "ledger_total").map(told).collect()
}

async fn every_total_that_differs_from_its_entries_is_named_with_its_month(backend: Backend) {
    let server = played(backend).await;
    let mut expected = BTreeSet::new();
    assert_eq!(findings(&server).await, expected);
    let named =
        |month: &str, kind: &str, what: &str| (format!("500118107 DIBAO FC-DIBAO {month} {kind}"), what.to_owned());
    let extra = named("2019-01", "REVERSAL", "it has no entries");
    let missing = named("2018-12", "REVERSAL", "it is missing, its entries (1) sum to 43000 fen");
    for (set, kind, found) in [
        (
            "amount_fen = amount_fen - 1",
            "COMMITMENT",
            vec![named("2018-11", "COMMITMENT", "its amount is 629.99, its entries sum to 63000 fen")],
        ),
        ("entries = 5", "SETTLEMENT", vec![named("2018-11", "SETTLEMENT", "it counts 5 entries, there are 4")]),
        ("month = '2019-01'", "REVERSAL", vec![extra.clone(), missing]),
    ] {
        tamper(&server, &format!("UPDATE ledger_total SET {set} WHERE programme = 'DIBAO' AND kind = '{kind}'")).await;
        expected.extend(found);
        assert_eq!(findings(&server).await, expected, "{set}");
    }
    tamper(&server, "DELETE FROM ledger_total WHERE month = '2019-01'").await;
    expected.remove(&extra);
    assert_eq!(findings(&server).await, expected);
}
