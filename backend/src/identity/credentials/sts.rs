//! `AssumeRoleWithWebIdentity` (AWS STS, 2011-06-15): a form is posted, XML comes back.
//!
//! # Security model
//! The endpoint is the configuration's, called as every outgoing request is. Sessions of guests are narrowed
//! to what the service lets guests do, whatever their role allows.

use form_urlencoded::Serializer;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use quick_xml::de::from_str;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::{Credentials, LIFETIME};
use crate::app::AppState;
use crate::config::StsConfig;
use crate::error::ApiError;
use crate::identity::roles::unconfigured;

/// The name of the sessions, as the service has it.
const SESSION_NAME: &str = "CognitoIdentityCredentials";

/// What guests may do at most. Source: the managed policy `AmazonCognitoUnAuthedIdentitiesSessionPolicy`, version
/// 3, in the AWS Managed Policy Reference.
const GUESTS: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["#,
    r#""rum:PutRumEvents","sagemaker:InvokeEndpoint","polly:*","comprehend:*","translate:*","transcribe:*","#,
    r#""rekognition:*","mobiletargeting:*","firehose:*","personalize:*","geo:GetMap*","geo:SearchPlaceIndex*","#,
    r#""geo:GetPlace","geo:CalculateRoute*","geo:*Geofence","geo:*Geofences","geo:*DevicePosition*","#,
    r#""kms:Encrypt","kms:Decrypt","kms:ReEncryptTo","kms:ReEncryptFrom","kms:GenerateDataKey","#,
    r#""kms:GenerateDataKeyPair","kms:GenerateDataKeyPairWithoutPlaintext","#,
    r#""kms:GenerateDataKeyWithoutPlaintext"]}]}"#
);

/// Credentials of the role, for this token.
pub(super) async fn assume(
    state: &AppState,
    sts: &StsConfig,
    role: &str,
    token: &str,
    is_guest: bool,
) -> Result<Credentials, ApiError> {
    let body = form(sts, role, token, is_guest);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = [(CONTENT_TYPE, kind)];
    let answer = state.outgoing.post(&sts.endpoint, &headers, body).await;
    let answer = answer.map_err(|error| {
        tracing::warn!(%error, "the STS does not answer");
        unavailable()
    })?;
    let text = str::from_utf8(&answer.body).map_err(|_| unavailable())?;
    if answer.status.is_success() {
        return read(text).ok_or_else(unavailable);
    }
    Err(refusal(text))
}

fn form(sts: &StsConfig, role: &str, token: &str, is_guest: bool) -> Zeroizing<Vec<u8>> {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", "AssumeRoleWithWebIdentity")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", role)
        .append_pair("RoleSessionName", SESSION_NAME)
        .append_pair("WebIdentityToken", token)
        .append_pair("DurationSeconds", &LIFETIME.to_string());
    if is_guest {
        form.append_pair("Policy", sts.guest_policy.as_deref().unwrap_or(GUESTS));
    }
    Zeroizing::new(form.finish().into_bytes())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    assume_role_with_web_identity_result: AssumedRole,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRole {
    credentials: Given,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expiration: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refused {
    error: Reason,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reason {
    code: String,
}

fn read(xml: &str) -> Option<Credentials> {
    let response: Response = from_str(xml).ok()?;
    let given = response.assume_role_with_web_identity_result.credentials;
    let expiration = OffsetDateTime::parse(&given.expiration, &Rfc3339).ok()?;
    Some(Credentials {
        access_key_id: given.access_key_id,
        secret_key: given.secret_access_key,
        session_token: given.session_token,
        expiration: expiration.unix_timestamp(),
    })
}

/// What a refusal of the STS is to the caller: the pool's fault, unless the STS has one of its own.
fn refusal(xml: &str) -> ApiError {
    let code = from_str::<Refused>(xml).map(|refused| refused.error.code);
    let code = code.unwrap_or_default();
    tracing::warn!(code, "the STS refuses");
    match code.as_str() {
        "AccessDenied"
        | "ValidationError"
        | "MalformedPolicyDocument"
        | "PackedPolicyTooLarge"
        | "InvalidIdentityToken"
        | "IDPRejectedClaim" => unconfigured(),
        _ => unavailable(),
    }
}

fn unavailable() -> ApiError {
    ApiError::external_service("The security token service does not answer as it should.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorType;

    #[test]
    fn credentials_are_read_from_the_published_form() {
        let xml = r#"<?xml version="1.0"?>
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <AssumeRoleWithWebIdentityResult>
                <SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken>
                <Credentials>
                  <SessionToken>a+b/c==</SessionToken>
                  <SecretAccessKey>secret&amp;key</SecretAccessKey>
                  <Expiration>2026-01-02T04:04:05Z</Expiration>
                  <AccessKeyId>ASIAX</AccessKeyId>
                </Credentials>
                <Provider>p</Provider>
              </AssumeRoleWithWebIdentityResult>
              <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
            </AssumeRoleWithWebIdentityResponse>"#;
        let read = read(xml).unwrap();
        assert_eq!(read.access_key_id, "ASIAX");
        assert_eq!(*read.secret_key, "secret&key");
        assert_eq!(*read.session_token, "a+b/c==");
        assert_eq!(read.expiration, 1_767_326_645);
    }

    #[test]
    fn a_refusal_is_the_pools_fault_and_anything_else_the_services() {
        let error = |code: &str| {
            let xml = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"
            );
            refusal(&xml).code
        };
        assert_eq!(
            error("AccessDenied"),
            ErrorType::InvalidIdentityPoolConfiguration
        );
        assert_eq!(error("InternalFailure"), ErrorType::ExternalService);
        assert_eq!(refusal("<html>").code, ErrorType::ExternalService);
        assert_eq!(refusal("").code, ErrorType::ExternalService);
        assert!(read("<html>").is_none());
        assert!(read("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>").is_none());
    }

    #[test]
    fn the_policy_of_guests_is_json() {
        let policy: serde_json::Value = serde_json::from_str(GUESTS).unwrap();
        assert_eq!(policy["Statement"][0]["Action"][0], "rum:PutRumEvents");
        assert!(GUESTS.len() < 2048, "an STS takes 2,048 characters");
    }
}
