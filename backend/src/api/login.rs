//! The operations of the login domain: the JSON API's, for the hosted pages, within one login
//! transaction.
//!
//! The transaction decides which client it is; `ClientId` and `SECRET_HASH` in a body count for
//! nothing, and neither do the client's `ExplicitAuthFlows`, which are about its own forms. Success is
//! an address to go to, never a token.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::audited::Seen;
use super::describe_login::describe_login;
use super::sign_in::{
    ChallengeAnswer, InitiateAuthRequest, RespondToAuthChallengeRequest, first_step, next_step,
};
use super::{mfa, password, reply, sign_up};
use crate::app::{AppState, Caller};
use crate::contract::Service;
use crate::error::ApiError;
use crate::oauth::sso::SsoCookie;
use crate::oauth::{Decided, LoginTransaction, Proceeding, asked, decide, go_on, go_to, proceed};
use crate::opaque_secret::OpaqueSecret;
use crate::sign_in::{AuthFlow, Next, SignInFlow, Through};
use crate::triggers::Source;
use crate::triggers::post_authentication::post_authentication;

/// What a page asks with.
#[derive(Debug)]
pub struct Login<'a> {
    /// The transaction of this page, in this browser.
    pub transaction: &'a LoginTransaction,
    /// The value of the session cookie this browser came with.
    pub sso: Option<&'a OpaqueSecret>,
}

/// What an operation answers, and what the browser is to keep.
#[derive(Debug)]
pub struct LoginAnswer {
    /// JSON
    pub body: Vec<u8>,
    /// The browser's session, once the transaction is completed.
    pub completed: Option<SsoCookie>,
}

