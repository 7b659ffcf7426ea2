//! Forgetting what has expired, in the background.

use std::time::Duration;

use crate::app::AppState;
use crate::audit;
use crate::import;

/// What has expired is refused anyway; deleting it late costs space only.
const INTERVAL: Duration = Duration::from_secs(600);

/// Deletes expired codes, steps, ids, counters, sign-ins and signing keys every ten minutes, until the
/// runtime ends; rotates signing keys that are due.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn start(state: &AppState) {
    let (store, clock, keys) = (state.store.clone(), state.clock.clone(), state.keys.clone());
    let rate = state.rate.clone();
    let state = state.clone();
    let period = state.config.keys.rotate_after_days;
    let period = period.map(|days| i64::from(days) * 86400);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = store.sweep(clock.now()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot sweep");
            }
            rate.forget_quiet();
            let old = clock.now() - audit::KEPT_SECONDS;
            if let Err(error) = store.delete_auth_events_before(old).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot sweep events"
                );
            }
            if let Err(error) = store.delete_admin_events_before(old).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot sweep changes"
                );
            }
            if let Some(days) = state.config.identity.forget_guests_after_days {
                let unseen = clock.now() - i64::from(days.get()) * 86400;
                if let Err(error) = store.delete_guests_before(unseen).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot sweep guests"
                    );
                }
            }
            if let Err(error) = import::job::expire(&state).await {
                tracing::warn!(%error, "cannot sweep import jobs");
            }
            if let Err(error) = state.identity_keys.maintain(period).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot rotate keys of identities"
                );
            }
            if let Err(error) = keys.maintain(period).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot rotate keys"
                );
            }
        }
    });
}
