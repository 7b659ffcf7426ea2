//! The code flow as a client (RFC 6749, 4.1; OpenID Connect Core, 3.1), with PKCE and a nonce, and what the four
//! with names of their own do otherwise.
//!
//! # Steps
//! 1. [`begin`]: the address at the provider, with challenge and nonce (where it signs ID tokens).
//! 2. [`answered`]: the issuer the answer names, the code for tokens (`token_request`), the ID token, what the provider
//!    tells about the person (`profile`). Who signs no ID token says who it is there.
//!
//! # Security model
//! The answer's `iss` must be the provider's, and be there if the provider says it always is (RFC 9207): the code of
//! one provider does not go to another. What the endpoint about the person tells counts only if it is about the
//! person of the ID token.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::endpoints::{Endpoints, Word};
use super::id_token::{self, Expected, Signer};
use super::token_request::{self, Tokens};
use super::{Ask, ExternalIdentity, Failure, answer_address, profile};
use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};
use crate::opaque_secret::{OpaqueSecret, hash, row_name};

/// What a provider's answer has to fit.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Proof {
    nonce: String,
    verifier: Zeroizing<String>,
    /// What was handed on of the app's `max_age`.
    #[serde(default)]
    max_age: Option<i64>,
}

/// What came back through the browser (RFC 6749, 4.1.2).
pub struct ProviderAnswer {
    /// The provider's name for itself (RFC 9207).
    pub iss: Option<String>,
    /// What it says.
    pub outcome: Outcome,
}

/// What a provider says in its answer.
pub enum Outcome {
    /// The person signed in.
    Code {
        /// What tokens are bought with.
        code: Zeroizing<String>,
        /// Apple's JSON with the name of the person, at the first sign-in only.
        user: Option<String>,
    },
    /// They did not: the word that says why.
    Error(String),
    /// A SAML response, in base64, which says either.
    Response(String),
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outcome(..)")
    }
}

impl std::fmt::Debug for ProviderAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderAnswer(..)")
    }
}

pub(super) async fn begin(
    state: &AppState,
    provider: &IdentityProvider,
    ask: &Ask<'_>,
) -> Result<(String, Proof), Failure> {
    let endpoints = Endpoints::of(state, provider).await?;
    let proof = Proof {
        nonce: OpaqueSecret::draw()?.secret().to_owned(),
        verifier: Zeroizing::new(OpaqueSecret::draw()?.secret().to_owned()),
        // The four do not know it: Google's, for one, says nowhere when the person signed in.
        max_age: ask.max_age.filter(|_| provider.kind == ProviderType::Oidc),
    };
    let mut location = endpoints.authorize.clone();
    {
        let mut query = location.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", provider.detail("client_id"))
            .append_pair("redirect_uri", &answer_address(state, provider))
            .append_pair("scope", &scopes(provider))
            .append_pair("state", ask.state);
        if endpoints.issuer().is_some() {
            query.append_pair("nonce", &proof.nonce);
        }
        // Whether the provider says that it knows challenges or not: who does not has to ignore them (RFC 6749, 3.1).
        query
            .append_pair("code_challenge", &row_name(&hash(&proof.verifier)))
            .append_pair("code_challenge_method", "S256");
        match provider.kind {
            // Apple gives names and addresses to a form only.
            ProviderType::SignInWithApple => {
                query.append_pair("response_mode", "form_post");
            }
            ProviderType::Oidc | ProviderType::Google => {
                // Who is asked how old a proof may be has to say how old it is (OpenID Connect Core, 2): that it be a new one would be no
                // more than a word in an address that whoever sits at the browser can change.
                let is_oidc = provider.kind == ProviderType::Oidc;
                let now = (is_oidc && ask.prompts_for_login()).then_some(0);
                let max_age = proof.max_age.or(now).map(|seconds| seconds.to_string());
                let given = [
                    ("login_hint", ask.login_hint),
                    ("prompt", prompt(provider, ask)),
                    ("max_age", max_age.as_deref()),
                    ("ui_locales", ask.lang),
                ];
                for (name, value) in given {
                    if let Some(value) = value {
                        query.append_pair(name, value);
                    }
                }
            }
            _ => {}
        }
    }
    Ok((location.into(), proof))
}

