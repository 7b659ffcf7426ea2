//! Import jobs: made, started, stopped, found.

use uuid::Uuid;

use super::{row, run, upload};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
pub use crate::store::ImportJobRow as Job;

/// Waits for its file, and to be started.
pub const CREATED: &str = "Created";
/// Was started.
pub const PENDING: &str = "Pending";
/// Makes users.
pub const IN_PROGRESS: &str = "InProgress";
/// Was asked to stop.
pub const STOPPING: &str = "Stopping";
/// Was stopped; the users it made stay.
pub const STOPPED: &str = "Stopped";
/// Went through the file.
pub const SUCCEEDED: &str = "Succeeded";
/// Could not go through the file.
pub const FAILED: &str = "Failed";

/// Was never started.
const EXPIRED: &str = "Expired";

/// For how long a job waits to be started. Published: a day or two.
const START_SECONDS: i64 = 24 * 3600;

/// Why a job could not go through its file; the name of each is its `CompletionMessage`, which is one word by
/// its published pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The first line does not have the pool's columns, each once.
    #[error("the file does not have the header that GetCSVHeader answers for this pool")]
    WrongHeader,
    /// There is a quote that does not end, or the header is not UTF-8.
    #[error("the file is not comma-separated text in UTF-8, or a quote in it never ends")]
    UnreadableFile,
    /// It has more rows than `quotas.import_users_per_file`.
    #[error("the file has more rows than a file may have (quotas.import_users_per_file)")]
    TooManyRows,
    /// An export with passwords, for a pool of another name: a verifier is made with the pool's name.
    #[error(
        "the passwords of the file are good for its own pool only, whose id has the same part after the \
         underscore; export without secrets, and people recover their accounts"
    )]
    OtherPool,
    /// A fault of ours; the log has it.
    #[error("the service failed; its log has the cause")]
    Internal,
}

/// `CreateUserImportJob`
///
/// # Errors
/// `PreconditionNotMetException` if the pool verifies no addresses, `LimitExceededException`.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    name: String,
    role_arn: String,
) -> Result<Job, ApiError> {
    if !row::can_take_files(pool) {
        return Err(ApiError::precondition_not_met(
            "The user pool must have at least one auto verified attribute.",
        ));
    }
    let job = Job {
        id: format!("import-{}", Uuid::now_v7()),
        pool_id: pool.id.clone(),
        name,
        role_arn,
        status: CREATED.to_owned(),
        upload: None,
        records: 0,
        imported: 0,
        skipped: 0,
        failed: 0,
        outcome: None,
        created_at: state.clock.now(),
        started_at: None,
        completed_at: None,
    };
    let most = state.config.quotas.import_jobs_per_pool;
    if !state.store.insert_import_job(&job, most).await? {
        return Err(ApiError::limit_exceeded(
            "The user pool has as many import jobs as it may have.",
        ));
    }
    Ok(job)
}

/// The pool's job with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, pool: &Pool, id: &str) -> Result<Job, ApiError> {
    let job = state.store.import_job(id).await?;
    job.filter(|job| job.pool_id == pool.id)
        .map(|job| as_of(job, state.clock.now()))
        .ok_or_else(|| ApiError::resource_not_found("The user import job does not exist."))
}

/// Up to `limit` of the pool's jobs that are older than the job `before`, the newest first.
///
/// # Errors
/// For no fault of the caller's.
pub async fn list(
    state: &AppState,
    pool: &Pool,
    before: &str,
    limit: i64,
) -> Result<Vec<Job>, ApiError> {
    let now = state.clock.now();
    let jobs = state.store.import_jobs_before(&pool.id, before, limit);
    Ok(jobs.await?.into_iter().map(|job| as_of(job, now)).collect())
}

/// `StartUserImportJob`: the job's file makes users from now on, in the background.
///
/// # Errors
/// `ResourceNotFoundException`; `PreconditionNotMetException` if there is no file, the job was started before,
/// or another of the pool is under way.
pub async fn start(state: &AppState, pool: &Pool, id: &str) -> Result<Job, ApiError> {
    let job = find(state, pool, id).await?;
    let now = state.clock.now();
    let is_due = job.status == CREATED;
    if !is_due || !state.store.start_import_job(&job.id, now).await? {
        let why = match (job.status.as_str(), job.upload) {
            (CREATED, None) => "No file was uploaded for this job.",
            (CREATED, Some(_)) => "Another import job of the user pool is under way.",
            _ => "The job was started before, or it expired.",
        };
        return Err(ApiError::precondition_not_met(why));
    }
    let job = find(state, pool, id).await?;
    run::in_background(state, job.clone());
    Ok(job)
}

/// `StopUserImportJob`: no more users are made; those that were, stay.
///
/// # Errors
/// `ResourceNotFoundException`; `PreconditionNotMetException` if the job is not under way.
pub async fn stop(state: &AppState, pool: &Pool, id: &str) -> Result<Job, ApiError> {
    let job = find(state, pool, id).await?;
    for from in [PENDING, IN_PROGRESS] {
        if state.store.move_import_job(&job.id, from, STOPPING).await? {
            return find(state, pool, id).await;
        }
    }
    Err(ApiError::precondition_not_met("The job is not under way."))
}

/// Where the job's file may still be put.
#[must_use]
pub fn upload_address(state: &AppState, job: &Job) -> Option<String> {
    upload::is_open(job, state.clock.now()).then(|| upload::address(state, &job.id))
}

/// Goes on with the jobs that an earlier process left.
///
/// # Errors
/// If the database fails.
pub async fn resume(state: &AppState) -> Result<(), ApiError> {
    for job in state.store.unfinished_import_jobs().await? {
        run::in_background(state, job);
    }
    Ok(())
}

/// Jobs that nobody started expire, and files that belong to none are deleted.
///
/// # Errors
/// If the database fails.
pub async fn expire(state: &AppState) -> Result<(), ApiError> {
    let now = state.clock.now();
    state
        .store
        .expire_import_jobs(now - START_SECONDS, now)
        .await?;
    Ok(())
}

/// A job that nobody started in time has expired, though it was not swept yet.
fn as_of(mut job: Job, now: i64) -> Job {
    if job.status == CREATED && job.created_at + START_SECONDS <= now {
        EXPIRED.clone_into(&mut job.status);
    }
    job
}
