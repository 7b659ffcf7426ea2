//! What the browser brings back: the parameters of the redirect URI.

use alloc::string::String;

use super::{failure, query};
use crate::error::{Error, ErrorCode};
use crate::secret::Code;

/// The answer of the authorization endpoint
/// ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), sections 4.1.2 and 4.1.2.1).
pub(super) struct Answer {
    /// Which question it answers.
    pub(super) state: String,
    /// Who says that it answers ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
    pub(super) issuer: Option<String>,
    /// A code, or why there is none.
    pub(super) result: Result<Code, Error>,
}

impl Answer {
    /// Reads a query. Parameters of the app's own are passed over.
    ///
    /// # Errors
    /// [`ErrorCode::RedirectRejected`] when it is not validly encoded, when a parameter of the answer is
    /// there twice, and unless it has a state and either a code or an error.
    pub(super) fn parse(query: &str) -> Result<Self, Error> {
        let parameters = query::parse(query).ok_or_else(malformed)?;
        let take = |wanted: &str| {
            let mut values = parameters.iter().filter(|(name, _)| name == wanted);
            match (values.next(), values.next()) {
                (_, Some(_)) => Err(malformed()),
                (value, None) => Ok(value.map(|(_, value)| value.clone())),
            }
        };
        let result = match (take("code")?, take("error")?) {
            (Some(code), None) if !code.is_empty() => Ok(Code::new(code)),
            (None, Some(name)) => Err(failure::error(name, take("error_description")?, 0)),
            _ => return Err(malformed()),
        };
        Ok(Self {
            state: take("state")?.ok_or_else(malformed)?,
            issuer: take("iss")?,
            result,
        })
    }
}

fn malformed() -> Error {
    Error::answered(
        ErrorCode::RedirectRejected,
        "the address has no answer as the login domain gives it",
    )
}
