//! Administrators' signatures: AWS Signature Version 4 in the `Authorization` header.
//!
//! 1. read credential, signed headers and signature from `Authorization`;
//! 2. check the scope (the service of the operation, any region) and the time (15 minutes either way);
//! 3. build the canonical request from what was received, and the string to sign;
//! 4. sign it with the access key's secret and compare in constant time.
//!
//! # Security model
//! The signature covers the body's hash, `host`, `x-amz-date` and every `x-amz-*` header, the target
//! among them: a request that leaves one unsigned is refused, and so is one that has a signed header
//! twice. The same request may be sent again within the 15 minutes, as with the service.

use std::collections::HashMap;

use aws_lc_rs::{digest, hmac};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use subtle::ConstantTimeEq;
use time::PrimitiveDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

use crate::error::ApiError;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SKEW_SECONDS: i64 = 15 * 60;
const DATE: StaticFormatDescription =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// Checks the signature of a request to this service (`cognito-idp`). `secret_of` gives the secret of an access key it
/// knows. Answers the key's id.
pub(super) fn verify<'k>(
    service: &str,
    head: &Parts,
    body: &[u8],
    now: i64,
    secret_of: impl FnOnce(&str) -> Option<&'k str>,
) -> Result<String, ApiError> {
    let authorization = only(&head.headers, "authorization").map_err(|problem| match problem {
        Problem::Missing => ApiError::missing_authentication_token("Missing Authentication Token"),
        Problem::Unreadable => ApiError::incomplete_signature("Authorization is not readable."),
    })?;
    let given = Authorization::parse(authorization, service)?;
    let date = check_time(&head.headers, given.scope.date, now)?;
    // Temporary credentials do not exist here, so no session token can be right.
    if head.headers.contains_key("x-amz-security-token") {
        return Err(unknown_key());
    }
    let secret = secret_of(given.access_key_id).ok_or_else(unknown_key)?;
    let request = canonical_request(head, body, given.signed_headers)?;
    let string_to_sign = format!(
        "{ALGORITHM}\n{date}\n{}\n{}",
        given.scope.text,
        hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref()),
    );
    let expected = hex(sign(secret, &given.scope, &string_to_sign).as_ref());
    if bool::from(expected.as_bytes().ct_eq(given.signature.as_bytes())) {
        Ok(given.access_key_id.to_owned())
    } else {
        Err(ApiError::invalid_signature(
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method.",
        ))
    }
}

struct Authorization<'a> {
    access_key_id: &'a str,
    scope: Scope<'a>,
    signed_headers: &'a str,
    signature: &'a str,
}

struct Scope<'a> {
    /// `date/region/service/aws4_request`
    text: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str, service: &str) -> Result<Self, ApiError> {
        let parameters = header
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or_else(|| ApiError::incomplete_signature("Unsupported signing algorithm."))?;
        let mut named = HashMap::new();
        for parameter in parameters.split(',') {
            let known = parameter
                .trim()
                .split_once('=')
                .filter(|(name, _)| ["Credential", "SignedHeaders", "Signature"].contains(name))
                .and_then(|(name, value)| named.insert(name, value).is_none().then_some(()));
            if known.is_none() {
                return Err(ApiError::incomplete_signature(
                    "Authorization has a parameter twice or one that does not belong there.",
                ));
            }
        }
        let mut take = |name: &str| {
            named.remove(name).ok_or_else(|| {
                ApiError::incomplete_signature(format!(
                    "Authorization header requires '{name}' parameter."
                ))
            })
        };
        let credential = take("Credential")?;
        let (access_key_id, scope) = credential.split_once('/').ok_or_else(bad_scope)?;
        Ok(Self {
            access_key_id,
            scope: Scope::parse(scope, service)?,
            signed_headers: take("SignedHeaders")?,
            signature: take("Signature")?,
        })
    }
}

