//! The client, as the worker's JavaScript holds it.

use alloc::rc::Rc;
use alloc::string::String;

use cognate_core::secret::{ChallengeSession, Password, RefreshToken};
use cognate_core::sign_in::Entry;
use cognate_core::text::joined;
use cognate_core::{Client, Error, ErrorCode};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;
use zeroize::Zeroizing;

use super::arguments::{Arguments, Settings};
#[cfg(feature = "oauth")]
use super::redirect;
use super::{promise, results};
use crate::browser::{Browser, JsJson, Persistence, Storage, Tab};

/// One app client of one pool.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct JsClient {
    inner: Rc<Client<Browser>>,
}

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// Starts a client and takes up the stored session, without network. `persistence` is `memory`, `device`, or
    /// `session`, which needs a tab's id and secret; with the others these are for redirects only. Where storage is
    /// blocked it is `memory`: see [`Self::state`].
    ///
    /// Rejects with `invalid_configuration`, `unsupported`.
    pub fn start(settings: JsValue) -> Promise {
        promise(async {
            let inner = Rc::new(start(Settings(JsJson(settings))).await?);
            Ok(Self { inner }.into())
        })
    }

    /// How things stand: `{ user?: { sub, username, claims }, kept, adopted, deviceKey?, offer? }`. `kept`: a session would outlive the
    /// worker. `adopted`: the last change was another client's. `offer`: what is left to do about the device, as JSON text.
    #[must_use]
    pub fn state(&self) -> String {
        results::state(&self.inner)
    }

    /// Runs one of the operations that a page may ask for. Rejects with the members of an `AuthError`.
    pub fn call(
        &self,
        operation: String,
        arguments: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let client = Rc::clone(&self.inner);
        promise(async move {
            let arguments = Arguments(JsJson(arguments));
            let result = run(&client, &operation, &arguments, signal).await?;
            Ok(result.into())
        })
    }

    /// An access token that lives for another minute at least, a space, and the ID token. For the worker's own requests:
    /// they must not be sent to the page. Rejects with the members of an `AuthError`.
    pub fn tokens(&self, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let client = Rc::clone(&self.inner);
        promise(async move {
            let options = Arguments(JsJson(options)).options(signal)?;
            let live = client.fresh_access_token(None, &options).await?;
            let (access, id) = (live.access_token.secret(), live.id_token.secret());
            let both = Zeroizing::new(joined(&[access, " ", id]));
            Ok(both.as_str().into())
        })
    }
}

async fn start(settings: Settings) -> Result<Client<Browser>, Error> {
    let config = settings.config()?;
    let tab = match (settings.text("tabId")?, settings.text("tabSecret")?) {
        (Some(id), Some(secret)) => Some(Tab::parse(&config, &id, &secret)?),
        _ => None,
    };
    let (persistence, name) = (settings.text("persistence")?, settings.text("namespace")?);
    let persistence = match (persistence.as_deref(), &tab) {
        (Some("device"), _) => Persistence::Device(name.as_deref().unwrap_or_default()),
        (Some("session"), Some(tab)) => Persistence::Session(tab),
        // A tab that could not keep its secret.
        (Some("memory" | "session"), _) => Persistence::Memory,
        _ => {
            return Err(Error::not_sent(
                ErrorCode::InvalidConfiguration,
                WRONG_PERSISTENCE,
            ));
        }
    };
    let storage = Storage::open(&config, persistence).await?;
    #[cfg(feature = "oauth")]
    let client = redirect::client(config, storage, tab, &settings)?;
    #[cfg(not(feature = "oauth"))]
    let client = Client::new(config, Browser::new(storage));
    client.resume().await;
    Ok(client)
}

async fn run(
    client: &Client<Browser>,
    operation: &str,
    given: &Arguments,
    signal: Option<AbortSignal>,
) -> Result<String, Error> {
    let options = &given.options(signal)?;
    Ok(match operation {
        "signIn" | "signedUp" | "takeOver" | "respond" | "resume" => {
            let entry = match operation {
                "signIn" => Entry::SignIn {
                    username: given.username()?,
                    password: given.text("password")?.map(Password::new),
                    flow: given.flow()?,
                },
                // For the worker: what comes after a sign-up.
                "signedUp" => Entry::SignedUp {
                    username: given.username()?,
                    is_confirmed: given.flag("confirmed")?,
                    session: given.text("session")?.map(ChallengeSession::new),
                },
                "takeOver" => Entry::TakeOver {
                    username: given.username()?,
                    token: RefreshToken::new(given.text("refreshToken")?.unwrap_or_default()),
                    device: given.left_device()?,
                },
                _ => {
                    let step = results::open_step(client, &given.sealed()?).await?;
                    if operation == "respond" {
                        let answer = given.answer(&step.kind)?;
                        Entry::Respond(step, answer)
                    } else {
                        Entry::Resume(step)
                    }
                }
            };
            let step = client.enter(entry, options).await?;
            results::step(client, &step).await?
        }
        // For the worker, which knows whether the app may have it.
        "getTokens" => {
            let minimum_ttl = given.minimum_ttl()?;
            results::token(&client.fresh_access_token(minimum_ttl, options).await?)
        }
        "refresh" => results::user(&client.refresh(options).await?),
        "signOut" => {
            #[cfg(feature = "oauth")]
            let url = client.sign_out_url();
            #[cfg(not(feature = "oauth"))]
            let url: Option<String> = None;
            let outcome = client.sign_out(given.flag("everywhere")?, options).await;
            results::signed_out(&outcome, url.as_deref())
        }
        // For the worker: the user was deleted.
        "forget" => {
            let sub = options.sub.as_deref().unwrap_or_default();
            client.forget(sub).await?;
            results::nothing()
        }
        "reread" => {
            client.resume().await;
            results::nothing()
        }
        #[cfg(feature = "oauth")]
        "beginRedirect" => redirect::begin(client, given).await?,
        #[cfg(feature = "oauth")]
        "completeRedirect" => redirect::complete(client, given, options).await?,
        _ => return Err(Error::not_sent(ErrorCode::Internal, "no such operation")),
    })
}

const WRONG_PERSISTENCE: &str = "persistence must be memory, session or device";
