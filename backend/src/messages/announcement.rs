//! Telling people what has happened to their account, which may have been somebody else.

use super::{Composing, Notice, Purpose, send};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{IdentifierAttribute, Pool};
use crate::users::{Destination, User};

/// How long a notice is tried, in seconds.
const NOTICE_SECONDS: i64 = 3 * 24 * 3600;

/// Tells it at the verified address, e-mail first; who has no password here, and so a provider's word for it, at the e-mail address. Nobody
/// is told who has neither.
///
/// # Errors
/// For no fault of the caller's.
pub async fn announce(
    state: &AppState,
    (pool, client_id): (&Pool, &str),
    user: &User,
    purpose: Purpose,
) -> Result<(), ApiError> {
    const EMAIL: IdentifierAttribute = IdentifierAttribute::Email;
    let addresses = [EMAIL, IdentifierAttribute::PhoneNumber];
    let verified = addresses.into_iter().find(|one| user.has_verified(*one));
    let has_password = user.credential.is_some();
    let told = verified.or(if has_password { None } else { Some(EMAIL) });
    let Some(to) = told.and_then(|one| Destination::of(one, &user.attributes)) else {
        return Ok(());
    };
    let notice = Notice {
        pool,
        client_id,
        user,
        medium: to.medium(),
        to: &to.value,
        purpose,
        code: None,
        expires_at: state.clock.now() + NOTICE_SECONDS,
        client_metadata: None,
    };
    send(state, notice, Composing::Now).await
}
