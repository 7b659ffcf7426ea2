//! What a provider tells about the person for an access token: `userinfo` (OpenID Connect Core, 5.3), Facebook's
//! graph, Amazon's profile.

use aws_lc_rs::hmac;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::endpoints::Endpoints;
use super::token_request::Tokens;
use super::{Failure, Step};
use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};
use crate::outgoing::hex;

/// What Facebook is asked for besides what is mapped.
const FACEBOOK_FIELDS: [&str; 3] = ["id", "name", "email"];

/// What the provider tells; `None` if it has no such endpoint.
///
/// # Errors
/// [`Failure::Unreachable`], [`Failure::Refused`]; [`Failure::Unbelievable`] if it is no JSON object.
pub(super) async fn of_person(
    state: &AppState,
    provider: &IdentityProvider,
    endpoints: &Endpoints,
    tokens: &Tokens,
) -> Result<Option<Map<String, Value>>, Failure> {
    let Some(mut address) = endpoints.user_info().cloned() else {
        return Ok(None);
    };
    if provider.kind == ProviderType::Facebook {
        let proof = appsecret_proof(provider.detail("client_secret"), &tokens.access_token);
        address
            .query_pairs_mut()
            .append_pair("fields", &fields(provider))
            .append_pair("appsecret_proof", &proof);
    }
    let unsendable = |_| Failure::Unbelievable("the provider's access token cannot be sent");
    let bearer = Zeroizing::new(format!("Bearer {}", tokens.access_token.as_str()));
    let mut bearer = HeaderValue::from_str(&bearer).map_err(unsendable)?;
    bearer.set_sensitive(true);
    let headers = [
        (AUTHORIZATION, bearer),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ];
    let outgoing = &state.outgoing;
    let answer = if provider.detail("attributes_request_method") == "POST" {
        outgoing
            .post(&address, &headers, Zeroizing::default())
            .await
    } else {
        outgoing.get(&address, &headers).await
    };
    let answer = answer.map_err(|error| Failure::of_request(Step::UserInfo, &error))?;
    if !answer.status.is_success() {
        return Err(Failure::Refused(Step::UserInfo, answer.status.as_u16()));
    }
    serde_json::from_slice(&answer.body).map(Some).map_err(|_| {
        Failure::Unbelievable("what the provider tells of the person is no JSON object")
    })
}

/// The provider's id of the person in what it tells.
pub(super) fn id(provider: &IdentityProvider, profile: &Map<String, Value>) -> Option<String> {
    let name = match provider.kind {
        ProviderType::Facebook => "id",
        ProviderType::LoginWithAmazon => "user_id",
        _ => "sub",
    };
    profile.get(name)?.as_str().map(str::to_owned)
}

/// Proves that a call comes from the app that the token is for: HMAC-SHA256 of the token with the app's secret.
fn appsecret_proof(secret: &str, access_token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, access_token.as_bytes()).as_ref())
}

fn fields(provider: &IdentityProvider) -> String {
    let mut fields: Vec<&str> = FACEBOOK_FIELDS.to_vec();
    let mapped = provider.settings.attribute_mapping.iter().flatten();
    for (_, field) in mapped {
        if !fields.contains(&field.as_str()) && field != "access_token" {
            fields.push(field);
        }
    }
    fields.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_of_the_app_is_the_hmac_of_the_token() {
        // RFC 4231, test case 2.
        assert_eq!(
            appsecret_proof("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
