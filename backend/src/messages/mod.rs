//! Outgoing messages: composed, stored in the outbox, delivered in the background.
//!
//! # Steps
//! 1. An operation says what is to be told to whom: a [`Notice`]. [`send`] composes the text (`template`; the
//!    trigger `CustomMessage`) and stores it, sealed, before the operation answers.
//! 2. A background task (`outbox`) delivers: to the local inbox, by SMTP, to a webhook for text messages, or to the pool's
//!    trigger `CustomEmailSender` or `CustomSMSSender`. What is delivered is deleted.
//! 3. What fails is tried again, later each time, until the code in it has expired.
//!
//! # Security model
//! An operation that sends a message to known users only would answer them later than unknown ones. So
//! delivering waits for nobody, and where answers hide who exists composing does not either
//! ([`Composing::Later`]): a trigger is asked in the background, and what it refuses is only in the log. For somebody
//! whom nobody knows, [`pretend`] stores a row that says nothing.
//!
//! # Limits
//! A message may be delivered twice, if the process ends between the delivery and the deletion; never after its
//! code has expired.

mod announcement;
mod email;
mod inbox;
mod letter;
mod link;
mod outbox;
mod sms;
mod template;

use std::fmt;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::triggers::Sending;
use crate::users::{Medium, User};

pub use announcement::announce;
pub use email::{EmailError, Smtp};
pub use inbox::{Delivered, InboxError, recent};
pub use letter::Text;
pub use link::PATH as LINK_PATH;
pub use outbox::{Channels, start};
pub use sms::Webhook;

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The code that lets somebody change their account on its page.
    AccountProof,
    /// What somebody should know: the account has a new passkey.
    PasskeyAdded,
    /// The same: another provider signs in to the account.
    ProviderLinked,
    /// The same: another provider does not any more.
    ProviderUnlinked,
}

impl Purpose {
    /// What the triggers for messages are told; `None` for messages that they know nothing of.
    #[must_use]
    pub fn sending(self) -> Option<Sending> {
        Some(match self {
            Self::SignUp => Sending::SignUp,
            Self::ResendCode => Sending::ResendCode,
            Self::ForgotPassword => Sending::ForgotPassword,
            Self::UpdateAttribute => Sending::UpdateUserAttribute,
            Self::VerifyAttribute => Sending::VerifyUserAttribute,
            Self::Invitation => Sending::AdminCreateUser,
            Self::Authentication | Self::AccountProof => Sending::Authentication,
            Self::PasskeyAdded | Self::ProviderLinked | Self::ProviderUnlinked => return None,
        })
    }
}

/// What is to be told to a user.
#[derive(Clone, Copy)]
pub struct Notice<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client that caused it, or [`crate::triggers::NO_CLIENT`].
    pub client_id: &'a str,
    /// Who is told.
    pub user: &'a User,
    /// How it travels.
    pub medium: Medium,
    /// The e-mail address or phone number.
    pub to: &'a str,
    /// Why it is sent.
    pub purpose: Purpose,
    /// The code, or the temporary password.
    pub code: Option<&'a str>,
    /// When it is of no use any more, seconds since 1970.
    pub expires_at: i64,
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl fmt::Debug for Notice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// When the text is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Composing {
    /// Before the answer, which tells what the trigger `CustomMessage` throws.
    Now,
    /// In the background: the answer must not tell that there is anybody.
    Later,
}

/// Stores a message for delivery.
///
/// # Errors
/// What the trigger `CustomMessage` throws, if the text is made now.
pub async fn send(
    state: &AppState,
    notice: Notice<'_>,
    composing: Composing,
) -> Result<(), ApiError> {
    let mut letter = letter::Letter::of(state, &notice);
    if composing == Composing::Now && !letter.has_sender(notice.pool) {
        let text = letter.compose(state, notice.pool, notice.user).await?;
        letter.text = Some(text);
    }
    outbox::put(state, &notice.pool.id, Some(&letter), notice.expires_at).await
}

/// Does as much as [`send`] does later, for nobody.
///
/// # Errors
/// For no fault of the caller's.
pub async fn pretend(state: &AppState, pool_id: &str) -> Result<(), ApiError> {
    outbox::put(state, pool_id, None, state.clock.now() + 1).await
}

/// The handle of the background task. Cloning gives another one.
#[derive(Debug, Clone)]
pub struct Messages(mpsc::Sender<Job>);

/// What the background task is asked.
#[derive(Debug)]
pub(crate) enum Job {
    /// Something was stored.
    Look,
    /// To say when everything that is due was tried.
    Flush(oneshot::Sender<()>),
}

/// The other end of the handle.
#[derive(Debug)]
pub struct Jobs(mpsc::Receiver<Job>);

impl Messages {
    /// A handle, and the end for [`start`].
    #[must_use]
    pub fn new() -> (Self, Jobs) {
        // A full queue is as good as a longer one: whoever looks sees everything.
        let (sender, receiver) = mpsc::channel(16);
        (Self(sender), Jobs(receiver))
    }

    fn wake(&self) {
        drop(self.0.try_send(Job::Look));
    }

    /// Waits until everything that is due was tried once.
    pub async fn flush(&self) {
        let (done, tried) = oneshot::channel();
        if self.0.send(Job::Flush(done)).await.is_ok() {
            drop(tried.await);
        }
    }
}
