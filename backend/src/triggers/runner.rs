//! The port that everything that can run a handler implements: the embedded engine, Node, and an endpoint of
//! the Lambda Invoke API.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use zeroize::Zeroizing;

/// How long a handler may take, the wait for a place included or not: each of the two has this long.
pub const TIME: Duration = Duration::from_secs(5);

/// An answer may have as many bytes as this.
pub const LONGEST_ANSWER: usize = 1024 * 1024;

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

/// Why a handler file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("the handler {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Its name says nothing about its form.
    #[error("the handler {} must end in .mjs, .cjs or .js", .0.display())]
    Extension(PathBuf),
    /// It does not run to its end, or has no handler.
    #[error("the handler {} cannot be used: {why}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}
