//! A code for tokens at the provider's token endpoint (RFC 6749, 4.1.3), and how we prove to be its client there.
//!
//! The secret goes into the body where the provider takes it (`client_secret_post`, which the service uses), else into
//! the header (`client_secret_basic`). With `private_key` in the provider's details a signed assertion goes instead
//! (`private_key_jwt`); for Apple that JWT is the secret.

use base64ct::{Base64, Encoding};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::endpoints::Endpoints;
use super::{Failure, Step, answer_address, client_assertion};
use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};

/// What a provider gave.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: Zeroizing<String>,
    pub(super) id_token: Option<Zeroizing<String>>,
    token_type: Option<String>,
    scope: Option<String>,
    expires_in: Option<Value>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    /// What a trigger is told of it: the tokens among it, as published.
    pub(super) fn told(&self) -> Value {
        let mut told = json!({ "access_token": self.access_token.as_str() });
        let others = [
            (
                "id_token",
                self.id_token.as_ref().map(|token| json!(token.as_str())),
            ),
            (
                "token_type",
                self.token_type.as_ref().map(|kind| json!(kind)),
            ),
            ("scope", self.scope.as_ref().map(|scope| json!(scope))),
            ("expires_in", self.expires_in.clone()),
        ];
        for (name, value) in others {
            if let Some(value) = value {
                told[name] = value;
            }
        }
        told
    }
}

/// Buys tokens.
///
/// # Errors
/// [`Failure::Unreachable`], [`Failure::Refused`]; [`Failure::Unbelievable`] if the answer is none.
pub(super) async fn tokens(
    state: &AppState,
    provider: &IdentityProvider,
    endpoints: &Endpoints,
    code: &str,
    verifier: &str,
) -> Result<Tokens, Failure> {
    let (headers, body) = request(state, provider, endpoints, code, verifier)?;
    let answer = state.outgoing.post(&endpoints.token, &headers, body).await;
    let answer = answer.map_err(|error| Failure::of_request(Step::Token, &error))?;
    if !answer.status.is_success() {
        return Err(Failure::Refused(Step::Token, answer.status.as_u16()));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| Failure::Unbelievable("the answer of the token endpoint has no tokens"))
}

type Request = (Vec<(HeaderName, HeaderValue)>, Zeroizing<Vec<u8>>);

fn request(
    state: &AppState,
    provider: &IdentityProvider,
    endpoints: &Endpoints,
    code: &str,
    verifier: &str,
) -> Result<Request, Failure> {
    let client_id = provider.detail("client_id");
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &answer_address(state, provider))
        .append_pair("code_verifier", verifier);
    let mut headers = vec![
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        ),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ];
    match proof(state, provider, endpoints)? {
        ClientProof::Nothing => {
            form.append_pair("client_id", client_id);
        }
        ClientProof::Secret(secret) if endpoints.takes_secret_in_body => {
            form.append_pair("client_id", client_id)
                .append_pair("client_secret", &secret);
        }
        ClientProof::Secret(secret) => headers.push(basic(client_id, &secret)?),
        ClientProof::Assertion(assertion) => {
            form.append_pair("client_id", client_id)
                .append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", &assertion);
        }
    }
    Ok((headers, Zeroizing::new(form.finish().into_bytes())))
}

enum ClientProof {
    Nothing,
    Secret(Zeroizing<String>),
    Assertion(Zeroizing<String>),
}

fn proof(
    state: &AppState,
    provider: &IdentityProvider,
    endpoints: &Endpoints,
) -> Result<ClientProof, Failure> {
    let given = |name: &str| provider.details.get(name).filter(|text| !text.is_empty());
    let (client_id, now) = (provider.detail("client_id"), state.clock.now());
    let expires_at = now.saturating_add(client_assertion::SECONDS);
    let key_id = given("key_id").map(String::as_str);
    match (provider.kind, given("private_key"), given("client_secret")) {
        (ProviderType::SignInWithApple, Some(key), _) => {
            let claims = json!({
                "iss": provider.detail("team_id"), "iat": now, "exp": expires_at,
                "aud": endpoints.issuer(), "sub": client_id,
            });
            client_assertion::signed(key, key_id, &claims).map(ClientProof::Secret)
        }
        (ProviderType::Oidc, Some(key), _) => {
            let claims = json!({
                "iss": client_id, "sub": client_id, "aud": endpoints.token.as_str(),
                "jti": Uuid::new_v4().to_string(), "iat": now, "exp": expires_at,
            });
            client_assertion::signed(key, key_id, &claims).map(ClientProof::Assertion)
        }
        (_, _, Some(secret)) => Ok(ClientProof::Secret(Zeroizing::new(secret.clone()))),
        _ => Ok(ClientProof::Nothing),
    }
}

/// RFC 6749, 2.3.1: both halves are encoded as in a form first.
fn basic(client_id: &str, secret: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let encoded =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret)));
    let value = Zeroizing::new(format!("Basic {}", Base64::encode_string(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&value)
        .map_err(|_| Failure::Unbelievable("the client's secret cannot be sent"))?;
    value.set_sensitive(true);
    Ok((AUTHORIZATION, value))
}
