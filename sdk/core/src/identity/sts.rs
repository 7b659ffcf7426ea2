//! `AssumeRoleWithWebIdentity` at an STS: a form, answered in XML.
//!
//! # Limits
//! Four texts are read out of the answer, by the names of their elements, and believed only if they are made of what such
//! texts are made of: that needs no parser of XML, which would be most of the wasm.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};

use super::request::Credentials;
use crate::error::{Answer, Details, Error, ErrorCode, Outcome, incomplete, service};
use crate::form::Form;
use crate::ports::{Content, HttpRequest, HttpResponse, Network};
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};
use crate::service::Service;
use crate::text::{decimal, joined};
use crate::transport::{Deadline, shortened};

/// Which role, and how.
pub(super) struct Assume<'a> {
    pub(super) role: &'a str,
    pub(super) session_name: &'a str,
    pub(super) duration_seconds: Option<u32>,
    pub(super) token: &'a OpenIdToken,
}

/// Credentials for a token. Their end is by the service's clock.
pub(super) async fn assume_role<P: Network>(
    service: &Service<P>,
    sts: &str,
    assume: &Assume<'_>,
    identity: String,
    deadline: &Deadline<'_, P::Cancel>,
) -> Result<Credentials, Error> {
    let seconds = assume.duration_seconds.map(decimal);
    let mut form = Form::new();
    form.add("Action", "AssumeRoleWithWebIdentity")
        .add("Version", "2011-06-15")
        .add("RoleArn", assume.role)
        .add("RoleSessionName", assume.session_name)
        .add("WebIdentityToken", assume.token.secret())
        .add_if("DurationSeconds", seconds.as_deref());
    let request = HttpRequest {
        url: joined(&[sts, "/"]),
        content: Content::Form,
        body: form.finish(),
    };
    let response = service.send(&request, deadline).await?;
    if !(200..300).contains(&response.status) {
        return Err(refusal(&response));
    }
    let body = &response.body;
    let expires_at_ms = element(body, "Expiration").and_then(instant_ms);
    let read = |name| element(body, name).map(ToString::to_string);
    match (
        read("AccessKeyId"),
        read("SecretAccessKey"),
        read("SessionToken"),
        expires_at_ms,
    ) {
        (Some(access_key_id), Some(secret), Some(token), Some(expires_at_ms)) => Ok(Credentials {
            access_key_id,
            secret_access_key: SecretAccessKey::new(secret),
            session_token: SessionToken::new(token),
            expires_at_ms,
            identity,
        }),
        _ => Err(incomplete()),
    }
}

fn refusal(response: &HttpResponse) -> Error {
    let name = element(&response.body, "Code");
    let message = between(&response.body, "Message").unwrap_or_default();
    let message = shortened(message.to_string());
    let known = name.and_then(|name| service::code_of(name, &message));
    let code = known.unwrap_or(match (response.status, name) {
        (429, _) => ErrorCode::RateLimited,
        (500.., _) => ErrorCode::ServiceUnavailable,
        (_, Some(_)) => ErrorCode::NotAuthorized,
        (_, None) => ErrorCode::InvalidResponse,
    });
    Error::from(Details {
        code,
        outcome: Outcome::Answered,
        message: match message.is_empty() {
            true => Cow::Borrowed("the STS gave no reason"),
            false => Cow::Owned(message),
        },
        retry_after_ms: None,
        answer: Some(Answer {
            http_status: response.status,
            request_id: response.request_id.clone(),
            service_type: name.map(ToString::to_string),
        }),
    })
}

/// What is in the first element of this name, if it is one word.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let text = between(xml, name)?.trim_ascii();
    let is_word = |b: u8| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'&' | b'"' | b'\'');
    (!text.is_empty() && text.bytes().all(is_word)).then_some(text)
}

fn between<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let from = after(xml, &joined(&["<", name, ">"]))?;
    let end = joined(&["</", name, ">"]);
    let at = from.as_bytes().windows(end.len());
    from.get(..at.clone().position(|part| part == end.as_bytes())?)
}

fn after<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    let mut places = text.as_bytes().windows(part.len());
    let at = places.position(|place| place == part.as_bytes())?;
    text.get(at + part.len()..)
}

/// `2026-11-23T17:00:00Z`, perhaps with a fraction, in milliseconds since 1970.
fn instant_ms(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    let is_shaped = bytes.len() > shape.len()
        && shape
            .iter()
            .zip(bytes)
            .all(|(&wanted, &given)| match wanted {
                b'0' => given.is_ascii_digit(),
                _ => given == wanted,
            });
    let (rest, is_utc) = (text.get(shape.len()..)?, text.ends_with('Z'));
    let mut fraction = rest.bytes().take(rest.len().saturating_sub(1));
    let is_fraction = match fraction.next() {
        None => true,
        Some(point) => point == b'.' && fraction.all(|b| b.is_ascii_digit()),
    };
    if !is_shaped || !is_utc || !is_fraction {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<u64> {
        let mut number = 0;
        for digit in bytes.get(from..to)? {
            number = number * 10 + u64::from(digit - b'0');
        }
        Some(number)
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hours, minutes, seconds) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) || hours > 23 {
        return None;
    }
    // Years from March to February: the day that comes and goes is the last one of a year then.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1;
    let days = days.checked_sub(DAYS_BEFORE_1970)?;
    Some((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}

/// From the first of March of the year 0.
const DAYS_BEFORE_1970: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_an_sts_writes_them() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600_000)),
            ("2026-11-23T17:04:05.123Z", Some(1_795_453_445_000)),
            ("2100-03-01T00:00:00Z", Some(4_107_542_400_000)),
            ("1969-12-31T23:59:59Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-23T17:04:05", None),
            ("2026-11-23T17:04:05+01:00", None),
            ("2026-11-23T17:04:05.Z3Z", None),
            ("2026-11-23 17:04:05Z", None),
            ("", None),
        ] {
            assert_eq!(instant_ms(text), ms, "{text}");
        }
    }

    #[test]
    fn what_is_not_one_word_is_not_read() {
        let xml =
            "<a><Code>One</Code><Two>a b</Two><Three/><Four>&amp;</Four><Five> x\n</Five><Six>";
        assert_eq!(element(xml, "Code"), Some("One"));
        assert_eq!(element(xml, "Five"), Some("x"));
        for name in ["Two", "Three", "Four", "Six", "Seven", ""] {
            assert_eq!(element(xml, name), None, "{name}");
        }
    }
}
