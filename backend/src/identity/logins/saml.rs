//! SAML responses (base64), as a provider lets a browser post them.
//!
//! # Security model
//! Everything is checked that `saml` checks, with the audience and recipient of the configuration; only responses that the
//! provider sent of its own, which answer no request: there is none here that could have been asked.
//!
//! # Limits
//! A response is good until it ends, as other logins are: whoever has one opens the identity until then. None is encrypted.

use serde_json::json;

use super::{LoginToken, VerifiedLogin, invalid};
use crate::app::AppState;
use crate::error::ApiError;
use crate::federation::Failure;
use crate::federation::saml_metadata::{at_address, in_file, newer_at};
use crate::identity::roles::unconfigured;
use crate::saml::{Assertion, Expected, SamlError, ServiceProvider};

const AUDIENCE: &str = "urn:amazon:webservices";
const RECIPIENT: &str = "https://signin.aws.amazon.com/saml";

/// Verifies a response of the provider with this ARN.
pub(super) async fn verify(
    state: &AppState,
    arn: &str,
    response: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let mut providers = state.config.identity.saml.iter();
    let Some(provider) = providers.find(|provider| provider.arn == arn) else {
        tracing::warn!(
            arn,
            "an identity pool has a provider that [[identity.saml]] does not"
        );
        return Err(unconfigured());
    };
    let metadata = match (&provider.metadata, &provider.metadata_url) {
        (Some(xml), _) => in_file(state, xml),
        (None, Some(address)) => at_address(state, address.as_str()).await,
        (None, None) => Err(Failure::Unbelievable("no metadata is configured")),
    };
    let metadata = metadata.map_err(|failure| {
        tracing::warn!(arn, %failure, "the metadata of a provider of an identity pool");
        match failure {
            Failure::Unreachable(_) | Failure::Refused(..) => {
                ApiError::external_service("The identity provider does not answer as it should.")
            }
            _ => unconfigured(),
        }
    })?;
    let audience = provider.audience.as_deref().unwrap_or(AUDIENCE);
    let recipient = provider.recipient.as_deref().unwrap_or(RECIPIENT);
    let receiver = ServiceProvider::receiving(audience, recipient).map_err(|_| unconfigured())?;
    let now = state.clock.now();
    let mut believed = receiver.verify(&metadata, response.secret(), Expected::Nothing, now);
    if let (Err(SamlError::Signature), Some(address)) = (&believed, &provider.metadata_url)
        && let Some(newer) = newer_at(state, address.as_str()).await
    {
        believed = receiver.verify(&newer, response.secret(), Expected::Nothing, now);
    }
    Ok(login(
        arn,
        audience,
        believed.map_err(|error| refused(&error))?,
    ))
}

fn login(arn: &str, audience: &str, assertion: Assertion) -> VerifiedLogin {
    let mut claims = assertion.claims();
    // What the provider signed in another place than its attributes.
    claims.insert("sub".to_owned(), json!(assertion.subject));
    claims.insert("aud".to_owned(), json!(audience));
    VerifiedLogin {
        provider: arn.to_owned(),
        subject: assertion.subject,
        client: audience.to_owned(),
        claims,
        is_developer: false,
    }
}

fn refused(error: &SamlError) -> ApiError {
    tracing::debug!(%error, "a SAML login is refused");
    match error {
        SamlError::Time => invalid("Token expired, or is not good yet."),
        SamlError::Audience => invalid("Incorrect token audience."),
        SamlError::Signature => invalid("Couldn't verify signed token."),
        SamlError::Issuer => invalid("Issuer doesn't match providerName"),
        _ => invalid("Not a valid SAML response."),
    }
}
