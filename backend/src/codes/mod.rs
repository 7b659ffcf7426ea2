//! One-time codes that prove an e-mail address or a phone number.
//!
//! # Steps
//! 1. [`Code::new`] draws six digits for a user, a purpose and a destination. Storing it replaces
//!    the older code.
//! 2. [`deliver`] stores the message for delivery; the answer does not wait for that.
//! 3. [`check`] compares; the change that depends on the code spends it in its own transaction
//!    ([`Spend::Code`]), so that of two requests with the same code one wins.
//!
//! # Security model
//! Stored is an HMAC bound to pool, user and purpose. A code ends with its time, its use, a newer
//! one, or [`MOST_ATTEMPTS`] wrong tries from wherever they come; `limits` counts tries per user
//! and address before. Users who do not exist get decoy rows ([`Code::decoy`]): the same work, and
//! the same answers afterwards. A code for a new value of an attribute ends with the value that it would
//! replace: what somebody else has set since stays.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::app::AppState;
use crate::challenges::Through;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::messages::{self, Composing, Notice, Purpose as MessagePurpose};
use crate::pools::{IdentifierAttribute, Pool};
use crate::random;
use crate::seal::{Place, Sealer};
use crate::store::{CodeRow, Spend};
use crate::users::{Destination, User};

/// Tries of one code over all addresses: 1 in 10,000 to guess it.
const MOST_ATTEMPTS: i64 = 100;

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// That the person who signs up reads the address.
    SignUp,
    /// That the person who forgot the password reads the address.
    Recovery,
    /// That a user reads a new e-mail address.
    Email,
    /// That a user has a new phone number.
    PhoneNumber,
    /// That the person at the account page, who has no password here, is the user.
    AccountProof,
}

impl Purpose {
    /// What a code for a value of this attribute proves.
    #[must_use]
    pub fn of(attribute: IdentifierAttribute) -> Self {
        match attribute {
            IdentifierAttribute::PhoneNumber => Self::PhoneNumber,
            IdentifierAttribute::Email | IdentifierAttribute::PreferredUsername => Self::Email,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Recovery => "recovery",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::AccountProof => "account_proof",
        }
    }

    /// Seconds until a code expires: ten minutes for the account page, an hour for recovery, else a day.
    fn lifetime(self) -> i64 {
        match self {
            Self::AccountProof => 10 * 60,
            Self::Recovery => 3600,
            Self::SignUp | Self::Email | Self::PhoneNumber => 24 * 3600,
        }
    }
}

/// A code to be stored and sent.
#[derive(Debug)]
pub struct Code {
    /// What is stored.
    pub row: CodeRow,
    digits: Zeroizing<String>,
    destination: Destination,
}

impl Code {
    /// Draws a code.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn new(
        state: &AppState,
        pool_id: &str,
        username: &str,
        purpose: Purpose,
        destination: Destination,
    ) -> Result<Self, ApiError> {
        let digits = Zeroizing::new(format!("{:06}", random::below(1_000_000)?));
        let now = state.clock.now();
        let hmac = hmac(&state.sealer, pool_id, username, purpose, &digits);
        let place = place(pool_id, username, purpose);
        let sealed = state.sealer.seal(place, destination.to_text().as_bytes())?;
        let row = CodeRow {
            pool_id: pool_id.to_owned(),
            username: username.to_owned(),
            purpose: purpose.as_str().to_owned(),
            hmac: hmac.to_vec(),
            destination: Some(sealed),
            attempts: 0,
            created_at: now,
            expires_at: now + purpose.lifetime(),
        };
        Ok(Self {
            row,
            digits,
            destination,
        })
    }

    /// Draws a code for a value that one of the user's attributes is to have. It counts as long as the
    /// attribute has the value that it has now.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn of_attribute(
        state: &AppState,
        user: &User,
        purpose: Purpose,
        destination: Destination,
    ) -> Result<Self, ApiError> {
        let (pool_id, username) = (&user.pool_id, &user.username);
        let mut code = Self::new(state, pool_id, username, purpose, destination)?;
        let current = user.attributes.get(code.destination.attribute.name());
        let text = serde_json::to_vec(&(code.destination.to_text(), current))
            .map_err(|error| ApiError::internal(&error))?;
        let place = place(pool_id, username, purpose);
        code.row.destination = Some(state.sealer.seal(place, &text)?);
        Ok(code)
    }

    /// Where it goes.
    #[must_use]
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Stores a code nobody will ever have, for a user who does not exist or may not get one.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn decoy(
        state: &AppState,
        pool_id: &str,
        username: &str,
        purpose: Purpose,
        destination: Destination,
    ) -> Result<(), ApiError> {
        let mut code = Self::new(state, pool_id, username, purpose, destination)?;
        random::fill(&mut code.row.hmac)?;
        state.store.replace_code(&code.row).await?;
        messages::pretend(state, pool_id).await
    }
}

