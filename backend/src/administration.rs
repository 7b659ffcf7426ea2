//! What administrators do with users: invite them, set their passwords.

use std::collections::BTreeMap;

use cognate_core::secret::Password;

use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::codes;
use crate::error::ApiError;
use crate::messages::{self, Composing, Notice, Purpose};
use crate::pools::{IdentifierAttribute, Pool};
use crate::triggers::post_confirmation::post_confirmation;
use crate::triggers::pre_sign_up::pre_sign_up;
use crate::triggers::{NO_CLIENT, Occasion, Source};
use crate::users::{
    self, Medium, SaveError, Status, User, Writer, cannot_be_confirmed, check_not_used_before,
    check_policy, exists, find, generate_password, insert, new_user, not_found, save, writable,
};

/// An invitation.
#[derive(Debug)]
pub struct Invitation<'a> {
    /// The user name, or the address people sign up with in this pool.
    pub username: &'a str,
    /// Attribute names and values.
    pub attributes: Vec<(String, String)>,
    /// `None` for a generated one.
    pub temporary_password: Option<&'a Password>,
    /// Whether a message goes out.
    pub is_silent: bool,
    /// How it travels, the first choice first. Nothing: by text message if there is a phone number.
    pub mediums: Vec<Medium>,
    /// Whether to take addresses away from users who have them as an alias.
    pub force_alias: bool,
    /// For the trigger `PreSignUp` only; not stored.
    pub validation_data: Option<BTreeMap<String, String>>,
    /// For the triggers only; not stored.
    pub client_metadata: Option<ClientMetadata>,
}

/// Makes a user with a temporary password.
///
/// # Errors
/// `UsernameExistsException`, `InvalidPasswordException`, `InvalidParameterException` by the
/// schema; what the trigger `PreSignUp` throws.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    invitation: Invitation<'_>,
) -> Result<User, ApiError> {
    writable(pool, Writer::AdminCreate, &invitation.attributes)?;
    let mut user = new_user(
        state,
        pool,
        invitation.username,
        Status::ForceChangePassword,
    )?;
    users::check_is_no_providers(state, pool, &user.username).await?;
    for (name, value) in invitation
        .attributes
        .iter()
        .filter(|(name, _)| !is_flag(name))
    {
        user.set_attribute(name, value);
    }
    // The flags after the values they speak of.
    for (name, value) in invitation
        .attributes
        .iter()
        .filter(|(name, _)| is_flag(name))
    {
        user.set_attribute(name, value);
    }
    let occasion = Occasion {
        pool,
        client_id: NO_CLIENT,
        username: &user.username,
        source: Source::AdminCreateUser,
    };
    let (data, metadata) = (&invitation.validation_data, &invitation.client_metadata);
    // It may refuse. The user is confirmed with the first sign-in, and flags are the administrator's.
    pre_sign_up(state, occasion, &user, data.as_ref(), metadata.as_ref()).await?;
    // What the pool requires and is not given here, NEW_PASSWORD_REQUIRED asks the person for.
    let password = set_temporary_password(state, pool, &mut user, invitation.temporary_password)?;
    match insert(state, pool, &user, None).await {
        Err(SaveError::Taken) if invitation.force_alias => {
            take_aliases(state, pool, &user).await?;
            insert(state, pool, &user, None).await
        }
        outcome => outcome,
    }
    .map_err(|error| exists(pool, invitation.username, error))?;
    if !invitation.is_silent {
        invite(state, pool, &user, &password, &invitation).await?;
    }
    Ok(user)
}

/// Invites a user again who did not sign in yet, with a new temporary password.
///
/// # Errors
/// `UserNotFoundException`, `UnsupportedUserStateException` for users who have a password of their
/// own.
pub async fn invite_again(
    state: &AppState,
    pool: &Pool,
    invitation: Invitation<'_>,
) -> Result<User, ApiError> {
    let user = find(state, pool, invitation.username).await?;
    let mut user = user.ok_or_else(not_found)?;
    if user.status != Status::ForceChangePassword {
        return Err(ApiError::unsupported_user_state(
            "Resend not possible. User status is not FORCE_CHANGE_PASSWORD",
        ));
    }
    let password = set_temporary_password(state, pool, &mut user, invitation.temporary_password)?;
    save(state, pool, &mut user, None).await?;
    invite(state, pool, &user, &password, &invitation).await?;
    Ok(user)
}

/// Confirms a sign-up without a code. No attribute is verified by it.
///
/// # Errors
/// `UserNotFoundException`, `NotAuthorizedException` for users who are confirmed or were invited;
/// what the trigger `PostConfirmation` throws, and then the user is confirmed.
pub async fn confirm(
    state: &AppState,
    pool: &Pool,
    name: &str,
    client_metadata: Option<&ClientMetadata>,
) -> Result<User, ApiError> {
    let user = users::change(state, pool, name, |user| {
        if user.status != Status::Unconfirmed {
            return Err(cannot_be_confirmed(user));
        }
        user.status = Status::Confirmed;
        Ok(())
    })
    .await?;
    let source = Source::ConfirmSignUp;
    post_confirmation(state, pool, NO_CLIENT, source, &user, client_metadata).await?;
    Ok(user)
}

