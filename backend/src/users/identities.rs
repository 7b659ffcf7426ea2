//! Who a user is with other providers: `AdminLinkProviderForUser`, `AdminDisableProviderForUser`.
//!
//! The links are the value of the user's attribute `identities`, and each is something the user is found
//! by: one person of a provider belongs to one user.
//!
//! Whoever was made by a sign-in with a provider begins with one, the primary one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{SaveError, User, find_existing, not_found, save_with};
use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::identity_providers::{self, IdentityProvider, ProviderType};
use crate::pools::Pool;
use crate::store::{LookupRow, Together, Way};

/// The pool itself, where a provider is named.
const POOL_ITSELF: &str = "Cognito";
/// What a provider calls a person by.
const SUBJECT: &str = "Cognito_Subject";
const ATTRIBUTE: &str = "identities";
const LOOKUP: &str = "identity";

/// A person of a provider (`ProviderUserIdentifierType`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProviderUser {
    /// The provider's name; `Cognito` is the pool itself.
    pub provider_name: String,
    /// What the value is of. Default `Cognito_Subject`, the provider's own id.
    pub provider_attribute_name: Option<String>,
    /// Who it is.
    #[serde(default)]
    pub provider_attribute_value: String,
    /// The provider's name for itself, where it said who it is, and not an administrator.
    #[serde(skip)]
    pub issuer: Option<String>,
}

impl ProviderUser {
    /// A user of the pool.
    #[must_use]
    pub fn of_pool(username: &str) -> Self {
        Self::of_provider(POOL_ITSELF, username)
    }

    /// A person of a provider, by the provider's own id.
    #[must_use]
    pub fn of_provider(provider: &str, subject: &str) -> Self {
        Self {
            provider_name: provider.to_owned(),
            provider_attribute_name: None,
            provider_attribute_value: subject.to_owned(),
            issuer: None,
        }
    }
}

impl std::fmt::Debug for ProviderUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderUser")
            .field("provider_name", &self.provider_name)
            .finish_non_exhaustive()
    }
}

/// A link, as the attribute and ID tokens have it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    user_id: String,
    provider_name: String,
    provider_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attribute_name: Option<String>,
    primary: bool,
    /// The provider's name for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// Milliseconds since 1970.
    date_created: i64,
}

/// `AdminLinkProviderForUser`: a person of another provider is this user from now on.
///
/// # Errors
/// `UserNotFoundException`; `InvalidParameterException` for an unknown provider or nobody of it,
/// `AliasExistsException` for somebody who is another user, `LimitExceededException`.
pub async fn link(
    state: &AppState,
    pool: &Pool,
    destination: &ProviderUser,
    source: &ProviderUser,
) -> Result<(), ApiError> {
    if destination.provider_name != POOL_ITSELF {
        return Err(ApiError::invalid_parameter(
            "DestinationUser: links lead to users of the pool, whose ProviderName is Cognito.",
        ));
    }
    let provider = provider(state, pool, &source.provider_name).await?;
    if source.provider_attribute_value.is_empty() {
        return Err(ApiError::invalid_parameter(
            "SourceUser: ProviderAttributeValue is missing.",
        ));
    }
    let mut user = find_existing(state, pool, &destination.provider_attribute_value).await?;
    let mut identities = of_user(&user)?;
    if let Some(identity) = identities.iter_mut().find(|identity| identity.is(source)) {
        if identity.issuer == source.issuer {
            return Ok(());
        }
        // Said once more: of the provider as it is now.
        identity.issuer.clone_from(&source.issuer);
        return store(state, pool, &mut user, &identities, None).await;
    }
    if identities.len() >= state.config.quotas.linked_identities_per_user {
        return Err(ApiError::limit_exceeded(
            "The user has as many linked identities as a user may have.",
        ));
    }
    identities.push(Identity {
        user_id: source.provider_attribute_value.clone(),
        provider_name: provider.name,
        provider_type: provider.kind.name().to_owned(),
        attribute_name: Some(source.attribute().to_owned()).filter(|name| name != SUBJECT),
        primary: false,
        issuer: source.issuer.clone(),
        date_created: state.clock.now().saturating_mul(1000),
    });
    store(state, pool, &mut user, &identities, None).await
}

/// `AdminDisableProviderForUser`: takes a link away. For a user of the pool itself: takes the password
/// away. What the user has by that way (tokens, browsers' sessions) ends with it.
///
/// # Errors
/// `UserNotFoundException` if nobody is linked so.
pub async fn unlink(state: &AppState, pool: &Pool, who: &ProviderUser) -> Result<(), ApiError> {
    if who.provider_name == POOL_ITSELF {
        let mut user = find_existing(state, pool, &who.provider_attribute_value).await?;
        user.remove_password();
        let together = Together {
            ends: Some(Way::Pool),
            ..Together::default()
        };
        return Ok(save_with(state, pool, &mut user, together).await?);
    }
    let found = state
        .store
        .user_by(&pool.id, &[lookup(state, &pool.id, who)])
        .await?;
    let mut user = User::read(state, found.ok_or_else(not_found)?)?;
    let mut identities = of_user(&user)?;
    identities.retain(|identity| !identity.is(who));
    store(
        state,
        pool,
        &mut user,
        &identities,
        Some(&who.provider_name),
    )
    .await
}