impl<'a> Scope<'a> {
    fn parse(text: &'a str, expected: &str) -> Result<Self, ApiError> {
        let parts: Vec<&str> = text.split('/').collect();
        let [date, region, service, end] = parts[..] else {
            return Err(bad_scope());
        };
        if service != expected {
            return Err(ApiError::invalid_signature(format!(
                "Credential should be scoped to correct service: '{expected}'."
            )));
        }
        if end != "aws4_request" {
            return Err(bad_scope());
        }
        Ok(Self {
            text,
            date,
            region,
            service,
        })
    }
}

/// The text of `x-amz-date`, if it is near enough.
fn check_time<'a>(headers: &'a HeaderMap, scope: &str, now: i64) -> Result<&'a str, ApiError> {
    let date = only(headers, "x-amz-date").map_err(|_| {
        ApiError::incomplete_signature("Authorization requires one 'X-Amz-Date' header.")
    })?;
    let time = PrimitiveDateTime::parse(date, DATE)
        .map_err(|_| ApiError::incomplete_signature("Date must be in ISO-8601 'basic format'."))?
        .assume_utc()
        .unix_timestamp();
    if !date.starts_with(scope) || scope.len() != 8 {
        return Err(ApiError::invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.",
        ));
    }
    if time.abs_diff(now) > SKEW_SECONDS.unsigned_abs() {
        let state = if time < now {
            "expired"
        } else {
            "not yet current"
        };
        return Err(ApiError::invalid_signature(format!(
            "Signature {state}: {date} is more than 15 min. away from this machine's time."
        )));
    }
    Ok(date)
}

fn canonical_request(head: &Parts, body: &[u8], signed: &str) -> Result<String, ApiError> {
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted_by(|a, b| a < b) {
        return Err(ApiError::invalid_signature(
            "SignedHeaders must be sorted, each name once.",
        ));
    }
    let unsigned = head
        .headers
        .keys()
        .map(|name| name.as_str())
        // A request without a host was signed for any host.
        .chain(["host"])
        .filter(|name| name.starts_with("x-amz-") || *name == "host")
        .find(|name| !names.contains(name));
    if let Some(name) = unsigned {
        return Err(ApiError::invalid_signature(format!(
            "'{name}' must be a signed header."
        )));
    }
    let payload = hex(digest::digest(&digest::SHA256, body).as_ref());
    if head
        .headers
        .get("x-amz-content-sha256")
        .is_some_and(|claimed| claimed != payload.as_str())
    {
        return Err(ApiError::invalid_signature(
            "The body is not the one that was signed.",
        ));
    }
    if head.uri.query().is_some() {
        return Err(ApiError::invalid_signature(
            "The request has a query, which this API has not.",
        ));
    }
    let mut request = format!("{}\n{}\n\n", head.method, head.uri.path());
    for name in &names {
        let value = only(&head.headers, name).map_err(|_| {
            ApiError::invalid_signature("A signed header is missing or there more than once.")
        })?;
        request.push_str(name);
        request.push(':');
        for (position, word) in value.split_ascii_whitespace().enumerate() {
            if position > 0 {
                request.push(' ');
            }
            request.push_str(word);
        }
        request.push('\n');
    }
    request.push('\n');
    request.push_str(signed);
    request.push('\n');
    request.push_str(&payload);
    Ok(request)
}

fn sign(secret: &str, scope: &Scope<'_>, string_to_sign: &str) -> hmac::Tag {
    let mac = |key: &[u8], data: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data.as_bytes())
    };
    let dated = mac(format!("AWS4{secret}").as_bytes(), scope.date);
    let regional = mac(dated.as_ref(), scope.region);
    let service = mac(regional.as_ref(), scope.service);
    let key = mac(service.as_ref(), "aws4_request");
    mac(key.as_ref(), string_to_sign)
}

enum Problem {
    Missing,
    Unreadable,
}

/// The value of a header that may be there only once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Problem> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Problem::Missing)?;
    if values.next().is_some() {
        return Err(Problem::Unreadable);
    }
    value.to_str().map_err(|_| Problem::Unreadable)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn bad_scope() -> ApiError {
    ApiError::incomplete_signature(
        "Credential must be the access key id and a scope of date, region, service, aws4_request.",
    )
}

fn unknown_key() -> ApiError {
    ApiError::unrecognized_client("The security token included in the request is invalid.")
}
