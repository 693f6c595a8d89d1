//! The benchmark: numbers and how they stand to their aims; nothing here fails for being slow.
//!
//! It starts the program as a process of its own (this very file, with one variable set) and speaks to it over HTTP.

mod by_hand;
mod program;
mod reads;
mod report;
mod subscribers;

use anyhow::{Context, Result};
use program::Demo;
use report::Figure;
use serde_json::json;
use std::{process::ExitCode, time::Instant};
use tests::support::Client;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Roles whose permission sets differ, one user each: a snapshot for every one.
const USERS: [&str; 16] = [
    "vw",
    "tw",
    "tv",
    "tu_social",
    "tu_edu",
    "tr_social",
    "tl",
    "du_civil",
    "du_edu",
    "da_civil",
    "da_edu",
    "dp",
    "fin",
    "jc",
    "aud",
    "app",
];
/// Starts of each kind; the median counts.
const STARTS: usize = 5;

fn main() -> ExitCode {
    if let Some(kind) = std::env::var_os(program::AS_PROGRAM) {
        return program::run(&kind);
    }
    let runtime = tokio::runtime::Runtime::new();
    let only = std::env::args().nth(1);
    let outcome = runtime.context("no runtime").and_then(|runtime| runtime.block_on(measure(only.as_deref())));
    match outcome {
        Ok(figures) => {
            report::print(&figures);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// All of it, or only what is named: `starts`, `subscribers`, `reads`; reads on `sqlite` or `postgres` only, if
/// named, of a `district` rather than a town, some of them only (`R2`), or a million of them (`soak`).
async fn measure(only: Option<&str>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if only.is_none_or(|only| only == "starts") {
        figures.extend(starts().await?);
    }
    if only.is_none_or(|only| only == "subscribers") {
        figures.extend(subscribers::measure().await?);
    }
    if only.is_none_or(|only| only == "reads") {
        reads::measure(std::env::args().skip(2)).await?;
    }
    Ok(figures)
}

async fn starts() -> Result<Vec<Figure>> {
    let mut first = Vec::new();
    let mut second = Vec::new();
    let mut figures = Vec::new();
    for round in 0..STARTS {
        let folder = tempfile::tempdir()?;
        let (fresh, seconds) = Demo::start(folder.path())?;
        first.push(seconds);
        fresh.stop()?;
        let (again, seconds) = Demo::start(folder.path())?;
        second.push(seconds);
        if round + 1 == STARTS {
            figures = snapshots(&again).await?;
        }
        again.stop()?;
    }
    let mut all = vec![
        Figure::new("first start to ready", "ms", median(first) * 1e3, None),
        Figure::new("second start to ready", "ms", median(second) * 1e3, Some(1_000.0)),
    ];
    all.append(&mut figures);
    Ok(all)
}

/// Memory and time of schema snapshots: the first request of a permission set builds its own.
async fn snapshots(demo: &Demo) -> Result<Vec<Figure>> {
    let idle_kb = demo.resident_kb()?;
    let public = Client::new(demo.base(), None);
    public.ok("{ service { name } }", json!({})).await;
    let before_kb = demo.resident_kb()?;
    let mut built_ms = Vec::new();
    for user in USERS {
        let client = Client::new(demo.base(), Some(demo.token(user)?));
        // The connection is the client's own: open it with a request that needs no snapshot.
        client.http().get(format!("{}/health", demo.base())).send().await?;
        let cold = timed(&client).await;
        let mut warm = Vec::new();
        for _ in 0..5 {
            warm.push(timed(&client).await);
        }
        built_ms.push((cold - median(warm)).max(0.0));
    }
    let after_kb = demo.resident_kb()?;
    let longest = built_ms.iter().copied().fold(0.0, f64::max);
    let count = 16.0;
    Ok(vec![
        Figure::new("resident after start", "MB", idle_kb / 1024.0, None),
        Figure::new("resident with 16 snapshots", "MB", after_kb / 1024.0, Some(100.0)),
        Figure::new("memory of a snapshot", "MB", (after_kb - before_kb) / 1024.0 / count, Some(2.0)),
        Figure::new("time of a snapshot, median", "ms", median(built_ms), Some(30.0)),
        Figure::new("time of a snapshot, longest", "ms", longest, Some(30.0)),
    ])
}

async fn timed(client: &Client) -> f64 {
    let start = Instant::now();
    client.ok("{ __typename }", json!({})).await;
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
