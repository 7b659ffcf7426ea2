//! The login domain: what a hosted page calls instead of the JSON API.
//!
//! Steps: the app sends the browser to `/oauth2/authorize`, which begins a transaction and shows the
//! page; the page runs the same operations as an app does, under `/_cognate/login/`, with the
//! transaction's id in a header and its secret in a cookie that no script sees; the last answer is the
//! [`Location`] that leads back to the app, with a code.
//!
//! # Security model
//!
//! Tokens never arrive here: an answer with tokens is refused, and a client of the login domain has no
//! session. The transaction's row, not the page, says which app signs in; `ClientId` in a request is
//! ignored by the service. A location whose scheme is script is refused.

use alloc::string::String;

use crate::client::{Client, Options};
use crate::config::Config;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::Object;
use crate::ports::{Content, Ports};
use crate::secret::Location;
use crate::service::Service;
use crate::sign_in::SignInStep;
use crate::text::joined;
use crate::transport::Repeat;
use crate::wire::Reply;

/// Where the operations of the login domain are.
pub const PATH: &str = "/_cognate/login/";

/// The id of a login transaction: `txn` in the page's query. Not a secret: the cookie is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionId(String);

impl TransactionId {
    /// Takes an id as the query has it: 1 to 128 letters, digits, `-` and `_`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let is_id = (1..=128).contains(&text.len()) && text.bytes().all(sound);
        is_id.then(|| Self(text.into()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Another identity provider, as somebody chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider<'a> {
    /// By its name.
    Named(&'a str),
    /// By an identifier, or by an e-mail address whose domain is one.
    Of(&'a str),
}

impl<P: Ports> Client<P> {
    /// A client of the login domain. The configuration's endpoint is the page's own origin.
    #[must_use]
    pub fn of_login(config: Config, transaction: TransactionId, ports: P) -> Self {
        let mut client = Self::new(config, ports);
        client.service.login = Some(transaction);
        client
    }

    /// What kind of login this is: the service's description, member by member, for the page to read.
    ///
    /// # Errors
    /// Those of every call; see [`is_transaction_gone`].
    pub async fn describe_login(&self, options: &Options<P>) -> Result<P::Value, Error> {
        let deadline = self.deadline(options);
        let description = self.call("DescribeLogin", Repeat::Safe, Object::new(), &deadline);
        description.await.map(|reply| reply.0)
    }

    /// Goes on as who is signed in here, where the login offers that. Answers where that leads.
    ///
    /// # Errors
    /// Those of every call; `NotAuthorized` if they are not signed in any more.
    pub async fn continue_login(&self, options: &Options<P>) -> Result<Location, Error> {
        self.leads_to("ContinueLogin", Object::new(), options).await
    }

    /// Says whether the app may have what it asks for. Answers where that leads.
    ///
    /// # Errors
    /// As [`continue_login`](Self::continue_login).
    pub async fn decide_consent(
        &self,
        allow: bool,
        options: &Options<P>,
    ) -> Result<Location, Error> {
        let mut decision = Object::new();
        decision.boolean("Allow", allow);
        self.leads_to("DecideConsent", decision, options).await
    }

    /// Goes to another identity provider. Answers where that is; if the provider cannot be asked, a page of ours that
    /// says so.
    ///
    /// # Errors
    /// As [`continue_login`](Self::continue_login); see [`is_unknown_provider`].
    pub async fn continue_with_provider(
        &self,
        provider: &Provider<'_>,
        options: &Options<P>,
    ) -> Result<Location, Error> {
        let mut chosen = Object::new();
        match provider {
            Provider::Named(name) => chosen.text("Provider", name),
            Provider::Of(identifier) => chosen.text("Identifier", identifier),
        };
        self.leads_to("ContinueWithProvider", chosen, options).await
    }

    async fn leads_to(
        &self,
        operation: &'static str,
        decision: Object,
        options: &Options<P>,
    ) -> Result<Location, Error> {
        let deadline = self.deadline(options);
        let reply = self
            .call(operation, Repeat::Never, decision, &deadline)
            .await?;
        match self.redirect(&reply)? {
            Some(SignInStep::Redirect(location)) => Ok(location),
            _ => Err(incomplete()),
        }
    }

    /// The end of a sign-in of the login domain, if `reply` is one.
    pub(crate) fn redirect(&self, reply: &Reply<P::Value>) -> Result<Option<SignInStep>, Error> {
        if self.service.login.is_none() {
            return Ok(None);
        }
        match reply.text("Location")? {
            Some(location) if leads_somewhere(&location) => {
                Ok(Some(SignInStep::Redirect(Location::new(location))))
            }
            Some(_) => Err(incomplete()),
            None if reply.tokens()?.is_some() => Err(Error::answered(
                ErrorCode::InvalidResponse,
                "the login domain answered with tokens, which have no business here",
            )),
            None => Ok(None),
        }
    }
}

impl<P> Service<P> {
    /// Where an operation goes, and as what, if this is a client of the login domain.
    pub(crate) fn login_content(&self, operation: &str) -> Option<(String, Content)> {
        let content = Content::Login {
            transaction: self.login.as_ref()?.as_str().into(),
        };
        Some((joined(&[PATH, operation]), content))
    }
}

/// Whether the service no longer knows the login transaction: it expired, it was used, or it began in
/// another browser. The person starts again from the app.
#[must_use]
pub fn is_transaction_gone(error: &Error) -> bool {
    is_called(error, "LoginTransactionNotFoundException")
}

/// Whether the app has no provider of this name, or none for this address.
#[must_use]
pub fn is_unknown_provider(error: &Error) -> bool {
    is_called(error, "ResourceNotFoundException")
}

fn is_called(error: &Error, name: &str) -> bool {
    let answer = error.answer.as_ref();
    answer.is_some_and(|answer| answer.service_type.as_deref() == Some(name))
}

/// An absolute URL that is not script. Apps may have schemes of their own.
fn leads_somewhere(location: &str) -> bool {
    let Some((scheme, _)) = location.split_once(':') else {
        return false;
    };
    let script = ["javascript", "data", "vbscript", "blob", "file"];
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    !scheme.is_empty()
        && scheme.bytes().all(sound)
        && !script.iter().any(|name| scheme.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_an_absolute_url_that_is_not_script() {
        for location in [
            "https://app.example/?code=1",
            "http://localhost:4200/",
            "com.example.app:/back",
        ] {
            assert!(leads_somewhere(location), "{location}");
        }
        for location in [
            "",
            "/login",
            ":",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(!leads_somewhere(location), "{location}");
        }
    }

    #[test]
    fn a_transaction_id_is_a_plain_word() {
        assert!(TransactionId::parse("aZ09-_").is_some());
        for text in ["", "a b", "a\r\nb", "a;b", &"a".repeat(129)] {
            assert!(TransactionId::parse(text).is_none(), "{text:?}");
        }
    }
}
