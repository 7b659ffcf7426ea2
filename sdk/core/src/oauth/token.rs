//! `POST /oauth2/token`: tokens for a code, and for a refresh token.

use super::flow::Flow;
use super::{OAuthConfig, failure};
use crate::client::Client;
use crate::error::{Error, ErrorCode, incomplete};
use crate::form::Form;
use crate::json::Value;
use crate::ports::{Content, HttpRequest, Ports};
use crate::secret::{AccessToken, Code, IdToken, RefreshToken};
use crate::text::joined;
use crate::transport::{self, Deadline};
use crate::wire::{Reply, Tokens};

impl<P: Ports> Client<P> {
    /// Tokens for a code, not verified.
    pub(super) async fn exchange(
        &self,
        code: &Code,
        flow: &Flow,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Tokens, Error> {
        let oauth = self.oauth()?;
        let mut form = self.token_request("authorization_code");
        form.add("code", code.secret())
            .add("redirect_uri", &flow.redirect_uri)
            .add("code_verifier", &flow.verifier);
        let tokens = self.ask_for_tokens(oauth, form, deadline).await;
        let tokens = tokens.map_err(|mut error| {
            if error.code == ErrorCode::NotAuthorized {
                error.code = ErrorCode::ChallengeExpired;
            }
            error
        })?;
        match tokens.id {
            Some(_) => Ok(tokens),
            None => Err(Error::answered(
                ErrorCode::InvalidConfiguration,
                "no ID token came: allow the app client the scope openid, and ask for it in oauth.scopes",
            )),
        }
    }

    /// Tokens for a refresh token, not verified.
    pub(crate) async fn refresh_by_redirect(
        &self,
        oauth: &OAuthConfig,
        refresh_token: &RefreshToken,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Tokens, Error> {
        let mut form = self.token_request("refresh_token");
        form.add("refresh_token", refresh_token.secret());
        self.ask_for_tokens(oauth, form, deadline).await
    }

    fn token_request(&self, grant_type: &str) -> Form {
        let mut form = Form::new();
        form.add("grant_type", grant_type)
            .add("client_id", self.service.config.client.as_str());
        form
    }

    /// Asked once: whoever repeats a spent code loses what it bought.
    async fn ask_for_tokens(
        &self,
        oauth: &OAuthConfig,
        form: Form,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Tokens, Error> {
        let request = HttpRequest {
            url: joined(&[oauth.domain.as_str(), "/oauth2/token"]),
            content: Content::Form,
            body: form.finish(),
        };
        let response = self.service.send(&request, deadline).await?;
        if !(200..300).contains(&response.status)
            && let Ok(body) = self.service.ports.parse(&response.body)
            && let Ok(Some(name)) = body.text_at("error")
        {
            let description = body.text_at("error_description").ok().flatten();
            return Err(failure::error(name, description, response.status));
        }
        tokens(&transport::reply(&self.service.ports, &response)?)
    }
}

/// The answer ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), section 5.1).
fn tokens<V: Value>(reply: &Reply<V>) -> Result<Tokens, Error> {
    let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("bearer");
    if !reply
        .text("token_type")?
        .is_some_and(|kind| is_bearer(&kind))
    {
        return Err(incomplete());
    }
    Ok(Tokens {
        access: reply.text("access_token")?.map(AccessToken::new),
        id: reply.text("id_token")?.map(IdToken::new),
        refresh: reply.text("refresh_token")?.map(RefreshToken::new),
        device: None,
    })
}
