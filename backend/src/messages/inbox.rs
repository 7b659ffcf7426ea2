//! The local inbox: messages sealed in the database, for the developer to read.

use super::Text;
use super::letter::Letter;
use crate::app::AppState;
use crate::error::ApiError;
use crate::seal::{Place, SealError, Sealer};
use crate::store::{InboxRow, OutboxRow, Store, StoreError};

/// A message as the inbox shows it.
#[derive(Clone)]
pub struct Delivered {
    /// The address it was sent to.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The code in it, if it carries one.
    pub code: Option<String>,
    /// Milliseconds since 1970.
    pub sent_at: i64,
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivered")
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

/// Why the inbox could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The database failed.
    #[error("the inbox's table failed")]
    Store(#[from] StoreError),
    /// A message could not be sealed or opened.
    #[error("a message cannot be sealed or opened")]
    Seal(#[from] SealError),
}

impl From<InboxError> for ApiError {
    fn from(error: InboxError) -> Self {
        Self::internal(&error)
    }
}

/// The newest messages first: all, or those to one address.
///
/// # Errors
/// If the database fails or a message cannot be opened.
pub async fn recent(
    store: &Store,
    sealer: &Sealer,
    to: Option<&str>,
    limit: i64,
) -> Result<Vec<Delivered>, InboxError> {
    let hash = to.map(|to| recipient_hash(sealer, to));
    let rows = store
        .inbox(hash.as_ref().map(<[u8; 32]>::as_slice), limit)
        .await?;
    rows.iter().map(|row| open(sealer, row)).collect()
}

/// Moves a message from the outbox.
pub(super) async fn write(
    state: &AppState,
    waiting: &OutboxRow,
    letter: &Letter,
    text: &Text,
) -> Result<(), InboxError> {
    let (id, pool_id) = (&waiting.id, &waiting.pool_id);
    let seal = |column, text: &str| {
        let place = place(column, id, pool_id);
        state.sealer.seal(place, text.as_bytes())
    };
    let code = letter.code.as_deref();
    let row = InboxRow {
        id: id.clone(),
        pool_id: pool_id.clone(),
        recipient: seal("recipient", &letter.to)?,
        recipient_hash: recipient_hash(&state.sealer, &letter.to).to_vec(),
        subject: text.subject.clone(),
        body: seal("body", &text.body)?,
        code: code.map(|code| seal("code", code)).transpose()?,
        sent_at: state.clock.now_millis(),
    };
    Ok(state.store.move_to_inbox(&row).await?)
}

fn open(sealer: &Sealer, row: &InboxRow) -> Result<Delivered, InboxError> {
    let text = |column, sealed: &[u8]| {
        let plain = sealer.open(place(column, &row.id, &row.pool_id), sealed)?;
        Ok::<_, SealError>(String::from_utf8_lossy(&plain).into_owned())
    };
    Ok(Delivered {
        to: text("recipient", &row.recipient)?,
        subject: row.subject.clone(),
        body: text("body", &row.body)?,
        code: row
            .code
            .as_deref()
            .map(|code| text("code", code))
            .transpose()?,
        sent_at: row.sent_at,
    })
}

/// Addresses are found without regard to case: people type them as they like.
fn recipient_hash(sealer: &Sealer, to: &str) -> [u8; 32] {
    sealer.lookup("inbox", "", &to.to_lowercase())
}

fn place<'a>(column: &'a str, row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "inbox",
        column,
        row,
        pool,
    }
}
