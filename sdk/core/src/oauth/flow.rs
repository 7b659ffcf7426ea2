//! What is remembered while the person is at the login domain.

use alloc::string::{String, ToString};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base64::encode_url;
use crate::error::Error;
use crate::json::{NotJson, Object, Value};
use crate::ports::{Json, Random};

/// How long an answer is waited for, in milliseconds: as long as the login domain keeps its own record.
pub const FLOW_LIFETIME_MS: u64 = 15 * 60_000;

/// One sign-in by redirect under way.
pub(super) struct Flow {
    /// Proves at the token endpoint that the code was asked for here
    /// ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), section 4.1): 256 bits in base64url.
    pub(super) verifier: Zeroizing<String>,
    /// What the ID token must repeat: 256 bits in base64url.
    pub(super) nonce: String,
    /// Where the person was to come back to.
    pub(super) redirect_uri: String,
    /// The app's own note.
    pub(super) app_state: Option<String>,
    /// Milliseconds since 1970 by the platform's clock.
    pub(super) began_at_ms: u64,
}

impl Flow {
    pub(super) fn begin(
        random: &impl Random,
        redirect_uri: &str,
        app_state: Option<&str>,
        now_ms: u64,
    ) -> Result<Self, Error> {
        Ok(Self {
            verifier: Zeroizing::new(random_text(random)?),
            nonce: random_text(random)?,
            redirect_uri: redirect_uri.to_string(),
            app_state: app_state.map(ToString::to_string),
            began_at_ms: now_ms,
        })
    }

    /// `code_challenge` of the method `S256`.
    pub(super) fn challenge(&self) -> String {
        encode_url(&Sha256::digest(self.verifier.as_bytes()))
    }

    /// Also when the clock was set back: how long it has been is not known then.
    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.began_at_ms) > FLOW_LIFETIME_MS
    }

    pub(super) fn to_json(&self) -> Zeroizing<String> {
        let mut record = Object::new();
        record
            .text("verifier", &self.verifier)
            .text("nonce", &self.nonce)
            .text("redirectUri", &self.redirect_uri)
            .text_if("appState", self.app_state.as_deref())
            .whole("beganAtMs", self.began_at_ms);
        record.finish()
    }

    pub(super) fn read(json: &impl Json, record: &str) -> Result<Self, NotJson> {
        let record = json.parse(record)?;
        let text = |name| record.text_at(name)?.ok_or(NotJson);
        Ok(Self {
            verifier: Zeroizing::new(text("verifier")?),
            nonce: text("nonce")?,
            redirect_uri: text("redirectUri")?,
            app_state: record.text_at("appState")?,
            began_at_ms: record.whole_at("beganAtMs")?.ok_or(NotJson)?,
        })
    }
}

/// 256 random bits in base64url: 43 characters, all of them fit for a verifier.
pub(super) fn random_text(random: &impl Random) -> Result<String, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(&mut *bytes)?;
    Ok(encode_url(&*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let flow = Flow {
            // RFC 7636, appendix B.
            verifier: Zeroizing::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into()),
            nonce: String::new(),
            redirect_uri: String::new(),
            app_state: None,
            began_at_ms: 0,
        };
        assert_eq!(
            flow.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
