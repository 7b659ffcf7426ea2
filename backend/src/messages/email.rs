//! E-mail by SMTP.
//!
//! # Security model
//! TLS from the start or by `STARTTLS`, which is demanded then, with the system's root certificates. Without TLS only
//! to this machine, or to a host that `outgoing.allow` names. Addresses and subjects are encoded by the library,
//! so that no line of theirs becomes a header.

use std::fmt;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::Text;
use super::letter::Letter;
use crate::config::{Encryption, SmtpConfig};
use crate::pools::Pool;

/// How long a message may take from the connection to the last answer.
const TIME: Duration = Duration::from_secs(20);

/// A server that takes mail.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// It never will be.
    #[error("refused: {0}")]
    Refused(String),
    /// It may be, later.
    #[error("not now: {0}")]
    Later(String),
}

impl Smtp {
    /// By the configuration; `allowed` are the hosts of `outgoing.allow`.
    ///
    /// # Errors
    /// One sentence for what cannot be used.
    pub fn new(config: &SmtpConfig, allowed: &[String]) -> Result<Self, String> {
        let host = config.host.as_str();
        let tls = || TlsParameters::new(host.to_owned()).map_err(|error| error.to_string());
        let (tls, port) = match config.encryption {
            Encryption::Tls => (Tls::Wrapper(tls()?), 465),
            Encryption::StartTls => (Tls::Required(tls()?), 587),
            Encryption::None => {
                let is_here = matches!(host, "localhost" | "127.0.0.1" | "::1");
                if !is_here && !allowed.iter().any(|name| name == host) {
                    return Err(format!(
                        "mail would cross a network in the clear to {host}: set encryption, or name it in outgoing.allow"
                    ));
                }
                (Tls::None, 25)
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(TIME));
        if let Some((username, password)) = config.credentials() {
            builder = builder.credentials(Credentials::new(username, password));
        }
        let from = config
            .from
            .parse()
            .map_err(|error| format!("messages.smtp.from is no address: {error}"))?;
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    /// Sends a message. `id` is the same for every try, so that a server or a reader can see that two are one.
    pub(super) async fn send(
        &self,
        pool: &Pool,
        id: &str,
        letter: &Letter,
        text: &Text,
    ) -> Result<(), EmailError> {
        let refused = |error: &dyn fmt::Display| EmailError::Refused(error.to_string());
        let to: Address = letter.to.parse().map_err(|error| refused(&error))?;
        let texts = pool.texts();
        let own = texts.email_from().and_then(|from| from.parse().ok());
        let from = own.unwrap_or_else(|| self.from.clone());
        let domain = from.email.domain().to_owned();
        let kind = if text.is_html {
            ContentType::TEXT_HTML
        } else {
            ContentType::TEXT_PLAIN
        };
        let mut message = Message::builder()
            .message_id(Some(format!("<{id}@{domain}>")))
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(text.subject.clone())
            .header(kind);
        if let Some(reply_to) = texts.email_reply_to().and_then(|to| to.parse().ok()) {
            message = message.reply_to(reply_to);
        }
        let message = message
            .body(text.body.to_string())
            .map_err(|error| refused(&error))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // What a server says may have the address in it: only its code is told.
            Err(error) if error.is_permanent() => Err(refused(&said(&error))),
            Err(error) if error.is_transient() => Err(EmailError::Later(said(&error))),
            Err(error) => Err(EmailError::Later(chain(&error))),
        }
    }
}

fn said(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None => "the server did not take it".to_owned(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        text = format!("{text}: {inner}");
        next = inner.source();
    }
    text
}
