//! The clients that requests came through a moment ago, with their pools, as they were read.
//!
//! Every request names a client and needs its settings and its pool's: two rows of several kilobytes
//! that hardly ever change. What was read is kept for [`VALIDITY`].
//!
//! # Security model
//! A change through this process is seen by the next request: whoever changes or deletes a pool or a
//! client calls [`RecentClients::forget`] afterwards, and what was read before that is not kept
//! after it. A change through another process on the same database is seen a second later. Only
//! clients that exist are kept, so nobody fills the memory with names that he makes up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Client, Pool};

/// How long another process's change of a pool or client may go unnoticed here.
const VALIDITY: Duration = Duration::from_secs(1);

/// More clients than this in one second are read again.
const MOST: usize = 256;

/// Clients by id. Cloning gives another handle.
#[derive(Debug, Clone, Default)]
pub struct RecentClients(Arc<Mutex<Recent>>);

#[derive(Debug, Default)]
struct Recent {
    clients: HashMap<String, (Instant, Arc<(Pool, Client)>)>,
    /// Goes up with every change.
    changes: u64,
}

/// That something is being read: since when, and after which changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    at: Instant,
    changes: u64,
}

impl RecentClients {
    /// The client with this id and its pool, if they were read a moment ago.
    pub(super) fn get(&self, id: &str) -> Option<(Pool, Client)> {
        let found = {
            let recent = self.lock();
            let (read_at, found) = recent.clients.get(id)?;
            (read_at.elapsed() < VALIDITY).then(|| Arc::clone(found))?
        };
        Some((*found).clone())
    }

    /// Before a client and its pool are read.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            at: Instant::now(),
            changes: self.lock().changes,
        }
    }

    /// Keeps what was read, unless anything was changed meanwhile.
    pub(super) fn keep(&self, reading: Reading, found: &(Pool, Client)) {
        let mut recent = self.lock();
        if recent.changes != reading.changes {
            return;
        }
        recent
            .clients
            .retain(|_, (read_at, _)| read_at.elapsed() < VALIDITY);
        if recent.clients.len() < MOST {
            let id = found.1.id.clone();
            recent
                .clients
                .insert(id, (reading.at, Arc::new(found.clone())));
        }
    }

    /// After a pool or a client was changed or deleted.
    pub(super) fn forget(&self) {
        let mut recent = self.lock();
        recent.changes += 1;
        recent.clients.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{MasterKey, Sealer};
    use crate::store::{ClientRow, PoolRow};

    fn found() -> (Pool, Client) {
        let (id, name, settings) = ("web".to_owned(), "web".to_owned(), "{}".to_owned());
        let pool = PoolRow {
            id: "local_demo".to_owned(),
            name: name.clone(),
            settings: settings.clone(),
            mfa: "{}".to_owned(),
            sessions: "{}".to_owned(),
            created_at: 0,
            updated_at: 0,
        };
        let client = ClientRow {
            id,
            pool_id: pool.id.clone(),
            name,
            settings,
            secret: None,
            sessions: "{}".to_owned(),
            created_at: 0,
            updated_at: 0,
        };
        let sealer = Sealer::new(&MasterKey::from_bytes([7; 32])).unwrap();
        (
            Pool::read(pool).unwrap(),
            Client::read(&sealer, client).unwrap(),
        )
    }

    #[test]
    fn what_was_read_is_there_until_anything_changes() {
        let recent = RecentClients::default();
        recent.keep(recent.reading(), &found());
        assert!(recent.get("web").is_some());
        assert!(recent.get("other").is_none());
        recent.forget();
        assert!(recent.get("web").is_none());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let recent = RecentClients::default();
        let reading = recent.reading();
        recent.forget();
        recent.keep(reading, &found());
        assert!(recent.get("web").is_none());
    }

    #[test]
    fn what_was_read_longer_ago_than_another_process_may_go_unnoticed_is_read_again() {
        let recent = RecentClients::default();
        let mut reading = recent.reading();
        reading.at -= VALIDITY;
        recent.keep(reading, &found());
        assert!(recent.get("web").is_none());
    }
}
