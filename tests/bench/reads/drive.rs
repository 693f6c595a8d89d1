//! A closed loop: so many connections, each sending its next request when the last was answered.

use anyhow::{Result, ensure};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Time before anything is measured.
const WARM: Duration = Duration::from_secs(1);

/// What requests are sent.
pub trait Ask: Send + Sync + 'static {
    /// Where to.
    fn url(&self) -> &str;
    /// The token.
    fn token(&self) -> &str;
    /// The body of a request by its number.
    fn body(&self, number: u64) -> String;
}

/// What one loop measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Requests a second.
    pub rate: f64,
    /// Half of all answers came within so many milliseconds.
    pub p50_ms: f64,
    /// All but one in a hundred did.
    pub p99_ms: f64,
    /// Requests that were answered, those before measuring began among them.
    pub answered: u64,
}

/// Drives for some time.
pub async fn drive(ask: Arc<dyn Ask>, connections: usize, lasting: Duration) -> Result<Measured> {
    let next = Arc::new(AtomicU64::new(0));
    let mut loops = JoinSet::new();
    let start = Instant::now();
    for _ in 0..connections {
        loops.spawn(one(Arc::clone(&ask), Arc::clone(&next), start, lasting));
    }
    let mut times = Vec::new();
    let mut elapsed = Duration::ZERO;
    while let Some(done) = loops.join_next().await {
        let (own, lasted) = done??;
        times.extend(own);
        elapsed = elapsed.max(lasted);
    }
    ensure!(!times.is_empty(), "nothing was answered in time");
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let rate = times.len() as f64 / elapsed.as_secs_f64();
    Ok(Measured { rate, p50_ms: at(0.5), p99_ms: at(0.99), answered: next.load(Ordering::Relaxed) })
}

async fn one(
    ask: Arc<dyn Ask>,
    next: Arc<AtomicU64>,
    start: Instant,
    lasting: Duration,
) -> Result<(Vec<Duration>, Duration)> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;
    let mut times = Vec::new();
    while start.elapsed() < WARM + lasting {
        let body = ask.body(next.fetch_add(1, Ordering::Relaxed));
        let request = client
            .post(ask.url())
            .bearer_auth(ask.token())
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body);
        let asked = Instant::now();
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        ensure!(status.is_success() && !holds_errors(&bytes), "{status}: {}", String::from_utf8_lossy(&bytes));
        if asked.duration_since(start) > WARM {
            times.push(asked.elapsed());
        }
    }
    Ok((times, start.elapsed().saturating_sub(WARM)))
}

fn holds_errors(bytes: &[u8]) -> bool {
    bytes.windows(9).any(|window| window == b"\"errors\":")
}
