//! The account operations, as the worker's JavaScript holds them: a wasm of their own, without signing
//! in. What opens an account crosses with each call, and is kept nowhere.

mod results;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::account::{DeviceOffer, MfaSetting, MfaSettings, Page};
use cognate_core::json::Value;
use cognate_core::secret::{AccessToken, PasskeyCredential, Password};
use cognate_core::{CallOptions, Error, ErrorCode, Service};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::arguments::{Arguments, Settings};
use super::{nothing, promise};
use crate::browser::{Cancel, JsJson, Network};

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
            let network = Network::new(&config);
            let service = Rc::new(Service::new(config, network));
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
            let username = given.username()?;
            let password = given.text("password")?.map(Password::new);
            let attributes = given.attributes("attributes")?;
            let validation_data = given.attributes("validationData")?;
            let password = password.as_ref();
            let result =
                service.sign_up(&username, password, &attributes, &validation_data, options);
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
        _ => return open(service, operation, given, options).await,
    })
}

/// What an access token opens.
async fn open(
    service: &Service<Network>,
    operation: &str,
    given: &Arguments,
    options: &CallOptions<Cancel>,
) -> Result<String, Error> {
    let token = &given.access_token()?;
    match operation {
        "getUser" => return Ok(results::account(service.get_user(token, options).await?)),
        "changePassword" => {
            let current = given.text("currentPassword")?.map(Password::new);
            let new = given.new_password()?;
            let change = service.change_password(token, current.as_ref(), &new, options);
            change.await?;
        }
        "deleteUser" => service.delete_user(token, options).await?,
        "updateAttributes" => {
            let attributes = given.attributes("attributes")?;
            let sent = service.update_attributes(token, &attributes, options);
            return Ok(results::deliveries(&sent.await?));
        }
        "deleteAttributes" => {
            let names = given.list("names")?;
            service.delete_attributes(token, &names, options).await?;
        }
        "sendAttributeCode" => {
            let attribute = given.named("attribute")?;
            let sent = service.send_attribute_code(token, &attribute, options);
            return Ok(results::delivery(&sent.await?));
        }
        "confirmAttribute" => {
            let (attribute, code) = (given.named("attribute")?, given.code()?);
            let confirmed = service.confirm_attribute(token, &attribute, &code, options);
            confirmed.await?;
        }
        "getAuthFactors" => {
            return Ok(results::factors(
                &service.auth_factors(token, options).await?,
            ));
        }
        "mfaPreference" => {
            let preference = service.mfa_preference(token, options).await?;
            return Ok(results::mfa_preference(&preference));
        }
        "setMfaPreference" => {
            let settings = given.mfa_settings()?;
            service.set_mfa_preference(token, settings, options).await?;
        }
        "associateTotp" => {
            let secret = service.associate_totp(token, options).await?;
            return Ok(results::named("secret", secret.secret()));
        }
        "verifyTotp" => {
            let (code, name) = (given.code()?, given.text("deviceName")?);
            let verified = service.verify_totp(token, &code, name.as_deref(), options);
            verified.await?;
        }
        "listDevices" => {
            let devices = service.list_devices(token, &given.page()?, options).await?;
            return Ok(results::devices(&devices));
        }
        "updateDevice" => {
            let (key, remembered) = (given.named("key")?, given.flag("remembered")?);
            let updated = service.update_device(token, &key, remembered, options);
            updated.await?;
        }
        // For the worker: the device that a sign-in has brought.
        "confirmDevice" => {
            let offer = DeviceOffer {
                key: given.named("key")?,
                group: given.named("group")?,
                typed: given.named("typed")?,
                username: given.named("username")?,
            };
            let asks = service.confirm_device(token, &offer, options).await?;
            return Ok(results::flag("asks", asks));
        }
        "forgetDevice" => {
            let key = given.named("key")?;
            service.forget_device(token, &key, options).await?;
        }
        "startPasskey" => {
            let creation = service.start_passkey(token, options).await?;
            return Ok(results::named("options", &creation));
        }
        "completePasskey" => {
            let credential = PasskeyCredential::new(given.named("credential")?);
            let completed = service.complete_passkey(token, &credential, options);
            completed.await?;
        }
        "listPasskeys" => {
            let passkeys = service
                .list_passkeys(token, &given.page()?, options)
                .await?;
            return Ok(results::passkeys(&passkeys));
        }
        "deletePasskey" => {
            let id = given.named("id")?;
            service.delete_passkey(token, &id, options).await?;
        }
        _ => return Err(Error::not_sent(ErrorCode::Internal, "no such operation")),
    }
    Ok(nothing())
}

impl Arguments {
    fn access_token(&self) -> Result<AccessToken, Error> {
        let token = self.required("accessToken");
        token.map(AccessToken::new)
    }

    fn new_password(&self) -> Result<Password, Error> {
        self.required("newPassword").map(Password::new)
    }

    /// A text that the operation cannot do without.
    fn named(&self, name: &str) -> Result<String, Error> {
        self.required(name)
    }

    fn list(&self, name: &str) -> Result<Vec<String>, Error> {
        let list = self.given(name, |list| list.list(Value::text))?;
        Ok(list.unwrap_or_default())
    }

    fn page(&self) -> Result<Page, Error> {
        Ok(Page {
            limit: self.given("limit", |limit| limit.whole()?.try_into().ok())?,
            cursor: self.text("cursor")?,
        })
    }

    fn mfa_settings(&self) -> Result<MfaSettings, Error> {
        let setting = |name| self.given(name, |value| MfaSetting::parse(&value.text()?));
        Ok(MfaSettings {
            sms: setting("sms")?,
            totp: setting("totp")?,
            email: setting("email")?,
        })
    }
}
