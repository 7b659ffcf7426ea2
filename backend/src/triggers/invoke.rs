//! An endpoint of the Lambda Invoke API: `POST /2015-03-31/functions/NAME/invocations` runs the handler
//! wherever the operator has it, Amazon's or an emulator's.
//!
//! # Security model
//! Requests go out by `outgoing`, and are signed if the configuration has a key for it.
//!
//! # Limits
//! The answer is waited for (`RequestResponse`), [`TIME`] in all. Up to [`TRIES`] within that time, where nothing came
//! back or the endpoint failed: a handler that threw is not asked again.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;
use zeroize::Zeroizing;

use super::runner::{Invocation, LONGEST_ANSWER, RunError, Runner, Running, TIME};
use crate::clock::Clock;
use crate::config::FunctionsConfig;
use crate::outgoing::{Answer, Outgoing, OutgoingError, sign};

/// The service's own number.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// Requests under way at the same time, over all functions.
pub(super) const AT_ONCE: usize = 64;

/// A function behind the endpoint.
#[derive(Debug)]
pub struct Function {
    endpoint: Arc<Endpoint>,
    url: Url,
}

/// Where functions are.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) config: FunctionsConfig,
    pub(super) outgoing: Outgoing,
    pub(super) clock: Clock,
    pub(super) places: Semaphore,
}

/// What a function says that threw.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    error_message: Option<String>,
    error_type: Option<String>,
}

impl Function {
    /// The function of an ARN: `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, or with `:QUALIFIER`.
    pub(super) fn of(endpoint: &Arc<Endpoint>, arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let (name, qualifier) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", name] => (*name, None),
            ["arn", _, "lambda", _, _, "function", name, qualifier] => (*name, Some(*qualifier)),
            _ => return None,
        };
        let is_name = |text: &str| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte);
            (1..=140).contains(&text.len()) && text.bytes().all(is_allowed)
        };
        if !is_name(name) || !qualifier.is_none_or(is_name) {
            return None;
        }
        let mut url = endpoint.config.endpoint.clone();
        let name = match qualifier {
            Some(qualifier) => format!("{name}:{qualifier}"),
            None => name.to_owned(),
        };
        url.path_segments_mut().ok()?.pop_if_empty().extend([
            "2015-03-31",
            "functions",
            &name,
            "invocations",
        ]);
        Some(Self {
            endpoint: endpoint.clone(),
            url,
        })
    }

    async fn call(&self, invocation: Invocation) -> Result<Zeroizing<String>, RunError> {
        let until = Instant::now() + TIME;
        let Ok(Ok(_place)) = timeout_at(until, self.endpoint.places.acquire()).await else {
            return Err(RunError::Busy);
        };
        let mut tries = 1;
        loop {
            let asked = timeout_at(until, self.ask(&invocation)).await;
            match asked.unwrap_or(Err(Failed::For(RunError::TimedOut))) {
                Err(Failed::Maybe(_)) if tries < TRIES => {
                    tries += 1;
                    sleep(PAUSE).await;
                }
                Err(Failed::Maybe(error) | Failed::For(error)) => return Err(error),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    async fn ask(&self, invocation: &Invocation) -> Result<Zeroizing<String>, Failed> {
        let Endpoint {
            config,
            outgoing,
            clock,
            ..
        } = &*self.endpoint;
        let body = Zeroizing::new(invocation.event.as_bytes().to_vec());
        let mut headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (
                HeaderName::from_static("x-amz-invocation-type"),
                HeaderValue::from_static("RequestResponse"),
            ),
        ];
        if let Some(credentials) = &config.credentials {
            headers.extend(sign(credentials, "lambda", &self.url, &body, clock.now()));
        }
        let answer = outgoing.post(&self.url, &headers, body).await;
        let answer = answer.map_err(|error| match error {
            OutgoingError::TimedOut(_) => Failed::For(RunError::TimedOut),
            OutgoingError::Unreachable(..) => Failed::Maybe(RunError::Crashed(error.to_string())),
            _ => Failed::For(RunError::Crashed(error.to_string())),
        })?;
        read(&answer)
    }
}

/// Whether another try may help.
enum Failed {
    For(RunError),
    Maybe(RunError),
}

fn read(answer: &Answer) -> Result<Zeroizing<String>, Failed> {
    let status = answer.status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Failed::Maybe(RunError::Busy));
    }
    if status.is_server_error() {
        let why = format!("the endpoint answered {status}");
        return Err(Failed::Maybe(RunError::Crashed(why)));
    }
    if status != StatusCode::OK {
        let why = format!("the endpoint answered {status}");
        return Err(Failed::For(RunError::Crashed(why)));
    }
    if answer.headers.contains_key("x-amz-function-error") {
        let failure: Option<Failure> = serde_json::from_slice(&answer.body).ok();
        let Some(failure) = failure else {
            let why = "it failed without saying how".to_owned();
            return Err(Failed::For(RunError::Crashed(why)));
        };
        // Lambda's own words for a function that was stopped.
        if failure.error_type.as_deref() == Some("Sandbox.Timedout") {
            return Err(Failed::For(RunError::TimedOut));
        }
        let message = failure.error_message.unwrap_or_default();
        let message = message.chars().take(1000).collect();
        return Err(Failed::For(RunError::Thrown(message)));
    }
    if answer.body.len() > LONGEST_ANSWER {
        let why = format!("it has {} bytes", answer.body.len());
        return Err(Failed::For(RunError::Unreadable(why)));
    }
    let text = std::str::from_utf8(&answer.body)
        .map_err(|error| Failed::For(RunError::Unreadable(error.to_string())))?;
    Ok(Zeroizing::new(text.to_owned()))
}

impl Runner for Function {
    fn run(&self, invocation: Invocation) -> Running<'_> {
        Box::pin(self.call(invocation))
    }
}
