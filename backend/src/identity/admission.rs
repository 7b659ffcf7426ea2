//! Who is let in as an identity: a guest, whoever has a login of it, or a token of ours about it.

use std::collections::BTreeMap;

use super::claims::Claims;
use super::developers::{Looked, look_up};
use super::linking::{Authority, check_guests, resolve};
use super::logins::{Logins, VerifiedLogin, canonical, verify};
use super::open_id_token::{self, PROVIDER, Subject};
use super::pool::IdentityPool;
use super::roles::{RoleMapping, Who};
use super::{find, not_found};
use crate::app::{AppState, Caller};
use crate::error::{ApiError, ErrorType};
use crate::store::IdentityRow;

const DAY: i64 = 86400;

/// Somebody who was let in.
#[derive(Debug)]
pub struct Admission {
    /// The pool.
    pub pool: IdentityPool,
    /// The identity, which may be another than the one that was named.
    pub identity_id: String,
    /// How it signed in.
    pub amr: Vec<String>,
    /// Its principal tags.
    pub tags: BTreeMap<String, String>,
    logins: Vec<VerifiedLogin>,
    is_guest: bool,
}

/// What somebody is let in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Credentials. A developer's token is a login for them.
    Credentials,
    /// A token for an STS, which no token of ours is exchanged for: none of them lives longer than it was given.
    Token,
}

impl Admission {
    /// Lets somebody in as this identity.
    ///
    /// # Errors
    /// `ResourceNotFoundException` if there is none, `NotAuthorizedException` and
    /// `ResourceConflictException` as [`verify`] and [`resolve`] say.
    pub async fn of(
        state: &AppState,
        caller: &Caller,
        identity_id: &str,
        logins: &Logins,
        purpose: Purpose,
    ) -> Result<Self, ApiError> {
        let identity = find(state, identity_id).await?;
        let pool = IdentityPool::find(state, &identity.pool_id).await?;
        if let Some(token) = logins.get(PROVIDER) {
            let is_alone = logins.len() == 1;
            if !is_alone {
                return Err(ApiError::invalid_parameter(
                    "A token of this service comes without other logins.",
                ));
            }
            let token = open_id_token::verify(state, &pool.id, token.secret()).await?;
            if purpose == Purpose::Token || token.sub != identity.id {
                return Err(forbidden(&identity.id));
            }
            if identity.disabled {
                return Err(not_found(&identity.id));
            }
            check_linked(state, &pool, &identity.id, &token.amr).await?;
            return Ok(Self {
                pool,
                is_guest: false,
                identity_id: identity.id,
                amr: token.amr,
                tags: token.tags,
                logins: Vec::new(),
            });
        }
        if logins.is_empty() {
            if identity.disabled {
                return Err(not_found(&identity.id));
            }
            if !state.store.identity_logins(&identity.id).await?.is_empty() {
                return Err(forbidden(&identity.id));
            }
            check_guests(&pool)?;
            see(state, &identity).await?;
            return Ok(Self {
                amr: open_id_token::amr(&pool.id, &[]),
                tags: BTreeMap::new(),
                pool,
                identity_id: identity.id,
                logins: Vec::new(),
                is_guest: true,
            });
        }
        let logins = verify(state, caller, &pool, logins).await?;
        let wanted = Some(identity.id.as_str());
        let identity_id = resolve(state, &pool, wanted, &logins, Authority::Logins).await?;
        Ok(Self {
            amr: open_id_token::amr(&pool.id, &logins),
            tags: tags_of(state, &pool, &logins)?,
            pool,
            identity_id,
            logins,
            is_guest: false,
        })
    }

    /// The role they get, `custom` if they ask for one by name.
    ///
    /// # Errors
    /// As [`super::roles::PoolRoles::choose`].
    pub fn role(&self, state: &AppState, custom: Option<&str>) -> Result<String, ApiError> {
        let who = match self.is_guest {
            true => Who::Guest,
            false => Who::SignedIn(self.mapping(state)),
        };
        self.pool.roles.choose(who, custom)
    }

    /// Whether it is a guest.
    #[must_use]
    pub fn is_guest(&self) -> bool {
        self.is_guest
    }

    /// Whose token is to be written.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            pool_id: &self.pool.id,
            identity_id: &self.identity_id,
            amr: &self.amr,
            tags: &self.tags,
            is_developers: false,
        }
    }

    /// The mapping that counts: of several logins, the first with one, in the order of the providers' names.
    fn mapping(&self, state: &AppState) -> Option<(&RoleMapping, &Claims)> {
        self.logins.iter().find_map(|login| {
            let with_client = format!("{}:{}", login.provider, login.client);
            let mut mappings = self.pool.roles.role_mappings.iter();
            let found = mappings.find(|(name, _)| {
                let name = provider_of(&canonical(state, name));
                name == with_client || name == login.provider
            });
            Some((found?.1, &login.claims))
        })
    }
}

/// Whether the developer's user that a token was given for is this identity still.
async fn check_linked(
    state: &AppState,
    pool: &IdentityPool,
    identity_id: &str,
    amr: &[String],
) -> Result<(), ApiError> {
    let provider = pool.settings.developer_provider_name.as_deref();
    let provider = provider.ok_or_else(|| forbidden(identity_id))?;
    let prefix = format!("{provider}:{}:", pool.id);
    let user = amr.iter().find_map(|entry| entry.strip_prefix(&prefix));
    let looked = Looked {
        identity_id: None,
        user: Some(user.ok_or_else(|| forbidden(identity_id))?),
    };
    match look_up(state, pool, looked).await {
        Ok((linked, _)) if linked == identity_id => Ok(()),
        Err(error) if error.code == ErrorType::InternalError => Err(error),
        _ => Err(forbidden(identity_id)),
    }
}

/// Remembers that a guest is still there: once a day is enough, as guests are forgotten after days.
async fn see(state: &AppState, guest: &IdentityRow) -> Result<(), ApiError> {
    let now = state.clock.now();
    if guest.guest_seen_at.is_some_and(|seen| now - seen >= DAY) {
        state.store.see_guest(&guest.id, now).await?;
    }
    Ok(())
}

/// The tags of the first login whose provider has a map.
fn tags_of(
    state: &AppState,
    pool: &IdentityPool,
    logins: &[VerifiedLogin],
) -> Result<BTreeMap<String, String>, ApiError> {
    for login in logins {
        let mut maps = pool.tag_maps.iter();
        let found = maps.find(|(name, _)| provider_of(&canonical(state, name)) == login.provider);
        if let Some((_, map)) = found {
            return map.tags(&login.claims);
        }
    }
    Ok(BTreeMap::new())
}

/// The provider in a key of a mapping: of an OpenID Connect provider's ARN the issuer.
fn provider_of(key: &str) -> String {
    let issuer = key.split_once(":oidc-provider/").map(|(_, issuer)| issuer);
    issuer.unwrap_or(key).to_owned()
}

fn forbidden(id: &str) -> ApiError {
    ApiError::not_authorized(format!("Access to Identity '{id}' is forbidden."))
}
