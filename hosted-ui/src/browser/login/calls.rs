//! Calls of the service, through the SDK's own client of the login domain.

use std::cell::RefCell;
use std::rc::Rc;

use cognate::browser::{Cancel, LoginPage};
use cognate_core::config::Username;
use cognate_core::login::Provider;
use cognate_core::secret::{Code, Location, Password, TotpSecret};
use cognate_core::sign_in::{self, Flow, SignInStep, Step, StepKind};
use cognate_core::wire::{Attribute, CodeDelivery};
use cognate_core::{CallOptions, Client, Config, Error, ErrorCode};

use super::Place;
use crate::flow::{
    Advance, Answer, Call, Decision, Delivery, Failure, Login, SignedUp, StepHandle,
};

/// Makes a call, and says what came of it.
pub(super) async fn run(place: &Place, login: Option<&Login>, call: Call) -> Answer {
    let service = Service {
        place,
        pool: login.map(|login| login.user_pool_id.as_str()),
        flow: match login.is_some_and(|login| login.sends_password) {
            true => Flow::Password,
            false => Flow::Srp,
        },
    };
    match call {
        Call::SignIn { username, password } => {
            Answer::Advanced(service.sign_in(&username, &password).await.map_err(failure))
        }
        Call::Respond { step, answer } => {
            Answer::Advanced(service.respond(&step, answer).await.map_err(failure))
        }
        Call::SignUp {
            username,
            password,
            attributes,
        } => {
            let result = service.sign_up(&username, &password, &attributes).await;
            Answer::SignedUp(result.map_err(failure))
        }
        Call::Confirm { username, code } => {
            Answer::Confirmed(service.confirm(&username, &code).await.map_err(failure))
        }
        Call::Resend { username } => {
            Answer::Resent(service.resend(&username).await.map_err(failure))
        }
        Call::Forgot { username } => {
            Answer::ResetBegan(service.forgot(&username).await.map_err(failure))
        }
        Call::Reset {
            username,
            code,
            password,
        } => {
            let result = service.reset(&username, &code, &password).await;
            Answer::PasswordReset(result.map(|()| password).map_err(failure))
        }
        Call::Decide(decision) => Answer::Decided(service.decide(decision).await.map_err(failure)),
        Call::GoToProvider(name) => {
            let location = service.go_to(Provider::Named(&name)).await;
            Answer::Sent(location.map_err(failure))
        }
        Call::GoToOrganization(address) => {
            let location = service.go_to(Provider::Of(&address)).await;
            Answer::Sent(location.map_err(failure))
        }
        Call::Associate { step } => {
            Answer::Associated(service.associate(&step).await.map_err(failure))
        }
    }
}

/// What kind of login this is. Sends nothing of the person.
pub(super) async fn describe(place: &Place) -> Result<Login, Failure> {
    let service = Service {
        place,
        pool: None,
        flow: Flow::Srp,
    };
    service.describe().await.map_err(failure)
}

type LoginClient = Client<LoginPage>;

thread_local! {
    static CLIENT: RefCell<Option<Rc<LoginClient>>> = const { RefCell::new(None) };
}

struct Service<'a> {
    place: &'a Place,
    pool: Option<&'a str>,
    /// How a password is proved.
    flow: Flow,
}

