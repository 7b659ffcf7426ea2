//! Signing in with somebody else's identity: OpenID Connect, SAML 2.0, and the protocols of Google, Apple, Facebook and Amazon.
//!
//! # Steps
//! 1. [`begin`] makes the address at the provider, and what the way back has to fit ([`Pending`]).
//! 2. [`answered`] buys what the provider's answer promises and believes it only when everything about it holds: an
//!    [`ExternalIdentity`].
//! 3. [`signed_in`] finds or makes the user that this is: the attributes of the mapping, the links
//!    (`AdminLinkProviderForUser`), the provider's group, the triggers.
//!
//! Which browser and which app it is for is `oauth`'s, which holds the three together in a login transaction.
//! A protocol only makes an [`ExternalIdentity`]; what follows is the same for all.
//!
//! # Security model
//! - Of a provider only what it signed, or said over a connection of ours to an address that its own
//!   document or the pool's settings name, is believed. Nothing that came through the browser is, but for
//!   Apple's name of the person, which is display.
//! - A person of a provider is one user by the provider's own id of them. An e-mail address, verified or
//!   not, never leads to a user who is there already.
//! - What a provider must not learn does not go there: not the app's state, nonce or challenge.
//!
//! # Limits
//! Provider's tokens are not kept, unless the mapping puts them into an attribute.

mod assertion_flow;
mod client_assertion;
mod code_flow;
mod endpoints;
mod failure;
mod id_token;
mod mapping;
mod person;
mod profile;
mod provider_logout;
pub mod saml_metadata;
pub mod saml_parties;
mod token_request;

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use assertion_flow::ANSWER_PATH as SAML_ANSWER_PATH;
pub use code_flow::{Outcome, ProviderAnswer};
pub use failure::{Failure, Step};
pub use person::{SignedIn, check_fits, signed_in, told_email};
pub use provider_logout::{leave, left, log_out};

use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};
use crate::saml::Expected;
use crate::store::SamlSession;

/// Where a provider's answers come back to, behind the public URL.
pub const ANSWER_PATH: &str = "/oauth2/idpresponse";

/// What an app or a person asks a provider for.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Comes back with the answer: says which sign-in it belongs to.
    pub state: &'a str,
    /// Whom the provider may begin with.
    pub login_hint: Option<&'a str>,
    /// Whether the person is to be asked, as the app said it.
    pub prompt: Option<&'a str>,
    /// How many seconds ago the person may have proved who they are.
    pub max_age: Option<i64>,
    /// A language.
    pub lang: Option<&'a str>,
}

/// Where the browser goes, and what its way back has to fit.
#[derive(Debug)]
pub struct Begun {
    /// An address of the provider's.
    pub location: String,
    /// What to keep, sealed.
    pub pending: Pending,
}

/// What an answer has to fit. It is kept sealed: whoever reads it could make an answer fit.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The provider that was asked.
    pub provider: String,
    /// Its generation.
    #[serde(default)]
    pub generation: String,
    proof: Proof,
}

impl Ask<'_> {
    /// Whether the person is to prove who they are, however long they have been signed in there.
    fn is_for_proof(&self) -> bool {
        self.max_age.is_some() || self.prompts_for_login()
    }

    /// One of the words of `prompt`.
    fn prompts_for_login(&self) -> bool {
        let prompt = self.prompt.unwrap_or_default();
        prompt.split(' ').any(|word| word == "login")
    }
}

impl ExternalIdentity {
    /// Whether the provider tells that the person proved who they are in the last `seconds`.
    #[must_use]
    pub fn was_proved_within(&self, seconds: i64, now: i64) -> bool {
        let oldest = now.saturating_sub(seconds).saturating_sub(id_token::SKEW);
        self.auth_time.is_some_and(|then| then >= oldest)
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending({})", self.provider)
    }
}

/// By protocol.
#[derive(Clone, Serialize, Deserialize)]
enum Proof {
    Code(code_flow::Proof),
    Saml {
        request_id: String,
        /// Whether the person surely was to prove anew who they are (`ForceAuthn`).
        #[serde(default)]
        is_fresh: bool,
    },
}

