//! R2: the open cases of a programme by due date, then their households.

use super::{
    Door, REFUSED, Refused, distinct,
    json::{Json, Shown},
    keys,
    ledger::page_info,
    person::member,
    statement::{Bounds, Dialect, Kept},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use platform::{
    audit::{PersonalRows, Reads},
    part::{CellKind as K, CellRef},
    permissions as may,
    store::{Ask, Query, Rows, Waves},
    worklist::{IN_FLIGHT, NO_DUE_DATE},
};
use std::sync::Arc;

/// Cases of a page.
const PAGE: usize = 50;
/// States of cases that wait for a town's reviewer of this programme.
const WAITING: &str = "'VERIFIED', 'APPRAISED', 'PRELIM_ROUTED', 'PRELIM_OPINION', 'TOWN_REVIEWED'";
/// What cursors of this list begin with.
const LIST: &str = "worklist +due_on+id";

/// The cases; then the members of their households.
struct Open {
    bounds: Bounds,
    queries: Arc<[Arc<Query>]>,
    first: Option<Ask>,
    /// Of each case, the place of its household among the keys.
    households: Vec<Option<usize>>,
    rows: Vec<Rows>,
}

impl Waves for Open {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        if let Some(first) = self.first.take() {
            return Some((vec![first], false));
        }
        let [cases] = self.rows.as_slice() else { return None };
        let ids;
        (ids, self.households) = distinct(cases, 0..cases.len().min(PAGE), 8);
        if ids.is_empty() {
            return None;
        }
        Some((vec![self.bounds.for_keys(&self.queries[1], ids)], true))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        self.rows.extend(rows);
    }
}

impl Reads for Open {
    fn types(&self) -> Vec<&'static str> {
        vec!["Person"]
    }

    fn rows(&self) -> PersonalRows {
        let mut persons = PersonalRows::new();
        if let Some(cases) = self.rows.first() {
            // Of an applicant whose request is not theirs to see nothing is told.
            let shown = (0..cases.len().min(PAGE)).filter(|row| cases.cell(*row, 11) != CellRef::Null);
            persons.extend(shown.flat_map(|row| keys("Person", cases, row..row + 1, 5)));
        }
        if let Some(members) = self.rows.get(1) {
            persons.extend(keys("Person", members, 0..members.len(), 1));
        }
        persons
    }
}

fn statements(d: &Dialect<'_>) -> Vec<Query> {
    // The place by its digits and the states in flight as the index of open cases has them; that one carries the order.
    let cases = format!(
        "SELECT a.number, a.state, a.due_on, COALESCE(a.due_on, '{NO_DUE_DATE}'), a.id, p.id, p.name_zh, p.birth_on, \
         h.id, v.state, v.opened_on, r.id FROM application a \
         LEFT JOIN request r ON r.id = a.request_id AND {} \
         LEFT JOIN person p ON p.id = r.applicant_id AND {} \
         LEFT JOIN household h ON h.id = a.household_id AND {} \
         LEFT JOIN verification v ON v.id = (SELECT w.id FROM verification w WHERE w.application_id = a.id AND {} \
           ORDER BY w.id DESC LIMIT 1) \
         WHERE a.state IN ({IN_FLIGHT}) AND a.state IN ({WAITING}) AND a.programme = 'DIBAO' \
         AND {} \
         ORDER BY COALESCE(a.due_on, '{NO_DUE_DATE}'), a.id LIMIT {}",
        d.linked("Request", "r.id"),
        d.linked("Person", "p.id"),
        d.linked("Household", "h.id"),
        d.within("w"),
        d.of_town("a"),
        PAGE + 1
    );
    let members = format!(
        "SELECT m.relation, p1.id, p1.name_zh FROM household_member m \
         LEFT JOIN person p1 ON p1.id = m.person_id AND {} WHERE m.household_id = {} ORDER BY m.relation, m.id LIMIT 10",
        d.linked("Person", "p1.id"),
        d.key()
    );
    let (t, u) = (K::Text, K::Uuid);
    vec![d.once(&cases, &[t, t, t, t, u, u, t, t, u, t, t, u]), d.for_keys(&members, &[t, u, t])]
}

/// Answers the first page.
pub async fn handle(State(door): State<Arc<Door>>, headers: HeaderMap) -> Result<Response, Refused> {
    static KEPT: Kept = Kept::new();
    let op = door.enter(&headers).await?;
    let permissions = [
        may::WORKLIST_READ,
        may::APPLICATION_READ,
        may::REQUEST_READ,
        may::PERSON_READ,
        may::HOUSEHOLD_READ,
        may::VERIFICATION_READ,
    ];
    let (bounds, shown) = (Bounds::of(&op, &permissions)?, Shown::of(&op)?);
    if !bounds.are_a_town() {
        return Err(REFUSED);
    }
    let queries = KEPT.of(door.store.is_sqlite(), &bounds, statements);
    let first = Some(bounds.once(&queries[0], None));
    let open = Open { bounds, queries, first, households: Vec::new(), rows: Vec::new() };
    let (found, seen) = door.run(open).await?;
    let mut json = Json::new();
    write(&found, shown, &mut json);
    door.tell(&op, "R2", seen, json).await
}

fn write(found: &Open, shown: Shown, json: &mut Json) {
    let none = Rows::default();
    let Some(cases) = found.rows.first() else { return json.raw("null") };
    let members = found.rows.get(1).unwrap_or(&none);
    json.raw("{\"worklist\":{\"nodes\":[");
    let count = cases.len().min(PAGE);
    for row in 0..count {
        let cell = |column| cases.cell(row, column);
        json.comma(row == 0);
        json.value("{\"number\":", cell(0));
        json.value(",\"state\":", cell(1));
        json.value(",\"dueOn\":", cell(2));
        request(json, cases, row, shown);
        match found.households.get(row) {
            Some(Some(place)) => {
                json.raw(",\"household\":{\"members\":{\"nodes\":[");
                let range = members.of_key(*place);
                for row in range.clone() {
                    json.comma(row == range.start);
                    json.value("{\"relation\":", members.cell(row, 0));
                    member(json, members, row, shown);
                }
                json.raw("]}}");
            }
            _ => json.raw(",\"household\":null"),
        }
        json.raw(",\"verifications\":{\"nodes\":[");
        if cell(9) != CellRef::Null {
            json.value("{\"state\":", cell(9));
            json.value(",\"openedOn\":", cell(10));
            json.raw("}");
        }
        json.raw("]}}");
    }
    let last = count.checked_sub(1).map(|last| (cases.cell(last, 3), cases.cell(last, 4)));
    page_info(json, cases.len() > PAGE, last, LIST);
    json.raw("}}");
}

fn request(json: &mut Json, cases: &Rows, row: usize, shown: Shown) {
    if cases.cell(row, 11) == CellRef::Null {
        return json.raw(",\"request\":null");
    }
    json.raw(",\"request\":{\"applicant\":");
    match cases.cell(row, 5) {
        CellRef::Uuid(_) => {
            json.name("{\"nameZh\":", cases.cell(row, 6), shown.personal);
            json.guarded(",\"birthOn\":", cases.cell(row, 7), shown.sensitive);
            json.raw("}}");
        }
        _ => json.raw("null}"),
    }
}
