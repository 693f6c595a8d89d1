//! R4 and R5: totals of a year, and a page of postings.

use super::{
    AtOnce, Door, NOBODY, REFUSED, Refused,
    json::{Json, Shown},
    statement::{Bounds, Dialect, Kept},
};
use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::{
    Error,
    part::{CellKind as K, CellRef},
    permissions as may,
    store::{Param, Query, Rows},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Postings of a page.
const PAGE: usize = 100;
/// What cursors of postings by day begin with.
const POSTINGS: &str = "ledgerEntries +posted_on+id";

#[derive(Deserialize)]
struct Page {
    after: Option<String>,
}

fn totals_statement(d: &Dialect<'_>) -> Vec<Query> {
    let sql = format!(
        "SELECT t.jurisdiction, t.programme, t.channel, t.month, t.kind, t.entries, t.amount_fen FROM ledger_total t \
         WHERE {} AND t.jurisdiction >= '500118107' AND t.jurisdiction < '500118107:' AND t.kind = 'SETTLEMENT' \
         AND t.month BETWEEN '2018-01' AND '2018-12' ORDER BY t.month, t.id LIMIT 100",
        d.within("t")
    );
    vec![d.once(&sql, &[K::Text, K::Text, K::Text, K::Text, K::Text, K::BigInt, K::BigInt])]
}

/// Answers the settlements of 2018 by month.
pub async fn totals(State(door): State<Arc<Door>>, headers: HeaderMap) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let bounds = Bounds::of(&op, &[may::LEDGER_READ])?;
    Shown::of(&op)?;
    let queries = KEPT.of(door.store.is_sqlite(), &bounds, totals_statement);
    let (found, seen) = door.run(AtOnce::of(vec![bounds.once(&queries[0], None)], NOBODY)).await?;
    let rows = &found.rows[0];
    let mut json = Json::new();
    json.raw("{\"ledgerTotals\":{\"nodes\":[");
    for row in 0..rows.len() {
        json.comma(row == 0);
        json.value("{\"jurisdiction\":", rows.cell(row, 0));
        json.value(",\"programme\":", rows.cell(row, 1));
        json.value(",\"channel\":", rows.cell(row, 2));
        json.value(",\"month\":", rows.cell(row, 3));
        json.value(",\"kind\":", rows.cell(row, 4));
        json.value(",\"entries\":", rows.cell(row, 5));
        json.amount(",\"amount\":", rows.cell(row, 6));
        json.raw("}");
    }
    json.raw("]}}");
    door.tell(&op, "R4", seen, json).await
}

/// The first page, and one after a place; the order of postings by day is that of an index.
fn postings_statements(d: &Dialect<'_>) -> Vec<Query> {
    let page = |after: &str| {
        let sql = format!(
            "SELECT e.kind, e.item, e.channel, e.amount_fen, e.month, e.posted_on, e.id FROM ledger_entry e \
             WHERE {} AND e.programme = 'DIBAO'{after} ORDER BY e.posted_on, e.id LIMIT {}",
            d.of_town("e"),
            PAGE + 1
        );
        d.once(&sql, &[K::Text, K::Text, K::Text, K::BigInt, K::Text, K::Text, K::Uuid])
    };
    vec![page(""), page(" AND (e.posted_on, e.id) > ($2, $3)")]
}

/// Answers a page of postings of a programme by day.
pub async fn postings(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let bounds = Bounds::of(&op, &[may::LEDGER_READ])?;
    Shown::of(&op)?;
    if !bounds.are_a_town() {
        return Err(REFUSED);
    }
    let page: Page = serde_json::from_slice(&body).map_err(Error::from)?;
    let queries = KEPT.of(door.store.is_sqlite(), &bounds, postings_statements);
    let ask = match page.after {
        None => bounds.in_town(&queries[0], Vec::new()),
        Some(cursor) => {
            let (day, id) = read_cursor(&cursor, POSTINGS).ok_or(REFUSED)?;
            bounds.in_town(&queries[1], vec![Param::Text(day.into()), Param::Uuid(id)])
        }
    };
    let (found, seen) = door.run(AtOnce::of(vec![ask], NOBODY)).await?;
    let rows = &found.rows[0];
    let mut json = Json::new();
    json.raw("{\"ledgerEntries\":{\"nodes\":[");
    let shown = rows.len().min(PAGE);
    for row in 0..shown {
        posting(&mut json, rows, row, row == 0);
    }
    let last = shown.checked_sub(1).map(|last| (rows.cell(last, 5), rows.cell(last, 6)));
    page_info(&mut json, rows.len() > PAGE, last, POSTINGS);
    json.raw("}}");
    door.tell(&op, "R5", seen, json).await
}

/// A posting whose columns are the first of a row.
pub fn posting(json: &mut Json, rows: &Rows, row: usize, first: bool) {
    let cell = |column| rows.cell(row, column);
    json.comma(first);
    json.value("{\"kind\":", cell(0));
    json.value(",\"item\":", cell(1));
    json.value(",\"channel\":", cell(2));
    json.amount(",\"amount\":", cell(3));
    json.value(",\"month\":", cell(4));
    json.value(",\"postedOn\":", cell(5));
    json.raw("}");
}

/// Ends the nodes of a list, and says where it goes on: after a day and a key.
pub fn page_info(json: &mut Json, more: bool, last: Option<(CellRef<'_>, CellRef<'_>)>, list: &str) {
    json.value("],\"pageInfo\":{\"hasNextPage\":", CellRef::Bool(more));
    let cursor = match last {
        Some((CellRef::Text(day), CellRef::Uuid(id))) => URL_SAFE_NO_PAD.encode(json!([list, day, id]).to_string()),
        _ => return json.raw(",\"endCursor\":null}"),
    };
    json.value(",\"endCursor\":", CellRef::Text(&cursor));
    json.raw("}");
}

fn read_cursor(cursor: &str, list: &str) -> Option<(String, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (told, day, id): (String, String, Uuid) = serde_json::from_slice(&bytes).ok()?;
    (told == list).then_some((day, id))
}
