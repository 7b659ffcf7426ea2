//! Users of a pool into a file: `cognate users export`.
//!
//! Two forms. [`json`]: JSON lines with everything that another backend can make use of, the form to move or
//! restore a pool by. [`csv`]: the file that an import job takes, with what that can carry: attributes.
//!
//! # Security model
//! Everything in a file is personal. With secrets it is as good as the database without a key: an SRP verifier
//! is a fast hash of a password. The command makes files for their owner only, and takes secrets along only
//! when told to.
//!
//! # Limits
//! Left behind: sessions, codes that wait, passwords of before, and devices, whose proof depends on this backend's
//! master key. Who changes while the file is written is in it as before or as after.

pub mod csv;
pub mod header;
pub mod json;
mod person;

use std::io;

pub use person::{ExportedGroup, Header, Passkey, Password, Person, Totp};

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::Users;
use crate::users::{User, read_all};

/// Users that are read at a time.
const PAGE: i64 = 500;

/// Why an export did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("the file cannot be written")]
    File(#[from] io::Error),
    /// The users cannot be read.
    #[error("the users cannot be read: {0}")]
    Users(#[from] ApiError),
}

/// The pool's users behind this user name, some hundred; none at the end.
async fn users_after(state: &AppState, pool: &Pool, after: &str) -> Result<Vec<User>, ApiError> {
    let rows = state.store.users_after(&pool.id, &Users::All, after, PAGE);
    read_all(state, rows.await?)
}
