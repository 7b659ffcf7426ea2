//! Administrators' operations on imports of users.

use serde::{Deserialize, Serialize};

use super::page::{after, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::export::header;
use crate::import::job::{self, Job};
use crate::pools::find_pool;

/// Names a pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolRequest {
    user_pool_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct HeaderAnswer {
    user_pool_id: String,
    #[serde(rename = "CSVHeader")]
    csv_header: Vec<String>,
}

/// `GetCSVHeader`
pub(super) async fn get_csv_header(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<HeaderAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Ok(HeaderAnswer {
        csv_header: header::columns(&pool)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        user_pool_id: pool.id,
    })
}

/// `UserImportJobType`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct JobDescription {
    job_name: String,
    job_id: String,
    user_pool_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_signed_url: Option<String>,
    creation_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_date: Option<i64>,
    status: String,
    cloud_watch_logs_role_arn: String,
    imported_users: i64,
    skipped_users: i64,
    failed_users: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_message: Option<String>,
}

impl JobDescription {
    fn of(state: &AppState, job: Job) -> Self {
        Self {
            pre_signed_url: job::upload_address(state, &job),
            job_name: job.name,
            job_id: job.id,
            user_pool_id: job.pool_id,
            creation_date: job.created_at,
            start_date: job.started_at,
            completion_date: job.completed_at,
            status: job.status,
            cloud_watch_logs_role_arn: job.role_arn,
            imported_users: job.imported,
            skipped_users: job.skipped,
            failed_users: job.failed,
            completion_message: job.outcome,
        }
    }
}

/// Carries a job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JobAnswer {
    user_import_job: JobDescription,
}

impl JobAnswer {
    fn of(state: &AppState, job: Job) -> Self {
        Self {
            user_import_job: JobDescription::of(state, job),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateJobRequest {
    user_pool_id: String,
    job_name: String,
    cloud_watch_logs_role_arn: String,
    password_hashing_algorithm: Option<String>,
}

/// `CreateUserImportJob`
pub(super) async fn create_user_import_job(
    state: &AppState,
    _: &Caller,
    request: CreateJobRequest,
) -> Result<JobAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    if request.password_hashing_algorithm.is_some() {
        return Err(ApiError::invalid_parameter(
            "PasswordHashingAlgorithm: files with hashes of passwords are not taken.",
        ));
    }
    let role = request.cloud_watch_logs_role_arn;
    let job = job::create(state, &pool, request.job_name, role).await?;
    Ok(JobAnswer::of(state, job))
}

/// Names a job.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JobRequest {
    user_pool_id: String,
    job_id: String,
}

/// `DescribeUserImportJob`
pub(super) async fn describe_user_import_job(
    state: &AppState,
    _: &Caller,
    request: JobRequest,
) -> Result<JobAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let job = job::find(state, &pool, &request.job_id).await?;
    Ok(JobAnswer::of(state, job))
}

/// `StartUserImportJob`
pub(super) async fn start_user_import_job(
    state: &AppState,
    _: &Caller,
    request: JobRequest,
) -> Result<JobAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let job = job::start(state, &pool, &request.job_id).await?;
    Ok(JobAnswer::of(state, job))
}

/// `StopUserImportJob`
pub(super) async fn stop_user_import_job(
    state: &AppState,
    _: &Caller,
    request: JobRequest,
) -> Result<JobAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let job = job::stop(state, &pool, &request.job_id).await?;
    Ok(JobAnswer::of(state, job))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListJobsRequest {
    user_pool_id: String,
    max_results: i64,
    pagination_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListJobsAnswer {
    user_import_jobs: Vec<JobDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
}

/// `ListUserImportJobs`: the newest first.
pub(super) async fn list_user_import_jobs(
    state: &AppState,
    _: &Caller,
    request: ListJobsRequest,
) -> Result<ListJobsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let before = after(request.pagination_token.as_deref())?;
    // An answer has 50 at most (`UserImportJobsListType`), though a request may ask for 60.
    let limit = request.max_results.min(LONGEST_PAGE);
    let mut jobs = job::list(state, &pool, &before, limit + 1).await?;
    let pagination_token = next_token(&mut jobs, limit, |job| &job.id);
    let jobs = jobs.into_iter();
    Ok(ListJobsAnswer {
        user_import_jobs: jobs.map(|job| JobDescription::of(state, job)).collect(),
        pagination_token,
    })
}

const LONGEST_PAGE: i64 = 50;
