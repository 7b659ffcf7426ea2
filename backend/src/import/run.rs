//! Going through a file, by the thousand rows.
//!
//! Reading, checking and sealing wait for nothing but the database; they have a thread of their own. While one
//! batch is being stored the next one is made.

use std::io::Read;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::csv_file::CsvFile;
use super::groups::make_missing;
use super::job::{FAILED, Failure, IN_PROGRESS, Job, PENDING, STOPPED, STOPPING, SUCCEEDED};
use super::json_lines::JsonLines;
use super::row::{explain_taken, user_of};
use super::spool::Spool;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Pool, find_pool};
use crate::store::{BatchEnd, NewUserRow, RefusalRow, UserBatch};
use crate::users::ProviderNames;

/// How many rows of a file became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Users.
    pub imported: usize,
    /// Nothing.
    pub refused: usize,
}

/// Starts the job's work, or goes on with it.
pub(super) fn in_background(state: &AppState, job: Job) {
    let state = state.clone();
    tokio::spawn(async move {
        if let Err(error) = work(&state, &job).await {
            // Stays as it is: the next start goes on with it.
            tracing::error!(job = job.id, %error, "an import job cannot go on");
        }
    });
}

async fn work(state: &AppState, job: &Job) -> Result<(), ApiError> {
    let store = &state.store;
    if job.status == PENDING {
        store.move_import_job(&job.id, PENDING, IN_PROGRESS).await?;
    }
    let ended = match &job.upload {
        Some(upload) if job.status != STOPPING => {
            let pool = find_pool(state, &job.pool_id).await?;
            let done = usize::try_from(job.records).unwrap_or(usize::MAX);
            let file = Spool::new(state.clone(), Handle::current(), upload.clone());
            go_through(
                state,
                &pool,
                Form::Csv,
                file,
                Some(&job.id),
                done,
                |_, _| {},
            )
            .await
        }
        _ => Ok(End::Stopped),
    };
    let (status, outcome) = match ended {
        Ok(End::Through(_)) => (SUCCEEDED, SUCCEEDED.to_owned()),
        Ok(End::Stopped) => (STOPPED, STOPPED.to_owned()),
        Err(Failure::Internal) if store.ping().await.is_err() => {
            return Err(ApiError::internal_error("The database is closed."));
        }
        Err(failure) => (FAILED, format!("{failure:?}")),
    };
    let now = state.clock.now();
    store.end_import_job(&job.id, status, &outcome, now).await?;
    tracing::info!(job = job.id, outcome, "an import job has ended");
    Ok(())
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At the end of the file.
    Through(Counts),
    /// Before it, because the job was to stop.
    Stopped,
}

/// Makes users of a file's rows behind the first `done`. `seen` is told the counts and what was refused after every
/// batch.
///
/// # Errors
/// [`Failure`]; the users that were made stay.
pub async fn go_through(
    state: &AppState,
    pool: &Pool,
    form: Form,
    file: impl Read + Send + 'static,
    job_id: Option<&str>,
    done: usize,
    mut seen: impl FnMut(Counts, &[RefusalRow]),
) -> Result<End, Failure> {
    let (sender, mut batches) = mpsc::channel(2);
    let providers = ProviderNames::of(state, pool).await;
    let providers = providers.map_err(|error| internal(&error))?;
    let reading = {
        let (state, pool) = (state.clone(), pool.clone());
        tokio::task::spawn_blocking(move || {
            let rows = Rows::open(&state, &pool, form, file)?;
            read(&state, &pool, rows, (done, &providers), &sender)
        })
    };
    let explain = explain_taken(pool);
    let mut counts = Counts::default();
    while let Some(batch) = batches.recv().await {
        let rows = batch.users.len() + batch.refused.len();
        let stored = state.store.insert_users(job_id, &batch, &explain).await;
        match stored.map_err(|error| internal(&error.into()))? {
            BatchEnd::Stopped => return Ok(End::Stopped),
            BatchEnd::Stored(refused) => {
                counts.imported += rows - refused.len();
                counts.refused += refused.len();
                seen(counts, &refused);
            }
        }
    }
    reading.await.map_err(|_| Failure::Internal)??;
    Ok(End::Through(counts))
}

/// Hands on batches until the end of the file, or until nobody takes them any more.
fn read(
    state: &AppState,
    pool: &Pool,
    mut file: Rows<impl Read>,
    (done, providers): (usize, &ProviderNames),
    sender: &mpsc::Sender<UserBatch>,
) -> Result<(), Failure> {
    let most = file.most(state);
    let full = state.config.quotas.import_rows_per_batch.get();
    let mut batch = UserBatch::default();
    let mut rows = 0;
    while let Some(row) = file.next((state, pool, providers), rows < done)? {
        rows += 1;
        if rows > most {
            return Err(Failure::TooManyRows);
        }
        match row {
            Row::Done => {}
            Row::User(user) => batch.users.push(*user),
            Row::Refused(refused) => batch.refused.push(refused),
        }
        if batch.users.len() + batch.refused.len() == full
            && sender.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            return Ok(());
        }
    }
    if !batch.users.is_empty() || !batch.refused.is_empty() {
        // Nobody takes it: the job was stopped.
        drop(sender.blocking_send(batch));
    }
    Ok(())
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As published: comma-separated.
    Csv,
    /// As an export is.
    JsonLines,
}

/// A file of either form.
enum Rows<R> {
    Csv(CsvFile<R>),
    JsonLines(JsonLines<R>),
}

enum Row {
    User(Box<NewUserRow>),
    Refused(RefusalRow),
    /// It was done before.
    Done,
}

impl<R: Read> Rows<R> {
    fn open(state: &AppState, pool: &Pool, form: Form, file: R) -> Result<Self, Failure> {
        match form {
            Form::Csv => CsvFile::open(pool, file).map(Self::Csv),
            Form::JsonLines => {
                let file = JsonLines::open(pool, file)?;
                let made = make_missing(state, pool, &file.groups);
                let made = Handle::current().block_on(made);
                made.map_err(|error| internal(&error))?;
                Ok(Self::JsonLines(file))
            }
        }
    }

    /// The quota is one of uploads: an export may have every user there is.
    fn most(&self, state: &AppState) -> usize {
        match self {
            Self::Csv(_) => state.config.quotas.import_users_per_file,
            Self::JsonLines(_) => usize::MAX,
        }
    }

    fn next(
        &mut self,
        (state, pool, providers): (&AppState, &Pool, &ProviderNames),
        is_done: bool,
    ) -> Result<Option<Row>, Failure> {
        let made = match self {
            Self::Csv(file) => match file.next_row()? {
                None => return Ok(None),
                Some(_) if is_done => return Ok(Some(Row::Done)),
                Some(row) => {
                    user_of(state, pool, providers, row).map_err(|error| internal(&error))?
                }
            },
            Self::JsonLines(file) => match file.next_user(state, pool, providers)? {
                None => return Ok(None),
                Some(made) => made,
            },
        };
        Ok(Some(match made {
            Ok(user) => Row::User(Box::new(user)),
            Err(refused) => Row::Refused(refused),
        }))
    }
}

fn internal(error: &ApiError) -> Failure {
    tracing::error!(%error, "an import fails");
    Failure::Internal
}
