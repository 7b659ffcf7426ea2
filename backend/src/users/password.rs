//! Passwords: the pool's policy, the stored verifier, temporary ones.

use std::fmt;

use cognate_core::password::policy::{Policy, Violation};
use cognate_core::secret::Password;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::ApiError;
use crate::pools::{PasswordPolicy, Pool};
use crate::random::{self, below};
use crate::srp::group::Element;
use crate::srp::{self, SALT_LENGTH};

/// What is kept of a password: a salted verifier. It also checks passwords that arrive in the
/// clear.
#[derive(Clone)]
pub struct Credential {
    /// Random.
    pub salt: Vec<u8>,
    /// `g^x`; sealed in the database.
    pub verifier: Element,
    /// When the password was set, seconds since 1970.
    pub set_at: i64,
}

impl Credential {
    /// Makes a verifier with a new salt.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub fn new(pool_id: &str, username: &str, password: &str, now: i64) -> Result<Self, ApiError> {
        let mut salt = vec![0; SALT_LENGTH];
        random::fill(&mut salt)?;
        let verifier = srp::verifier(pool_id, username, password, &salt)
            .map_err(|error| ApiError::internal(&error))?;
        Ok(Self {
            salt,
            verifier,
            set_at: now,
        })
    }

    /// Whether this is the password, at the cost of one exponentiation, compared in constant time.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub fn matches(&self, pool_id: &str, username: &str, password: &str) -> Result<bool, ApiError> {
        let given = srp::verifier(pool_id, username, password, &self.salt)
            .map_err(|error| ApiError::internal(&error))?;
        Ok(given.as_bytes().ct_eq(self.verifier.as_bytes()).into())
    }

    pub(super) fn read(verifier: &[u8], salt: Vec<u8>, set_at: i64) -> Result<Self, ApiError> {
        let verifier = Element::from_bytes(verifier)
            .ok_or_else(|| ApiError::internal_error("A stored verifier is damaged."))?;
        Ok(Self {
            salt,
            verifier,
            set_at,
        })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("set_at", &self.set_at)
            .finish_non_exhaustive()
    }
}

/// Checks a new password against the pool's policy.
///
/// # Errors
/// `InvalidPasswordException` naming the first thing it lacks.
pub fn check_policy(pool: &Pool, password: &str) -> Result<(), ApiError> {
    let policy = policy(pool.settings.password_policy());
    let Some(violation) = policy.violations(password).next() else {
        return Ok(());
    };
    let lack = match violation {
        Violation::TooShort => "Password not long enough",
        Violation::TooLong => "Password must not have more than 256 characters",
        Violation::WhiteSpace => "Password must not have white space",
        Violation::NoUppercase => "Password must have uppercase characters",
        Violation::NoLowercase => "Password must have lowercase characters",
        Violation::NoNumber => "Password must have numeric characters",
        Violation::NoSymbol => "Password must have symbol characters",
    };
    Err(ApiError::invalid_password(format!(
        "Password did not conform with policy: {lack}"
    )))
}

/// A temporary password that satisfies the pool's policy: 12 characters or the policy's minimum,
/// whichever is more.
///
/// # Errors
/// If there is no randomness.
pub fn generate_password(pool: &Pool) -> Result<Password, ApiError> {
    // Without letters and digits that look alike, since people type it from a message.
    const KINDS: [&[u8]; 4] = [
        b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        b"abcdefghijkmnpqrstuvwxyz",
        b"23456789",
        b"!@#%&*+=?-",
    ];
    let minimum = usize::try_from(pool.settings.password_policy().minimum_length).unwrap_or(12);
    let mut characters = Zeroizing::new(Vec::new());
    for kind in (0..4).cycle().take(minimum.max(12)) {
        let alphabet = KINDS.get(kind).copied().unwrap_or(b"?");
        let index = below(alphabet.len())?;
        characters.push(alphabet.get(index).copied().unwrap_or(b'?'));
    }
    for last in (1..characters.len()).rev() {
        characters.swap(last, below(last + 1)?);
    }
    Ok(Password::new(
        String::from_utf8_lossy(&characters).into_owned(),
    ))
}

fn policy(settings: &PasswordPolicy) -> Policy {
    Policy {
        minimum_length: usize::try_from(settings.minimum_length).unwrap_or(usize::MAX),
        uppercase: settings.require_uppercase,
        lowercase: settings.require_lowercase,
        numbers: settings.require_numbers,
        symbols: settings.require_symbols,
    }
}
