//! R1: a case with all that hangs on it, by four statements that need nothing of each other.

use super::{
    AtOnce, Door, Personal, Refused,
    json::{Json, Shown},
    keys,
    ledger::posting,
    statement::{Bounds, Dialect, Kept},
};
use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use platform::{
    Error,
    audit::{PersonalRows, Seen},
    part::{CellKind as K, CellRef},
    permissions as may,
    store::{Param, Query, Rows},
};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    id: String,
}

impl Asked {
    /// The key of a row of a type, from the body of a request; `None` where it names none.
    pub fn key(body: &[u8], name: &str) -> Result<Option<Uuid>, Error> {
        let asked: Self = serde_json::from_slice(body)?;
        Ok(key(&asked.id, name))
    }
}

/// The key in an identifier of this type.
pub fn key(id: &str, name: &str) -> Option<Uuid> {
    platform::id::decode(id).filter(|(told, _)| told == name)?.1.parse().ok()
}

fn statements(d: &Dialect<'_>) -> Vec<Query> {
    let (a, v, e) = (d.within("a"), d.within("v"), d.within("e"));
    let person = |id| d.linked("Person", id);
    let household = |id| d.linked("Household", id);
    let case = format!(
        "SELECT a.number, a.programme, a.state, a.received_on, a.due_on, a.version, r.id, r.number, \
         p.id, p.name_zh, p.birth_on, p.sex, h.id, h.address, h.declared_size, j.code, j.name_zh \
         FROM application a LEFT JOIN request r ON r.id = a.request_id AND {} \
         LEFT JOIN person p ON p.id = r.applicant_id AND {} \
         LEFT JOIN household h ON h.id = a.household_id AND {} \
         LEFT JOIN jurisdiction j ON j.code = h.jurisdiction WHERE a.id = $3 AND {a}",
        d.linked("Request", "r.id"),
        person("p.id"),
        household("h.id"),
    );
    let members = format!(
        "SELECT m.relation, m.counted, p.id, p.name_zh, p.birth_on, p.sex FROM application a \
         JOIN household_member m ON m.household_id = a.household_id LEFT JOIN person p ON p.id = m.person_id AND {} \
         WHERE a.id = $3 AND {a} AND {} ORDER BY m.relation, m.id LIMIT 20",
        person("p.id"),
        household("a.household_id"),
    );
    // A verification has one report at most.
    let verifications = format!(
        "SELECT v.state, v.opened_on, v.due_on, r.number, r.issued_on, r.conclusion FROM verification v \
         LEFT JOIN verification_report r ON r.verification_id = v.id AND {} \
         WHERE v.application_id = $3 AND {v} ORDER BY v.id LIMIT 10",
        d.linked("VerificationReport", "r.id"),
    );
    let postings = format!(
        "SELECT e.kind, e.item, e.channel, e.amount_fen, e.month, e.posted_on FROM ledger_entry e \
         WHERE e.application_id = $3 AND {e} ORDER BY e.posted_on, e.id LIMIT 50"
    );
    let (t, u) = (K::Text, K::Uuid);
    vec![
        d.once(&case, &[t, t, t, t, t, K::BigInt, u, t, u, t, t, t, u, t, K::Int, t, t]),
        d.once(&members, &[t, K::Bool, u, t, t, t]),
        d.once(&verifications, &[t, t, t, t, t, t]),
        d.once(&postings, &[t, t, t, K::BigInt, t, t]),
    ]
}

/// Answers a case.
pub async fn handle(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let permissions = [
        may::APPLICATION_READ,
        may::REQUEST_READ,
        may::PERSON_READ,
        may::HOUSEHOLD_READ,
        may::VERIFICATION_READ,
        may::REPORT_READ,
        may::LEDGER_READ,
    ];
    let (bounds, shown) = (Bounds::of(&op, &permissions)?, Shown::of(&op)?);
    let (mut json, mut seen) = (Json::new(), Seen::default());
    json.raw("{\"node\":");
    match Asked::key(&body, "Application")? {
        Some(id) => {
            let queries = KEPT.of(door.store.is_sqlite(), &bounds, statements);
            let asks = queries.iter().map(|query| bounds.once(query, Some(Param::Uuid(id)))).collect();
            let (found, read) = door.run(AtOnce::of(asks, PERSONAL)).await?;
            write(&found.rows, shown, &mut json);
            seen = read;
        }
        None => json.raw("null"),
    }
    json.raw("}");
    door.tell(&op, "R1", seen, json).await
}

