//! The embedded JavaScript engine (QuickJS): runs a handler file inside this process.
//!
//! # Steps
//! 1. [`Engine::load`] reads the file and tries it: it must compile and have a function `handler`.
//! 2. A call waits for one of [`AT_ONCE`] places, gets a thread of its own, and there a fresh
//!    runtime, context and evaluation of the file. Nothing survives the call.
//! 3. The thread runs the handler, its promises and its timers until there is an answer.
//!
//! # Security model
//! A handler sees the event, the globals of `docs/triggers.md`, and nothing else: no file system,
//! no network, no environment, no modules but `node:crypto` with a few functions for randomness. Time,
//! memory and depth of the stack are limited; the engine asks for the time between operations, and
//! who waits stops waiting a little later in any case.
//!
//! # Limits
//! The engine is part of this process: handler files are the operator's own code, and these limits
//! are against mistakes, not against an attacker who writes the file. A built-in function that is
//! busy without asking for the time keeps its thread and place until it is done.

mod call;
mod globals;

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use super::runner::{Invocation, LoadError, RunError, Runner, Running, TIME};
use call::Call;

/// Handlers at work at the same time, over all pools.
pub const AT_ONCE: usize = 16;

/// What a call may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Real time.
    pub(super) time: Duration,
    /// Bytes of all objects together.
    pub(super) memory: usize,
    /// Bytes of the stack that calls may nest in.
    pub(super) stack: usize,
}

const LIMITS: Limits = Limits {
    time: TIME,
    memory: 64 * 1024 * 1024,
    stack: 512 * 1024,
};

/// The engine looks at its limit before it nests deeper; native functions need some room below it.
const THREAD_STACK: usize = 4 * 1024 * 1024;

/// The engine ends a call by itself; this is for when it cannot.
const GRACE: Duration = Duration::from_secs(1);

/// A handler file, ready to be called.
#[derive(Debug, Clone)]
pub struct Engine {
    file: Arc<File>,
    places: Arc<Semaphore>,
    limits: Limits,
}

/// A handler file as it was when the backend started.
#[derive(Debug)]
pub(super) struct File {
    name: String,
    source: String,
    form: Form,
}

/// How a file exports its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `export const handler`
    Module,
    /// `exports.handler`
    CommonJs,
    /// A module if it does not compile as `CommonJS`.
    Either,
}

impl Engine {
    /// Reads a handler file and evaluates it once, so that a mistake is found before anybody signs
    /// up. `places` is shared by all handlers.
    ///
    /// # Errors
    /// [`LoadError`]
    pub async fn load(path: &Path, places: Arc<Semaphore>) -> Result<Self, LoadError> {
        Self::load_with(path, places, LIMITS).await
    }

    async fn load_with(
        path: &Path,
        places: Arc<Semaphore>,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        let form = match path.extension().and_then(|extension| extension.to_str()) {
            Some("mjs") => Form::Module,
            Some("cjs") => Form::CommonJs,
            Some("js") => Form::Either,
            _ => return Err(LoadError::Extension(path.to_owned())),
        };
        let source = std::fs::read_to_string(path).map_err(|source| LoadError::Read {
            path: path.to_owned(),
            source,
        })?;
        let name = path.file_name().unwrap_or_default();
        let engine = Self {
            file: Arc::new(File {
                name: name.to_string_lossy().into_owned(),
                source,
                form,
            }),
            places,
            limits,
        };
        let tried = engine.in_thread(|call| call.check()).await;
        tried.map_err(|error| LoadError::Unusable {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        Ok(engine)
    }

    /// Gives `work` a thread as soon as there is a place. The place is free again when the thread
    /// ends, even if nobody waits for it any more.
    async fn in_thread<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Call<'_>) -> Result<R, RunError> + Send + 'static,
    ) -> Result<R, RunError> {
        let place = tokio::time::timeout(self.limits.time, self.places.clone().acquire_owned());
        let Ok(Ok(place)) = place.await else {
            return Err(RunError::Busy);
        };
        let (sender, receiver) = oneshot::channel();
        let (file, limits) = (self.file.clone(), self.limits);
        // Threads of our own: the runtime's would be waited for when the backend stops.
        let started = thread::Builder::new()
            .name("trigger".to_owned())
            .stack_size(THREAD_STACK)
            .spawn(move || {
                let result = work(&Call::new(&file, limits));
                drop(place);
                drop(sender.send(result));
            });
        if let Err(error) = started {
            return Err(RunError::Crashed(error.to_string()));
        }
        match tokio::time::timeout(self.limits.time + GRACE, receiver).await {
            Err(_) => Err(RunError::TimedOut),
            Ok(Err(_)) => Err(RunError::Crashed("the engine stopped".to_owned())),
            Ok(Ok(result)) => result,
        }
    }
}

impl Runner for Engine {
    fn run(&self, invocation: Invocation) -> Running<'_> {
        Box::pin(self.in_thread(move |call| call.run(&invocation).map(Zeroizing::new)))
    }
}

#[cfg(test)]
mod tests;