/// Declares the operations once: variant, which is the name in the path.
macro_rules! operations {
    ($($name:ident,)*) => {
        /// An operation of the login domain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum LoginOperation {
            $(#[doc = concat!("`", stringify!($name), "`")] $name,)*
        }

        impl LoginOperation {
            /// The operation with this name.
            #[must_use]
            pub fn find(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

operations! {
    DescribeLogin,
    ContinueLogin,
    DecideConsent,
    ContinueWithProvider,
    SignUp,
    ConfirmSignUp,
    ResendConfirmationCode,
    ForgotPassword,
    ConfirmForgotPassword,
    InitiateAuth,
    RespondToAuthChallenge,
    AssociateSoftwareToken,
    VerifySoftwareToken,
}

impl LoginOperation {
    /// Whether it is for people of the pool itself.
    fn is_of_pool(self) -> bool {
        !matches!(
            self,
            Self::DescribeLogin
                | Self::ContinueLogin
                | Self::DecideConsent
                | Self::ContinueWithProvider
        )
    }
}

/// Runs an operation.
///
/// # Errors
/// What the operation refuses with.
pub async fn call(
    state: &AppState,
    caller: &Caller,
    login: Login<'_>,
    operation: LoginOperation,
    mut body: Value,
) -> Result<LoginAnswer, ApiError> {
    if let Value::Object(members) = &mut body {
        let client = &login.transaction.client;
        members.insert("ClientId".to_owned(), json!(client.id));
    }
    let seen = Seen::of(operation.name(), &body);
    let answer = run(state, caller, login, operation, body).await;
    if let Some(seen) = seen {
        let body = answer.as_ref().map(|answer| answer.body.as_slice());
        seen.record(state, caller, body);
    }
    answer
}

async fn run(
    state: &AppState,
    caller: &Caller,
    login: Login<'_>,
    operation: LoginOperation,
    body: Value,
) -> Result<LoginAnswer, ApiError> {
    use LoginOperation as Operation;
    let through = login.transaction.through();
    let name = operation.name();
    if operation.is_of_pool() && !through.client.settings.oauth.supports_pool_users() {
        return Err(ApiError::not_authorized(
            "Nobody signs in to this client with the pool itself.",
        ));
    }
    let answered = match operation {
        Operation::DescribeLogin => {
            let asked = asked(state, login.transaction, login.sso).await?;
            describe_login(state, login.transaction, &asked).await
        }
        Operation::ContinueLogin => {
            let next = go_on(state, login.transaction, login.sso).await?;
            return proceeding(next);
        }
        Operation::DecideConsent => {
            let Decision { allow } = serde_json::from_value(body)
                .map_err(|_| ApiError::serialization("The request does not fit."))?;
            return match decide(state, login.transaction, login.sso, allow).await? {
                Decided::Allowed(done) => proceeding(Proceeding::App(done)),
                Decided::Denied(location) => proceeding(Proceeding::Page(location)),
            };
        }
        Operation::ContinueWithProvider => {
            let chosen = serde_json::from_value(body_of_choice(body))
                .map_err(|_| ApiError::serialization("The request does not fit."))?;
            let location = go_to(state, caller, login.transaction, &chosen).await?;
            return proceeding(Proceeding::Page(location));
        }
        Operation::SignUp => {
            reply(&sign_up::sign_up_through(state, caller, through, request(name, body)?).await?)
        }
        Operation::ConfirmSignUp => {
            let request = request(name, body)?;
            reply(&sign_up::confirm_sign_up_through(state, caller, through, request).await?)
        }
        Operation::ResendConfirmationCode => {
            let request = request(name, body)?;
            reply(
                &sign_up::resend_confirmation_code_through(state, caller, through, request).await?,
            )
        }
        Operation::ForgotPassword => {
            let request = request(name, body)?;
            reply(&password::forgot_password_through(state, caller, through, request).await?)
        }
        Operation::ConfirmForgotPassword => {
            let request = request(name, body)?;
            reply(
                &password::confirm_forgot_password_through(state, caller, through, request).await?,
            )
        }
        Operation::InitiateAuth => {
            let request: InitiateAuthRequest = request(name, body)?;
            let AuthFlow::SignIn(flow @ (SignInFlow::UserSrp | SignInFlow::UserPassword)) =
                request.auth_flow
            else {
                return Err(ApiError::invalid_parameter(
                    "The login domain has USER_SRP_AUTH and USER_PASSWORD_AUTH.",
                ));
            };
            let next = first_step(state, caller, through, flow, &request).await?;
            return finish(state, login, through, next).await;
        }
        Operation::RespondToAuthChallenge => {
            let request: RespondToAuthChallengeRequest = request(name, body)?;
            let next = next_step(state, caller, through, &request).await?;
            return finish(state, login, request.told(through), next).await;
        }
        Operation::AssociateSoftwareToken => {
            reply(&mfa::associate_through(state, through, &request(name, body)?).await?)
        }
        Operation::VerifySoftwareToken => {
            let request = request(name, body)?;
            reply(&mfa::verify_through(state, caller, through, &request).await?)
        }
    };
    Ok(LoginAnswer {
        body: answered?,
        completed: None,
    })
}

async fn finish(
    state: &AppState,
    login: Login<'_>,
    through: Through<'_>,
    next: Next,
) -> Result<LoginAnswer, ApiError> {
    match next {
        Next::Challenge(challenge) => Ok(LoginAnswer {
            body: reply(&ChallengeAnswer::from(challenge))?,
            completed: None,
        }),
        Next::Proved(proved) => {
            let occasion = through.occasion(&proved.user.username, Source::PostAuthentication);
            let client_metadata = through.sent.client_metadata;
            post_authentication(state, occasion, &proved.user, false, client_metadata).await?;
            proceeding(proceed(state, login.transaction, &proved, login.sso).await?)
        }
    }
}

/// A request without the client, which the transaction decides.
fn body_of_choice(mut body: Value) -> Value {
    if let Value::Object(members) = &mut body {
        members.remove("ClientId");
    }
    body
}

/// What a person says to an app that asks.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Decision {
    allow: bool,
}

fn proceeding(next: Proceeding) -> Result<LoginAnswer, ApiError> {
    let (location, completed) = match next {
        Proceeding::App(done) => (done.location, Some(done.sso)),
        Proceeding::Page(location) => (location, None),
    };
    Ok(LoginAnswer {
        body: reply(&json!({ "Location": location }))?,
        completed,
    })
}

fn request<T: DeserializeOwned>(name: &str, body: Value) -> Result<T, ApiError> {
    super::request(Service::UserPools, name, body)
}
