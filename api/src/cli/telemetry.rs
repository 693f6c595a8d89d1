//! Structured logs on standard error; they hold no personal data.

use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

/// Starts logging: one JSON line an event; servers say more than single commands. `ONEDOOR_LOG` overrides.
pub(super) fn start(server: bool) {
    let default = if server { "info,sqlx=warn,sea_orm_migration=warn" } else { "error" };
    let filter = EnvFilter::try_from_env("ONEDOOR_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_events(FmtSpan::NONE)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    drop(started);
    // A panic's own text may hold what a request or a file held; its place does not.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a task panicked");
    }));
}
