//! Identity pools, as the worker's JavaScript holds them: a wasm of their own. The ID token crosses with each
//! call; credentials are kept here until they are forgotten, and cross to the page, which is what they are for.

use alloc::rc::Rc;
use alloc::string::String;

use cognate_core::identity::{
    Credentials, CredentialsFlow, CredentialsRequest, IdentityPool, IdentityPoolConfig,
};
use cognate_core::json::{Object, Value};
use cognate_core::secret::IdToken;
use cognate_core::{Error, ErrorCode};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;
use zeroize::Zeroizing;

use super::arguments::{Arguments, Settings};
use super::promise;
use crate::browser::{BareNetwork, JsJson};

/// One identity pool, for the people of one user pool and for guests.
#[wasm_bindgen(js_name = Identity)]
#[derive(Debug)]
pub struct JsIdentity {
    pool: Rc<IdentityPool<BareNetwork>>,
}

#[wasm_bindgen(js_class = Identity)]
impl JsIdentity {
    /// Starts without network. Rejects with `invalid_configuration`.
    pub fn start(settings: JsValue) -> Promise {
        promise(async {
            let settings = Settings(JsJson(settings));
            let config = settings.config()?;
            let pool = settings.text("identityPoolId")?.unwrap_or_default();
            let endpoint = settings.text("identityEndpoint")?;
            let sts = settings.text("stsEndpoint")?;
            let of_pool = IdentityPoolConfig::parse(&pool, endpoint.as_deref(), sts.as_deref())?;
            let pool = Rc::new(IdentityPool::new(config, of_pool, BareNetwork));
            Ok(Self { pool }.into())
        })
    }

    /// Runs `credentials`, `identityId` or `forget`. For who is signed in their `idToken` and `sub` are among the arguments. Rejects
    /// with the members of an `AuthError`.
    pub fn call(
        &self,
        operation: String,
        arguments: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let pool = Rc::clone(&self.pool);
        promise(async move {
            let arguments = Arguments(JsJson(arguments));
            let result = run(&pool, &operation, &arguments, signal).await?;
            Ok(result.as_str().into())
        })
    }
}

async fn run(
    pool: &IdentityPool<BareNetwork>,
    operation: &str,
    given: &Arguments,
    signal: Option<AbortSignal>,
) -> Result<Zeroizing<String>, Error> {
    let options = &given.options(signal)?;
    let mut result = Object::new();
    match operation {
        "credentials" => {
            let credentials = pool.credentials(&given.request()?, options).await?;
            write(&credentials, &mut result);
        }
        "identityId" => {
            let id = pool.identity_id(&given.request()?, options).await?;
            result.text("identityId", &id);
        }
        "forget" => pool.forget(),
        _ => return Err(Error::not_sent(ErrorCode::Internal, "no such operation")),
    }
    Ok(result.finish())
}

fn write(credentials: &Credentials, result: &mut Object) {
    result
        .text("accessKeyId", &credentials.access_key_id)
        .text("secretAccessKey", credentials.secret_access_key.secret())
        .text("sessionToken", credentials.session_token.secret())
        .whole("expiresAt", credentials.expires_at_ms)
        .text("identityId", &credentials.identity);
}

impl Arguments {
    fn request(&self) -> Result<CredentialsRequest, Error> {
        let logins = self.given("logins", Value::strings)?;
        Ok(CredentialsRequest {
            sub: self.text("sub")?,
            id_token: self.text("idToken")?.map(IdToken::new),
            logins: logins.unwrap_or_default(),
            identity: self.text("identityId")?,
            guest: self.text("guest")?,
            flow: self.credentials_flow()?,
            force: self.flag("forceRefresh")?,
        })
    }

    fn credentials_flow(&self) -> Result<CredentialsFlow, Error> {
        let flow = self.text("flow")?;
        match flow.as_deref().unwrap_or("enhanced") {
            "enhanced" => Ok(CredentialsFlow::Enhanced {
                role: self.text("role")?,
            }),
            "classic" => Ok(CredentialsFlow::Classic {
                role: self.required("role")?,
                session_name: self.text("sessionName")?,
                duration_seconds: self.given("durationSeconds", |seconds| {
                    seconds.whole()?.try_into().ok()
                })?,
            }),
            _ => Err(Error::not_sent(
                ErrorCode::InvalidParameter,
                "flow must be enhanced or classic",
            )),
        }
    }
}
