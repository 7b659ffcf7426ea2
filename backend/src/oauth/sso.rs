//! Single sign-on: a browser that signed in on the login domain signs in to the pool's next app
//! without being asked.
//!
//! # Security model
//! The cookie's value is 256 random bits and changes with every use; the database has its hash, and
//! for half a minute takes the older value too, because several tabs may start at once. A session counts
//! for a client as long as that says, an hour by default, from when somebody last proved a password or came by another
//! provider, however often it is used. It counts only while
//! its user is enabled, confirmed, and has the password that was proved, and while that and the second
//! factor that was proved, if any, are what a sign-in would ask for: somebody who turned a factor on is
//! asked for it, in browsers that signed in before, too. `GlobalSignOut`, disabling and deleting the
//! user delete it, and so does `/logout`. One that came by another provider ends with the link to the person there, and
//! with the provider.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::AppState;
use crate::error::ApiError;
use crate::mfa;
use crate::opaque_secret::{OpaqueSecret, row_name};
use crate::pools::{self, Client, Pool};
use crate::seal::{Place, Sealer};
use crate::second_factor::ProvedFactor;
use crate::store::{SamlOrigin, SsoRow, VouchedBy};
use crate::users::{self, User};

/// How long a replaced value still counts, in seconds.
pub const GRACE_SECONDS: i64 = 30;

/// A browser's session that counts now.
#[derive(Debug)]
pub struct SsoSession {
    /// Who signed in, as stored now.
    pub user: User,
    /// When the person proved it, here or at another provider, seconds since 1970.
    pub auth_time: i64,
    /// Whether they are known to have proved it then: another provider that does not tell may have answered for whoever sat at
    /// the browser.
    is_proof: bool,
    /// When they last proved it to the account page by a code, seconds since 1970. It counts there alone: an app that asks for a new
    /// proof means one by the way they sign in.
    pub(super) code_proved_at: Option<i64>,
    /// The keyed hash of the e-mail address that the other provider told as it vouched for them.
    pub(super) told_email: Option<[u8; 32]>,
    /// When the session began, seconds since 1970.
    pub(super) began_at: i64,
    /// Seconds since 1970.
    pub expires_at: i64,
    pub(super) id: String,
    pub(super) hash: Vec<u8>,
    second_factor: Option<ProvedFactor>,
    /// The other provider that vouched for them.
    pub(super) provider: Option<String>,
}

/// What the browser is to keep from now on.
#[derive(Debug)]
pub struct SsoCookie {
    /// The pool whose session it is.
    pub pool_id: String,
    /// The cookie's value.
    pub value: OpaqueSecret,
    /// How long to keep it, in seconds.
    pub seconds: i64,
}

impl SsoSession {
    /// Whether the person is known to have proved who they are in the last `seconds`.
    pub(super) fn is_proved_within(&self, seconds: i64, now: i64) -> bool {
        self.is_proof && now - self.auth_time < seconds
    }
}

/// The session of a cookie's value in a pool, if it counts for this client.
///
/// # Errors
/// For no fault of the caller's.
pub async fn find(
    state: &AppState,
    (pool, client): (&Pool, &Client),
    value: &OpaqueSecret,
) -> Result<Option<SsoSession>, ApiError> {
    let now = state.clock.now();
    let row = state.store.sso_session(&value.hash()).await?;
    let Some(row) = row.filter(|row| {
        row.pool_id == pool.id
            && row
                .replaced_at
                .is_none_or(|replaced_at| replaced_at > now - GRACE_SECONDS)
    }) else {
        return Ok(None);
    };
    let content = Content::open(&state.sealer, &row)?;
    let oldest = now - client.sessions.sso_seconds();
    if content.expires_at <= now || content.began_at <= oldest {
        return Ok(None);
    }
    let user = users::find_by_username(state, pool, &content.username).await?;
    let user = user.filter(|user| {
        user.enabled
            && user.status.may_stay_signed_in()
            && user.sub == content.sub
            && user.verifier_version == content.verifier_version
    });
    let Some(user) = user else {
        return Ok(None);
    };
    let (second_factor, provider) = (content.second_factor, content.provider);
    // Another provider's word does without factors of ours.
    if provider.is_none() && !mfa::is_enough(state, pool, &user, second_factor.as_ref()).await? {
        return Ok(None);
    }
    Ok(Some(SsoSession {
        user,
        auth_time: content.auth_time,
        is_proof: content.is_proof,
        code_proved_at: content.code_proved_at,
        told_email: content.told_email,
        began_at: content.began_at,
        expires_at: content.expires_at,
        id: row.id,
        hash: row.hash,
        second_factor,
        provider,
    }))
}

/// The session at a SAML provider that the session of a cookie's value came by.
///
/// # Errors
/// For no fault of the caller's.
pub(super) async fn saml_origin(
    state: &AppState,
    pool: &Pool,
    value: &OpaqueSecret,
) -> Result<Option<SamlOrigin>, ApiError> {
    let row = state.store.sso_session(&value.hash()).await?;
    match row.filter(|row| row.pool_id == pool.id) {
        Some(row) => Ok(state.store.saml_origin(&row.id).await?),
        None => Ok(None),
    }
}

