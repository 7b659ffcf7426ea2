//! Proving a password by SRP: `SRP_A` goes out, a challenge with the service's values comes back, and its
//! answer is the claim. [`super::device`] proves a device's in the same way.

use super::turn::{Attempt, Turn};
use crate::client::Client;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::{Object, StringMap};
use crate::ports::Ports;
use crate::secret::ChallengeSession;
use crate::srp::{Handshake, Identity, ServerValues, timestamp};

impl<P: Ports> Client<P> {
    /// `SRP_A`, which a proof follows.
    pub(super) fn begin_srp(
        &self,
        attempt: &mut Attempt<'_, P>,
        to: &mut Object,
    ) -> Result<(), Error> {
        let handshake = Handshake::begin(&self.service.ports)?;
        to.text("SRP_A", &handshake.public_hex());
        attempt.handshake = Some(handshake);
        Ok(())
    }

    /// The proof of the password, to the challenge `PASSWORD_VERIFIER`.
    pub(super) fn prove(
        &self,
        attempt: &mut Attempt<'_, P>,
        parameters: &StringMap,
        session: Option<&ChallengeSession>,
    ) -> Result<Turn, Error> {
        let (Some(handshake), Some(password)) = (attempt.handshake.take(), &attempt.password)
        else {
            return Err(not_begun());
        };
        let user = parameters.get("USER_ID_FOR_SRP").ok_or_else(incomplete)?;
        let identity = Identity {
            pool: self.service.config.pool.name(),
            user,
        };
        let responses = self.claim(handshake, identity, password.secret(), parameters)?;
        attempt.is_first = false;
        Ok(self.challenge(attempt, "PASSWORD_VERIFIER", session, responses))
    }

    /// The answer to a challenge of SRP: that what `identity` names knows `password`.
    pub(super) fn claim(
        &self,
        handshake: Handshake,
        identity: Identity<'_>,
        password: &str,
        parameters: &StringMap,
    ) -> Result<Object, Error> {
        let parameter = |name| parameters.get(name).ok_or_else(incomplete);
        let secret_block = parameter("SECRET_BLOCK")?;
        let server = ServerValues {
            salt: parameter("SALT")?,
            public: parameter("SRP_B")?,
            secret_block,
        };
        let timestamp = timestamp(self.service_now_ms() / 1000);
        let claim = handshake.prove(server, identity, password, &timestamp)?;
        let mut responses = Object::new();
        responses
            .text("PASSWORD_CLAIM_SECRET_BLOCK", secret_block)
            .text("PASSWORD_CLAIM_SIGNATURE", &claim)
            .text("TIMESTAMP", &timestamp);
        Ok(responses)
    }
}

/// What was asked for is no answer to anything that was sent.
pub(super) fn not_begun() -> Error {
    Error::answered(
        ErrorCode::InvalidResponse,
        "the service wants a proof that was not begun: sign in again",
    )
}
