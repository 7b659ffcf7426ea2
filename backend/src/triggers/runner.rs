//! The port that everything that can run a handler implements: today the embedded engine.

use std::fmt;
use std::pin::Pin;

use zeroize::Zeroizing;

/// Runs the handler it was made for.
pub trait Runner: fmt::Debug + Send + Sync {
    /// Gives the handler an event and waits for what it answers. Whoever calls holds no database
    /// transaction; the runner keeps to its limits of time and memory by itself.
    fn run(&self, invocation: Invocation) -> Running<'_>;
}

/// A handler at work: what it answered, as JSON.
pub type Running<'a> =
    Pin<Box<dyn Future<Output = Result<Zeroizing<String>, RunError>> + Send + 'a>>;

/// One call of a handler.
pub struct Invocation {
    /// The event, JSON.
    pub event: Zeroizing<String>,
    /// The id of the call, for the handler's own log.
    pub id: String,
    /// Values in the event that no log may show.
    pub secrets: Vec<Zeroizing<String>>,
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why a handler gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The handler refused: the message of what it threw.
    #[error("it threw: {0}")]
    Thrown(String),
    /// It took longer than it may.
    #[error("it took too long")]
    TimedOut,
    /// It could not be run to an end.
    #[error("it broke: {0}")]
    Crashed(String),
    /// It answered what is no JSON, or too much of it.
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
    /// Too many handlers are at work.
    #[error("too many handlers are at work")]
    Busy,
}
