//! Changes of a user that several may make at once.

use super::{SaveError, User, find_existing, save};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

/// Changes a user; read again and tried again if somebody else changed it meanwhile.
///
/// # Errors
/// `UserNotFoundException`, and what `change` refuses with.
pub async fn change(
    state: &AppState,
    pool: &Pool,
    name: &str,
    change: impl Fn(&mut User) -> Result<(), ApiError>,
) -> Result<User, ApiError> {
    const TRIES: u32 = 3;
    let mut tries = 1;
    loop {
        let mut user = find_existing(state, pool, name).await?;
        change(&mut user)?;
        match save(state, pool, &mut user, None).await {
            Err(SaveError::Outdated) if tries < TRIES => tries += 1,
            outcome => {
                outcome?;
                return Ok(user);
            }
        }
    }
}
