//! The device that somebody signs in from, as far as it takes turns: its challenges, and what is said of it
//! once there are tokens. [`crate::device`] knows what a device is.

use alloc::string::ToString;

use super::proof::not_begun;
use super::turn::{Attempt, Next, Then, Turn};
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

    /// What is to be done about the device of a session that is ready to begin.
    pub(super) fn settle(
        &self,
        attempt: &mut Attempt<'_, P>,
        offered: Option<NewDevice>,
    ) -> Result<Next, Error> {
        let (ports, here) = (&self.service.ports, &mut attempt.here);
        let typed = attempt.username.as_str();
        let mut next = Next::Settled;
        let Some(session) = &mut attempt.session else {
            return Ok(next);
        };
        if attempt.is_taken_over && !self.goes_by(&session.user, typed) {
            return Err(Rejected::Subject.into());
        }
        if let Some(offered) = offered.filter(|_| P::Keeping::DEVICES) {
            let name = ports.device_name();
            if let Ok(call) = here.confirm(ports, session, offered, typed, name.as_deref()) {
                next = Next::once("ConfirmDevice", call, Then::DeviceConfirmed);
            }
            return Ok(next);
        }
        here.known_as(&session.user.username);
        if let Some(key) = here.key() {
            session.device_key = Some(key.to_string());
            if let Some(call) = here.say(session) {
                next = Next::once("UpdateDeviceStatus", call, Then::DeviceSaid);
            }
        }
        Ok(next)
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

    /// The new device is confirmed, or may be: its session is refreshed with its key.
    pub(super) fn confirmed_device(&self, attempt: &mut Attempt<'_, P>, may_say: bool) -> Next {
        let (here, session) = (&attempt.here, &mut attempt.session);
        if let Some(session) = session {
            session.device_key = here.key().map(ToString::to_string);
            if let Some(call) = here.say(session).filter(|_| may_say) {
                return Next::once("UpdateDeviceStatus", call, Then::DeviceSaid);
            }
        }
        Next::Settled
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