/// A link, as its person sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Link {
    /// The provider's name.
    pub provider: String,
    /// The provider's kind.
    #[serde(rename = "Type")]
    pub kind: String,
    /// What the provider calls the person by.
    pub user_id: String,
    /// Since when, seconds since 1970.
    pub since: i64,
}

/// A user's links.
///
/// # Errors
/// If what is stored is no longer JSON.
pub fn links(user: &User) -> Result<Vec<Link>, ApiError> {
    let link = |identity: Identity| Link {
        provider: identity.provider_name,
        kind: identity.provider_type,
        user_id: identity.user_id,
        since: identity.date_created / 1000,
    };
    Ok(of_user(user)?.into_iter().map(link).collect())
}

/// Takes a link away on its person's own wish, with what they have by it: never the last way to sign in.
///
/// # Errors
/// `ResourceNotFoundException` if there is none, `InvalidParameterException` for the last way in.
pub async fn unlink_own(
    state: &AppState,
    pool: &Pool,
    username: &str,
    (provider, user_id): (&str, &str),
) -> Result<(), ApiError> {
    let mut user = find_existing(state, pool, username).await?;
    let mut identities = of_user(&user)?;
    let before = identities.len();
    identities.retain(|link| link.provider_name != provider || link.user_id != user_id);
    if identities.len() == before {
        return Err(ApiError::resource_not_found("There is no such link."));
    }
    if identities.is_empty() && user.credential.is_none() {
        return Err(ApiError::invalid_parameter(
            "It is the only way in: choose a password, or link another provider first.",
        ));
    }
    store(state, pool, &mut user, &identities, Some(provider)).await
}

/// Somebody, as a provider knows them.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// The provider's name.
    pub(crate) provider: &'a str,
    /// Its own id of the person.
    pub(crate) subject: &'a str,
    /// Other claims that an administrator may have linked by, and their values.
    pub(crate) claims: Vec<(&'a str, &'a str)>,
}

/// Whom a link led to.
#[derive(Debug)]
pub(crate) struct Found {
    /// The user.
    pub(crate) user: User,
    /// The keyed hash of the link.
    pub(crate) link: [u8; 32],
    /// The name that the provider had for itself when it was made, if it was told then.
    pub(crate) issuer: Option<String>,
}

/// The user whom a person of a provider is: by the provider's own id first.
pub(crate) async fn find(
    state: &AppState,
    pool: &Pool,
    known: &Known<'_>,
) -> Result<Option<Found>, ApiError> {
    let by_id = (None, known.subject);
    let by_claims = known
        .claims
        .iter()
        .map(|(claim, value)| (Some(*claim), *value));
    for (attribute, value) in std::iter::once(by_id).chain(by_claims) {
        let who = ProviderUser {
            provider_name: known.provider.to_owned(),
            provider_attribute_name: attribute.map(str::to_owned),
            provider_attribute_value: value.to_owned(),
            issuer: None,
        };
        let lookup = lookup(state, &pool.id, &who);
        if let Some(row) = state.store.user_by(&pool.id, &[lookup]).await? {
            let user = User::read(state, row)?;
            let mut identities = of_user(&user)?.into_iter();
            let identity = identities.find(|identity| identity.is(&who));
            return Ok(Some(Found {
                issuer: identity.and_then(|identity| identity.issuer),
                link: lookup.hash,
                user,
            }));
        }
    }
    Ok(None)
}

/// The keyed hash of the link that a user begins with.
pub(crate) fn first_link(state: &AppState, pool: &Pool, provider: &str, subject: &str) -> [u8; 32] {
    let who = ProviderUser::of_provider(provider, subject);
    lookup(state, &pool.id, &who).hash
}

/// A new user begins as a person of a provider, in memory.
pub(crate) fn begin_as(
    user: &mut User,
    provider: &IdentityProvider,
    subject: &str,
    issuer: Option<&str>,
    now: i64,
) -> Result<(), ApiError> {
    let identity = Identity {
        user_id: subject.to_owned(),
        provider_name: provider.name.clone(),
        provider_type: provider.kind.name().to_owned(),
        attribute_name: None,
        primary: true,
        issuer: issuer.map(str::to_owned),
        date_created: now.saturating_mul(1000),
    };
    let text = serde_json::to_string(&[identity]).map_err(|error| ApiError::internal(&error))?;
    user.attributes.set(ATTRIBUTE, &text);
    Ok(())
}

