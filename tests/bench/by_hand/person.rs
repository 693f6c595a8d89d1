//! R3 and R6: a person with household, cases and postings; and fifty persons at once.

use super::{
    AtOnce, Door, Personal, Refused,
    case::{Asked, key, person},
    distinct,
    json::{Json, Shown},
    keys,
    ledger::posting,
    statement::{Bounds, Dialect, Kept},
};
use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use platform::{
    Error,
    audit::{PersonalRows, Reads, Seen},
    part::{CellKind as K, CellRef},
    permissions as may,
    store::{Ask, Param, Query, Rows, Waves},
};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

/// The person, households and postings at once; then what hangs on the households.
struct Around {
    bounds: Bounds,
    queries: Arc<[Arc<Query>]>,
    first: Option<Vec<Ask>>,
    /// Of each membership, the place of its household among the keys.
    households: Vec<Option<usize>>,
    rows: Vec<Rows>,
}

impl Around {
    fn of(bounds: Bounds, queries: Arc<[Arc<Query>]>, id: Uuid) -> Self {
        let first = queries[..3].iter().map(|query| bounds.once(query, Some(Param::Uuid(id)))).collect();
        Self { bounds, queries, first: Some(first), households: Vec::new(), rows: Vec::new() }
    }
}

impl Waves for Around {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        if let Some(first) = self.first.take() {
            return Some((first, false));
        }
        let [found, memberships, _] = self.rows.as_slice() else { return None };
        if found.is_empty() {
            return None;
        }
        let ids;
        (ids, self.households) = distinct(memberships, 0..memberships.len(), 0);
        if ids.is_empty() {
            return None;
        }
        let ask = |query| self.bounds.for_keys(query, ids.clone());
        Some((self.queries[3..].iter().map(ask).collect(), true))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        self.rows.extend(rows);
    }
}

impl Reads for Around {
    fn types(&self) -> Vec<&'static str> {
        vec!["Person", "Household"]
    }

    fn rows(&self) -> PersonalRows {
        let all = |name, at: usize, column| {
            self.rows.get(at).into_iter().flat_map(move |rows| keys(name, rows, 0..rows.len(), column))
        };
        match self.rows.first() {
            Some(found) if !found.is_empty() => {
                all("Person", 0, 0).chain(all("Household", 1, 0)).chain(all("Person", 3, 1)).collect()
            }
            _ => PersonalRows::new(),
        }
    }
}

/// The persons found.
const PERSONS: Personal =
    (&["Person"], |rows| rows.iter().flat_map(|rows| keys("Person", rows, 0..rows.len(), 0)).collect());

fn statements(d: &Dialect<'_>) -> Vec<Query> {
    let linked_person = d.linked("Person", "p1.id");
    let named = format!("SELECT p1.id, p1.name_zh, p1.birth_on FROM person p1 WHERE p1.id = $3 AND {linked_person}");
    let memberships = format!(
        "SELECT h.id, h.address FROM household_member m JOIN household h ON h.id = m.household_id \
         WHERE m.person_id = $3 AND {} ORDER BY m.id LIMIT 5",
        d.linked("Household", "m.household_id")
    );
    let postings = format!(
        "SELECT e.kind, e.item, e.channel, e.amount_fen, e.month, e.posted_on FROM ledger_entry e \
         WHERE e.payee_id = $3 AND {} ORDER BY e.posted_on DESC, e.id DESC LIMIT 50",
        d.within("e")
    );
    // That the household is in scope was seen a wave before, in the same snapshot.
    let members = format!(
        "SELECT m.relation, p1.id, p1.name_zh FROM household_member m \
         LEFT JOIN person p1 ON p1.id = m.person_id AND {linked_person} \
         WHERE m.household_id = {} ORDER BY m.relation, m.id LIMIT 20",
        d.key()
    );
    let cases = format!(
        "SELECT a.number, a.programme, a.state FROM application a WHERE a.household_id = {} AND {} \
         ORDER BY a.received_on, a.id LIMIT 20",
        d.key(),
        d.within("a")
    );
    let (t, u) = (K::Text, K::Uuid);
    vec![
        d.once(&named, &[u, t, t]),
        d.once(&memberships, &[u, t]),
        d.once(&postings, &[t, t, t, K::BigInt, t, t]),
        d.for_keys(&members, &[t, u, t]),
        d.for_keys(&cases, &[t, t, t]),
    ]
}

