//! Whose sign-in it is: the user that a person of a provider is here, made at their first sign-in and brought up
//! to date at each.
//!
//! # Steps
//! 1. The trigger `InboundFederation` may change what the provider said.
//! 2. The user who has this identity, or to whom an administrator linked it. `PreAuthentication`, the
//!    attributes of the mapping, `PostAuthentication`.
//! 3. Nobody: `PreSignUp`, a new user called `<provider>_<subject>` without a password, the provider's
//!    group, `PostConfirmation`.
//!
//! # Security model
//! Only the provider's id of the person, or a claim that an administrator linked by, leads to a user: an address only if the
//! provider calls it verified, and nothing that the browser alone brought. A local user
//! with the same e-mail address stays who they are, and a new user with it is found by no address.
//!
//! # Limits
//! Which triggers the first sign-in fires is not published to the last (`docs/decisions/0029`): not `PreAuthentication` and
//! `PostAuthentication`, which tell of users there are.

use serde_json::json;
use uuid::Uuid;

use super::{ExternalIdentity, Failure, mapping};
use crate::app::{AppState, Caller};
use crate::audit::{Details, Event, Kind, Response};
use crate::challenges::Through;
use crate::error::{ApiError, ErrorType};
use crate::groups;
use crate::pools::{IdentifierAttribute, Pool};
use crate::store::VouchedBy;
use crate::triggers::Source;
use crate::triggers::inbound_federation::{Said, inbound_federation};
use crate::triggers::post_authentication::post_authentication;
use crate::triggers::post_confirmation::post_confirmation;
use crate::triggers::pre_authentication::pre_authentication;
use crate::triggers::pre_sign_up::pre_sign_up;
use crate::users::identities::{self, Found, Known};
use crate::users::{self, SaveError, Status, User, Writer};

/// The longest user name, in characters (`Username` of the contract).
const LONGEST_NAME: usize = 128;

/// How often a user whom others are changing is read again.
const TRIES: u32 = 5;

/// Who is signed in, and by whose word.
#[derive(Debug)]
pub struct SignedIn {
    /// The user, as stored now.
    pub user: User,
    /// The provider, and the link that led to the user.
    pub vouched_by: VouchedBy,
}

/// The user who is signed in by this identity. A user's try is an event, whatever came of it.
///
/// # Errors
/// [`Failure::Attributes`], [`Failure::NotAllowed`], [`Failure::Taken`], [`Failure::Trigger`]; [`Failure::Unbelievable`] if the
/// user's link was made with another issuer.
pub async fn signed_in(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    identity: ExternalIdentity,
) -> Result<SignedIn, Failure> {
    let provider = identity.provider.name.clone();
    let mut whose = None;
    let result = find_or_make(state, through, identity, &mut whose).await;
    let response = match &result {
        Ok(_) => Response::Pass,
        Err(_) => Response::Fail,
    };
    let client_id = &through.client.id;
    // A fault of ours says nothing about the person.
    let is_ours = matches!(result, Err(Failure::Internal(_)));
    if let Some(name) = whose.filter(|_| !is_ours) {
        let event = Event {
            name,
            kind: Kind::SignIn,
            response,
            details: Details {
                ip_address: caller.peer.to_string(),
                client_id: client_id.clone(),
                challenges: Vec::new(),
                provider: Some(provider),
            },
            client_id: client_id.clone(),
        };
        state.audit.record(event, state.clock.now_millis());
    }
    result
}

