//! Signing in by redirect: the authorization code flow with PKCE
//! ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), section 4.1,
//! [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), OpenID Connect Core 1.0, section 3.1).
//!
//! # Steps
//!
//! 1. [`Client::begin_redirect`] draws state, nonce and verifier, remembers them, and gives the address
//!    of `/oauth2/authorize` that the browser goes to.
//! 2. The person signs in there, and the browser comes back to the redirect URI with an answer.
//!    In a window of its own the person does that too, and the page that opened it goes on.
//! 3. [`Client::complete_redirect`] takes what was remembered, which can be done once, checks the
//!    answer, buys tokens at `/oauth2/token`, and verifies them like any others, and the nonce.
//!
//! The session that follows refreshes at `/oauth2/token` too (`docs/decisions/0009`), and
//! [`Client::sign_out_url`] ends what the login domain itself remembers of the person.
//!
//! # Security model
//!
//! - The verifier leaves this crate only sealed, by the platform's [`FlowStore`], until it buys the tokens. State
//!   and nonce are in the address; the nonce to compare with is sealed. The state
//!   is 256 random bits, and one state is good for one answer within [`FLOW_LIFETIME_MS`].
//! - An answer to no question of this tab changes nothing: nobody is signed in or out by a link.
//! - `iss` of the answer is checked where there is one
//!   ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)): Amazon's service sends none. One client talks to one
//!   service, so that a mix-up needs a configuration that is wrong.
//! - A code is sent once. When no answer comes, it may have been spent, and using it again would revoke
//!   what it bought.
//!
//! # Limits
//!
//! No implicit flow, no `response_mode`, no pushed requests. The scope `openid` is needed: without an ID
//! token nobody is signed in.

mod answer;
mod authorize;
mod complete;
mod failure;
mod flow;
mod query;
mod settings;
mod sign_out;
mod token;

pub use authorize::{Prompt, RedirectRequest};
pub use complete::RedirectResult;
pub use flow::FLOW_LIFETIME_MS;
pub use settings::OAuthConfig;

use crate::client::Client;
use crate::error::{Error, ErrorCode};
#[cfg(doc)]
use crate::ports::FlowStore;
use crate::ports::Ports;

impl<P: Ports> Client<P> {
    /// The same client, which can also sign in by redirect.
    #[must_use]
    pub fn with_oauth(mut self, oauth: Option<OAuthConfig>) -> Self {
        self.oauth = oauth;
        self
    }

    fn oauth(&self) -> Result<&OAuthConfig, Error> {
        self.oauth.as_ref().ok_or_else(|| {
            Error::not_sent(
                ErrorCode::InvalidConfiguration,
                "signing in by redirect needs oauth in the configuration",
            )
        })
    }
}
