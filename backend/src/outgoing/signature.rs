//! AWS Signature Version 4 of a POST without a query.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use url::Url;
use zeroize::Zeroizing;

const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// What requests are signed with.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The public part.
    pub access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    /// For example `eu-central-1`.
    pub region: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The headers that sign a POST of this body at this time, seconds since 1970.
#[must_use]
pub fn sign(
    credentials: &Credentials,
    service: &str,
    url: &Url,
    body: &[u8],
    now: i64,
) -> Vec<(HeaderName, HeaderValue)> {
    let date = OffsetDateTime::from_unix_timestamp(now)
        .ok()
        .and_then(|time| time.format(DATE).ok())
        .unwrap_or_default();
    let day = date.get(..8).unwrap_or_default();
    let host = super::name_of(url);
    let payload = hex(digest::digest(&digest::SHA256, body).as_ref());
    let mut signed = vec![
        ("host", host),
        ("x-amz-content-sha256", payload.clone()),
        ("x-amz-date", date.clone()),
    ];
    if let Some(token) = &credentials.session_token {
        signed.push(("x-amz-security-token", token.to_string()));
    }
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = signed
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let request = format!("POST\n{}\n\n{lines}\n{names}\n{payload}", url.path());
    let scope = format!("{day}/{}/{service}/aws4_request", credentials.region);
    let hashed = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}");
    let mac = |key: &[u8], data: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data.as_bytes())
    };
    let secret = Zeroizing::new(["AWS4", &credentials.secret_access_key].concat());
    let mut key = mac(secret.as_bytes(), day);
    for part in [&credentials.region, service, "aws4_request", &text] {
        key = mac(key.as_ref(), part);
    }
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex(key.as_ref())
    );
    let headers = signed
        .into_iter()
        .skip(1)
        .map(|(name, value)| (HeaderName::from_static(name), value));
    headers
        .chain([(AUTHORIZATION, authorization)])
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
        .collect()
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
