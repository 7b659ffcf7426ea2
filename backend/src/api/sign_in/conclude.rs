//! The end of a step, whichever operation it was: the next challenge, or tokens.

use super::{AuthAnswer, Texts};
use crate::app::AppState;
use crate::devices::{self, Device, NewDevice};
use crate::error::ApiError;
use crate::sessions::{self, SessionDevice};
use crate::sign_in::{self, Next, Through};
use crate::tokens::Reason;
use crate::triggers::TokenOccasion;
use crate::users::{self, decoy};

/// Whether a sign-in notices devices. Those that administrators begin or go on with do not, by the
/// contract.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracking {
    On,
    Off,
}

/// The device that a request says it comes from. Pools that track none do not look.
pub(super) async fn device_of(
    state: &AppState,
    through: Through<'_>,
    given: &Texts,
) -> Result<Option<Device>, ApiError> {
    let pool = through.pool;
    let is_tracked = pool.settings.device_configuration().is_some();
    let (Some(key), Some(name), true) =
        (given.get("DEVICE_KEY"), given.get("USERNAME"), is_tracked)
    else {
        return Ok(None);
    };
    let user = users::find(state, pool, name).await?;
    let username = user.map_or_else(
        || decoy(&state.sealer, pool, name).username,
        |user| user.username,
    );
    devices::find(state, &pool.id, &username, key)
        .await
        .map(Some)
}

/// The challenge that was answered, if it was one.
#[derive(Clone, Copy, Default)]
pub(super) struct Answered<'a> {
    pub(super) challenge: Option<&'a str>,
    pub(super) handle: Option<&'a str>,
}

impl Answered<'_> {
    /// What the trigger that may change tokens is told.
    fn occasion(self) -> TokenOccasion {
        match self.challenge {
            Some("NEW_PASSWORD_REQUIRED") => TokenOccasion::NewPasswordChallenge,
            Some("DEVICE_PASSWORD_VERIFIER") => TokenOccasion::AuthenticateDevice,
            _ => TokenOccasion::Authentication,
        }
    }
}

/// Whoever has proved everything to the JSON API gets tokens.
pub(super) async fn conclude(
    state: &AppState,
    through: Through<'_>,
    next: Next,
    answered: Answered<'_>,
    tracking: Tracking,
) -> Result<AuthAnswer, ApiError> {
    let next = match next {
        Next::Proved(proved) if tracking == Tracking::On => {
            sign_in::device::after_everything(state, through, proved, answered.handle).await?
        }
        next => next,
    };
    let (pool, client) = (through.pool, through.client);
    let proved = match next {
        Next::Challenge(challenge) => return Ok(AuthAnswer::Challenge(challenge.into())),
        Next::Proved(proved) => proved,
    };
    let is_tracked = tracking == Tracking::On && pool.settings.device_configuration().is_some();
    let is_new_device = is_tracked && proved.device_key.is_none();
    sign_in::conclude(state, through, &proved, is_new_device).await?;
    let device = is_tracked.then(|| match proved.device_key {
        Some(key) => SessionDevice::Known(key),
        None => SessionDevice::New(NewDevice::draw(state, &proved.user)),
    });
    let second_factor = proved.second_factor.map(|proved| proved.generation);
    let (user, reason) = (
        &proved.user,
        Reason {
            occasion: answered.occasion(),
            client_metadata: through.sent.client_metadata,
        },
    );
    let tokens = sessions::start(state, pool, client, user, second_factor, device, reason);
    Ok(tokens.await?.into())
}
