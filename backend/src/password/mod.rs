//! Forgotten and changed passwords: `ForgotPassword`, `ConfirmForgotPassword`, `ChangePassword`,
//! `AdminResetUserPassword`.
//!
//! # Security model
//! With `PreventUserExistenceErrors` on, whoever asks for a recovery code is told where it went,
//! also for users who do not exist, are disabled or have no verified address; those get a decoy
//! code that nobody has. Without it, the reason is named. A recovery code is good while the address
//! it was sent to is the user's verified one, no codes of a second factor go there, and the password is
//! the one it was asked for. A new password also voids challenges under way (`verifier_version`); it
//! does not end sessions, as in the service: `GlobalSignOut` does.

use cognate_core::secret::{Code as Digits, Password};

use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::codes::{self, Asked, Code, Outcome, Purpose};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::messages::{Composing, Purpose as MessagePurpose};
use crate::mfa;
use crate::migration;
use crate::pools::{Pool, RecoveryMechanism};
use crate::sign_in::{Through, incorrect};
use crate::tokens::Access;
use crate::triggers::post_confirmation::post_confirmation;
use crate::triggers::{NO_CLIENT, Source};
use crate::users::{
    self, CodeDeliveryDetails, Destination, Status, User, decoy, decoy_destination,
};

/// `ForgotPassword`
///
/// # Errors
/// `LimitExceededException`, `NotAuthorizedException` where only administrators reset passwords;
/// without `PreventUserExistenceErrors` also why no code can be sent; what `migration` refuses with.
pub async fn forgot(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
) -> Result<CodeDeliveryDetails, ApiError> {
    let pool = through.pool;
    let hides = through.hides_existence();
    if pool.settings.recovery_mechanisms() == [RecoveryMechanism::AdminOnly] {
        return Err(ApiError::not_authorized(
            "Contact administrator to reset password.",
        ));
    }
    let mut user = users::find(state, pool, name).await?;
    let may_migrate = user.is_none() && migration::is_on(pool);
    if user.is_none() && !hides && !may_migrate {
        return Err(users::not_found());
    }
    let mut username = user.as_ref().map_or_else(
        || decoy(&state.sealer, pool, name).username,
        |user| user.username.clone(),
    );
    limits::count(state, caller, Hourly::ForgotPassword, &pool.id, &username).await?;
    if may_migrate {
        user = migration::migrate(state, through, name, None).await?;
        match &user {
            Some(user) => username.clone_from(&user.username),
            None if !hides => return Err(users::not_found()),
            None => {}
        }
    }
    let of_mfa = mfa::addresses(state, pool, &username, user.as_ref()).await?;
    let may_recover = user
        .as_ref()
        .filter(|user| user.enabled && !has_no_password_of_their_own(user));
    let to =
        may_recover.and_then(|user| Some((user, Destination::of_recovery(pool, user, &of_mfa)?)));
    let Some((user, destination)) = to else {
        if !hides {
            return Err(match user {
                Some(user) if !user.enabled => ApiError::not_authorized("User is disabled."),
                Some(user) if has_no_password_of_their_own(&user) => {
                    ApiError::not_authorized("User password cannot be reset in the current state.")
                }
                _ => ApiError::invalid_parameter(
                    "Cannot reset password for the user as there is no registered/verified email or phone_number",
                ),
            });
        }
        let destination = decoy_destination(
            &state.sealer,
            pool,
            &username,
            user.as_ref().map(|user| &user.attributes),
            &Destination::choices_of_recovery(pool),
        );
        let details = destination.details();
        Code::decoy(state, &pool.id, &username, Purpose::Recovery, destination).await?;
        return Ok(details);
    };
    let details = destination.details();
    let code = Code::new(state, &pool.id, &username, Purpose::Recovery, destination)?;
    state.store.replace_code(&code.row).await?;
    let (purpose, asked) = (MessagePurpose::ForgotPassword, Asked::hidden(through));
    codes::deliver(state, pool, user, &code, purpose, asked).await?;
    Ok(details)
}

/// One that an administrator chose, or none because another provider vouches for the user.
fn has_no_password_of_their_own(user: &User) -> bool {
    matches!(
        user.status,
        Status::ForceChangePassword | Status::ExternalProvider
    )
}

