//! Identity pools: who somebody is to AWS, and temporary credentials for it (Cognito Identity, 2014-06-30).
//!
//! # Steps
//!
//! 1. `GetId`: the identity of somebody with these logins, or a new guest's.
//! 2. `GetCredentialsForIdentity`, in which the pool chooses the role; or in the classic flow `GetOpenIdToken`, and
//!    `AssumeRoleWithWebIdentity` at an STS with a role of the app's choice.
//!
//! # Rules
//!
//! - Any number of callers who ask for the same share one request.
//! - Credentials are replaced [`MARGIN_MS`] before their end, as clients of AWS ask for new ones five minutes before it; short ones
//!   when half of their time is over. When that fails because nobody can be reached they are given out until their end, and
//!   not asked for again for [`PAUSE_MS`].
//! - Who signs in keeps the identity that the browser has had as a guest, if the service links it.
//! - An identity that the service no longer gives is asked for anew, once.
//! - What is kept is kept in memory, and [`IdentityPool::forget`] ends that.
//!
//! # Security model
//!
//! Credentials of one person are never given to another: what is kept is found by `sub`, by the other logins, and by the
//! role. Whoever calls vouches that `sub` is that of the ID token.

mod kept;
mod request;
mod settings;
mod sts;

use alloc::rc::Rc;
use alloc::string::String;

use kept::{Identity, Kept, RoleCredentials};
pub use request::{Credentials, CredentialsFlow, CredentialsRequest};
pub use settings::IdentityPoolConfig;
use sts::Assume;

use crate::client::Options;
use crate::config::Config;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::{Object, Value};
use crate::ports::{Content, HttpRequest, Network};
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};
use crate::service::Service;
use crate::text::joined;
use crate::transport::{Deadline, Repeat};
use crate::wire::{Reply, milliseconds};

/// How long before their end credentials are replaced, in milliseconds: a little more than the five minutes of AWS's clients.
pub const MARGIN_MS: u64 = 310_000;
/// How long nobody is asked after that has failed while there are credentials that last, in milliseconds.
pub const PAUSE_MS: u64 = 30_000;
/// The longest that somebody waits for new credentials who can have old ones, in milliseconds.
const PATIENCE_MS: u32 = 5_000;

/// One identity pool, for the people of one user pool and for guests. Operations take `&self`: any number run at once.
#[derive(Debug)]
pub struct IdentityPool<P: Network> {
    service: Service<P>,
    settings: IdentityPoolConfig,
    identities: Kept<Identity>,
    roles: Kept<RoleCredentials>,
}

impl<P: Network> IdentityPool<P> {
    /// The identity pool that `settings` name, for the user pool of `config`.
    #[must_use]
    pub fn new(mut config: Config, settings: IdentityPoolConfig, ports: P) -> Self {
        config.endpoints = alloc::vec![settings.endpoint.clone()];
        Self {
            service: Service::new(config, ports),
            settings,
            identities: Kept::default(),
            roles: Kept::default(),
        }
    }

    /// Credentials that last for a while.
    ///
    /// # Errors
    /// [`ErrorCode::NotAuthorized`] for guests where there are none, for a login that does not hold, and for a role that is not theirs;
    /// [`ErrorCode::InvalidConfiguration`] where there is no such pool, or no role; [`ErrorCode::AliasExists`] for logins that belong to
    /// different identities; and those of every call.
    pub async fn credentials(
        &self,
        request: &CredentialsRequest,
        options: &Options<P>,
    ) -> Result<Rc<Credentials>, Error> {
        let role = self.roles.of(request.what().finish());
        let kept = role.credentials.borrow().clone();
        let now_ms = self.service.ports.now_ms();
        let lasting = kept.filter(|kept| kept.expires_at_ms > now_ms && !request.force);
        if let Some(kept) = &lasting
            && now_ms < role.due_ms.get()
        {
            return Ok(Rc::clone(kept));
        }
        let mut deadline = self.service.deadline(options);
        if lasting.is_some() {
            deadline = self.service.sooner(&deadline, PATIENCE_MS);
        }
        let renewal = async {
            let new = Rc::new(self.new_credentials(request, &deadline).await?);
            let now_ms = self.service.ports.now_ms();
            let lifetime_ms = new.expires_at_ms.saturating_sub(now_ms);
            let due_ms = new.expires_at_ms - MARGIN_MS.min(lifetime_ms / 2);
            role.due_ms.set(due_ms);
            role.credentials.replace(Some(Rc::clone(&new)));
            Ok(new)
        };
        let renewed = role.asking.join(renewal, is_personal).await;
        match (renewed, lasting) {
            (Err(error), Some(kept)) if nobody_answered(&error) => {
                let now_ms = self.service.ports.now_ms();
                role.due_ms.set(now_ms + PAUSE_MS);
                match kept.expires_at_ms > now_ms {
                    true => Ok(kept),
                    false => Err(error),
                }
            }
            (renewed, _) => renewed,
        }
    }

