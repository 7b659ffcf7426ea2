//! The operations of the account page: what somebody sees and changes of their own account on the login domain.
//!
//! The session of the browser says who it is; what an operation names can only be theirs. Changes need a recent proof, and
//! are written down, with how they ended ([`crate::audit::SELF`]). The way to a provider only begins here: what came of it is
//! written down where the provider's answer arrives.

use cognate_core::secret::Code;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe_login::{self, linkable};
use super::{reply, secret};
use crate::app::{AppState, Caller};
use crate::branding::look;
use crate::error::{ApiError, ErrorType};
use crate::messages::{Purpose, announce};
use crate::oauth::{AtAccount, Begun, NewTransaction, begin_link};
use crate::pools::{self, IdentifierAttribute};
use crate::sessions::{Associated, end_browsers};
use crate::users::identities::{self, Link};
use crate::users::{CodeDeliveryDetails, Destination, User};

/// What an operation answers, and what the browser is to keep or to forget.
#[derive(Debug)]
pub struct AccountAnswer {
    /// JSON
    pub body: Vec<u8>,
    /// A way to a provider was begun.
    pub begun: Option<NewTransaction>,
    /// The browser's session has ended.
    pub is_signed_out: bool,
    /// Why the provider could not be asked, which the page is told in its address.
    problem: Option<&'static str>,
}

/// Runs an operation for whom the browser's session is.
///
/// # Errors
/// What the operation refuses with; `NotAuthorizedException` for a change without a recent proof.
pub async fn call(
    state: &AppState,
    caller: &Caller,
    at: &AtAccount,
    operation: &str,
    body: Value,
) -> Result<AccountAnswer, ApiError> {
    let operation = Operation::find(operation).ok_or_else(|| {
        ApiError::unknown_operation("The account page does not have this operation.")
    })?;
    let answer = match at.check_recent(state) {
        Err(refused) if operation.needs_proof() => Err(refused),
        _ => run(state, caller, at, operation, body).await,
    };
    if let Some(name) = operation.recorded_as() {
        let outcome = match &answer {
            Ok(answer) => answer.problem.unwrap_or("ok"),
            Err(error) => error.code.name(),
        };
        let (sub, now) = (&at.session.user.sub, state.clock.now());
        state.audit.record_own(&at.pool, sub, (name, outcome), now);
    }
    answer
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    DescribeAccount,
    LinkProvider,
    UnlinkProvider,
    EndSession,
    WithdrawConsent,
    SignOut,
    SendProofCode,
    ConfirmProof,
}

impl Operation {
    const ALL: [Self; 8] = [
        Self::DescribeAccount,
        Self::LinkProvider,
        Self::UnlinkProvider,
        Self::EndSession,
        Self::WithdrawConsent,
        Self::SignOut,
        Self::SendProofCode,
        Self::ConfirmProof,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::DescribeAccount => "DescribeAccount",
            Self::LinkProvider => "LinkProvider",
            Self::UnlinkProvider => "UnlinkProvider",
            Self::EndSession => "EndSession",
            Self::WithdrawConsent => "WithdrawConsent",
            Self::SignOut => "SignOut",
            Self::SendProofCode => "SendProofCode",
            Self::ConfirmProof => "ConfirmProof",
        }
    }

    fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether it needs a recent proof. Ending one's own session and giving a proof do not.
    fn needs_proof(self) -> bool {
        match self {
            Self::DescribeAccount | Self::SignOut | Self::SendProofCode | Self::ConfirmProof => {
                false
            }
            Self::LinkProvider
            | Self::UnlinkProvider
            | Self::EndSession
            | Self::WithdrawConsent => true,
        }
    }

    /// What it is called where it is written down; reading is not.
    fn recorded_as(self) -> Option<&'static str> {
        match self {
            Self::DescribeAccount => None,
            Self::LinkProvider => Some("BeginLinkProvider"),
            changing => Some(changing.name()),
        }
    }
}

