//! A thousand subscribers: every delivery arrives; what a socket holds, what a delivery costs.

use super::{program::Demo, report::Figure};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::support::{Client, Got, Socket};
use tokio::task::JoinSet;

/// Who watches: everyone whose scope holds the case that changes.
const WATCHERS: [&str; 11] =
    ["tw", "tv", "tv2", "tu_social", "tr_social", "tl", "du_civil", "da_civil", "dp", "fin", "jc"];
const SUBSCRIBERS: usize = 1_000;
const EVENTS: usize = 60;
const WATCH: &str = "subscription Watch($id: ID!) { applicationChanged(input: { applicationId: $id }) { \
    seq at application { id number state programme jurisdiction dueOn overdue version } } }";

/// Measures on a demo that lets so many connect under one assignment.
pub async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let (demo, _) = Demo::start_for_subscribers(folder.path())?;
    let clerk = Client::new(demo.base(), Some(demo.token("tw")?));
    let case = watched_case(&clerk).await?;
    let mut tokens = Vec::new();
    for user in WATCHERS {
        tokens.push(demo.token(user)?);
    }
    // Schemas, connections and caches are there before memory is measured.
    for token in &tokens {
        Client::new(demo.base(), Some(token.clone())).ok("{ __typename }", json!({})).await;
    }
    let before_kb = demo.resident_kb()?;
    let mut sockets = Vec::with_capacity(SUBSCRIBERS);
    for at in 0..SUBSCRIBERS {
        let mut socket = Socket::of(demo.base(), &tokens[at % tokens.len()]).await;
        socket.watch("case", WATCH, json!({ "id": case })).await;
        sockets.push(socket);
    }
    let socket_kb = (demo.resident_kb()? - before_kb) / SUBSCRIBERS as f64;

    let mut readers = JoinSet::new();
    let (cpu, start) = (demo.cpu_seconds()?, Instant::now());
    for mut socket in sockets {
        readers.spawn(async move { received(&mut socket).await });
    }
    change(&clerk, &case).await?;
    let mut arrived = 0;
    while let Some(count) = readers.join_next().await {
        arrived += count??;
    }
    let seconds = start.elapsed().as_secs_f64();
    let cpu = demo.cpu_seconds()? - cpu;
    let peak_kb = (demo.resident_kb()? - before_kb) / SUBSCRIBERS as f64;
    demo.stop()?;
    ensure!(arrived == SUBSCRIBERS * EVENTS, "{arrived} deliveries arrived of {}", SUBSCRIBERS * EVENTS);
    let deliveries = arrived as f64;
    Ok(vec![
        Figure::new("deliveries that arrived", "", deliveries, None),
        Figure::new("memory of a socket, idle", "kB", socket_kb, Some(60.0)),
        Figure::new("memory of a socket, after events", "kB", peak_kb, Some(60.0)),
        Figure::new("from first change to last delivery", "s", seconds, None),
        // 35,000 a second on two cores.
        Figure::new("CPU of a delivery, changes included", "µs", cpu * 1e6 / deliveries, Some(2e6 / 35_000.0)),
        Figure::new("deliveries a second, as it was", "", deliveries / seconds, None),
        Figure::new("deliveries in 2 s of CPU", "", 2.0 * deliveries / cpu, None),
    ])
}

/// A case of dibao that is being worked on.
async fn watched_case(clerk: &Client) -> Result<String> {
    let query = "{ applications(first: 50, filter: { programme: [\"DIBAO\"] }) { nodes { id state } } }";
    let data = clerk.ok(query, json!({})).await;
    let nodes = data["applications"]["nodes"].as_array().context("no list")?;
    let open =
        nodes.iter().find(|node| matches!(node["state"].as_str(), Some("ACCEPTED" | "VERIFYING" | "TOWN_PENDING")));
    Ok(open.and_then(|node| node["id"].as_str()).with_context(|| format!("no open case in {data}"))?.to_owned())
}

/// Changes the case as often as is to be told.
async fn change(clerk: &Client, case: &str) -> Result<()> {
    let read = "query($id: ID!) { node(id: $id) { ... on Application { version } } }";
    let change =
        "mutation($input: DibaoDetailsRecordInput!) { dibaoDetailsRecord(input: $input) { userErrors { code } } }";
    let version = clerk.ok(read, json!({ "id": case })).await["node"]["version"].as_i64().context("no version")?;
    for event in 0..EVENTS {
        let input = json!({
            "idempotencyKey": format!("event-{event}"), "applicationId": case,
            "expectedVersion": version + i64::try_from(event)?, "details": { "areaType": "RURAL" },
        });
        clerk.ok(change, json!({ "input": input })).await;
    }
    Ok(())
}

/// Counts events until all have come; none is told twice.
async fn received(socket: &mut Socket) -> Result<usize> {
    let mut last = 0;
    for count in 0..EVENTS {
        let Ok(got) = tokio::time::timeout(Duration::from_secs(60), socket.next()).await else { return Ok(count) };
        let Got::Message(message) = got else { return Ok(count) };
        let seq = &message["payload"]["data"]["applicationChanged"]["seq"];
        let seq = seq.as_i64().with_context(|| format!("no event: {}", Value::clone(&message)))?;
        ensure!(seq > last, "event {seq} after {last}");
        last = seq;
    }
    Ok(EVENTS)
}
