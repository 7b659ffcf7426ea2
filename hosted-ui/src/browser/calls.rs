//! Calls of the service, through the SDK's own client of the login domain.

use std::cell::RefCell;
use std::rc::Rc;

use cognate::browser::{Browser, Storage};
use cognate_core::config::Username;
use cognate_core::login::TransactionId;
use cognate_core::secret::Password;
use cognate_core::sign_in::{Flow, SignInStep, Step};
use cognate_core::wire::CodeDelivery;
use cognate_core::{CallOptions, Client, Config, Error, ErrorCode};

use super::Place;
use crate::flow::{Advance, Answer, Call, Delivery, Failure, Login, SignedUp, StepHandle};

type LoginClient = Client<Browser>;

thread_local! {
    static CLIENT: RefCell<Option<Rc<LoginClient>>> = const { RefCell::new(None) };
}

pub(super) async fn run(place: &Place, login: Option<&Login>, call: Call) -> Answer {
    let pool = login.and_then(|login| login.user_pool_id.as_deref());
    // SRP proves a password for one pool: where the service does not name it, the password is sent,
    // over TLS and to the origin that this page came from.
    let flow = pool.map_or(Flow::Password, |_| Flow::Srp);
    match call {
        Call::SignIn { username, password } => Answer::Advanced(
            async {
                advance(sign_in(&*client(place, pool).await?, &username, &password, flow).await?)
            }
            .await
            .map_err(failure),
        ),
        Call::Respond { step, answer } => Answer::Advanced(
            async {
                let client = client(place, pool).await?;
                advance(
                    client
                        .respond(&open(&client, &step)?, answer, &options())
                        .await?,
                )
            }
            .await
            .map_err(failure),
        ),
        Call::VerifyTotp { step, code } => Answer::Advanced(
            async {
                let client = client(place, pool).await?;
                let step = open(&client, &step)?;
                advance(
                    client
                        .verify_software_token(&step, &code, &options())
                        .await?,
                )
            }
            .await
            .map_err(failure),
        ),
        Call::Associate { step } => Answer::Associated(
            async {
                let client = client(place, pool).await?;
                let step = open(&client, &step)?;
                let (secret, step) = client.associate_software_token(&step, &options()).await?;
                Ok((secret, handle(&step)))
            }
            .await
            .map_err(failure),
        ),
        Call::SignUp {
            username,
            password,
            attributes,
        } => Answer::SignedUp(
            async {
                let client = client(place, pool).await?;
                let username = Username::parse(&username)?;
                let result = client
                    .sign_up(&username, &password, &attributes, &options())
                    .await?;
                Ok(SignedUp {
                    is_confirmed: result.confirmed,
                    delivery: result.delivery.map(delivery),
                })
            }
            .await
            .map_err(failure),
        ),
        Call::Confirm { username, code } => Answer::Confirmed(
            async {
                let client = client(place, pool).await?;
                let username = Username::parse(&username)?;
                client.confirm_sign_up(&username, &code, &options()).await
            }
            .await
            .map_err(failure),
        ),
        Call::Resend { username } => Answer::Resent(
            async {
                let client = client(place, pool).await?;
                let username = Username::parse(&username)?;
                Ok(delivery(
                    client.resend_sign_up_code(&username, &options()).await?,
                ))
            }
            .await
            .map_err(failure),
        ),
        Call::Forgot { username } => Answer::ResetBegan(
            async {
                let client = client(place, pool).await?;
                let username = Username::parse(&username)?;
                Ok(delivery(
                    client.forgot_password(&username, &options()).await?,
                ))
            }
            .await
            .map_err(failure),
        ),
        Call::Reset {
            username,
            code,
            password,
        } => Answer::PasswordReset(
            async {
                let client = client(place, pool).await?;
                let username = Username::parse(&username)?;
                client
                    .confirm_forgot_password(&username, &code, &password, &options())
                    .await?;
                Ok(password)
            }
            .await
            .map_err(failure),
        ),
    }
}

async fn sign_in(
    client: &LoginClient,
    username: &str,
    password: &Password,
    flow: Flow,
) -> Result<SignInStep, Error> {
    client
        .sign_in(&Username::parse(username)?, password, flow, &options())
        .await
}

/// One client for the whole visit: it keeps the service's clock.
async fn client(place: &Place, pool: Option<&str>) -> Result<Rc<LoginClient>, Error> {
    if let Some(client) = CLIENT.with_borrow(Clone::clone) {
        return Ok(client);
    }
    let gone = || {
        Error::not_sent(
            ErrorCode::InvalidConfiguration,
            "there is no login transaction",
        )
    };
    let transaction: &TransactionId = place.transaction().ok_or_else(gone)?;
    // The transaction names the client; this only has to have the form of one.
    let client_id = place.client_id().unwrap_or("hosted");
    let origin = place.origin();
    let config = Config::parse(
        pool.unwrap_or("login_unnamed"),
        client_id,
        &[origin],
        Some(origin),
    )?;
    let storage = Storage::memory(&config).await?;
    let client = Rc::new(Client::of_login(
        config,
        transaction.clone(),
        Browser::new(storage),
    ));
    CLIENT.set(Some(Rc::clone(&client)));
    Ok(client)
}

fn options() -> CallOptions<cognate::browser::Cancel> {
    CallOptions::default()
}

fn advance(step: SignInStep) -> Result<Advance, Error> {
    match step {
        SignInStep::Redirect(location) => Ok(Advance::Redirect(location)),
        SignInStep::Next(step) => Ok(Advance::Ask {
            step: handle(&step),
            kind: step.kind,
        }),
        SignInStep::Done(_) => Err(Error::answered(
            ErrorCode::InvalidResponse,
            "the login domain gives no session",
        )),
    }
}

fn handle(step: &Step) -> StepHandle {
    StepHandle(step.to_json().as_str().to_owned())
}

fn open(client: &LoginClient, handle: &StepHandle) -> Result<Step, Error> {
    let unreadable =
        |_| Error::not_sent(ErrorCode::ChallengeExpired, "the step is not one of ours");
    Step::from_json(client.ports(), &handle.0).map_err(unreadable)
}

fn delivery(delivery: CodeDelivery) -> Delivery {
    Delivery {
        destination: delivery.destination,
    }
}

fn failure(error: Error) -> Failure {
    Failure::from(&error)
}