/// The applicant, the household and its members.
const PERSONAL: Personal = (&["Person", "Household"], |rows| {
    let [case, members, ..] = rows else { return PersonalRows::new() };
    let of_case = keys("Person", case, 0..case.len(), 8).chain(keys("Household", case, 0..case.len(), 12));
    of_case.chain(keys("Person", members, 0..members.len(), 2)).collect()
});

fn write(rows: &[Rows], shown: Shown, json: &mut Json) {
    let [case, members, verifications, postings] = rows else { return json.raw("null") };
    if case.is_empty() {
        return json.raw("null");
    }
    let cell = |column| case.cell(0, column);
    json.value("{\"number\":", cell(0));
    json.value(",\"programme\":", cell(1));
    json.value(",\"state\":", cell(2));
    json.value(",\"receivedOn\":", cell(3));
    json.value(",\"dueOn\":", cell(4));
    json.value(",\"version\":", cell(5));
    if cell(6) == CellRef::Null {
        json.raw(",\"request\":null");
    } else {
        json.value(",\"request\":{\"number\":", cell(7));
        json.raw(",\"applicant\":");
        person(json, (case, 0, 8), shown);
        json.raw("}");
    }
    household(json, case, members, shown);
    json.raw(",\"verifications\":{\"nodes\":[");
    for row in 0..verifications.len() {
        verification(json, verifications, row);
    }
    json.raw("]},\"ledgerEntries\":{\"nodes\":[");
    for row in 0..postings.len() {
        posting(json, postings, row, row == 0);
    }
    json.raw("]}}");
}

fn household(json: &mut Json, case: &Rows, members: &Rows, shown: Shown) {
    let cell = |column| case.cell(0, column);
    if cell(12) == CellRef::Null {
        return json.raw(",\"household\":null");
    }
    json.guarded(",\"household\":{\"address\":", cell(13), shown.personal);
    json.value(",\"declaredSize\":", cell(14));
    json.value(",\"place\":{\"code\":", cell(15));
    json.value(",\"nameZh\":", cell(16));
    json.raw("},\"members\":{\"nodes\":[");
    for row in 0..members.len() {
        json.comma(row == 0);
        json.value("{\"relation\":", members.cell(row, 0));
        json.value(",\"counted\":", members.cell(row, 1));
        json.raw(",\"person\":");
        person(json, (members, row, 2), shown);
        json.raw("}");
    }
    json.raw("]}}");
}

fn verification(json: &mut Json, rows: &Rows, row: usize) {
    let cell = |column| rows.cell(row, column);
    json.comma(row == 0);
    json.value("{\"state\":", cell(0));
    json.value(",\"openedOn\":", cell(1));
    json.value(",\"dueOn\":", cell(2));
    json.raw(",\"reports\":{\"nodes\":[");
    if cell(3) != CellRef::Null {
        json.value("{\"number\":", cell(3));
        json.value(",\"issuedOn\":", cell(4));
        json.value(",\"conclusion\":", cell(5));
        json.raw("}");
    }
    json.raw("]}}");
}

/// A person whose columns begin somewhere in a row: key, name, birth date, sex.
pub fn person(json: &mut Json, (rows, row, at): (&Rows, usize, usize), shown: Shown) {
    if !matches!(rows.cell(row, at), CellRef::Uuid(_)) {
        return json.raw("null");
    }
    json.name("{\"nameZh\":", rows.cell(row, at + 1), shown.personal);
    json.guarded(",\"birthOn\":", rows.cell(row, at + 2), shown.sensitive);
    json.guarded(",\"sex\":", rows.cell(row, at + 3), shown.personal);
    json.raw("}");
}