/// Sends a code that was stored. `through` is the client that it was asked for through, or none.
///
/// # Errors
/// What [`messages::send`] gives.
pub async fn deliver(
    state: &AppState,
    pool: &Pool,
    user: &User,
    code: &Code,
    purpose: MessagePurpose,
    asked: Asked<'_>,
) -> Result<(), ApiError> {
    let notice = Notice {
        pool,
        client_id: asked.client_id,
        user,
        medium: code.destination.medium(),
        to: &code.destination.value,
        purpose,
        code: Some(&code.digits),
        expires_at: code.row.expires_at,
        client_metadata: asked.client_metadata,
    };
    messages::send(state, notice, asked.composing).await
}

/// Who asked for a code.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The client.
    pub client_id: &'a str,
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
    /// Whether the answer may tell that there was somebody to write to.
    pub composing: Composing,
}

impl<'a> Asked<'a> {
    /// Through this client, whose answers tell who exists.
    #[must_use]
    pub fn openly(through: Through<'a>) -> Self {
        Self {
            client_id: &through.client.id,
            client_metadata: through.sent.client_metadata,
            composing: Composing::Now,
        }
    }

    /// Through this client, whose answers may hide who exists.
    #[must_use]
    pub fn hidden(through: Through<'a>) -> Self {
        let composing = if through.hides_existence() {
            Composing::Later
        } else {
            Composing::Now
        };
        Self {
            composing,
            ..Self::openly(through)
        }
    }
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("composing", &self.composing)
            .finish_non_exhaustive()
    }
}

/// How a try went.
#[derive(Debug)]
pub enum Outcome {
    /// The code is right: the change that uses it must spend it.
    Right(RightCode),
    /// Another code is outstanding.
    Wrong,
    /// The code was right and is too old.
    Expired,
    /// No code is outstanding.
    None,
}

/// A code that was right when it was checked.
#[derive(Debug)]
pub struct RightCode {
    /// The address it was sent to: what the code proves.
    pub destination: Destination,
    /// The value that the attribute had when the code was drawn, if it was drawn for an attribute's.
    pub replaces: Option<String>,
    purpose: &'static str,
    hmac: Vec<u8>,
}

impl RightCode {
    /// What the change of the user has to spend.
    #[must_use]
    pub fn spend(&self) -> Spend<'_> {
        Spend::Code {
            purpose: self.purpose,
            hmac: &self.hmac,
        }
    }
}

/// Compares a code with the outstanding one, in constant time, and counts the try.
///
/// # Errors
/// For no fault of the caller's.
pub async fn check(
    state: &AppState,
    pool_id: &str,
    username: &str,
    purpose: Purpose,
    given: &str,
) -> Result<Outcome, ApiError> {
    let row = state
        .store
        .try_code(pool_id, username, purpose.as_str())
        .await?;
    let hmac = hmac(&state.sealer, pool_id, username, purpose, given);
    let Some(row) = row.filter(|row| row.attempts <= MOST_ATTEMPTS) else {
        return Ok(Outcome::None);
    };
    if !bool::from(hmac.ct_eq(&row.hmac)) {
        return Ok(Outcome::Wrong);
    }
    if row.expires_at <= state.clock.now() {
        return Ok(Outcome::Expired);
    }
    let sealed = row.destination.unwrap_or_default();
    let text = state
        .sealer
        .open(place(pool_id, username, purpose), &sealed)?;
    // The text of an address alone is no JSON.
    let (text, replaces) = serde_json::from_slice(&text)
        .unwrap_or_else(|_| (String::from_utf8_lossy(&text).into_owned(), None));
    let destination = Destination::from_text(&text)
        .ok_or_else(|| ApiError::internal_error("A stored destination is damaged."))?;
    Ok(Outcome::Right(RightCode {
        destination,
        replaces,
        purpose: purpose.as_str(),
        hmac: row.hmac,
    }))
}

/// Voids the codes for values of this attribute.
///
/// # Errors
/// For no fault of the caller's.
pub async fn void(
    state: &AppState,
    user: &User,
    attribute: IdentifierAttribute,
) -> Result<(), ApiError> {
    let purpose = Purpose::of(attribute).as_str();
    let (pool_id, username) = (&user.pool_id, &user.username);
    Ok(state.store.delete_code(pool_id, username, purpose).await?)
}

/// `CodeMismatchException`, as the service words it.
#[must_use]
pub fn mismatch() -> ApiError {
    ApiError::code_mismatch("Invalid verification code provided, please try again.")
}

/// `ExpiredCodeException`, as the service words it.
#[must_use]
pub fn expired() -> ApiError {
    ApiError::expired_code("Invalid code provided, please request a code again.")
}

fn hmac(sealer: &Sealer, pool_id: &str, username: &str, purpose: Purpose, code: &str) -> [u8; 32] {
    let parts = [pool_id, username, purpose.as_str(), code].map(str::as_bytes);
    sealer.derive("code", &parts)
}

fn place<'a>(pool_id: &'a str, username: &'a str, purpose: Purpose) -> Place<'a> {
    let column = match purpose {
        Purpose::SignUp => "destination of sign_up",
        Purpose::Recovery => "destination of recovery",
        Purpose::Email => "destination of email",
        Purpose::PhoneNumber => "destination of phone_number",
        Purpose::AccountProof => "destination of account_proof",
    };
    Place {
        table: "codes",
        column,
        row: username,
        pool: pool_id,
    }
}