/// Sets a password, which is the user's own or a temporary one. With a temporary one the account is to be
/// taken over anew, by its reader: the passkeys from before go. As published, a user of another provider may get one
/// of their own, and signs in with both from then on.
///
/// # Errors
/// `UserNotFoundException`, `InvalidPasswordException`, `PasswordHistoryPolicyViolationException`.
pub async fn set_password(
    state: &AppState,
    pool: &Pool,
    name: &str,
    password: &Password,
    is_permanent: bool,
) -> Result<(), ApiError> {
    check_policy(pool, password.secret())?;
    let mut user = users::find_existing(state, pool, name).await?;
    if user.status == Status::ExternalProvider && !is_permanent {
        return Err(ApiError::invalid_parameter(
            "Users of another identity provider have no temporary password.",
        ));
    }
    check_not_used_before(state, pool, &user, password.secret()).await?;
    user.set_password(password.secret(), state.clock.now())?;
    user.status = if is_permanent {
        Status::Confirmed
    } else {
        // Before the password is stored: none of them may lead to the choice of the next one.
        let store = &state.store;
        store.delete_passkeys(&user.pool_id, &user.username).await?;
        Status::ForceChangePassword
    };
    Ok(save(state, pool, &mut user, None).await?)
}

/// Sets attributes; an empty value removes one. Flags such as `email_verified` may be set. A new value of
/// the user's own that still waits for its code is void.
///
/// # Errors
/// `UserNotFoundException`, `InvalidParameterException` by the schema, `AliasExistsException`.
pub async fn update_attributes(
    state: &AppState,
    pool: &Pool,
    name: &str,
    attributes: &[(String, String)],
) -> Result<(), ApiError> {
    writable(pool, Writer::AdminUpdate, attributes)?;
    let mut user = users::find_existing(state, pool, name).await?;
    let (flags, values): (Vec<_>, Vec<_>) = attributes.iter().partition(|(name, _)| is_flag(name));
    for (name, value) in values.into_iter().chain(flags) {
        user.set_attribute(name, value);
    }
    save(state, pool, &mut user, None).await?;
    // What the administrator says of an address is the last word, also against a value that waits.
    for attribute in [IdentifierAttribute::Email, IdentifierAttribute::PhoneNumber] {
        if attributes.iter().any(|(name, _)| name == attribute.name()) {
            codes::void(state, &user, attribute).await?;
        }
    }
    Ok(())
}

/// The users who have this user's verified addresses as an alias lose the verification of them.
async fn take_aliases(state: &AppState, pool: &Pool, user: &User) -> Result<(), ApiError> {
    // Whoever has the user name keeps everything: the user cannot be made anyway.
    if users::find_by_username(state, pool, &user.username)
        .await?
        .is_some()
    {
        return Ok(());
    }
    for alias in [IdentifierAttribute::Email, IdentifierAttribute::PhoneNumber] {
        let is_alias = pool.settings.alias_attributes().contains(&alias);
        let Some(value) = user.attributes.get(alias.name()) else {
            continue;
        };
        if is_alias
            && user.has_verified(alias)
            && let Some(mut holder) = find(state, pool, value).await?
        {
            let flag = format!("{}_verified", alias.name());
            holder.attributes.set(&flag, "false");
            save(state, pool, &mut holder, None).await?;
        }
    }
    Ok(())
}

fn set_temporary_password(
    state: &AppState,
    pool: &Pool,
    user: &mut User,
    given: Option<&Password>,
) -> Result<Password, ApiError> {
    let password = match given {
        Some(given) => {
            check_policy(pool, given.secret())?;
            given.clone()
        }
        None => generate_password(pool)?,
    };
    user.set_password(password.secret(), state.clock.now())?;
    Ok(password)
}

async fn invite(
    state: &AppState,
    pool: &Pool,
    user: &User,
    password: &Password,
    invitation: &Invitation<'_>,
) -> Result<(), ApiError> {
    let mediums = invitation.mediums.as_slice();
    let order = if mediums.is_empty() {
        &[Medium::Sms, Medium::Email]
    } else {
        mediums
    };
    let address = |medium: &Medium| {
        let name = if *medium == Medium::Sms {
            "phone_number"
        } else {
            "email"
        };
        user.attributes
            .get(name)
            .map(|address| (*medium, address.to_owned()))
    };
    let fallback = [Medium::Email, Medium::Sms];
    let Some((medium, to)) = order.iter().chain(&fallback).find_map(address) else {
        return Ok(());
    };
    let notice = Notice {
        pool,
        client_id: NO_CLIENT,
        user,
        medium,
        to: &to,
        purpose: Purpose::Invitation,
        code: Some(password.secret()),
        expires_at: state.clock.now() + pool.settings.temporary_password_seconds(),
        client_metadata: invitation.client_metadata.as_ref(),
    };
    messages::send(state, notice, Composing::Now).await
}

fn is_flag(name: &str) -> bool {
    matches!(name, "email_verified" | "phone_number_verified")
}