    /// The id of the identity. Of a guest without one this makes one.
    ///
    /// # Errors
    /// As [`Self::credentials`], without those about roles.
    pub async fn identity_id(
        &self,
        request: &CredentialsRequest,
        options: &Options<P>,
    ) -> Result<String, Error> {
        let is_upgrade = request.guest.is_some() && !request.is_guests();
        let who = self.identities.of(request.who().finish());
        match (who.known(request), &request.guest) {
            (Some(known), _) => return Ok(known),
            (None, Some(guest)) if !is_upgrade => return Ok(guest.clone()),
            _ => {}
        }
        if is_upgrade {
            // Only with credentials does the service link the guest's identity to the login.
            if let Ok(linked) = self.credentials(request, options).await {
                return Ok(linked.identity.clone());
            }
        }
        self.ask_for_identity(request, &who, &self.service.deadline(options))
            .await
    }

    /// Forgets all credentials, and who they were for.
    pub fn forget(&self) {
        self.identities.clear();
        self.roles.clear();
    }

    /// Asks for credentials; for an identity first, unless one is known.
    async fn new_credentials(
        &self,
        request: &CredentialsRequest,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Credentials, Error> {
        let who = self.identities.of(request.who().finish());
        let known = who.known(request).or_else(|| request.guest.clone());
        if let Some(id) = known {
            match self.credentials_of(&id, request, deadline).await {
                Err(error) if request.identity.is_none() && is_none_of_theirs(&error, request) => {}
                result => return who.keeping(result),
            }
        }
        let before = who.id.take();
        let renewed = async {
            let id = self.ask_for_identity(request, &who, deadline).await?;
            self.credentials_of(&id, request, deadline).await
        };
        let renewed = who.keeping(renewed.await);
        // Refused as another identity too: it was not for the identity, which somebody may have files under.
        if who.id.borrow().is_none() || renewed.as_ref().is_err_and(is_refusal) {
            who.id.replace(before);
        }
        renewed
    }

    /// `GetId`.
    async fn ask_for_identity(
        &self,
        request: &CredentialsRequest,
        who: &Identity,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<String, Error> {
        let asking = async {
            let mut call = Object::new();
            call.text("IdentityPoolId", &self.settings.pool);
            self.add_logins(&mut call, request);
            // A guest is made anew by each call.
            let repeat = match request.is_guests() {
                true => Repeat::Never,
                false => Repeat::Safe,
            };
            let reply = self.call("GetId", repeat, call, deadline).await?;
            let id = reply.text("IdentityId")?.ok_or_else(incomplete)?;
            who.id.replace(Some(id.clone()));
            Ok(id)
        };
        who.asking.join(asking, is_personal).await
    }

    async fn credentials_of(
        &self,
        identity: &str,
        request: &CredentialsRequest,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Credentials, Error> {
        let mut call = Object::new();
        call.text("IdentityId", identity);
        self.add_logins(&mut call, request);
        let mut credentials = match &request.flow {
            CredentialsFlow::Enhanced { role } => {
                call.text_if("CustomRoleArn", role.as_deref());
                self.enhanced(call, deadline).await?
            }
            CredentialsFlow::Classic {
                role,
                session_name,
                duration_seconds,
            } => {
                let sts =
                    self.settings.sts.as_ref().ok_or_else(|| {
                        Error::not_sent(ErrorCode::InvalidConfiguration, WITHOUT_STS)
                    })?;
                let (identity, token) = self.open_id_token(call, deadline).await?;
                let assume = Assume {
                    role,
                    session_name: session_name.as_deref().unwrap_or("cognate"),
                    duration_seconds: *duration_seconds,
                    token: &token,
                };
                let sts = sts.as_str();
                sts::assume_role(&self.service, sts, &assume, identity, deadline).await?
            }
        };
        // From the service's clock to the platform's.
        let offset_ms = self.service.clock_offset_ms.get().unwrap_or(0);
        let expires_at_ms = credentials.expires_at_ms;
        credentials.expires_at_ms = expires_at_ms.saturating_add_signed(offset_ms.saturating_neg());
        Ok(credentials)
    }

    /// `GetCredentialsForIdentity`.
    async fn enhanced(
        &self,
        call: Object,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Credentials, Error> {
        let name = "GetCredentialsForIdentity";
        let reply = self.call(name, Repeat::Safe, call, deadline).await?;
        let identity = reply.text("IdentityId")?.ok_or_else(incomplete)?;
        let credentials = reply.read("Credentials", |given| {
            let text = |name| given.text_at(name).ok()?.filter(|text| !text.is_empty());
            Some(Credentials {
                access_key_id: text("AccessKeyId")?,
                secret_access_key: SecretAccessKey::new(text("SecretKey")?),
                session_token: SessionToken::new(text("SessionToken")?),
                expires_at_ms: milliseconds(given, "Expiration")?,
                identity: String::new(),
            })
        })?;
        let credentials = credentials.ok_or_else(incomplete)?;
        Ok(Credentials {
            identity,
            ..credentials
        })
    }

    /// `GetOpenIdToken`.
    async fn open_id_token(
        &self,
        call: Object,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(String, OpenIdToken), Error> {
        let reply = self
            .call("GetOpenIdToken", Repeat::Safe, call, deadline)
            .await?;
        match (reply.text("IdentityId")?, reply.text("Token")?) {
            (Some(identity), Some(token)) => Ok((identity, OpenIdToken::new(token))),
            _ => Err(incomplete()),
        }
    }

    /// `Logins`. Guests have none.
    fn add_logins(&self, call: &mut Object, request: &CredentialsRequest) {
        if request.is_guests() {
            return;
        }
        let mut logins = Object::new();
        if let Some(token) = &request.id_token {
            let issuer = &self.service.config.issuer;
            logins.text(settings::login_of(issuer), token.secret());
        }
        for (provider, token) in request.logins.iter() {
            logins.text(provider, token);
        }
        call.object("Logins", &logins);
    }

    async fn call(
        &self,
        operation: &str,
        repeat: Repeat,
        call: Object,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Reply<P::Value>, Error> {
        let request = HttpRequest {
            url: String::new(),
            content: Content::Operation(joined(&["AWSCognitoIdentityService.", operation])),
            body: call.finish(),
        };
        self.service.attempt("/", request, repeat, deadline).await
    }
}

/// How long a caller waits is the caller's own affair.
fn is_personal<T>(result: &Result<T, Error>) -> bool {
    let code = result.as_ref().err().map(|error| error.code);
    matches!(code, Some(ErrorCode::Aborted | ErrorCode::Timeout))
}

/// Whether the identity may be the reason: it was deleted, or it was a guest's and belongs to somebody since. Who asks for a role is
/// refused in the same words where the role is not theirs.
fn is_none_of_theirs(error: &Error, request: &CredentialsRequest) -> bool {
    match refusal(error) {
        Some("ResourceNotFound" | "ResourceConflict") => true,
        Some("NotAuthorized") => request.flow == CredentialsFlow::default(),
        _ => false,
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(
        refusal(error),
        Some("ResourceNotFound" | "NotAuthorized" | "ResourceConflict")
    )
}

/// What the service calls the error.
fn refusal(error: &Error) -> Option<&str> {
    let answer = error.answer.as_ref();
    let name = answer.and_then(|answer| answer.service_type.as_deref())?;
    Some(name.strip_suffix("Exception").unwrap_or(name))
}

fn nobody_answered(error: &Error) -> bool {
    matches!(
        error.code,
        ErrorCode::Offline
            | ErrorCode::Network
            | ErrorCode::Timeout
            | ErrorCode::ServiceUnavailable
            | ErrorCode::RateLimited
    )
}

const WITHOUT_STS: &str = "the classic flow needs stsEndpoint in the configuration";
