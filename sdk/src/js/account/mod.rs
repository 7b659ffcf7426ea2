//! The account operations, as the worker's JavaScript holds them: a wasm of their own, without signing
//! in. What opens an account crosses with each call, and is kept nowhere.

mod results;

use alloc::rc::Rc;
use alloc::string::String;

use cognate_core::secret::{AccessToken, Password};
use cognate_core::{Error, ErrorCode, Service};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::arguments::{Arguments, Settings};
use super::{nothing, promise};
use crate::browser::{JsJson, Network};

/// One app client of one pool, without a session.
#[wasm_bindgen(js_name = Account)]
#[derive(Debug)]
pub struct JsAccount {
    service: Rc<Service<Network>>,
}

#[wasm_bindgen(js_class = Account)]
impl JsAccount {
    /// Starts without network. Rejects with `invalid_configuration`.
    pub fn start(settings: JsValue) -> Promise {
        promise(async {
            let config = Settings(JsJson(settings)).config()?;
            let service = Rc::new(Service::new(config, Network));
            Ok(Self { service }.into())
        })
    }

    /// Runs one of the operations that a page may ask for. Those on the account of somebody who is
    /// signed in take their `accessToken` among the arguments. Rejects with the members of an
    /// `AuthError`.
    pub fn call(
        &self,
        operation: String,
        arguments: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let service = Rc::clone(&self.service);
        promise(async move {
            let arguments = Arguments(JsJson(arguments));
            let result = run(&service, &operation, &arguments, signal).await?;
            Ok(result.into())
        })
    }
}

async fn run(
    service: &Service<Network>,
    operation: &str,
    given: &Arguments,
    signal: Option<AbortSignal>,
) -> Result<String, Error> {
    let options = &given.options(signal)?;
    Ok(match operation {
        "signUp" => {
            let (username, password) = (given.username()?, given.password()?);
            let attributes = given.attributes("attributes")?;
            let validation_data = given.attributes("validationData")?;
            let result =
                service.sign_up(&username, &password, &attributes, &validation_data, options);
            results::sign_up(&result.await?)
        }
        "confirmSignUp" => {
            let (username, code) = (given.username()?, given.code()?);
            service.confirm_sign_up(&username, &code, options).await?;
            nothing()
        }
        "resendSignUpCode" => {
            let username = given.username()?;
            results::delivery(&service.resend_sign_up_code(&username, options).await?)
        }
        "forgotPassword" => {
            let username = given.username()?;
            results::delivery(&service.forgot_password(&username, options).await?)
        }
        "confirmForgotPassword" => {
            let (username, code) = (given.username()?, given.code()?);
            let password = given.password()?;
            service
                .confirm_forgot_password(&username, &code, &password, options)
                .await?;
            nothing()
        }
        "changePassword" => {
            let token = given.access_token()?;
            let (current, new) = (given.current_password()?, given.new_password()?);
            service
                .change_password(&token, &current, &new, options)
                .await?;
            nothing()
        }
        "getUser" => {
            let token = given.access_token()?;
            results::account(service.get_user(&token, options).await?)
        }
        "updateAttributes" => {
            let (token, attributes) = (given.access_token()?, given.attributes("attributes")?);
            let result = service.update_attributes(&token, &attributes, options);
            results::deliveries(&result.await?)
        }
        "deleteUser" => {
            service.delete_user(&given.access_token()?, options).await?;
            nothing()
        }
        _ => return Err(Error::not_sent(ErrorCode::Internal, "no such operation")),
    })
}

impl Arguments {
    fn access_token(&self) -> Result<AccessToken, Error> {
        let token = self.required("accessToken", "accessToken must be a string");
        token.map(AccessToken::new)
    }

    fn current_password(&self) -> Result<Password, Error> {
        self.required("currentPassword", "currentPassword must be a string")
            .map(Password::new)
    }

    fn new_password(&self) -> Result<Password, Error> {
        self.required("newPassword", "newPassword must be a string")
            .map(Password::new)
    }
}
