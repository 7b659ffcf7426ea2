//! Outgoing messages: queued in memory, written to the local inbox in the background.
//!
//! # Security model
//! An operation that sends a message to known users only would answer them later than unknown ones.
//! So delivering only queues: the answer does not wait for the writing. The queue is bounded; when
//! it is full a message is dropped and the log says so, without naming anybody.
//!
//! # Limits
//! The only channel is the inbox (`/_cognate/inbox`). A message that is queued when the process is
//! killed is lost; a graceful shutdown writes the queue first.

mod inbox;

use std::fmt;

use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::seal::Sealer;
use crate::store::Store;

pub use inbox::{Delivered, InboxError, recent};

const QUEUE_LENGTH: usize = 4096;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The code after a sign-up.
    SignUp,
    /// That code again.
    ResendCode,
    /// The code to set a new password.
    ForgotPassword,
    /// The code after an attribute changed.
    UpdateAttribute,
    /// The code a signed-in user asked for to verify an attribute.
    VerifyAttribute,
    /// The invitation of a user an administrator made.
    Invitation,
    /// A one-time code of a sign-in.
    Authentication,
    /// What somebody should know: the account has a new passkey.
    PasskeyAdded,
}

/// A message to one person.
#[derive(Clone)]
pub struct Message {
    /// The pool it is sent for.
    pub pool_id: String,
    /// The e-mail address or phone number.
    pub to: String,
    /// How it travels.
    pub medium: Medium,
    /// The subject. It is stored as it is: nothing personal, no code.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The code (or temporary password) in the text, for the inbox to show apart.
    pub code: Option<String>,
    /// Why it is sent.
    pub purpose: Purpose,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// The queue of outgoing messages. Cloning gives another handle.
#[derive(Debug, Clone)]
pub struct Messages(mpsc::Sender<Job>);

#[derive(Debug)]
enum Job {
    Deliver(Box<Message>),
    Flush(oneshot::Sender<()>),
}

impl Messages {
    /// Starts the background task that writes to the inbox. It ends when the last handle is gone.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(store: Store, sealer: Sealer, clock: Clock) -> Self {
        let (sender, mut jobs) = mpsc::channel(QUEUE_LENGTH);
        tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                match job {
                    Job::Deliver(message) => {
                        if let Err(error) = inbox::write(&store, &sealer, &clock, &message).await {
                            tracing::error!(
                                purpose = ?message.purpose,
                                error = &error as &dyn std::error::Error,
                                "a message could not be written to the inbox"
                            );
                        }
                    }
                    Job::Flush(done) => drop(done.send(())),
                }
            }
        });
        Self(sender)
    }

    /// Queues a message and returns at once.
    pub fn deliver(&self, message: Message) {
        let purpose = message.purpose;
        if self.0.try_send(Job::Deliver(Box::new(message))).is_err() {
            tracing::error!(?purpose, "the message queue is full: a message was dropped");
        }
    }

    /// Waits until everything queued so far has been written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(Job::Flush(done)).await.is_ok() {
            drop(written.await);
        }
    }
}