/// Says whose try it is (`whose`) as soon as it is known.
async fn find_or_make(
    state: &AppState,
    through: Through<'_>,
    mut identity: ExternalIdentity,
    whose: &mut Option<String>,
) -> Result<SignedIn, Failure> {
    let username = format!("{}_{}", identity.provider.name, identity.subject);
    if username.chars().count() > LONGEST_NAME || username.chars().any(char::is_control) {
        return Err(Failure::Unbelievable(
            "the provider's id of the person makes no user name",
        ));
    }
    let occasion = through.occasion(&username, Source::InboundFederation);
    let said = Said {
        provider_name: &identity.provider.name,
        provider_type: identity.provider.kind.name(),
        attributes: &identity.told,
    };
    if let Some(claims) = inbound_federation(state, occasion, said)
        .await
        .map_err(Failure::of_trigger)?
    {
        identity.claims = claims;
    }
    let attributes = mapping::attributes(&identity.provider, &identity.claims)?;
    let vouched = vouched(&identity)?;
    for _ in 0..TRIES {
        let found = known(state, through, &identity).await?;
        if let Some(found) = &found {
            *whose = Some(found.user.username.clone());
        }
        let (user, link) = match found {
            Some(Found { user, link, .. }) => (update(state, through, user, &vouched).await?, link),
            None => {
                let (provider, subject) = (&identity.provider.name, &identity.subject);
                let link = identities::first_link(state, through.pool, provider, subject);
                let username = username.clone();
                let user = make(state, through, username, &identity, &attributes).await?;
                (Some(user), link)
            }
        };
        if let Some(user) = user {
            *whose = Some(user.username.clone());
            let name = IdentifierAttribute::Email.name();
            let is_told = vouched.iter().any(|(mapped, _)| mapped == name);
            let email = user.attributes.get(name).filter(|_| is_told);
            let email = email.map(|email| told_email(state, &user.pool_id, email));
            let provider = identity.provider;
            let vouched_by = VouchedBy {
                provider: provider.name,
                generation: provider.generation,
                link,
                auth_time: identity.auth_time,
                session: identity.session,
                ends_at: identity.ends_at,
                email,
            };
            return Ok(SignedIn { user, vouched_by });
        }
    }
    Err(ApiError::too_many_requests("The user is being changed by other requests.").into())
}

/// What the provider says of a user who is there: a name that only the browser brought is for who is new.
fn vouched(identity: &ExternalIdentity) -> Result<Vec<(String, String)>, Failure> {
    let mut signed = identity.claims.clone();
    signed.retain(|claim, _| !identity.unsigned.contains(claim));
    mapping::attributes(&identity.provider, &signed)
}

/// Whether this user could sign in by this identity: not if what it says of them, such as an address to sign in with, is another
/// user's.
///
/// # Errors
/// [`Failure::Taken`], [`Failure::Attributes`]
pub async fn check_fits(
    state: &AppState,
    pool: &Pool,
    user: &User,
    identity: &ExternalIdentity,
) -> Result<(), Failure> {
    let names = [
        IdentifierAttribute::Email,
        IdentifierAttribute::PhoneNumber,
        IdentifierAttribute::PreferredUsername,
    ];
    for (name, value) in vouched(identity)? {
        if !names.iter().any(|known| known.name() == name) {
            continue;
        }
        let whose = users::find(state, pool, &value).await?;
        if whose.is_some_and(|other| other.sub != user.sub) {
            return Err(Failure::Taken(user.username.clone()));
        }
    }
    Ok(())
}

/// What is kept of an e-mail address that a provider told: enough to know it again.
pub fn told_email(state: &AppState, pool_id: &str, email: &str) -> [u8; 32] {
    let parts = [pool_id, email].map(str::as_bytes);
    state.sealer.derive("told e-mail", &parts)
}

async fn known(
    state: &AppState,
    through: Through<'_>,
    identity: &ExternalIdentity,
) -> Result<Option<Found>, Failure> {
    let mapped = identity
        .provider
        .settings
        .attribute_mapping
        .iter()
        .flatten();
    let claims = mapped.filter_map(|(_, claim)| {
        let value = identity.claims.get(claim)?.as_str()?;
        let leads = !identity.unsigned.contains(claim) && is_vouched_for(identity, claim);
        leads.then_some((claim.as_str(), value))
    });
    let known = Known {
        provider: &identity.provider.name,
        subject: &identity.subject,
        claims: claims.collect(),
    };
    let found = identities::find(state, through.pool, &known).await?;
    // A subject is an issuer's own: another issuer's of the same name is somebody else (OpenID Connect Core, 5.7).
    let other = |found: &Found| found.issuer.is_some() && found.issuer != identity.issuer;
    if found.as_ref().is_some_and(other) {
        return Err(Failure::Unbelievable(
            "the person of this id came from another issuer",
        ));
    }
    Ok(found)
}

/// Whether the provider says of an address that it is the person's; other claims have nothing of the kind.
fn is_vouched_for(identity: &ExternalIdentity, claim: &str) -> bool {
    if !["email", "phone_number"].contains(&claim) {
        return true;
    }
    let flag = identity.claims.get(&format!("{claim}_verified"));
    flag.is_some_and(|flag| *flag == json!(true) || *flag == json!("true"))
}