impl Service<'_> {
    async fn sign_in(&self, username: &str, password: &Password) -> Result<Advance, Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        advance(
            client
                .sign_in(&username, Some(password), self.flow, &options())
                .await?,
        )
    }

    async fn respond(&self, step: &StepHandle, answer: sign_in::Answer) -> Result<Advance, Error> {
        let client = self.client()?;
        advance(
            client
                .respond(open(&client, step)?, answer, &options())
                .await?,
        )
    }

    async fn sign_up(
        &self,
        username: &str,
        password: &Password,
        attributes: &[Attribute],
    ) -> Result<SignedUp, Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        let result = client
            .service()
            .sign_up(&username, Some(password), attributes, &[], &options())
            .await?;
        Ok(SignedUp {
            is_confirmed: result.confirmed,
            delivery: result.delivery.map(delivery),
        })
    }

    async fn confirm(&self, username: &str, code: &Code) -> Result<(), Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        client
            .service()
            .confirm_sign_up(&username, code, &options())
            .await
    }

    async fn resend(&self, username: &str) -> Result<Delivery, Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        let sent = client
            .service()
            .resend_sign_up_code(&username, &options())
            .await?;
        Ok(delivery(sent))
    }

    async fn forgot(&self, username: &str) -> Result<Delivery, Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        let sent = client
            .service()
            .forgot_password(&username, &options())
            .await?;
        Ok(delivery(sent))
    }

    async fn reset(&self, username: &str, code: &Code, password: &Password) -> Result<(), Error> {
        let username = Username::parse(username)?;
        let client = self.client()?;
        client
            .service()
            .confirm_forgot_password(&username, code, password, &options())
            .await
    }

    async fn decide(&self, decision: Decision) -> Result<Location, Error> {
        let client = self.client()?;
        match decision {
            Decision::GoOn => client.continue_login(&options()).await,
            Decision::Allow => client.decide_consent(true, &options()).await,
            Decision::Deny => client.decide_consent(false, &options()).await,
        }
    }

    async fn go_to(&self, provider: Provider<'_>) -> Result<Location, Error> {
        let client = self.client()?;
        client.continue_with_provider(&provider, &options()).await
    }

    async fn associate(&self, step: &StepHandle) -> Result<(TotpSecret, StepHandle), Error> {
        let client = self.client()?;
        let step = open(&client, step)?;
        match client.resume_step(step, &options()).await? {
            SignInStep::Next(step) => {
                let handle = handle(&step);
                match step.kind {
                    StepKind::SetUpTotp {
                        secret: Some(secret),
                    } => Ok((secret, handle)),
                    _ => Err(no_session()),
                }
            }
            _ => Err(no_session()),
        }
    }

    /// One client for the whole visit: it keeps the service's clock.
    fn client(&self) -> Result<Rc<LoginClient>, Error> {
        if let Some(client) = CLIENT.with_borrow(Clone::clone) {
            return Ok(client);
        }
        let message = "there is no login transaction";
        let gone = || Error::not_sent(ErrorCode::InvalidConfiguration, message);
        let transaction = self.place.transaction().ok_or_else(gone)?.clone();
        // The transaction names the client and the issuer; these only have to have the form of one.
        let client_id = self.place.client_id().unwrap_or("hosted");
        let pool = self.pool.unwrap_or("login_unnamed");
        let origin = self.place.origin();
        let config = Config::parse(pool, client_id, &[origin], Some(origin))?;
        let client = Rc::new(Client::of_login(config, transaction, LoginPage));
        if self.pool.is_some() {
            CLIENT.set(Some(Rc::clone(&client)));
        }
        Ok(client)
    }

    async fn describe(&self) -> Result<Login, Error> {
        let description = self.client()?.describe_login(&options()).await?;
        let wrong = "the login is described in another way than this page knows";
        Login::read(&description).map_err(|_| Error::answered(ErrorCode::InvalidResponse, wrong))
    }
}

fn options() -> CallOptions<Cancel> {
    CallOptions::default()
}

fn advance(step: SignInStep) -> Result<Advance, Error> {
    match step {
        SignInStep::Redirect(location) => Ok(Advance::Redirect(location)),
        SignInStep::Next(step) => Ok(Advance::Ask {
            step: handle(&step),
            kind: step.kind,
        }),
        SignInStep::Done(_) => Err(no_session()),
    }
}

fn no_session() -> Error {
    let message = "the login domain gives no session";
    Error::answered(ErrorCode::InvalidResponse, message)
}

fn handle(step: &Step) -> StepHandle {
    StepHandle(step.to_json().as_str().to_owned())
}

fn open(client: &LoginClient, handle: &StepHandle) -> Result<Step, Error> {
    let message = "the step is not one of ours";
    Step::from_json(client.ports(), &handle.0)
        .map_err(|_| Error::not_sent(ErrorCode::ChallengeExpired, message))
}

fn delivery(delivery: CodeDelivery) -> Delivery {
    Delivery {
        destination: delivery.destination,
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` wants"
)]
fn failure(error: Error) -> Failure {
    Failure::from(&error)
}
