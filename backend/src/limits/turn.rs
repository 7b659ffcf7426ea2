//! Guesses with one key take turns.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// Guesses that are at work or wait with one key. More are refused at once: whoever sends them holds up nobody
/// else, and what they ask for does not grow old in a queue.
const MOST: usize = 9;

static QUEUES: LazyLock<Mutex<HashMap<[u8; 32], Place>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Place {
    queue: Arc<Queue<()>>,
    guesses: usize,
}

/// The turn of one guess. Dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Turn {
    // First: the queue is let go before it may be forgotten.
    _guard: OwnedMutexGuard<()>,
    _waiting: Waiting,
}

impl Turn {
    /// Waits for the guesses that came before. `None` where too many wait already.
    pub(super) async fn wait(key: [u8; 32]) -> Option<Self> {
        let (queue, waiting) = Waiting::begin(key)?;
        Some(Self {
            _guard: queue.lock_owned().await,
            _waiting: waiting,
        })
    }
}

/// One of the guesses that are counted, also if its caller gives up waiting.
#[derive(Debug)]
struct Waiting {
    key: [u8; 32],
}

impl Waiting {
    fn begin(key: [u8; 32]) -> Option<(Arc<Queue<()>>, Self)> {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        let place = queues.entry(key).or_default();
        if place.guesses == MOST {
            return None;
        }
        place.guesses += 1;
        Some((Arc::clone(&place.queue), Self { key }))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = queues.get_mut(&self.key) {
            place.guesses -= 1;
            if place.guesses == 0 {
                queues.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn guesses_take_turns_some_wait_and_more_are_refused_at_once() {
        let key = [1; 32];
        let first = Turn::wait(key).await;
        assert!(first.is_some());
        assert!(Turn::wait([2; 32]).await.is_some(), "another key is free");
        let waiting: Vec<_> = (1..MOST).map(|_| tokio::spawn(Turn::wait(key))).collect();
        tokio::task::yield_now().await;
        assert!(Turn::wait(key).await.is_none());
        drop(first);
        for turn in waiting {
            assert!(turn.await.is_ok_and(|turn| turn.is_some()));
        }
        assert!(!is_known(key), "a queue that nobody waits in is forgotten");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_takes_no_place() {
        let key = [3; 32];
        let first = Turn::wait(key).await;
        for _ in 0..2 * MOST {
            let waited = timeout(Duration::from_millis(1), Turn::wait(key)).await;
            assert!(waited.is_err(), "it waits, and is not refused");
        }
        drop(first);
        assert!(!is_known(key));
    }

    fn is_known(key: [u8; 32]) -> bool {
        let queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        queues.contains_key(&key)
    }
}