/// Answers a person.
pub async fn handle(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let permissions = [may::PERSON_READ, may::HOUSEHOLD_READ, may::APPLICATION_READ, may::LEDGER_READ];
    let (bounds, shown) = (Bounds::of(&op, &permissions)?, Shown::of(&op)?);
    let (mut json, mut seen) = (Json::new(), Seen::default());
    json.raw("{\"node\":");
    match Asked::key(&body, "Person")? {
        Some(id) => {
            let queries = KEPT.of(door.store.is_sqlite(), &bounds, statements);
            let (found, read) = door.run(Around::of(bounds, queries, id)).await?;
            write(&found, shown, &mut json);
            seen = read;
        }
        None => json.raw("null"),
    }
    json.raw("}");
    door.tell(&op, "R3", seen, json).await
}

fn write(found: &Around, shown: Shown, json: &mut Json) {
    let (nobody, none) = (Rows::default(), Rows::default());
    let (named, memberships, postings, members, cases) = match found.rows.as_slice() {
        [named, memberships, postings] => (named, memberships, postings, &nobody, &none),
        [named, memberships, postings, members, cases] => (named, memberships, postings, members, cases),
        _ => return json.raw("null"),
    };
    if named.is_empty() {
        return json.raw("null");
    }
    json.name("{\"nameZh\":", named.cell(0, 1), shown.personal);
    json.guarded(",\"birthOn\":", named.cell(0, 2), shown.sensitive);
    json.raw(",\"memberships\":{\"nodes\":[");
    for row in 0..memberships.len() {
        let Some(Some(place)) = found.households.get(row) else { continue };
        json.comma(row == 0);
        json.guarded("{\"household\":{\"address\":", memberships.cell(row, 1), shown.personal);
        json.raw(",\"members\":{\"nodes\":[");
        let range = members.of_key(*place);
        for row in range.clone() {
            json.comma(row == range.start);
            json.value("{\"relation\":", members.cell(row, 0));
            member(json, members, row, shown);
        }
        json.raw("]},\"applications\":{\"nodes\":[");
        let range = cases.of_key(*place);
        for row in range.clone() {
            json.comma(row == range.start);
            json.value("{\"number\":", cases.cell(row, 0));
            json.value(",\"programme\":", cases.cell(row, 1));
            json.value(",\"state\":", cases.cell(row, 2));
            json.raw("}");
        }
        json.raw("]}}}");
    }
    json.raw("]},\"ledgerEntries\":{\"nodes\":[");
    for row in (0..postings.len()).rev() {
        posting(json, postings, row, row + 1 == postings.len());
    }
    json.raw("]}}");
}

/// The person of a membership, whose key and name follow its first column; closes the membership.
pub fn member(json: &mut Json, rows: &Rows, row: usize, shown: Shown) {
    match rows.cell(row, 1) {
        CellRef::Uuid(_) => {
            json.name(",\"person\":{\"nameZh\":", rows.cell(row, 2), shown.personal);
            json.raw("}}");
        }
        _ => json.raw(",\"person\":null}"),
    }
}

/// What other subgraphs refer to.
#[derive(Deserialize)]
struct Representation {
    id: String,
}

#[derive(Deserialize)]
struct Several {
    r: Vec<Representation>,
}

fn persons(d: &Dialect<'_>) -> Vec<Query> {
    let columns = "p1.id, p1.name_zh, p1.birth_on, p1.sex";
    let linked = d.linked("Person", "p1.id");
    vec![d.of_keys(columns, ("person p1", "p1.id"), &linked, &[K::Uuid, K::Text, K::Text, K::Text])]
}

/// Answers persons by key, in the order in which they are named.
pub async fn several(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let (bounds, shown) = (Bounds::of(&op, &[may::PERSON_READ])?, Shown::of(&op)?);
    let asked: Several = serde_json::from_slice(&body).map_err(Error::from)?;
    let named: Vec<_> = asked.r.iter().map(|named| key(&named.id, "Person")).collect();
    let queries = KEPT.of(door.store.is_sqlite(), &bounds, persons);
    let ids = named.iter().map(|id| id.unwrap_or_default()).collect();
    let (found, seen) = door.run(AtOnce::of(vec![bounds.for_keys(&queries[0], ids)], PERSONS)).await?;
    let rows = &found.rows[0];
    let mut json = Json::new();
    json.raw("{\"_entities\":[");
    for place in 0..named.len() {
        json.comma(place == 0);
        match rows.of_key(place).next() {
            Some(row) => person(&mut json, (rows, row, 0), shown),
            None => json.raw("null"),
        }
    }
    json.raw("]}");
    door.tell(&op, "R6", seen, json).await
}
