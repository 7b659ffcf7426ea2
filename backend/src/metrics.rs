//! Numbers for whoever runs the backend, in the text form that Prometheus reads.
//!
//! `cognate_requests_total` counts requests by operation and outcome, `cognate_request_duration_seconds` says
//! how long they took. They are read at `/metrics` of a listener of its own (`metrics.listen`), which has
//! nothing else.
//!
//! # Security model
//! Labels are of closed sets (`http::observe`): no user, no client, no address, no pool.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds: a refresh takes less than a millisecond, a trigger may take five seconds.
const BUCKETS: [f64; 11] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0,
];

/// The numbers of this process. Cloning gives another handle.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Family<OperationLabels, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: String,
    outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: String,
}

impl Metrics {
    /// Counts a request that was answered.
    pub fn count(&self, operation: &str, outcome: &str, took: Duration) {
        let operation = operation.to_owned();
        let request = RequestLabels {
            operation: operation.clone(),
            outcome: outcome.to_owned(),
        };
        self.requests.get_or_create(&request).inc();
        let durations = self.durations.get_or_create(&OperationLabels { operation });
        durations.observe(took.as_secs_f64());
    }

    /// All of them, as text.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        let mut registry = Registry::with_prefix("cognate");
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register(
            "request_duration_seconds",
            "How long requests took",
            durations.clone(),
        );
        Self {
            registry: Arc::new(registry),
            requests,
            durations,
        }
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}
