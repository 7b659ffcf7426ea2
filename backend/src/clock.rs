//! The time as the backend sees it: the system's, or one that a test holds still and moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from. Cloning a frozen clock gives another handle on the same time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A time in milliseconds since 1970 that only [`Clock::advance`] moves.
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this time, in seconds since 1970.
    #[must_use]
    pub fn frozen_at(seconds: i64) -> Self {
        Self::Frozen(Arc::new(AtomicI64::new(seconds.saturating_mul(1000))))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Self::Frozen(millis) => millis.load(Ordering::SeqCst),
        }
    }

    /// Moves a frozen clock forward; the system's clock moves by itself.
    pub fn advance(&self, seconds: i64) {
        if let Self::Frozen(millis) = self {
            millis.fetch_add(seconds.saturating_mul(1000), Ordering::SeqCst);
        }
    }
}
