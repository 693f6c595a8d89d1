//! Reads of a town: what a query costs, at 1, 16 and 64 connections, on both databases.

mod drive;
mod town;

use super::program::Demo;
use anyhow::{Context, Result};
use api::cli::demo::{self, DemoOptions};
use drive::{Ask, Measured, drive};
use platform::id;
use serde_json::json;
use std::{path::Path, sync::Arc, time::Duration};
use tests::support::{Backend, Client, fresh_database};
use town::{Size, Table, key};

/// Who reads; the program tells their tokens in this order.
pub const USERS: [&str; 2] = ["tl", "tu_social"];
const LASTING: Duration = Duration::from_secs(2);
const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// One of the queries: who asks, what, and what changes from request to request.
struct Read {
    name: &'static str,
    user: &'static str,
    query: &'static str,
    variables: fn(Size, u64) -> serde_json::Value,
}

const READS: [Read; 4] = [
    Read {
        name: "R1 a case",
        user: "tl",
        query: "query R1($id: ID!) { node(id: $id) { ... on Application { number programme state receivedOn dueOn version \
            request { number applicant { nameZh birthOn sex } } \
            household { address declaredSize place { code nameZh } \
              members(first: 20) { nodes { relation counted person { nameZh birthOn sex } } } } \
            verifications(first: 10) { nodes { state openedOn dueOn reports(first: 5) { nodes { number issuedOn conclusion } } } } \
            ledgerEntries(first: 50) { nodes { kind item channel amount month postedOn } } } } }",
        variables: |size, at| json!({ "id": id::encode("Application", &key(Table::Case, at * 7 % size.cases).to_string()) }),
    },
    Read {
        name: "R2 open cases",
        user: "tu_social",
        query: "query R2 { worklist(first: 50, input: { programme: [\"DIBAO\"] }) { nodes { \
            number state dueOn request { applicant { nameZh birthOn } } \
            household { members(first: 10) { nodes { relation person { nameZh } } } } \
            verifications(last: 1) { nodes { state openedOn } } } pageInfo { hasNextPage endCursor } } }",
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
        variables: |size, at| json!({ "id": id::encode("Person", &key(Table::Person, at * 7 % size.households).to_string()) }),
    },
    Read {
        name: "R5 postings, page 1",
        user: "tl",
        query: "query R5 { ledgerEntries(first: 100, filter: { programme: [\"DIBAO\"] }, orderBy: [POSTED_ON_ASC]) { \
            nodes { kind item channel amount month postedOn } pageInfo { hasNextPage endCursor } } }",
        variables: |_, _| json!({}),
    },
];

struct Asked {
    url: String,
    token: String,
    read: &'static Read,
    size: Size,
}

impl Ask for Asked {
    fn url(&self) -> &str {
        &self.url
    }

    fn token(&self) -> &str {
        &self.token
    }

    fn body(&self, number: u64) -> String {
        json!({ "query": self.read.query, "variables": (self.read.variables)(self.size, number) }).to_string()
    }
}

/// Measures and prints, line by line; on one database only when it is named.
pub async fn measure(only: Option<&str>) -> Result<()> {
    println!(
        "{:<10}{:<22}{:>6}{:>10}{:>9}{:>9}{:>9}",
        "database", "read", "conn", "req/s", "p50 ms", "p99 ms", "CPU ms"
    );
    let named = |backend: &Backend| only.is_none_or(|only| format!("{backend:?}").eq_ignore_ascii_case(only));
    for backend in [Backend::Sqlite, Backend::Postgres].into_iter().filter(named) {
        let size = Size::TOWN;
        let folder = tempfile::tempdir()?;
        let database = fresh_database(backend).await;
        load(folder.path(), database.as_str(), size).await?;
        let (served, tokens) = Demo::start_over(folder.path(), database.as_str())?;
        for read in &READS {
            let user = USERS.iter().position(|user| *user == read.user).context("nobody's read")?;
            let token = tokens.get(user).context("no token")?.clone();
            check(served.base(), &token, read, size).await?;
            for connections in CONNECTIONS {
                let url = format!("{}/graphql", served.base());
                let asked = Asked { url, token: token.clone(), read, size };
                let cpu = served.cpu_seconds()?;
                let measured = drive(Arc::new(asked), connections, LASTING).await?;
                print(backend, read.name, connections, measured, served.cpu_seconds()? - cpu);
            }
        }
        served.stop()?;
    }
    Ok(())
}

fn print(backend: Backend, name: &str, connections: usize, measured: Measured, cpu: f64) {
    let Measured { rate, p50_ms, p99_ms, answered } = measured;
    let backend = format!("{backend:?}").to_lowercase();
    println!(
        "{backend:<10}{name:<22}{connections:>6}{rate:>10.0}{p50_ms:>9.2}{p99_ms:>9.2}{:>9.2}",
        cpu * 1e3 / answered as f64
    );
}

/// Makes a demo store without sample cases and puts the town into it.
async fn load(folder: &Path, database: &str, size: Size) -> Result<()> {
    let mut options = DemoOptions::new(folder.to_owned())?;
    (options.database, options.roll) = (Some(database.to_owned()), false);
    let running = demo::start(options).await?;
    running.platform.db.wait_for_disk(false).await?;
    town::fill(&running.platform, size).await.context("the town")?;
    if database.starts_with("postgres") {
        sea_orm::ConnectionTrait::execute_unprepared(&running.platform.db.writer, "VACUUM ANALYZE").await?;
    }
    // SQLite keeps no statistics in service either: with them it would plan a statement anew for every value bound.
    running.stop().await
}

/// A read that finds nothing would measure nothing.
async fn check(base: &str, token: &str, read: &Read, size: Size) -> Result<()> {
    let answer = Client::new(base, Some(token.to_owned())).gql(read.query, (read.variables)(size, 1)).await;
    let text = answer.body.to_string();
    anyhow::ensure!(answer.body["errors"].is_null() && text.len() > 600, "{}: {text}", read.name);
    Ok(())
}