/// Somebody, as a provider vouches for them.
#[derive(Debug)]
pub struct ExternalIdentity {
    /// By whom.
    pub provider: IdentityProvider,
    /// The provider's own id of the person.
    pub subject: String,
    /// The provider's name for itself, where it has one.
    pub issuer: Option<String>,
    /// What the attribute mapping takes from.
    pub claims: Map<String, Value>,
    /// The names of claims that only the browser brought: nobody is known by them.
    pub unsigned: BTreeSet<String>,
    /// When the person proved it, if the provider told, seconds since 1970. Without, a session there that is days old may have
    /// answered for whoever sits at the browser.
    pub auth_time: Option<i64>,
    /// The session there, where the provider can end it.
    pub session: Option<Box<SamlSession>>,
    /// When the session there ends, if the provider told, seconds since 1970.
    pub ends_at: Option<i64>,
    /// What the trigger `InboundFederation` is told (`attributes` of its event).
    pub told: Map<String, Value>,
}

/// Begins a sign-in at a provider.
///
/// # Errors
/// [`Failure::Unreachable`] and [`Failure::Unbelievable`] for the provider's document.
pub async fn begin(
    state: &AppState,
    provider: &IdentityProvider,
    ask: &Ask<'_>,
) -> Result<Begun, Failure> {
    let (location, proof) = match provider.kind {
        ProviderType::Saml => {
            let begun = assertion_flow::begin(state, provider, ask).await?;
            let proof = Proof::Saml {
                request_id: begun.request_id,
                is_fresh: begun.is_fresh,
            };
            (begun.location, proof)
        }
        _ => {
            let (location, proof) = code_flow::begin(state, provider, ask).await?;
            (location, Proof::Code(proof))
        }
    };
    Ok(Begun {
        location,
        pending: Pending {
            provider: provider.name.clone(),
            generation: provider.generation.clone(),
            proof,
        },
    })
}

/// Who it is that a provider sends back.
///
/// # Errors
/// [`Failure`]
pub async fn answered(
    state: &AppState,
    provider: IdentityProvider,
    pending: &Pending,
    answer: &ProviderAnswer,
) -> Result<ExternalIdentity, Failure> {
    match (&pending.proof, &answer.outcome) {
        (Proof::Code(proof), _) => code_flow::answered(state, provider, proof, answer).await,
        (
            Proof::Saml {
                request_id,
                is_fresh,
            },
            Outcome::Response(response),
        ) => {
            let expected = Expected::Request(request_id);
            let identity = assertion_flow::answered(state, provider, expected, response).await?;
            Ok(ExternalIdentity {
                // Many write the time of the response, whatever went before: it counts where a proof was asked for.
                auth_time: identity.auth_time.filter(|_| *is_fresh),
                ..identity
            })
        }
        (Proof::Saml { .. }, _) => Err(Failure::Unbelievable("the answer has no SAML response")),
    }
}

/// Whom a response (base64) of a SAML provider is about that answers no request. Whether the provider may begin is the
/// caller's to check.
///
/// # Errors
/// [`Failure`]
pub async fn unsolicited(
    state: &AppState,
    provider: IdentityProvider,
    response: &str,
) -> Result<ExternalIdentity, Failure> {
    let identity = assertion_flow::answered(state, provider, Expected::Nothing, response).await?;
    Ok(ExternalIdentity {
        // Nobody asked for a proof.
        auth_time: None,
        ..identity
    })
}

/// What a name in a path is written in other letters for (RFC 3986, 2.3).
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where this provider's answers come back to.
fn answer_address(state: &AppState, provider: &IdentityProvider) -> String {
    let common = format!("{}{ANSWER_PATH}", state.public_url);
    match provider.has_own_address() {
        true => {
            let name = utf8_percent_encode(&provider.name, IN_PATH);
            format!("{common}/{name}")
        }
        false => common,
    }
}
