//! What became of the rows that made no user, for administrators.
//!
//! Where the service writes to a log of its own, this backend keeps the lines with the job: number of the line
//! and reason, in the service's words, never a value of the row.

use crate::app::AppState;
use crate::error::ApiError;
use crate::store::RefusalRow;

/// Lines that are read at a time.
const PAGE: i64 = 1000;

/// One line, for example `[FAILED] Line Number 12 - The row is not UTF-8.`
#[must_use]
pub fn line(refused: &RefusalRow) -> String {
    format!(
        "[{}] Line Number {} - {}\n",
        refused.verdict, refused.line, refused.reason
    )
}

/// The next lines of a job's report, after this line of the file; nothing at the end.
///
/// # Errors
/// For no fault of the caller's.
pub async fn after(
    state: &AppState,
    job_id: &str,
    last: i64,
) -> Result<Option<(i64, String)>, ApiError> {
    let rows = state
        .store
        .import_refusals_after(job_id, last, PAGE)
        .await?;
    let last = rows.last().map(|row| row.line);
    Ok(last.map(|last| (last, rows.iter().map(line).collect())))
}
