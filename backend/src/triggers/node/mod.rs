//! A Node process: runs a handler file that needs npm packages, the AWS SDK, files or a network.
//!
//! # Steps
//! 1. [`Node::load`] starts a process with the file, which must load and have a function `handler`.
//! 2. A call takes a process that waits, or starts one; so what a file keeps in variables lasts from one call
//!    to the next in the same process, as in Lambda. One process has one event at a time.
//! 3. A process that is late, breaks or writes nonsense is killed; the next call has another one.
//!
//! # Security model
//! The process has this user's rights, files and network: it runs the operator's own code. Its environment
//! has what the configuration gives it and `PATH`, so none of the backend's secrets; the event comes by a
//! pipe. Time and memory are limited. It ends with the backend, however that ends: its input closes, and a
//! thread of it looks for its parent.

mod process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::runner::{Invocation, LoadError, RunError, Runner, Running, TIME};
use process::Process;

/// Processes at work at the same time, for each file.
pub const AT_ONCE: usize = 8;

/// How long a process may take to start and load its file: the 10 seconds that Lambda gives it.
const START_TIME: Duration = Duration::from_secs(10);

/// Bytes of a process's heap, in MiB: Lambda's default.
const MEMORY_MIB: u32 = 128;

/// A handler file that Node runs.
#[derive(Debug)]
pub struct Node {
    start: Start,
    places: Arc<Semaphore>,
    waiting: Mutex<Vec<Process>>,
}

/// How a process is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// The program, found by `PATH` if it is a name alone.
    pub program: PathBuf,
    /// The handler file.
    pub file: PathBuf,
    /// What it finds in `process.env` besides `PATH` and the name of the function.
    pub environment: BTreeMap<String, String>,
}

impl Node {
    /// Starts the first process, so that a mistake is found before anybody signs up.
    ///
    /// # Errors
    /// [`LoadError`]
    pub async fn load(start: Start) -> Result<Self, LoadError> {
        let unusable = |path: &Path, why: String| LoadError::Unusable {
            path: path.to_owned(),
            why,
        };
        let file = std::path::absolute(&start.file)
            .and_then(std::fs::canonicalize)
            .map_err(|source| LoadError::Read {
                path: start.file.clone(),
                source,
            })?;
        let start = Start { file, ..start };
        let process = Process::start(&start)
            .await
            .map_err(|error| unusable(&start.file, error.to_string()))?;
        Ok(Self {
            start,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Mutex::new(vec![process]),
        })
    }

    async fn call(&self, invocation: Invocation) -> Result<zeroize::Zeroizing<String>, RunError> {
        let place = tokio::time::timeout(TIME, self.places.acquire());
        let Ok(Ok(_place)) = place.await else {
            return Err(RunError::Busy);
        };
        let waiting = self.take();
        let mut process = match waiting {
            Some(process) => process,
            None => Process::start(&self.start).await?,
        };
        let outcome = process.call(&invocation).await;
        // After anything but a decision the process may be in any state: it ends with this variable.
        if matches!(
            outcome,
            Ok(_) | Err(RunError::Thrown(_) | RunError::Unreadable(_))
        ) {
            self.lock().push(process);
        }
        outcome
    }

    /// A process that waits and still runs.
    fn take(&self) -> Option<Process> {
        let mut waiting = self.lock();
        while let Some(mut process) = waiting.pop() {
            if process.is_running() {
                return Some(process);
            }
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runner for Node {
    fn run(&self, invocation: Invocation) -> Running<'_> {
        Box::pin(self.call(invocation))
    }
}
