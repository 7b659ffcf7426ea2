//! The groups of a file that an export made.

use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::export::ExportedGroup;
use crate::groups::{self, Settings};
use crate::pools::Pool;

/// Makes the groups of an export that the pool does not have; those it has stay as they are.
///
/// # Errors
/// `LimitExceededException`
pub(super) async fn make_missing(
    state: &AppState,
    pool: &Pool,
    wanted: &[ExportedGroup],
) -> Result<(), ApiError> {
    for group in wanted {
        let settings = Settings {
            description: group.description.clone(),
            role_arn: group.role_arn.clone(),
            precedence: group.precedence,
        };
        match groups::create(state, pool, group.name.clone(), settings).await {
            Err(error) if error.code == ErrorType::GroupExists => {}
            outcome => drop(outcome?),
        }
    }
    Ok(())
}
