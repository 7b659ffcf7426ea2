//! Text messages by a webhook: a signed POST for each.
//!
//! The body is JSON: `id`, `to`, `message`, `userPoolId`, `purpose`. `X-Cognate-Timestamp` is the time in seconds,
//! `X-Cognate-Signature` is `sha256=` and the hexadecimal HMAC-SHA256 of timestamp, a full stop and the body, with the
//! secret that both sides have. `id` is the same for every try of a message. An answer of 2xx takes the message; 4xx but 408, 425 and 429
//! refuses it; anything else is tried again.

use aws_lc_rs::hmac;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;
use zeroize::Zeroizing;

use super::Text;
use super::letter::Letter;
use crate::app::AppState;
use crate::config::SmsConfig;
use crate::outgoing::{Outgoing, OutgoingError, hex};
use crate::pools::Pool;

/// Who takes text messages.
#[derive(Clone)]
pub struct Webhook {
    url: Url,
    key: hmac::Key,
    outgoing: Outgoing,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

/// Why a message was not taken.
#[derive(Debug)]
pub(super) enum SmsError {
    Refused(String),
    Later(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: &'a str,
    to: &'a str,
    message: &'a str,
    user_pool_id: &'a str,
    purpose: String,
}

impl Webhook {
    /// By the configuration.
    #[must_use]
    pub fn new(config: &SmsConfig, outgoing: &Outgoing) -> Self {
        Self {
            url: config.url.clone(),
            key: hmac::Key::new(hmac::HMAC_SHA256, config.secret().as_bytes()),
            outgoing: outgoing.clone(),
        }
    }

    pub(super) async fn send(
        &self,
        state: &AppState,
        pool: &Pool,
        id: &str,
        letter: &Letter,
        text: &Text,
    ) -> Result<(), SmsError> {
        let body = Body {
            id,
            to: &letter.to,
            message: &text.body,
            user_pool_id: &pool.id,
            purpose: format!("{:?}", letter.purpose),
        };
        let body =
            serde_json::to_vec(&body).map_err(|error| SmsError::Refused(error.to_string()))?;
        let body = Zeroizing::new(body);
        let timestamp = state.clock.now().to_string();
        let mut context = hmac::Context::with_key(&self.key);
        context.update(timestamp.as_bytes());
        context.update(b".");
        context.update(&body);
        let signature = format!("sha256={}", hex(context.sign().as_ref()));
        let header = |value: &str| HeaderValue::from_str(value).ok();
        let headers: Vec<_> = [
            (CONTENT_TYPE, header("application/json")),
            (
                HeaderName::from_static("x-cognate-timestamp"),
                header(&timestamp),
            ),
            (
                HeaderName::from_static("x-cognate-signature"),
                header(&signature),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let answer = self.outgoing.post(&self.url, &headers, body).await;
        let answer = answer.map_err(|error| match error {
            OutgoingError::Refused(..) => SmsError::Refused(error.to_string()),
            _ => SmsError::Later(error.to_string()),
        })?;
        let status = answer.status;
        let passes = [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::TOO_EARLY,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        if status.is_success() {
            Ok(())
        } else if status.is_client_error() && !passes.contains(&status) {
            Err(SmsError::Refused(format!("the webhook answered {status}")))
        } else {
            Err(SmsError::Later(format!("the webhook answered {status}")))
        }
    }
}