/// `None` if somebody else changed the user meanwhile.
async fn update(
    state: &AppState,
    through: Through<'_>,
    mut user: User,
    attributes: &[(String, String)],
) -> Result<Option<User>, Failure> {
    let pool = through.pool;
    if !user.enabled || !user.status.may_stay_signed_in() {
        return Err(Failure::NotAllowed);
    }
    let occasion = through.occasion(&user.username, Source::PreAuthentication);
    let hides = through.hides_existence();
    pre_authentication(state, occasion, Some(&user), hides, None)
        .await
        .map_err(Failure::of_trigger)?;
    let before = user.attributes.clone();
    set(&mut user, through, attributes, false)?;
    if user.attributes != before {
        match users::save(state, pool, &mut user, None).await {
            Err(SaveError::Outdated) => return Ok(None),
            Err(SaveError::Taken) => return Err(Failure::Taken(user.username)),
            outcome => outcome.map_err(ApiError::from)?,
        }
    }
    let occasion = through.occasion(&user.username, Source::PostAuthentication);
    post_authentication(state, occasion, &user, false, None)
        .await
        .map_err(Failure::of_trigger)?;
    Ok(Some(user))
}

async fn make(
    state: &AppState,
    through: Through<'_>,
    username: String,
    identity: &ExternalIdentity,
    attributes: &[(String, String)],
) -> Result<User, Failure> {
    let (pool, now) = (through.pool, state.clock.now());
    let sub = Uuid::new_v4().to_string();
    let mut user = User::new(pool, username, sub, Status::ExternalProvider, now);
    set(&mut user, through, attributes, true)?;
    let missing: Vec<&str> = users::missing(pool, &user.attributes).collect();
    if !missing.is_empty() {
        return Err(Failure::Attributes(format!(
            "attributes required: [{}]",
            missing.join(", ")
        )));
    }
    let occasion = through.occasion(&user.username, Source::ExternalProvider);
    let decision = pre_sign_up(state, occasion, &user, None, None)
        .await
        .map_err(Failure::of_trigger)?;
    for (verifies, flag) in [
        (decision.verifies_email, "email_verified"),
        (decision.verifies_phone, "phone_number_verified"),
    ] {
        if verifies {
            user.attributes.set(flag, "true");
        }
    }
    let (provider, issuer) = (&identity.provider, identity.issuer.as_deref());
    identities::begin_as(&mut user, provider, &identity.subject, issuer, now)?;
    match users::insert(state, pool, &user, None).await {
        Err(SaveError::Taken) => return Err(Failure::Taken(user.username)),
        outcome => outcome.map_err(ApiError::from)?,
    }
    join_group(state, through, identity, &user).await?;
    let client_id = &through.client.id;
    post_confirmation(state, pool, client_id, Source::ConfirmSignUp, &user, None)
        .await
        .map_err(Failure::of_trigger)?;
    Ok(user)
}

/// Sets what the mapping gives. What stays as it is need not be changeable.
fn set(
    user: &mut User,
    through: Through<'_>,
    attributes: &[(String, String)],
    is_new: bool,
) -> Result<(), Failure> {
    let changed = attributes.iter();
    let changed: Vec<_> = changed
        .filter(|(name, value)| user.attributes.get(name) != Some(value))
        .cloned()
        .collect();
    let client = through.client;
    users::writable(through.pool, Writer::Provider { client, is_new }, &changed)
        .map_err(|error| Failure::Attributes(error.message.to_string()))?;
    // All of them: a new address takes the flag away that the mapping has said again.
    for (name, value) in attributes {
        user.set_attribute(name, value);
    }
    Ok(())
}

/// The group of everybody who comes from a provider (`<pool>_<provider>`).
async fn join_group(
    state: &AppState,
    through: Through<'_>,
    identity: &ExternalIdentity,
    user: &User,
) -> Result<(), Failure> {
    let name = format!("{}_{}", through.pool.id, identity.provider.name);
    let settings = groups::Settings {
        description: Some(format!(
            "Everybody who signs in with {}; made with the first of them.",
            identity.provider.name
        )),
        ..groups::Settings::default()
    };
    match groups::create(state, through.pool, name.clone(), settings).await {
        Err(error) if error.code == ErrorType::GroupExists => {}
        outcome => drop(outcome?),
    }
    Ok(groups::add(state, user, &name).await?)
}
