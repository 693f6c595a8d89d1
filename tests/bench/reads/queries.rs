//! The reads: who asks, what, and what changes from request to request.

use super::town::{Size, Table, key};
use platform::id;
use serde_json::{Value, json};

/// One of the reads.
pub struct Read {
    /// What it is called in the output.
    pub name: &'static str,
    /// Who asks.
    pub user: &'static str,
    /// Asked of GraphQL.
    pub query: &'static str,
    /// Where the same is answered by hand.
    pub by_hand: &'static str,
    /// The variables of a request by its number; by hand they are the whole body.
    pub variables: fn(&World, u64) -> Value,
}

/// What requests name.
#[derive(Clone)]
pub struct World {
    /// How many rows there are.
    pub size: Size,
    /// Where page 400 of the postings begins.
    pub after: String,
}

/// Which page of the postings is read late in the list.
pub const LATE_PAGE: usize = 400;

const POSTINGS: &str = "query R5($after: String) { \
    ledgerEntries(first: 100, after: $after, filter: { programme: [\"DIBAO\"] }, orderBy: [POSTED_ON_ASC]) { \
    nodes { kind item channel amount month postedOn } pageInfo { hasNextPage endCursor } } }";

/// All of them.
pub const READS: [Read; 7] = [
    Read {
        name: "R1 a case",
        user: "tl",
        query: "query R1($id: ID!) { node(id: $id) { ... on Application { number programme state receivedOn dueOn version \
            request { number applicant { nameZh birthOn sex } } \
            household { address declaredSize place { code nameZh } \
              members(first: 20) { nodes { relation counted person { nameZh birthOn sex } } } } \
            verifications(first: 10) { nodes { state openedOn dueOn reports(first: 5) { nodes { number issuedOn conclusion } } } } \
            ledgerEntries(first: 50) { nodes { kind item channel amount month postedOn } } } } }",
        by_hand: "/bench/r1",
        variables: |world, at| json!({ "id": named("Application", Table::Case, at * 7 % world.size.cases) }),
    },
    Read {
        name: "R2 open cases",
        user: "tu_social",
        query: "query R2 { worklist(first: 50, input: { programme: [\"DIBAO\"] }) { nodes { \
            number state dueOn request { applicant { nameZh birthOn } } \
            household { members(first: 10) { nodes { relation person { nameZh } } } } \
            verifications(last: 1) { nodes { state openedOn } } } pageInfo { hasNextPage endCursor } } }",
        by_hand: "/bench/r2",
        variables: |_, _| json!({}),
    },
    Read {
        // By identifier: searches by number are limited to some a minute for each assignment.
        name: "R3 a person",
        user: "tu_social",
        query: "query R3($id: ID!) { node(id: $id) { ... on Person { nameZh birthOn \
            memberships(first: 5) { nodes { household { address members(first: 20) { nodes { relation person { nameZh } } } \
              applications(first: 20) { nodes { number programme state } } } } } \
            ledgerEntries(last: 50) { nodes { kind item channel amount month postedOn } } } } }",
        by_hand: "/bench/r3",
        variables: |world, at| json!({ "id": named("Person", Table::Person, at * 7 % world.size.households) }),
    },
    Read {
        name: "R4 totals of a year",
        user: "tl",
        query: "query R4 { ledgerTotals(first: 100, orderBy: [MONTH_ASC], filter: { jurisdiction: \"500118107\", \
            kind: [SETTLEMENT], monthFrom: \"2018-01\", monthTo: \"2018-12\" }) { \
            nodes { jurisdiction programme channel month kind entries amount } } }",
        by_hand: "/bench/r4",
        variables: |_, _| json!({}),
    },
    Read {
        name: "R5 postings, page 1",
        user: "tl",
        query: POSTINGS,
        by_hand: "/bench/r5",
        variables: |_, _| json!({}),
    },
    Read {
        name: "R5 postings, page 400",
        user: "tl",
        query: POSTINGS,
        by_hand: "/bench/r5",
        variables: |world, _| json!({ "after": world.after }),
    },
    Read {
        name: "R6 fifty persons",
        user: "tu_social",
        query: "query R6($r: [_Any!]!) { _entities(representations: $r) { ... on Person { nameZh birthOn sex } } }",
        by_hand: "/bench/r6",
        variables: |world, at| {
            let person = |place| named("Person", Table::Person, (at * 7 + place * 31) % world.size.persons);
            let named: Vec<_> =
                (0..50_u64).map(|place| json!({ "__typename": "Person", "id": person(place) })).collect();
            json!({ "r": named })
        },
    },
];

fn named(name: &str, table: Table, number: u64) -> String {
    id::encode(name, &key(table, number).to_string())
}
