//! Passwords that must not come back (`PasswordPolicy.PasswordHistorySize`).
//!
//! With a size of n, the n newest passwords are refused, the one in use among them
//! (`docs/decisions/0023`). What is kept of the older ones is what was kept of them in use: sealed verifiers.
//!
//! # Limits
//! One exponentiation for each that is kept, 24 at most.

use super::{Credential, User, check_policy};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

/// Checks a new password of a user against everything that the pool asks of it.
///
/// # Errors
/// `InvalidPasswordException`, `PasswordHistoryPolicyViolationException`.
pub async fn check_new_password(
    state: &AppState,
    pool: &Pool,
    user: &User,
    password: &str,
) -> Result<(), ApiError> {
    check_policy(pool, password)?;
    check_not_used_before(state, pool, user, password).await
}

/// Only whether the user had it before: for whoever has proved to be this user.
///
/// # Errors
/// `PasswordHistoryPolicyViolationException`
pub async fn check_not_used_before(
    state: &AppState,
    pool: &Pool,
    user: &User,
    password: &str,
) -> Result<(), ApiError> {
    let size = i64::from(pool.settings.password_policy().password_history_size);
    if size == 0 {
        return Ok(());
    }
    let store = &state.store;
    let older = store
        .password_history(&user.pool_id, &user.username, size - 1)
        .await?;
    let mut credentials: Vec<Credential> = user.credential.iter().cloned().collect();
    for (sealed, salt) in older {
        let verifier = state.sealer.open(user.place("verifier"), &sealed)?;
        credentials.push(Credential::read(&verifier, salt, 0)?);
    }
    for credential in credentials {
        if credential.matches(&pool.id, &user.username, password)? {
            return Err(ApiError::password_history_policy_violation(
                "Password has previously been used.",
            ));
        }
    }
    Ok(())
}