/// `ConfirmForgotPassword`
///
/// # Errors
/// `InvalidPasswordException`, `PasswordHistoryPolicyViolationException`, `CodeMismatchException`,
/// `ExpiredCodeException`, `LimitExceededException`; what the trigger `PostConfirmation` throws, and then the password is
/// set.
pub async fn confirm_forgot(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
    code: &Digits,
    password: &Password,
    client_metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let pool = through.pool;
    users::check_policy(pool, password.secret())?;
    let user = users::find(state, pool, name).await?;
    let username = match &user {
        Some(user) => user.username.clone(),
        None if through.hides_existence() => decoy(&state.sealer, pool, name).username,
        None => return Err(users::not_found()),
    };
    limits::count(
        state,
        caller,
        Hourly::ConfirmForgotPassword,
        &pool.id,
        &username,
    )
    .await?;
    let purpose = Purpose::Recovery;
    let right = match codes::check(state, &pool.id, &username, purpose, code.secret()).await? {
        Outcome::Right(right) => right,
        Outcome::Wrong => return Err(codes::mismatch()),
        Outcome::Expired | Outcome::None => return Err(codes::expired()),
    };
    let mut user = user
        .filter(|user| user.enabled)
        .ok_or_else(codes::mismatch)?;
    // Whoever reads an address that is the user's no longer may not take the account over.
    let sent_to = &right.destination;
    let is_current = user.has_verified(sent_to.attribute)
        && user.attributes.get(sent_to.attribute.name()) == Some(&sent_to.value);
    // Nor may whoever reads the codes of the second factor, which the address may serve by now.
    let of_mfa = mfa::addresses(state, pool, &user.username, Some(&user)).await?;
    if !is_current || of_mfa.contains(&sent_to.attribute) {
        return Err(codes::expired());
    }
    users::check_not_used_before(state, pool, &user, password.secret()).await?;
    user.set_password(password.secret(), state.clock.now())?;
    user.status = Status::Confirmed;
    user.mark_verified(&right.destination);
    users::save(state, pool, &mut user, Some(right.spend())).await?;
    let (client_id, source) = (&through.client.id, Source::ConfirmForgotPassword);
    post_confirmation(state, pool, client_id, source, &user, client_metadata).await
}

/// `AdminResetUserPassword`: the password is good for nothing any more, and a recovery code goes out.
/// Sessions go on, as in the service: `AdminUserGlobalSignOut` ends them.
///
/// # Errors
/// `UserNotFoundException`, `NotAuthorizedException` for users who never had a password of their own,
/// `InvalidParameterException` if there is no verified address to send a code to.
pub async fn reset(
    state: &AppState,
    pool: &Pool,
    name: &str,
    client_metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let user = users::find_existing(state, pool, name).await?;
    if !matches!(user.status, Status::Confirmed | Status::ResetRequired) {
        return Err(ApiError::not_authorized(
            "User password cannot be reset in the current state.",
        ));
    }
    let of_mfa = mfa::addresses(state, pool, &user.username, Some(&user)).await?;
    let destination = Destination::of_recovery(pool, &user, &of_mfa).ok_or_else(|| {
        ApiError::invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        )
    })?;
    let user = users::change(state, pool, name, |user| {
        user.status = Status::ResetRequired;
        Ok(())
    })
    .await?;
    let code = Code::new(
        state,
        &pool.id,
        &user.username,
        Purpose::Recovery,
        destination,
    )?;
    state.store.replace_code(&code.row).await?;
    let asked = Asked {
        client_id: NO_CLIENT,
        client_metadata,
        composing: Composing::Now,
    };
    let purpose = MessagePurpose::ForgotPassword;
    codes::deliver(state, pool, &user, &code, purpose, asked).await
}

/// `ChangePassword`. A user without a password needs no previous one.
///
/// # Errors
/// `NotAuthorizedException` for a wrong previous password, and for whom another provider vouches; `InvalidPasswordException`,
/// `LimitExceededException`.
pub async fn change(
    state: &AppState,
    caller: &Caller,
    access: Access,
    previous: Option<&Password>,
    proposed: &Password,
) -> Result<(), ApiError> {
    let Access { pool, mut user, .. } = access;
    // Their status changes by an administrator's password only: with one of their own they would keep a way in that
    // the provider knows nothing of.
    if user.status == Status::ExternalProvider {
        return Err(ApiError::not_authorized(
            "Users of another identity provider have no password here.",
        ));
    }
    limits::count(
        state,
        caller,
        Hourly::ChangePassword,
        &pool.id,
        &user.username,
    )
    .await?;
    if let Some(credential) = &user.credential {
        let previous = previous.ok_or_else(incorrect)?;
        if !credential.matches(&pool.id, &user.username, previous.secret())? {
            return Err(incorrect());
        }
    }
    // Only wrong passwords count: whoever knows it is not guessing.
    limits::forget(
        state,
        caller,
        Hourly::ChangePassword,
        &pool.id,
        &user.username,
    )
    .await?;
    users::check_new_password(state, &pool, &user, proposed.secret()).await?;
    user.set_password(proposed.secret(), state.clock.now())?;
    users::save(state, &pool, &mut user, None).await?;
    Ok(())
}