pub(super) async fn answered(
    state: &AppState,
    provider: IdentityProvider,
    proof: &Proof,
    answer: &ProviderAnswer,
) -> Result<ExternalIdentity, Failure> {
    let endpoints = Endpoints::of(state, &provider).await?;
    check_issuer(&endpoints.word, answer)?;
    let (code, user) = match &answer.outcome {
        Outcome::Code { code, user } => (code, user),
        Outcome::Error(error) => {
            // Apple says it in a word of its own.
            return Err(match error.as_str() {
                "access_denied" | "user_cancelled_authorize" => Failure::Denied,
                _ => Failure::Declined,
            });
        }
        Outcome::Response(_) => {
            return Err(Failure::Unbelievable("the answer is of another protocol"));
        }
    };
    let tokens = token_request::tokens(state, &provider, &endpoints, code, &proof.verifier).await?;
    let mut told = Map::new();
    told.insert("tokenResponse".to_owned(), tokens.told());
    let mut claims = Map::new();
    let mut subject = None;
    let mut auth_time = None;
    if let Word::Signed { signer, .. } = &endpoints.word {
        let id_claims = believed(state, &provider, signer, &tokens, proof).await?;
        auth_time = id_claims.get("auth_time").and_then(Value::as_i64);
        subject = text(&id_claims, "sub");
        told.insert("idToken".to_owned(), json!(id_claims));
        claims = id_claims;
    }
    let profile = profile::of_person(state, &provider, &endpoints, &tokens).await?;
    if let Some(profile) = profile {
        let id = profile::id(&provider, &profile);
        match &subject {
            Some(subject) if id.as_ref() != Some(subject) => {
                return Err(Failure::Unbelievable(
                    "the provider tells about another person than the ID token's",
                ));
            }
            _ => subject = id,
        }
        told.insert("userInfo".to_owned(), json!(profile));
        claims.extend(profile);
    }
    // What the browser says of itself: for the mapping, where nobody else says it.
    let mut unsigned = BTreeSet::new();
    if let Some(name) = user.as_deref().and_then(apples_name)
        && provider.kind == ProviderType::SignInWithApple
    {
        for (claim, value) in name {
            if !claims.contains_key(&claim) {
                unsigned.insert(claim.clone());
                claims.insert(claim, value);
            }
        }
    }
    for (name, token) in [
        ("access_token", Some(&tokens.access_token)),
        ("id_token", tokens.id_token.as_ref()),
    ] {
        if let Some(token) = token {
            claims.insert(name.to_owned(), json!(token.as_str()));
        }
    }
    let subject = subject.filter(|subject| !subject.is_empty());
    let issuer = endpoints.issuer().filter(|_| !provider.kind.is_social());
    Ok(ExternalIdentity {
        issuer: issuer.map(str::to_owned),
        subject: subject.ok_or(Failure::Unbelievable("the provider names nobody"))?,
        provider,
        claims,
        unsigned,
        auth_time,
        session: None,
        ends_at: None,
        told,
    })
}

/// Google has no word for a new proof: there the person chooses an account again.
fn prompt<'a>(provider: &IdentityProvider, ask: &Ask<'a>) -> Option<&'a str> {
    match provider.kind {
        ProviderType::Google if ask.prompts_for_login() => Some("select_account"),
        _ => ask.prompt,
    }
}

/// RFC 9207, 2.4.
fn check_issuer(word: &Word, answer: &ProviderAnswer) -> Result<(), Failure> {
    let is_theirs = match (word, &answer.iss) {
        (Word::Signed { signer, .. }, Some(iss)) => *iss == signer.issuer,
        (Word::Signed { names_itself, .. }, None) => !names_itself,
        (Word::Told(_), iss) => iss.is_none(),
    };
    is_theirs.then_some(()).ok_or(Failure::Unbelievable(
        "the answer does not come from the provider that was asked",
    ))
}

async fn believed(
    state: &AppState,
    provider: &IdentityProvider,
    signer: &Signer,
    tokens: &Tokens,
    proof: &Proof,
) -> Result<Map<String, Value>, Failure> {
    let token = tokens.id_token.as_ref();
    let token = token.ok_or(Failure::Unbelievable("the provider gave no ID token"))?;
    let expected = Expected {
        client_id: provider.detail("client_id"),
        nonce: &proof.nonce,
        max_age: proof.max_age,
        access_token: &tokens.access_token,
    };
    id_token::verify(state, signer, token, &expected).await
}

/// `{"name": {"firstName": .., "lastName": ..}, "email": ..}`. The e-mail address is the ID token's to say.
fn apples_name(json: &str) -> Option<Map<String, Value>> {
    let user: Value = serde_json::from_str(json).ok()?;
    let name = user.get("name")?;
    let part = |member: &str| name.get(member).and_then(Value::as_str).map(str::to_owned);
    let mut claims = Map::new();
    let (first, last) = (part("firstName"), part("lastName"));
    let both: Vec<&str> = [&first, &last]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    claims.insert("name".to_owned(), json!(both.join(" ")));
    for (claim, names) in [("given_name", &first), ("family_name", &last)] {
        if let Some(value) = names {
            claims.insert(claim.to_owned(), json!(value));
        }
    }
    claims.extend(first.map(|first| ("firstName".to_owned(), json!(first))));
    claims.extend(last.map(|last| ("lastName".to_owned(), json!(last))));
    Some(claims)
}

/// Settings have them with spaces or with commas.
fn scopes(provider: &IdentityProvider) -> String {
    let words = provider.detail("authorize_scopes").split([' ', ',']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(str::to_owned)
}
