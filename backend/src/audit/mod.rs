//! What happened at people's sign-ins, sign-ups and changes of passwords, and what administrators changed, written down in
//! pools that ask for it (`UserPoolAddOns.AdvancedSecurityMode` `AUDIT` or `ENFORCED`). A change by an administrator
//! is a line of the log in any case ([`LOG`]).
//!
//! # Steps
//! 1. The API hands over what it saw ([`Audit::record`]) and answers.
//! 2. A task in the background looks for the pool and the user, and stores the event. For names that nobody
//!    has there is nothing to store it with.
//!
//! # Security model
//! Recording only queues, so the time of an answer does not tell whether there was anybody to write it down
//! for. Addresses are sealed to their row. No event holds a secret, or what was typed where one belongs.
//! Events go with their user, and after [`KEPT_SECONDS`].
//!
//! # Limits
//! The queue is bounded: when it is full an event is dropped, and the log says so without naming anybody. What
//! is queued when the process is killed is lost; a graceful shutdown writes it first.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{self, Pool};
use crate::seal::Place;
use crate::store::{AdminEventRow, AuthEventRow};
use crate::users;

/// How long events are kept, in seconds: 90 days.
pub const KEPT_SECONDS: i64 = 90 * 86400;

/// What lines of the log about changes by administrators come from; it is on unless `COGNATE_LOG` says otherwise.
pub const LOG: &str = "cognate_audit";

const QUEUE_LENGTH: usize = 4096;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Signed in.
    SignIn,
    /// Signed up.
    SignUp,
    /// Recovered a forgotten password.
    ForgotPassword,
    /// Changed the password.
    PasswordChange,
    /// Asked for a code again.
    ResendCode,
}

impl Kind {
    /// The word of the contract's `EventType`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::SignUp => "SignUp",
            Self::ForgotPassword => "ForgotPassword",
            Self::PasswordChange => "PasswordChange",
            Self::ResendCode => "ResendCode",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// As wanted.
    Pass,
    /// Refused.
    Fail,
    /// Something is asked for next.
    InProgress,
}

impl Response {
    /// The word of the contract's `EventResponseType`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Fail => "Fail",
            Self::InProgress => "InProgress",
        }
    }
}

/// Something that happened. It names a person: not printed.
pub struct Event {
    /// The app client it went through.
    pub client_id: String,
    /// The name that was given; not sure to be anybody's.
    pub name: String,
    /// What it was.
    pub kind: Kind,
    /// How it ended.
    pub response: Response,
    /// More about it.
    pub details: Details,
}

/// What is stored sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Details {
    /// The address that asked.
    pub ip_address: String,
    /// The app client's id.
    pub client_id: String,
    /// What was proved or not: `Password` or `Mfa`, and `Success` or `Failure`.
    pub challenges: Vec<(String, String)>,
    /// The other identity provider that the person came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

impl Details {
    /// What a row holds.
    ///
    /// # Errors
    /// If it was not sealed for this row.
    pub fn open(state: &AppState, row: &AuthEventRow) -> Result<Self, ApiError> {
        let json = state
            .sealer
            .open(place(&row.id, &row.pool_id), &row.details)?;
        serde_json::from_slice(&json).map_err(|error| ApiError::internal(&error))
    }
}

/// In the place of a key: the person themselves, on their account page.
pub const SELF: &str = "self";

/// Something that an administrator changed, or tried to; or a person of their own account, on its page.
#[derive(Debug)]
pub struct AdminEvent {
    /// The operation's name.
    pub operation: &'static str,
    /// The id of the key that signed the request, or [`SELF`].
    pub access_key_id: String,
    /// The user pool or the identity pool, where there is one.
    pub pool_id: Option<String>,
    /// The `sub` of the user it was about, where there is one.
    pub sub: Option<String>,
    /// The identity of an identity pool that it was about, where there is one.
    pub identity_id: Option<String>,
    /// `ok`, or the name of the error.
    pub outcome: &'static str,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({} {})", self.kind.name(), self.response.name())
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Details(..)")
    }
}

/// The queue of events. Cloning gives another handle.
#[derive(Debug, Clone)]
pub struct Audit(mpsc::Sender<Job>);

/// The other end of the queue, before somebody reads it.
#[derive(Debug)]
pub struct Pending(mpsc::Receiver<Job>);

#[derive(Debug)]
enum Job {
    Store(Box<Event>, i64),
    StoreChange(Box<AdminEventRow>),
    Flush(oneshot::Sender<()>),
}

