//! A closed loop: so many connections, each sending its next request when the last was answered.

use anyhow::{Context, Result, ensure};
use axum::{
    body::Bytes,
    http::{Request, Uri, header},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::JoinSet};

/// Time before anything is measured.
const WARM: Duration = Duration::from_millis(500);

/// What requests are sent.
pub trait Ask: Send + Sync + 'static {
    /// Where to.
    fn url(&self) -> &str;
    /// The token.
    fn token(&self) -> &str;
    /// The body of a request by its number.
    fn body(&self, number: u64) -> String;
}

/// What loops measured.
#[derive(Debug, Default)]
pub struct Measured {
    times: Vec<Duration>,
    elapsed: Duration,
    /// Requests that were answered, those before measuring began among them.
    pub answered: u64,
}

impl Measured {
    /// Adds what was measured at another time.
    pub fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.times.sort_unstable();
        self.elapsed += other.elapsed;
        self.answered += other.answered;
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// So many in a hundred answers came within so many milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        self.times.get((self.times.len().saturating_sub(1)) * percent / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
    }
}

/// Drives for some time, from one thread: whatever the driver spends, the server has not.
pub async fn drive(ask: Arc<dyn Ask>, connections: usize, lasting: Duration) -> Result<Measured> {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(all(&ask, connections, lasting))
    };
    tokio::task::spawn_blocking(work).await?
}

async fn all(ask: &Arc<dyn Ask>, connections: usize, lasting: Duration) -> Result<Measured> {
    let next = Arc::new(AtomicU64::new(0));
    let mut loops = JoinSet::new();
    let start = Instant::now();
    for _ in 0..connections {
        loops.spawn(one(Arc::clone(ask), Arc::clone(&next), start, lasting));
    }
    let mut measured = Measured::default();
    while let Some(done) = loops.join_next().await {
        let (own, lasted) = done??;
        measured.times.extend(own);
        measured.elapsed = measured.elapsed.max(lasted);
    }
    ensure!(!measured.times.is_empty(), "nothing was answered in time");
    measured.times.sort_unstable();
    measured.answered = next.load(Ordering::Relaxed);
    Ok(measured)
}

async fn one(
    ask: Arc<dyn Ask>,
    next: Arc<AtomicU64>,
    start: Instant,
    lasting: Duration,
) -> Result<(Vec<Duration>, Duration)> {
    let uri: Uri = ask.url().parse()?;
    let authority = uri.authority().context("no authority")?.to_string();
    let stream = TcpStream::connect(&authority).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut times = Vec::new();
    let asking = async {
        while start.elapsed() < WARM + lasting {
            let request = Request::post(uri.path())
                .header(header::HOST, &authority)
                .header(header::AUTHORIZATION, format!("Bearer {}", ask.token()))
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, "application/graphql-response+json")
                .body(Full::<Bytes>::from(ask.body(next.fetch_add(1, Ordering::Relaxed))))?;
            let asked = Instant::now();
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let bytes = answer.into_body().collect().await?.to_bytes();
            ensure!(status.is_success() && !holds_errors(&bytes), "{status}: {}", String::from_utf8_lossy(&bytes));
            if asked.duration_since(start) > WARM {
                times.push(asked.elapsed());
            }
        }
        drop(sender);
        anyhow::Ok(())
    };
    let (asked, ended) = tokio::join!(asking, connection);
    asked?;
    ended?;
    Ok((times, start.elapsed().saturating_sub(WARM)))
}

fn holds_errors(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("\"errors\":")
}
