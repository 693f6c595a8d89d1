//! Serving connections: their number, their pauses and their end are bounded.

use super::{
    app::{App, router},
    idle::Idle,
    metrics,
    seam::Execute,
    settings::{HttpSettings, Seconds},
};
use crate::identity::Identity;
use anyhow::{Context, Result};
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use platform::{Language, Platform};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};

/// Longest head of a request.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// Most requests at a time on one HTTP/2 connection.
const STREAMS_MAX: u32 = 64;
/// How long to wait when the machine has no socket left.
const BREATH: Duration = Duration::from_millis(100);
/// How long a server that stops still takes connections.
const CLOSING: Duration = Duration::from_millis(200);
/// How long the last of them may wait before they speak.
const SETTLING: Duration = Duration::from_millis(50);
const UPKEEP: Duration = Duration::from_secs(5);

/// Makes routes to be served beside the server's own; whoever asks there is to be checked by the same identity.
pub type Beside = fn(Arc<Platform>, Arc<Identity>) -> Router;

/// A server that listens.
pub struct Server {
    app: Arc<App>,
    done: mpsc::Receiver<()>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens; refuses unsafe settings. Connections wait until `run`.
    pub async fn listen(
        address: SocketAddr,
        settings: HttpSettings,
        language: Language,
        identity: Arc<Identity>,
        gateway: Arc<dyn Execute>,
    ) -> Result<Self> {
        settings.check(address)?;
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        let (app, done) = App::new(gateway, identity, settings, language);
        Ok(Self { app: Arc::new(app), done, listener, address })
    }

    /// Lets the playground know who can be played; only a demo does this.
    pub fn show_demo(&self, page: String) {
        // Told once; a second telling would change nothing.
        let _ = self.app.demo.set(page);
    }

    /// Serves these routes beside its own: in the same log, under the same bounds and headers.
    pub fn serve_beside(&self, platform: &Arc<Platform>, routes: Beside) {
        // Told once; a second telling would change nothing.
        let _ = self.app.beside.set(routes(Arc::clone(platform), Arc::clone(&self.app.identity)));
    }

    /// Where it listens; the port the system chose, if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it answers with.
    pub fn gateway(&self) -> Arc<dyn Execute> {
        Arc::clone(&self.app.gateway)
    }

    /// Serves until `stop` ends; then no request that was taken is cut, within the time allowed for it.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<()> {
        let Self { app, mut done, listener, .. } = self;
        let seconds = app.settings.seconds;
        let door = Door {
            listener,
            places: Arc::new(Semaphore::new(app.settings.connections_max)),
            router: router(Arc::clone(&app)),
            seconds,
            graceful: GracefulShutdown::new(),
        };
        let upkeep = tokio::spawn(upkeep(Arc::clone(&app)));
        door.take_until(stop).await;
        app.stopping.send_replace(true);
        // Who is already at the door comes in, and is told to come back on another connection.
        door.take_until(tokio::time::sleep(CLOSING)).await;
        let Door { listener, router, graceful, .. } = door;
        drop(listener);
        // Whose connection was the last to be taken has still to say what they want.
        tokio::time::sleep(SETTLING).await;
        upkeep.abort();
        let gateway = Arc::clone(&app.gateway);
        let all_ended = async {
            graceful.shutdown().await;
            // What changes goes on though its client went away; the last one drops the last sender.
            drop((router, app));
            while done.recv().await.is_some() {}
        };
        if tokio::time::timeout(Seconds::of(seconds.stop), all_ended).await.is_err() {
            tracing::warn!("stopped before everything under way had ended");
        }
        if tokio::time::timeout(Seconds::of(seconds.stop), gateway.settle()).await.is_err() {
            tracing::error!("stopped before all that was read was on record");
        }
        Ok(())
    }
}

/// Where connections come in.
struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    router: Router,
    seconds: Seconds,
    graceful: GracefulShutdown,
}

impl Door {
    async fn take_until(&self, end: impl Future<Output = ()>) {
        tokio::pin!(end);
        loop {
            let (stream, place) = tokio::select! {
                () = &mut end => return,
                next = self.next() => next,
            };
            self.serve(stream, place);
        }
    }

    /// The next connection, once there is room for it.
    async fn next(&self) -> (TcpStream, OwnedSemaphorePermit) {
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await;
            match (self.listener.accept().await, place) {
                (Ok((stream, _)), Ok(place)) => return (stream, place),
                (Err(error), _) => tracing::warn!(%error, "a connection could not be taken"),
                (Ok(_), Err(error)) => tracing::warn!(%error, "there are no places"),
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    fn serve(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        let seconds = self.seconds;
        // Answers are one write; waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        // What is upgraded to a socket outlives the connection below, and takes its place with it.
        let stream = Idle::new(stream, Seconds::of(seconds.header), Seconds::of(seconds.idle), Open::new(place));
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(Seconds::of(seconds.header))
            .max_buf_size(HEAD_BYTES_MAX)
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
            .keep_alive_interval(Seconds::of(seconds.idle))
            .keep_alive_timeout(Seconds::of(seconds.header));
        let service = TowerToHyperService::new(self.router.clone());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

/// The place of a connection that is open, and its count.
struct Open {
    _place: OwnedSemaphorePermit,
}

impl Open {
    fn new(place: OwnedSemaphorePermit) -> Self {
        metrics::connections(1.0);
        Self { _place: place }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::connections(-1.0);
    }
}

async fn upkeep(app: Arc<App>) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        app.metrics.upkeep();
    }
}

/// Listens from now on for the process being asked to stop, by SIGTERM or an interrupt from the keyboard; what it answers
/// ends then. Called before anyone is told that the server is ready, since who knows may ask at once.
#[cfg(unix)]
pub fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [terminate, interrupt] = heard.map(async |listening| match listening {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        });
        tokio::select! {
            () = terminate => {}
            () = interrupt => {}
        }
    }
}

/// As on Unix; there is the interrupt only.
#[cfg(not(unix))]
pub fn asked_to_stop() -> impl Future<Output = ()> {
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
