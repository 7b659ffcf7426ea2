//! Signing in by redirect, as it crosses to JavaScript. The verifier and the code's tokens do not; the
//! nonce does as a part of the address.

use alloc::string::String;

use cognate_core::json::{Object, Value};
use cognate_core::oauth::{OAuthConfig, Prompt, RedirectRequest};
use cognate_core::{CallOptions, Client, Config, Error};

use super::arguments::{Arguments, Settings};
use super::error::error_object;
use super::results;
use crate::browser::{Browser, Cancel, JsJson, Storage, Tab};

/// A client that can. Unless the session is the tab's, the tab is for its redirects only.
pub(super) fn client(
    config: Config,
    storage: Storage,
    tab: Option<Tab>,
    settings: &Settings,
) -> Result<Client<Browser>, Error> {
    let oauth = oauth(settings)?;
    Ok(Client::new(config, Browser::new(storage).with_tab(tab)).with_oauth(oauth))
}

/// The member `oauth` of the configuration.
fn oauth(settings: &Settings) -> Result<Option<OAuthConfig>, Error> {
    let Some(oauth) = settings.0.member("oauth") else {
        return Ok(None);
    };
    let oauth = Settings(oauth);
    let required = |name| oauth.text(name).map(Option::unwrap_or_default);
    let scopes = oauth.given("scopes", |list: &JsJson| list.list(Value::text))?;
    let (domain, redirect_uri) = (required("domain")?, required("redirectUri")?);
    let sign_out_uri = oauth.text("signOutUri")?;
    let scopes = scopes.unwrap_or_default();
    OAuthConfig::parse(&domain, &redirect_uri, sign_out_uri.as_deref(), scopes).map(Some)
}

/// The address to go to.
pub(super) async fn begin(client: &Client<Browser>, given: &Arguments) -> Result<String, Error> {
    let prompt = given.text("prompt")?;
    let request = RedirectRequest {
        provider: given.text("provider")?,
        idp_identifier: given.text("idpIdentifier")?,
        login_hint: given.text("loginHint")?,
        prompt: prompt.as_deref().map(Prompt::parse).transpose()?,
        lang: given.text("lang")?,
        in_popup: given.flag("popup")?,
        app_state: given.text("appState")?,
    };
    let mut result = Object::new();
    result.text("url", &client.begin_redirect(&request).await?);
    Ok(results::text(result))
}

/// What became of it: `user` or `error`, and the app's note.
pub(super) async fn complete(
    client: &Client<Browser>,
    given: &Arguments,
    options: &CallOptions<Cancel>,
) -> Result<String, Error> {
    let query = given.text("query")?.unwrap_or_default();
    let completed = client.complete_redirect(&query, options).await;
    let mut result = Object::new();
    result.text_if("appState", completed.app_state.as_deref());
    match &completed.user {
        Ok(user) => result.object("user", &user.to_object()),
        Err(error) => result.object("error", &error_object(error)),
    };
    Ok(results::text(result))
}
