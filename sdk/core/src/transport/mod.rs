//! One call of the JSON API: `POST /` with `X-Amz-Target`, attempts, and what an answer means.
//!
//! # Repeating
//!
//! A call that failed without an answer may have had its effect. Only operations marked
//! [`Repeat::Safe`] are attempted again: at most three times altogether, after a random part of a
//! growing delay (full jitter), not before `Retry-After`, and never beyond the caller's deadline.
//! With several endpoints the first one is asked that is not known to fail ([`health`]); a further attempt goes to
//! the next one at once, also when the first has not answered in [`ATTEMPT_MS`]. A call that must not be repeated goes to
//! one endpoint only, and never to find out whether that is back.
//!
//! The steps of one sign-in stay with an endpoint for as long as it answers.

mod classify;
mod health;

pub(crate) use classify::reply;
#[cfg(any(feature = "oauth", feature = "identity"))]
pub(crate) use classify::shortened;
pub(crate) use health::Health;

use alloc::string::String;

use zeroize::Zeroizing;

use crate::client::CallOptions;
use crate::error::{Error, ErrorCode};
use crate::json::Object;
use crate::ports::{Content, HttpRequest, HttpResponse, Limits, Network};
use crate::service::Service;
use crate::text::joined;
use crate::wire::Reply;

/// Attempts altogether.
const ATTEMPTS: u32 = 3;
/// The longest delay before the second attempt, doubled for the third, in milliseconds.
const FIRST_DELAY_MS: u32 = 200;

/// How long an endpoint may be silent before another one is asked, in milliseconds.
const ATTEMPT_MS: u32 = 8_000;

/// Whether an operation may be attempted again when its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Safe,
    /// Twice would create, send or spend something twice.
    Never,
}

/// The end of the time that a caller gave, for all requests of an operation together.
#[derive(Debug)]
pub(crate) struct Deadline<'a, C> {
    ends_at_ms: u64,
    timeout_ms: u32,
    cancel: &'a C,
}

impl<'a, C> Deadline<'a, C> {
    /// The end of a call that begins now.
    pub(crate) fn of(options: &'a CallOptions<C>, now_ms: u64) -> Self {
        Self {
            ends_at_ms: now_ms + u64::from(options.timeout_ms),
            timeout_ms: options.timeout_ms,
            cancel: &options.cancel,
        }
    }
}

