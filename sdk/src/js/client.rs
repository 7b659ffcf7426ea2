//! The client, as the worker's JavaScript holds it.
//!
//! Arguments and results cross as JSON text, errors as the JSON text that is thrown: three lines of
//! JavaScript turn them into objects, where glue code for each type would be several kilobytes.

use alloc::borrow::ToOwned;
use alloc::string::String;

use cognate_core::{Client, Error, ErrorCode};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::arguments::{Arguments, Settings, parse};
use super::error::ErrorRecord;
use super::results::Results;
use crate::browser::{Browser, Storage};
use crate::json;

/// One app client of one pool.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct JsClient {
    inner: Client<Browser>,
}

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// Starts a client and takes up the stored session, without network. With a tab id and secret
    /// the persistence is `session`, without them `memory`.
    ///
    /// # Errors
    /// `invalid_configuration`, `storage_blocked`, `unsupported`.
    pub async fn start(settings: String) -> Result<Self, JsValue> {
        start(&settings).await.map_err(thrown)
    }

    /// Who is signed in: `{ sub, username, claims }` or `null`.
    ///
    /// # Errors
    /// `internal`.
    pub fn user(&self) -> Result<String, JsValue> {
        Results(&self.inner).state().map_err(thrown)
    }

    /// Runs one of the operations that a page may ask for.
    ///
    /// # Errors
    /// The members of an `AuthError`.
    pub async fn call(
        &self,
        operation: String,
        arguments: String,
        signal: Option<AbortSignal>,
    ) -> Result<String, JsValue> {
        self.run(&operation, &arguments, signal)
            .await
            .map_err(thrown)
    }

    /// An access token that lives for another minute at least. For the worker's own requests: it
    /// must not be sent to the page.
    ///
    /// # Errors
    /// The members of an `AuthError`.
    #[wasm_bindgen(js_name = accessToken)]
    pub async fn access_token(
        &self,
        options: String,
        signal: Option<AbortSignal>,
    ) -> Result<String, JsValue> {
        let options = parse::<Arguments>(&options, ErrorCode::InvalidParameter)
            .map_err(thrown)?
            .options(signal);
        let token = self
            .inner
            .fresh_access_token(MINIMUM_TTL_SECONDS, &options)
            .await;
        token.map(|token| token.secret().to_owned()).map_err(thrown)
    }

    async fn run(
        &self,
        operation: &str,
        arguments: &str,
        signal: Option<AbortSignal>,
    ) -> Result<String, Error> {
        let mut given: Arguments = parse(arguments, ErrorCode::InvalidParameter)?;
        let options = &given.options(signal);
        let client = &self.inner;
        let results = Results(client);
        match operation {
            "signUp" => {
                let (username, password) = (given.username()?, given.password()?);
                let attributes = given.attributes();
                results.sign_up(
                    &client
                        .sign_up(&username, &password, &attributes, options)
                        .await?,
                )
            }
            "confirmSignUp" => {
                let (username, code) = (given.username()?, given.code()?);
                client.confirm_sign_up(&username, &code, options).await?;
                results.nothing()
            }
            "resendSignUpCode" => results.delivery(
                &client
                    .resend_sign_up_code(&given.username()?, options)
                    .await?,
            ),
            "signIn" => {
                let (username, password) = (given.username()?, given.password()?);
                let step = client
                    .sign_in(&username, &password, given.flow()?, options)
                    .await?;
                results.step(&step).await
            }
            "respond" => {
                let step = results.open_step(&given.sealed).await?;
                let next = client
                    .respond(&step, given.answer(&step.kind)?, options)
                    .await?;
                results.step(&next).await
            }
            "resume" => {
                let step = results.open_step(&given.sealed).await?;
                results.sealed_step(&step, &given.sealed)
            }
            "forgotPassword" => {
                results.delivery(&client.forgot_password(&given.username()?, options).await?)
            }
            "confirmForgotPassword" => {
                let (username, code) = (given.username()?, given.code()?);
                let password = given.password()?;
                client
                    .confirm_forgot_password(&username, &code, &password, options)
                    .await?;
                results.nothing()
            }
            "changePassword" => {
                let (current, new) = (given.current_password()?, given.new_password()?);
                client.change_password(&current, &new, options).await?;
                results.nothing()
            }
            "getUser" => results.account(&client.get_user(options).await?),
            "updateAttributes" => results.deliveries(
                &client
                    .update_attributes(&given.attributes(), options)
                    .await?,
            ),
            "refresh" => results.user(&client.refresh(options).await?),
            "signOut" => results.signed_out(&client.sign_out(given.everywhere, options).await),
            "deleteUser" => {
                client.delete_user(options).await?;
                results.nothing()
            }
            _ => Err(Error::not_sent(ErrorCode::Internal, "no such operation")),
        }
    }
}

async fn start(settings: &str) -> Result<JsClient, Error> {
    let settings: Settings = parse(settings, ErrorCode::InvalidConfiguration)?;
    let config = settings.config()?;
    let storage = match (&settings.tab_id, &settings.tab_secret) {
        (Some(id), Some(secret)) => Storage::session(&config, id, secret).await?,
        _ => Storage::memory(&config).await?,
    };
    let inner = Client::new(config, Browser::new(storage));
    inner.resume().await?;
    Ok(JsClient { inner })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` wants"
)]
fn thrown(error: Error) -> JsValue {
    json::to_string(&ErrorRecord::from(&error))
        .unwrap_or_default()
        .into()
}

/// Long enough for a request to arrive before the token that it carries ends.
const MINIMUM_TTL_SECONDS: u32 = 60;
