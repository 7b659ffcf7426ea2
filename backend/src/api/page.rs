//! Lists in pages.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

use crate::error::ApiError;

/// Rows of the largest page, which is also the default.
const LARGEST: i64 = 60;

/// Which page of a list. Some operations say `Limit`, others `MaxResults`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PageRequest {
    #[serde(alias = "MaxResults")]
    limit: Option<i64>,
    next_token: Option<String>,
}

impl PageRequest {
    /// What the page before ended with, and how many rows this one may have: 60 unless fewer are
    /// wanted; 0 is not fewer.
    pub(super) fn read(&self) -> Result<(String, i64), ApiError> {
        let limit = self.limit.filter(|limit| *limit > 0).unwrap_or(LARGEST);
        Ok((after(self.next_token.as_deref())?, limit.min(LARGEST)))
    }
}

/// What the page before ended with.
pub(super) fn after(next_token: Option<&str>) -> Result<String, ApiError> {
    let Some(token) = next_token else {
        return Ok(String::new());
    };
    Base64UrlUnpadded::decode_vec(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| ApiError::invalid_parameter("Invalid pagination token given."))
}

/// The token for the page after this row.
pub(super) fn token_after(last: &str) -> String {
    Base64UrlUnpadded::encode_string(last.as_bytes())
}

/// Cuts the page to its length; the token for the next one if there are more rows.
pub(super) fn next_token<R>(
    rows: &mut Vec<R>,
    limit: i64,
    id: impl Fn(&R) -> &str,
) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| token_after(id(row)))
}