impl<P: Network> Service<P> {
    /// The same deadline, or one that is this far away, whichever is sooner.
    pub(crate) fn sooner<'a>(
        &self,
        deadline: &Deadline<'a, P::Cancel>,
        ms: u32,
    ) -> Deadline<'a, P::Cancel> {
        let timeout_ms = self.limits(deadline, ms).timeout_ms;
        Deadline {
            ends_at_ms: self.ports.now_ms() + u64::from(timeout_ms),
            timeout_ms,
            cancel: deadline.cancel,
        }
    }

    /// What a port may take of the time that is left: at most this.
    pub(crate) fn limits<'a>(
        &self,
        deadline: &Deadline<'a, P::Cancel>,
        most_ms: u32,
    ) -> Limits<'a, P::Cancel> {
        Limits {
            timeout_ms: self.remaining_ms(deadline).min(most_ms),
            cancel: deadline.cancel,
        }
    }

    /// Calls an operation.
    pub(crate) async fn call(
        &self,
        operation: &str,
        repeat: Repeat,
        call: Object,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Reply<P::Value>, Error> {
        #[cfg(feature = "login")]
        if let Some((path, content)) = self.login_content(operation) {
            let request = HttpRequest {
                url: String::new(),
                content,
                body: call.finish(),
            };
            return self.attempt(&path, request, repeat, deadline).await;
        }
        let target = joined(&["AWSCognitoIdentityProviderService.", operation]);
        let request = HttpRequest {
            url: String::new(),
            content: Content::Operation(target),
            body: call.finish(),
        };
        self.attempt("/", request, repeat, deadline).await
    }

    /// Reads a public document of the pool, such as its keys.
    pub(crate) async fn read_document(
        &self,
        path: &str,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Reply<P::Value>, Error> {
        let request = HttpRequest {
            url: String::new(),
            content: Content::None,
            body: Zeroizing::default(),
        };
        self.attempt(path, request, Repeat::Safe, deadline).await
    }

    pub(crate) async fn attempt(
        &self,
        path: &str,
        mut request: HttpRequest,
        repeat: Repeat,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Reply<P::Value>, Error> {
        let mut attempt = 1;
        loop {
            let endpoints = &self.config.endpoints;
            let may_repeat = repeat == Repeat::Safe && attempt < ATTEMPTS;
            let index = self.choose_endpoint(repeat == Repeat::Safe);
            let endpoint = endpoints.get(index).ok_or_else(|| {
                Error::not_sent(ErrorCode::InvalidConfiguration, "there is no endpoint")
            })?;
            request.url = joined(&[endpoint.as_str(), path]);
            // Where there is another one to ask, a silent one does not get all the time.
            let turn_ms = match may_repeat && endpoints.len() > 1 {
                true => ATTEMPT_MS,
                false => u32::MAX,
            };
            let turn = self.sooner(deadline, turn_ms);
            let answered = match self.send(&request, &turn).await {
                Ok(response) => reply(&self.ports, &response),
                Err(error) => Err(error),
            };
            let code = answered.as_ref().err().map(|error| error.code);
            let is_silent = code == Some(ErrorCode::Timeout);
            let has_failed = matches!(
                code,
                Some(ErrorCode::Network | ErrorCode::ServiceUnavailable)
            );
            self.note_endpoint(index, has_failed || is_silent);
            let may_pass = has_failed
                || code == Some(ErrorCode::RateLimited)
                || (is_silent && turn_ms == ATTEMPT_MS);
            let error = match answered {
                Err(error) if may_repeat && may_pass => error,
                answered => return answered,
            };
            let is_another = self.choose_endpoint(false) != index;
            let delay_ms = match is_another {
                true => 0,
                false => self
                    .jitter(FIRST_DELAY_MS << (attempt - 1))?
                    .max(error.retry_after_ms.unwrap_or(0)),
            };
            if delay_ms >= self.remaining_ms(deadline) {
                return Err(error);
            }
            if !is_another {
                self.ports.pause(delay_ms, deadline.cancel).await;
            }
            attempt += 1;
        }
    }

    /// Sends one request, and learns the service's time from the answer.
    pub(crate) async fn send(
        &self,
        request: &HttpRequest,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<HttpResponse, Error> {
        let limits = self.limits(deadline, u32::MAX);
        if limits.timeout_ms == 0 {
            return Err(Error::not_sent(ErrorCode::Timeout, "the call's time is up"));
        }
        let began_ms = self.ports.now_ms();
        let response = self
            .ports
            .send(request, limits)
            .await
            .map_err(classify::failure)?;
        if let Some(date_ms) = response.date_ms {
            // The header has whole seconds: half a second is its mean error, as half of the time
            // that the call took is that of the moment it was written.
            let now_ms = began_ms.midpoint(self.ports.now_ms());
            self.clock_offset_ms
                .set(Some(signed_difference(date_ms + 500, now_ms)));
        }
        Ok(response)
    }

    fn remaining_ms(&self, deadline: &Deadline<'_, P::Cancel>) -> u32 {
        let remaining = deadline.ends_at_ms.saturating_sub(self.ports.now_ms());
        // A clock that was set back must not prolong the call.
        u32::try_from(remaining)
            .unwrap_or(u32::MAX)
            .min(deadline.timeout_ms)
    }

    /// Evenly random from 0 to `most_ms`.
    fn jitter(&self, most_ms: u32) -> Result<u32, Error> {
        let mut random = [0; 4];
        self.ports.fill(&mut random)?;
        let share = u64::from(u32::from_le_bytes(random)) * u64::from(most_ms);
        Ok((share >> 32) as u32)
    }
}

pub(crate) fn signed_difference(a: u64, b: u64) -> i64 {
    i64::try_from(i128::from(a) - i128::from(b)).unwrap_or_default()
}
