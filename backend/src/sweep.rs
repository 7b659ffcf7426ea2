//! Forgetting what has expired, in the background.

use std::time::Duration;

use crate::app::AppState;

/// What has expired is refused anyway; deleting it late costs space only.
const INTERVAL: Duration = Duration::from_secs(600);

/// Deletes expired codes, steps, ids, counters and sign-ins every ten minutes, until the runtime
/// ends.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn start(state: &AppState) {
    let (store, clock) = (state.store.clone(), state.clock.clone());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = store.sweep(clock.now()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot sweep");
            }
        }
    });
}