/// Ends the session of a cookie's value.
///
/// # Errors
/// For no fault of the caller's.
pub async fn end(state: &AppState, pool: &Pool, value: &OpaqueSecret) -> Result<(), ApiError> {
    Ok(state.store.end_sso_session(&pool.id, &value.hash()).await?)
}

/// When somebody proved who they are whose session begins at this time: where another provider vouches for them, that may have
/// been long before. Its clock may go before ours.
pub(super) fn proved_at(began_at: i64, vouched_by: Option<&VouchedBy>) -> i64 {
    let told = vouched_by.and_then(|vouched| vouched.auth_time);
    told.map_or(began_at, |told| told.clamp(0, began_at))
}

/// A session does not outlive the one at the provider that it came by.
fn ends_at(own: i64, vouched_by: Option<&VouchedBy>) -> i64 {
    let told = vouched_by.and_then(|vouched| vouched.ends_at);
    told.map_or(own, |told| told.min(own))
}

/// A session for somebody who proved everything, not stored yet.
pub(super) async fn begin(
    state: &AppState,
    user: &User,
    began_at: i64,
    second_factor: Option<ProvedFactor>,
    vouched_by: Option<&VouchedBy>,
) -> Result<(SsoRow, SsoCookie), ApiError> {
    let seconds = pools::longest_sso_seconds(state, &user.pool_id).await?;
    let content = Content {
        username: user.username.clone(),
        sub: user.sub.clone(),
        verifier_version: user.verifier_version,
        auth_time: proved_at(began_at, vouched_by),
        is_proof: vouched_by.is_none_or(|vouched| vouched.auth_time.is_some()),
        code_proved_at: None,
        told_email: vouched_by.and_then(|vouched| vouched.email),
        began_at,
        expires_at: ends_at(began_at.saturating_add(seconds), vouched_by),
        second_factor,
        provider: vouched_by.map(|vouched| vouched.provider.clone()),
    };
    row(state, &user.pool_id, Uuid::new_v4().to_string(), &content)
}

/// The same session under a new value, not stored yet.
pub(super) fn rotate(
    state: &AppState,
    session: &SsoSession,
) -> Result<(SsoRow, SsoCookie), ApiError> {
    let content = Content::of(session);
    row(state, &session.user.pool_id, session.id.clone(), &content)
}

/// What is stored of the same session under the same value, once its person has proved who they are by a code.
pub(super) fn proved_by_code(
    state: &AppState,
    session: &SsoSession,
    now: i64,
) -> Result<Vec<u8>, ApiError> {
    let content = Content {
        code_proved_at: Some(now),
        ..Content::of(session)
    };
    content.seal(&state.sealer, &session.hash, &session.user.pool_id)
}

fn row(
    state: &AppState,
    pool_id: &str,
    id: String,
    content: &Content,
) -> Result<(SsoRow, SsoCookie), ApiError> {
    let value = OpaqueSecret::draw()?;
    let hash = value.hash();
    let row = SsoRow {
        content: content.seal(&state.sealer, &hash, pool_id)?,
        hash,
        id,
        pool_id: pool_id.to_owned(),
        username: content.username.clone(),
        expires_at: content.expires_at,
        started_at: content.began_at,
        used_at: state.clock.now(),
        replaced_at: None,
        provider: content.provider.clone(),
    };
    let cookie = SsoCookie {
        pool_id: pool_id.to_owned(),
        value,
        seconds: content.expires_at - state.clock.now(),
    };
    Ok((row, cookie))
}

#[derive(Serialize, Deserialize)]
struct Content {
    username: String,
    sub: String,
    verifier_version: i64,
    auth_time: i64,
    /// Rows of older versions do not say it: they count as without.
    #[serde(default)]
    is_proof: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_proved_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_email: Option<[u8; 32]>,
    #[serde(default)]
    began_at: i64,
    expires_at: i64,
    /// Rows of older versions, which called it otherwise, do not say what the factor was one of: they
    /// count as without.
    #[serde(default, rename = "proved_factor")]
    second_factor: Option<ProvedFactor>,
    #[serde(default)]
    provider: Option<String>,
}

impl Content {
    fn of(session: &SsoSession) -> Self {
        let user = &session.user;
        Self {
            username: user.username.clone(),
            sub: user.sub.clone(),
            verifier_version: user.verifier_version,
            auth_time: session.auth_time,
            is_proof: session.is_proof,
            code_proved_at: session.code_proved_at,
            told_email: session.told_email,
            began_at: session.began_at,
            expires_at: session.expires_at,
            second_factor: session.second_factor.clone(),
            provider: session.provider.clone(),
        }
    }

    fn seal(&self, sealer: &Sealer, hash: &[u8], pool_id: &str) -> Result<Vec<u8>, ApiError> {
        let json = serde_json::to_vec(self).map_err(|error| ApiError::internal(&error))?;
        Ok(sealer.seal(place(&row_name(hash), pool_id), &json)?)
    }

    fn open(sealer: &Sealer, row: &SsoRow) -> Result<Self, ApiError> {
        let json = sealer.open(place(&row_name(&row.hash), &row.pool_id), &row.content)?;
        serde_json::from_slice(&json).map_err(|error| ApiError::internal(&error))
    }
}

fn place<'a>(row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "sso_sessions",
        column: "content",
        row,
        pool,
    }
}
