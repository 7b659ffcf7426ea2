//! The end of a step at the JSON API, whichever operation it was: the next challenge, or a session.

use super::{Challenge, Next, Through, device};
use crate::app::{AppState, Caller};
use crate::devices::NewDevice;
use crate::error::ApiError;
use crate::sessions::{self, SessionDevice, Tokens};
use crate::tokens::Reason;
use crate::triggers::post_authentication::post_authentication;
use crate::triggers::{Source, TokenOccasion};

/// Whether a sign-in notices devices. Those that administrators begin or go on with do not, by the
/// contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracking {
    /// It does, if the pool does.
    On,
    /// It does not.
    Off,
}

/// The challenge that was answered, if it was one.
#[derive(Clone, Copy, Default)]
pub struct Answered<'a> {
    /// Its name.
    pub challenge: Option<&'a str>,
    /// Its handle.
    pub handle: Option<&'a str>,
}

impl std::fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answered")
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

/// What a step led to.
#[derive(Debug)]
pub enum Conclusion {
    /// Something more to prove.
    Challenge(Challenge),
    /// A session: everything is proved.
    Session(Tokens),
}

/// Whoever has proved everything to the JSON API gets a session; a device may have to prove itself before.
///
/// # Errors
/// What the triggers `PostAuthentication` and `PreTokenGeneration` throw; `ResourceNotFoundException` if the
/// device is somebody else's.
pub async fn conclude(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    next: Next,
    answered: Answered<'_>,
    tracking: Tracking,
) -> Result<Conclusion, ApiError> {
    let next = match next {
        Next::Proved(proved) if tracking == Tracking::On => {
            device::after_everything(state, through, proved, answered.handle).await?
        }
        next => next,
    };
    let (pool, client) = (through.pool, through.client);
    let proved = match next {
        Next::Challenge(challenge) => return Ok(Conclusion::Challenge(challenge)),
        Next::Proved(proved) => proved,
    };
    let is_tracked = tracking == Tracking::On && pool.settings.device_configuration().is_some();
    let is_new_device = is_tracked && proved.device_key.is_none();
    let told = through.occasion(&proved.user.username, Source::PostAuthentication);
    let client_metadata = through.sent.client_metadata;
    post_authentication(state, told, &proved.user, is_new_device, client_metadata).await?;
    let device = is_tracked.then(|| match proved.device_key {
        Some(key) => SessionDevice::Known(key),
        None => SessionDevice::New(NewDevice::draw(state, &proved.user)),
    });
    let second_factor = proved.second_factor.map(|proved| proved.generation);
    let reason = Reason {
        occasion: occasion(answered),
        client_metadata: through.sent.client_metadata,
    };
    let proved = sessions::Proved {
        user: &proved.user,
        second_factor,
        device,
        reason,
        address: caller.peer,
    };
    let tokens = sessions::start(state, pool, client, proved).await?;
    Ok(Conclusion::Session(tokens))
}

/// What the trigger that may change tokens is told.
fn occasion(answered: Answered<'_>) -> TokenOccasion {
    match answered.challenge {
        Some("NEW_PASSWORD_REQUIRED") => TokenOccasion::NewPasswordChallenge,
        Some("DEVICE_PASSWORD_VERIFIER") => TokenOccasion::AuthenticateDevice,
        _ => TokenOccasion::Authentication,
    }
}
