//! The first half: the address of `/oauth2/authorize`.

use alloc::string::String;

use super::flow::{Flow, random_text};
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::form::Form;
use crate::ports::{FlowStore, Ports};
use crate::text::joined;

/// What an app may say about a sign-in by redirect. All of it is optional.
#[derive(Debug, Clone, Default)]
pub struct RedirectRequest {
    /// `identity_provider`: the name of a provider whose page to go to at once, or `COGNITO`.
    pub provider: Option<String>,
    /// `idp_identifier`: one of a provider's identifiers, such as an e-mail domain, instead of its name.
    pub idp_identifier: Option<String>,
    /// `login_hint`: what the page fills in as the user name.
    pub login_hint: Option<String>,
    /// `prompt`.
    pub prompt: Option<Prompt>,
    /// `lang`: the language of the page, such as `de`.
    pub lang: Option<String>,
    /// The answer comes to a window of its own: the state says so, after the client's id and a dot, by `popup.`
    pub in_popup: bool,
    /// A note of the app's own, such as the page to return to. It is kept here and given back; the
    /// login domain does not see it.
    pub app_state: Option<String>,
}

/// Whether the person is asked anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Nothing: where that does not do, the answer is `login_required`.
    None,
    /// Sign in again, even when the login domain remembers the person.
    Login,
    /// Choose an account.
    SelectAccount,
    /// Agree again.
    Consent,
}

impl Prompt {
    /// The value of the parameter.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] for another value.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let all = [Self::None, Self::Login, Self::SelectAccount, Self::Consent];
        let known = all.into_iter().find(|prompt| prompt.as_str() == text);
        known.ok_or_else(|| {
            Error::not_sent(
                ErrorCode::InvalidParameter,
                "prompt must be none, login, select_account or consent",
            )
        })
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::SelectAccount => "select_account",
            Self::Consent => "consent",
        }
    }
}

impl<P: Ports + FlowStore> Client<P> {
    /// Begins a sign-in by redirect: the address to send the browser to. Any number may be under way at once.
    ///
    /// The state begins with the client's id and a dot, by which a page knows an answer to it from
    /// parameters of its own.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`] without [`OAuthConfig`](super::OAuthConfig),
    /// [`ErrorCode::StorageBlocked`], [`ErrorCode::Unsupported`] without randomness.
    pub async fn begin_redirect(&self, request: &RedirectRequest) -> Result<String, Error> {
        let oauth = self.oauth()?;
        let (client, now_ms) = (
            self.service.config.client.as_str(),
            self.service.ports.now_ms(),
        );
        let app_state = request.app_state.as_deref();
        let flow = Flow::begin(&self.service.ports, &oauth.redirect_uri, app_state, now_ms)?;
        let place = if request.in_popup { ".popup." } else { "." };
        let state = joined(&[client, place, &random_text(&self.service.ports)?]);
        self.service
            .ports
            .save_flow(&state, &flow.to_json())
            .await?;

        let mut query = Form::new();
        query
            .add("response_type", "code")
            .add("client_id", client)
            .add("redirect_uri", &flow.redirect_uri)
            .add("state", &state)
            .add("nonce", &flow.nonce)
            .add("code_challenge", &flow.challenge())
            .add("code_challenge_method", "S256");
        if !oauth.scopes.is_empty() {
            query.add("scope", &oauth.scopes.join(" "));
        }
        query
            .add_if("identity_provider", request.provider.as_deref())
            .add_if("idp_identifier", request.idp_identifier.as_deref())
            .add_if("login_hint", request.login_hint.as_deref())
            .add_if("prompt", request.prompt.map(Prompt::as_str))
            .add_if("lang", request.lang.as_deref());
        Ok(joined(&[
            oauth.domain.as_str(),
            "/oauth2/authorize?",
            &query.finish(),
        ]))
    }
}