/// Links out of a file, which somebody may have written.
#[derive(Default)]
pub struct Links(Vec<Identity>);

impl Links {
    /// Reads the attribute's value.
    ///
    /// # Errors
    /// `InvalidParameterException` if it is no list of links, says one twice, or has more than a user may have.
    pub fn read(state: &AppState, text: &str) -> Result<Self, ApiError> {
        let refused = || ApiError::invalid_parameter("The user's links have another form.");
        let links: Vec<Identity> = serde_json::from_str(text).map_err(|_| refused())?;
        let keys: BTreeSet<_> = links.iter().map(Identity::key).collect();
        let is_complete = |link: &Identity| {
            !link.user_id.is_empty() && ProviderType::named(&link.provider_type).is_some()
        };
        let most = state.config.quotas.linked_identities_per_user;
        let is_good =
            keys.len() == links.len() && links.len() <= most && links.iter().all(is_complete);
        is_good.then_some(Self(links)).ok_or_else(refused)
    }

    /// The providers' names.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|link| link.provider_name.as_str())
    }

    /// What those are called who began with one of them.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let by_id = self.0.iter().filter(|link| link.attribute_name.is_none());
        by_id.map(|link| format!("{}_{}", link.provider_name, link.user_id))
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Links({})", self.0.len())
    }
}

/// What a user is found by because of the links.
pub(super) fn lookups(state: &AppState, user: &User) -> Vec<LookupRow> {
    let identities = of_user(user).unwrap_or_default();
    let lookup = |identity: Identity| {
        let who = ProviderUser {
            provider_name: identity.provider_name,
            provider_attribute_name: identity.attribute_name,
            provider_attribute_value: identity.user_id,
            issuer: None,
        };
        lookup(state, &user.pool_id, &who)
    };
    identities.into_iter().map(lookup).collect()
}

impl ProviderUser {
    fn attribute(&self) -> &str {
        self.provider_attribute_name.as_deref().unwrap_or(SUBJECT)
    }
}

/// The claim of ID tokens: the links as a list, of texts.
pub(crate) fn claim(links: &str) -> Value {
    let links: Vec<Identity> = serde_json::from_str(links).unwrap_or_default();
    let claims = links.into_iter().map(|link| {
        json!({
            "userId": link.user_id,
            "providerName": link.provider_name,
            "providerType": link.provider_type,
            "issuer": link.issuer,
            "primary": link.primary.to_string(),
            "dateCreated": link.date_created.to_string(),
        })
    });
    claims.collect()
}

impl Identity {
    fn key(&self) -> (&str, Option<&str>, &str) {
        let attribute = self.attribute_name.as_deref();
        (&self.provider_name, attribute, &self.user_id)
    }

    fn is(&self, who: &ProviderUser) -> bool {
        let attribute = self.attribute_name.as_deref().unwrap_or(SUBJECT);
        self.provider_name == who.provider_name
            && self.user_id == who.provider_attribute_value
            && attribute == who.attribute()
    }
}

async fn provider(state: &AppState, pool: &Pool, name: &str) -> Result<IdentityProvider, ApiError> {
    identity_providers::find(state, pool, name)
        .await
        .map_err(|error| match error.code {
            ErrorType::ResourceNotFound => {
                ApiError::invalid_parameter("SourceUser: there is no such provider.")
            }
            _ => error,
        })
}

fn of_user(user: &User) -> Result<Vec<Identity>, ApiError> {
    match user.attributes.get(ATTRIBUTE) {
        Some(text) => serde_json::from_str(text).map_err(|error| ApiError::internal(&error)),
        None => Ok(Vec::new()),
    }
}

/// Stores a user's links. What they have by the provider that is named ends.
async fn store(
    state: &AppState,
    pool: &Pool,
    user: &mut User,
    identities: &[Identity],
    ends: Option<&str>,
) -> Result<(), ApiError> {
    let text = if identities.is_empty() {
        String::new()
    } else {
        serde_json::to_string(identities).map_err(|error| ApiError::internal(&error))?
    };
    user.attributes.set(ATTRIBUTE, &text);
    let together = Together {
        ends: ends.map(Way::Provider),
        ..Together::default()
    };
    match save_with(state, pool, user, together).await {
        Err(SaveError::Taken) => Err(ApiError::alias_exists(
            "The SourceUser is linked to another user.",
        )),
        outcome => Ok(outcome?),
    }
}

fn lookup(state: &AppState, pool_id: &str, who: &ProviderUser) -> LookupRow {
    let parts = [
        who.provider_name.as_str(),
        who.attribute(),
        &who.provider_attribute_value,
    ];
    // Lengths first: no part can borrow letters of its neighbour.
    let value: String = parts
        .iter()
        .map(|part| format!("{}:{part}", part.len()))
        .collect();
    LookupRow {
        kind: LOOKUP,
        hash: state.sealer.lookup(LOOKUP, pool_id, &value),
    }
}