async fn run(
    state: &AppState,
    caller: &Caller,
    at: &AtAccount,
    operation: Operation,
    body: Value,
) -> Result<AccountAnswer, ApiError> {
    let user = &at.session.user;
    let (pool_id, username, now) = (&at.pool.id, &user.username, state.clock.now());
    let mut is_signed_out = false;
    match operation {
        Operation::DescribeAccount => return answer(&describe(state, at).await?),
        Operation::LinkProvider => {
            let OfProvider { provider, .. } = read(body)?;
            let (location, begun, problem) = match begin_link(state, caller, at, &provider).await? {
                Begun::Away(location, begun) => (location, Some(begun), None),
                Begun::Not(location, problem) => (location, None, Some(problem)),
            };
            return Ok(AccountAnswer {
                begun,
                problem,
                ..answer(&json!({ "Location": location }))?
            });
        }
        Operation::UnlinkProvider => {
            let OfProvider { provider, user_id } = read(body)?;
            let link = (provider.as_str(), user_id.as_str());
            identities::unlink_own(state, &at.pool, username, link).await?;
            let through = (&at.pool, &*at.client.id);
            announce(state, through, user, Purpose::ProviderUnlinked).await?;
        }
        Operation::EndSession => {
            let Named { id } = read(body)?;
            let (whose, own) = ((pool_id.as_str(), username.as_str()), Some(at.session_id()));
            end_browsers(state, whose, &id, own, Associated::Linked).await?;
        }
        Operation::WithdrawConsent => {
            let Named { id } = read(body)?;
            state
                .store
                .revoke_consent(pool_id, username, &id, now)
                .await?;
        }
        Operation::SignOut => {
            let id = at.session_id();
            state.store.end_sso_of(pool_id, username, id, now).await?;
            is_signed_out = true;
        }
        Operation::SendProofCode => {
            let details = at.send_proof_code(state, caller).await?;
            return answer(&json!({ "CodeDeliveryDetails": details }));
        }
        Operation::ConfirmProof => {
            let Confirmation { code } = read(body)?;
            at.confirm_proof(state, caller, &code).await?;
        }
    }
    Ok(AccountAnswer {
        is_signed_out,
        ..answer(&json!({}))?
    })
}

async fn describe(state: &AppState, at: &AtAccount) -> Result<Description, ApiError> {
    let (user, client) = (&at.session.user, &at.client);
    let now = state.clock.now();
    let look = look::of_client(state, &at.pool, &client.id).await?;
    let sessions = state
        .store
        .sso_sessions_of(&at.pool.id, &user.username, now)
        .await?;
    let consents = state.store.consents_of(&at.pool.id, &user.username).await?;
    let mut apps = Vec::new();
    for (id, scopes) in consents {
        let name = match pools::find_client(state, &id).await {
            Ok((_, client)) => client.name.clone(),
            Err(error) if error.code == ErrorType::ResourceNotFound => continue,
            Err(error) => return Err(error),
        };
        let scopes = scopes.split(' ').map(str::to_owned).collect();
        apps.push(App { id, name, scopes });
    }
    let session = |(id, started_at, last_active_at): (String, i64, i64)| Session {
        is_this: id == at.session_id(),
        id,
        started_at,
        last_active_at,
    };
    Ok(Description {
        account: called(user),
        client_name: client.name.clone(),
        is_recent: at.is_recent(state),
        proof_code: at.proof_address(state).map(|address| address.details()),
        inbox: state.is_local.then_some(describe_login::INBOX),
        has_password: user.credential.is_some(),
        providers: linkable(state, &at.pool, client).await?,
        links: identities::links(user)?,
        sessions: sessions.into_iter().map(session).collect(),
        apps,
        style: (!look.palette.is_empty()).then(|| look::style_path(&client.id, look.version)),
    })
}

/// What a person knows their account by.
fn called(user: &User) -> String {
    let email = Destination::of(IdentifierAttribute::Email, &user.attributes);
    email.map_or_else(|| user.username.clone(), |email| email.value)
}

fn answer(body: &impl Serialize) -> Result<AccountAnswer, ApiError> {
    Ok(AccountAnswer {
        body: reply(body)?,
        begun: None,
        is_signed_out: false,
        problem: None,
    })
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, ApiError> {
    serde_json::from_value(body).map_err(|_| ApiError::serialization("The request does not fit."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfProvider {
    provider: String,
    #[serde(default)]
    user_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Confirmation {
    #[serde(deserialize_with = "secret::required")]
    code: Code,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    account: String,
    client_name: String,
    /// Whether changes are allowed without another sign-in.
    is_recent: bool,
    has_password: bool,
    /// Where a code goes by which they can prove who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof_code: Option<CodeDeliveryDetails>,
    /// Where codes are read while developing.
    #[serde(skip_serializing_if = "Option::is_none")]
    inbox: Option<&'static str>,
    /// Those that can be linked, as the login page lists them.
    providers: Vec<describe_login::Listed>,
    links: Vec<Link>,
    sessions: Vec<Session>,
    apps: Vec<App>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Session {
    id: String,
    started_at: i64,
    last_active_at: i64,
    is_this: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct App {
    id: String,
    name: String,
    scopes: Vec<String>,
}