impl Audit {
    /// A queue, and what [`start`] reads it from.
    #[must_use]
    pub fn new() -> (Self, Pending) {
        let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
        (Self(sender), Pending(receiver))
    }

    /// Queues an event that happened at this time (milliseconds since 1970) and returns at once.
    pub fn record(&self, event: Event, at: i64) {
        if self.0.try_send(Job::Store(Box::new(event), at)).is_err() {
            tracing::error!("the queue of events is full: one was dropped");
        }
    }

    /// Logs a change that happened at this time (seconds since 1970), and queues it where it is to be kept.
    pub fn record_change(&self, event: AdminEvent, is_kept: bool, at: i64) {
        tracing::info!(
            target: LOG,
            operation = event.operation,
            access_key_id = event.access_key_id,
            pool_id = event.pool_id,
            sub = event.sub,
            identity_id = event.identity_id,
            outcome = event.outcome,
        );
        let Some(pool_id) = event.pool_id.filter(|_| is_kept) else {
            return;
        };
        let row = AdminEventRow {
            id: Uuid::now_v7().to_string(),
            pool_id,
            operation: event.operation.to_owned(),
            access_key_id: event.access_key_id,
            sub: event.sub,
            outcome: event.outcome.to_owned(),
            created_at: at,
        };
        if self.0.try_send(Job::StoreChange(Box::new(row))).is_err() {
            tracing::error!("the queue of events is full: a change was dropped");
        }
    }

    /// Writes down what the person with this `sub` did, or tried to do, on their account page.
    pub fn record_own(&self, pool: &Pool, sub: &str, done: (&'static str, &'static str), at: i64) {
        let (operation, outcome) = done;
        let event = AdminEvent {
            operation,
            access_key_id: SELF.to_owned(),
            pool_id: Some(pool.id.clone()),
            sub: Some(sub.to_owned()),
            identity_id: None,
            outcome,
        };
        self.record_change(event, asks_for_events(pool).unwrap_or_default(), at);
    }

    /// Waits until everything queued so far has been stored.
    pub async fn flush(&self) {
        let (done, stored) = oneshot::channel();
        if self.0.send(Job::Flush(done)).await.is_ok() {
            drop(stored.await);
        }
    }
}

/// Stores what is queued, until the runtime ends.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn start(state: AppState, Pending(mut jobs): Pending) {
    tokio::spawn(async move {
        while let Some(job) = jobs.recv().await {
            match job {
                Job::Store(event, at) => {
                    if let Err(error) = store(&state, &event, at).await {
                        tracing::error!(kind = event.kind.name(), %error, "an event was not stored");
                    }
                }
                Job::StoreChange(row) => {
                    if let Err(error) = state.store.insert_admin_event(&row).await {
                        let operation = row.operation;
                        tracing::error!(operation, %error, "a change was not stored");
                    }
                }
                Job::Flush(done) => drop(done.send(())),
            }
        }
    });
}

async fn store(state: &AppState, event: &Event, at: i64) -> Result<(), ApiError> {
    let Ok((pool, _)) = pools::find_client(state, &event.client_id).await else {
        return Ok(());
    };
    if !asks_for_events(&pool)? {
        return Ok(());
    }
    let Some(user) = users::find(state, &pool, &event.name).await? else {
        return Ok(());
    };
    // In the order of time, which is the order they are listed in.
    let id = Uuid::now_v7().to_string();
    let details = serde_json::to_vec(&event.details).map_err(|error| ApiError::internal(&error))?;
    let row = AuthEventRow {
        details: state.sealer.seal(place(&id, &pool.id), &details)?,
        id,
        pool_id: pool.id,
        username: user.username,
        kind: event.kind.name().to_owned(),
        response: event.response.name().to_owned(),
        created_at: at / 1000,
        feedback: None,
        feedback_by: None,
        feedback_at: None,
    };
    Ok(state.store.insert_auth_event(&row).await?)
}

/// Whether a pool wants events written down.
///
/// # Errors
/// If what is stored of the pool is no longer JSON.
pub fn asks_for_events(pool: &Pool) -> Result<bool, ApiError> {
    let document = pool.document()?;
    let mode = document
        .get("UserPoolAddOns")
        .and_then(|add_ons| add_ons.get("AdvancedSecurityMode"));
    Ok(mode.is_some_and(|mode| *mode == json!("AUDIT") || *mode == json!("ENFORCED")))
}

fn place<'a>(id: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "auth_events",
        column: "details",
        row: id,
        pool,
    }
}
