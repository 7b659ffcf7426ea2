//! The device that somebody signs in from, as far as it takes turns: its challenges, and what is noted of it
//! once there are tokens. [`crate::device`] knows what a device is.

use alloc::string::ToString;

use super::proof::not_begun;
use super::turn::{Attempt, Turn};
use crate::client::Client;
use crate::device::NewDevice;
use crate::error::Error;
use crate::json::{Object, StringMap, Value as _};
use crate::jwt::Rejected;
use crate::ports::Ports;
use crate::secret::ChallengeSession;
use crate::session::User;
use crate::session::keeping::sealed::Keeping as _;
use crate::srp::Identity;

impl<P: Ports> Client<P> {
    /// What a challenge of the device is answered with; nothing to any other challenge.
    pub(super) fn answer_as_device(
        &self,
        attempt: &mut Attempt<'_, P>,
        name: &str,
        parameters: &StringMap,
        session: Option<&ChallengeSession>,
    ) -> Result<Option<Turn>, Error> {
        // The service asks a device only that it was told of.
        if !P::Keeping::DEVICES || attempt.here.device.is_none() {
            return Ok(None);
        }
        Ok(match name {
            DEVICE_SRP_AUTH => {
                let mut responses = Object::new();
                self.begin_srp(attempt, &mut responses)?;
                Some(self.challenge(attempt, DEVICE_SRP_AUTH, session, responses))
            }
            DEVICE_PASSWORD_VERIFIER => Some(self.prove_device(attempt, parameters, session)?),
            _ => None,
        })
    }

    /// What a session that is ready to begin has to do with a device.
    pub(super) fn settle(
        &self,
        attempt: &mut Attempt<'_, P>,
        offered: Option<NewDevice>,
    ) -> Result<(), Error> {
        let (ports, here) = (&self.service.ports, &mut attempt.here);
        let typed = attempt.username.as_str();
        let Some(session) = &mut attempt.session else {
            return Ok(());
        };
        if attempt.is_taken_over && !self.goes_by(&session.user, typed) {
            return Err(Rejected::Subject.into());
        }
        let username = &session.user.username;
        if let Some(offered) = offered.filter(|_| P::Keeping::DEVICES && ports.keeps_devices()) {
            session.offer = Some(here.offer(Some(&offered), typed, username));
            // Before the service hears of the device: then its key is needed to refresh, and until then it does no harm.
            session.device_key = Some(offered.key);
            return Ok(());
        }
        here.known_as(username);
        if let Some(key) = here.key() {
            session.device_key = Some(key.to_string());
            session.offer = here.remember.then(|| here.offer(None, typed, username));
        }
        Ok(())
    }

    /// Whether the claims say that the person goes by this name.
    fn goes_by(&self, user: &User, name: &str) -> bool {
        let claims = self.service.ports.parse(&user.claims);
        claims.is_ok_and(|claims| {
            NAMES.iter().any(|claim| {
                let said = claims.member(claim).and_then(|said| said.text());
                said.is_some_and(|said| said.eq_ignore_ascii_case(name))
            })
        })
    }

    /// The proof of the device, to the challenge `DEVICE_PASSWORD_VERIFIER`.
    fn prove_device(
        &self,
        attempt: &mut Attempt<'_, P>,
        parameters: &StringMap,
        session: Option<&ChallengeSession>,
    ) -> Result<Turn, Error> {
        let (Some(handshake), Some(device)) = (attempt.handshake.take(), &attempt.here.device)
        else {
            return Err(not_begun());
        };
        let identity = Identity {
            pool: &device.group,
            user: &device.key,
        };
        let responses = self.claim(handshake, identity, device.password.secret(), parameters)?;
        Ok(self.challenge(attempt, DEVICE_PASSWORD_VERIFIER, session, responses))
    }
}

/// The service has forgotten the device, or never knew it. Clients match these words.
pub(super) fn is_unknown_device(error: &Error) -> bool {
    let answer = error.answer.as_ref();
    let service_type = answer.and_then(|answer| answer.service_type.as_deref());
    service_type == Some("ResourceNotFoundException") && error.message.starts_with("Device ")
}

const DEVICE_SRP_AUTH: &str = "DEVICE_SRP_AUTH";
const DEVICE_PASSWORD_VERIFIER: &str = "DEVICE_PASSWORD_VERIFIER";

/// The claims that a person can sign in by.
const NAMES: [&str; 5] = [
    "cognito:username",
    "sub",
    "email",
    "phone_number",
    "preferred_username",
];
