//! The figures of `/metrics`: few labels, none of them a client's word.

use super::answer::Outcome;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{sync::OnceLock, time::Duration};

const SECONDS: &str = "onedoor_http_request_seconds";
/// Bounds of the histogram, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Where figures are kept; one for the whole process.
#[derive(Clone)]
pub(super) struct Metrics {
    handle: Option<PrometheusHandle>,
}

impl Metrics {
    /// The recorder of this process, installed at the first call.
    pub(super) fn install() -> Self {
        static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
        Self { handle: HANDLE.get_or_init(recorder).clone() }
    }

    /// The figures as Prometheus reads them.
    pub(super) fn render(&self) -> String {
        self.handle.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }

    /// Makes room; to be called now and then.
    pub(super) fn upkeep(&self) {
        if let Some(handle) = &self.handle {
            handle.run_upkeep();
        }
    }

    pub(super) fn request(&self, route: &str, status: u16, outcome: &Outcome, duration: Duration) {
        let (route, status, kind) = (route.to_owned(), status.to_string(), outcome.kind.unwrap_or("none"));
        metrics::histogram!(SECONDS, "route" => route.clone(), "kind" => kind).record(duration.as_secs_f64());
        let code = outcome.code.clone().unwrap_or_else(|| "OK".to_owned());
        metrics::counter!("onedoor_http_requests_total", "route" => route, "status" => status, "kind" => kind, "code" => code)
            .increment(1);
        metrics::counter!("onedoor_sql_statements_total", "kind" => kind).increment(u64::from(outcome.sql_count));
    }
}

/// Connections open now.
pub(super) fn connections(change: f64) {
    metrics::gauge!("onedoor_http_connections").increment(change);
}

fn recorder() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    Some(handle)
}
