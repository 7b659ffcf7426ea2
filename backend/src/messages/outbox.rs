//! The outbox: messages sealed in the database until they are delivered.
//!
//! A row is taken for one try by a change of its due time, so that of several processes one tries it; if that one
//! ends meanwhile, the row is due again after [`LEASE`]. A try that fails puts it off: 5 seconds, then twice as long each time, up to a
//! quarter of an hour.
//!
//! Each pool has rounds of its own, so that none waits for another's server or sender, up to [`POOLS_AT_ONCE`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::task::{self, JoinSet};
use tokio::time::sleep;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::email::{EmailError, Smtp};
use super::letter::Letter;
use super::sms::{SmsError, Webhook};
use super::{InboxError, Job, Jobs, Text, inbox};
use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::pools::{self, Pool};
use crate::seal::{Place, SealError};
use crate::store::{OutboxRow, StoreError};
use crate::triggers::custom_sender::custom_sender;
use crate::users::{self, Medium};

/// How long a try may take before somebody else may try, in milliseconds: more than any channel takes.
const LEASE: i64 = 60_000;

const FIRST_PAUSE: i64 = 5_000;
const LONGEST_PAUSE: i64 = 15 * 60_000;

/// Messages of a pool that are tried at the same time.
const AT_ONCE: i64 = 8;
/// Pools whose messages are tried at the same time.
const POOLS_AT_ONCE: usize = 16;

/// How often the table is looked at if nothing is known to be due: another process may have put something there.
const IDLE: Duration = Duration::from_secs(30);

/// How messages travel. Without a way of its own, a medium ends in the inbox.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    /// E-mail.
    pub email: Option<Smtp>,
    /// Text messages.
    pub sms: Option<Webhook>,
}

/// Stores a letter, or a row that says nothing, and wakes the background task.
pub(super) async fn put(
    state: &AppState,
    pool_id: &str,
    letter: Option<&Letter>,
    expires_at: i64,
) -> Result<(), ApiError> {
    // Ordered by time: two messages of the same millisecond keep their order.
    let id = Uuid::now_v7().to_string();
    let json = serde_json::to_vec(&letter).map_err(|error| ApiError::internal(&error))?;
    let json = Zeroizing::new(json);
    let row = OutboxRow {
        content: state.sealer.seal(place(&id, pool_id), &json)?,
        id,
        pool_id: pool_id.to_owned(),
        attempts: 0,
        due_at: state.clock.now_millis(),
        expires_at,
    };
    state.store.insert_outbox(&row).await?;
    state.messages.wake();
    Ok(())
}

/// Starts the background task. It ends with the runtime.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn start(state: &AppState, channels: Channels, jobs: Jobs) {
    let Jobs(mut jobs) = jobs;
    let (state, channels) = (state.clone(), Arc::new(channels));
    tokio::spawn(async move {
        let mut rounds = Rounds::default();
        let mut flushes: Vec<oneshot::Sender<()>> = Vec::new();
        let mut has_failed = false;
        loop {
            let begun = if has_failed {
                Ok(IDLE)
            } else {
                rounds.begin(&state, &channels).await
            };
            let pause = begun.unwrap_or_else(|error| failed(&error));
            if rounds.busy.is_empty() {
                for done in flushes.drain(..) {
                    let _: Result<(), ()> = done.send(());
                }
            }
            has_failed = false;
            tokio::select! {
                job = jobs.recv() => match job {
                    Some(Job::Look) => {}
                    Some(Job::Flush(done)) => flushes.push(done),
                    None => return,
                },
                Some(ended) = rounds.next() => if let Err(error) = ended {
                    failed(&error);
                    has_failed = true;
                },
                () = sleep(pause) => {}
            }
        }
    });
}

fn failed(error: &StoreError) -> Duration {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the outbox cannot be read or written"
    );
    IDLE
}

/// Pools have their turns beside each other, a round of a few messages each: one whose server or sender is slow holds up
/// its own messages, and others overtake.
#[derive(Default)]
struct Rounds {
    tasks: JoinSet<Result<(), StoreError>>,
    /// The pools that have a round under way.
    busy: HashMap<task::Id, String>,
}

impl Rounds {
    /// Begins a round of each pool that has something due and none under way; how long to wait for the next.
    async fn begin(
        &mut self,
        state: &AppState,
        channels: &Arc<Channels>,
    ) -> Result<Duration, StoreError> {
        let now = state.clock.now_millis();
        // Some of them may be busy.
        let most = i64::try_from(POOLS_AT_ONCE + self.busy.len()).unwrap_or(i64::MAX);
        for pool_id in state.store.outbox_pools_due(now, most).await? {
            let is_busy = self.busy.values().any(|busy| *busy == pool_id);
            if is_busy || self.busy.len() >= POOLS_AT_ONCE {
                continue;
            }
            let (state, channels) = (state.clone(), Arc::clone(channels));
            let of = pool_id.clone();
            let task = self
                .tasks
                .spawn(async move { round(&state, &channels, &of).await });
            self.busy.insert(task.id(), pool_id);
        }
        let next = state.store.next_in_outbox(now).await?;
        let wait = next.and_then(|due| u64::try_from(due - now).ok());
        Ok(wait.map_or(IDLE, Duration::from_millis).min(IDLE))
    }

    /// How the next round to end has ended; `None` if there is none.
    async fn next(&mut self) -> Option<Result<(), StoreError>> {
        let ended = self.tasks.join_next_with_id().await?;
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            // It panicked: what it took is due again after its lease.
            Err(error) => (error.id(), Ok(())),
        };
        self.busy.remove(&id);
        Some(outcome)
    }
}

/// Tries the oldest of what is due of a pool.
async fn round(state: &AppState, channels: &Channels, pool_id: &str) -> Result<(), StoreError> {
    let now = state.clock.now_millis();
    let due = state.store.outbox_due(pool_id, now, AT_ONCE).await?;
    if channels.email.is_none() && channels.sms.is_none() {
        // The inbox shows messages in the order they were written.
        for row in &due {
            attempt(state, channels, row).await?;
        }
        return Ok(());
    }
    // All have ended before the first error counts.
    let tried = join_all(due.iter().map(|row| attempt(state, channels, row))).await;
    tried.into_iter().collect()
}

/// What becomes of a letter.
enum Fate {
    /// Done with: delivered, or to nobody.
    Done,
    /// Delivered, and the row is gone already.
    Moved,
    /// It will never be delivered.
    Refused(String),
    /// Another time.
    Later(String),
}

/// An error is the database's: what was tried may still be due.
async fn attempt(state: &AppState, channels: &Channels, row: &OutboxRow) -> Result<(), StoreError> {
    match try_once(state, channels, row).await {
        Err(InboxError::Store(error)) => return Err(error),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "a message of the outbox cannot be read"
        ),
        Ok(()) => {}
    }
    Ok(())
}

async fn try_once(
    state: &AppState,
    channels: &Channels,
    row: &OutboxRow,
) -> Result<(), InboxError> {
    let now = state.clock.now_millis();
    if row.expires_at <= now / 1000 {
        if let Ok(Some(letter)) = open(state, row) {
            tracing::warn!(purpose = ?letter.purpose, "a message was not delivered in time");
        }
        return Ok(state.store.delete_outbox(&row.id).await?);
    }
    if !state.store.claim_outbox(row, now + LEASE).await? {
        return Ok(());
    }
    let Some(letter) = open(state, row)? else {
        return Ok(state.store.delete_outbox(&row.id).await?);
    };
    let fate = deliver(state, channels, row, &letter).await;
    let purpose = letter.purpose;
    match fate {
        Fate::Moved => {}
        Fate::Done => state.store.delete_outbox(&row.id).await?,
        Fate::Refused(why) => {
            tracing::error!(?purpose, why, "a message was refused");
            state.store.delete_outbox(&row.id).await?;
        }
        Fate::Later(why) => {
            tracing::warn!(
                ?purpose,
                why,
                attempts = row.attempts + 1,
                "a message waits for another try"
            );
            let claimed = OutboxRow {
                attempts: row.attempts + 1,
                due_at: now + LEASE,
                ..row.clone()
            };
            let later = state.clock.now_millis() + pause_after(claimed.attempts);
            state.store.put_off_outbox(&claimed, later).await?;
        }
    }
    Ok(())
}

fn pause_after(attempts: i64) -> i64 {
    let doublings = attempts.saturating_sub(1).clamp(0, 20);
    FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE)
}

async fn deliver(state: &AppState, channels: &Channels, row: &OutboxRow, letter: &Letter) -> Fate {
    let pool = match pools::find_pool(state, &row.pool_id).await {
        Ok(pool) => pool,
        Err(error) if error.code == ErrorType::ResourceNotFound => return Fate::Done,
        Err(error) => return Fate::Later(error.to_string()),
    };
    let text = match &letter.text {
        Some(text) => text.clone(),
        None => match compose(state, &pool, letter).await {
            Ok(text) => text,
            Err(fate) => return fate,
        },
    };
    match (letter.medium, &channels.email, &channels.sms) {
        (Medium::Email, Some(smtp), _) => match smtp.send(&pool, &row.id, letter, &text).await {
            Ok(()) => Fate::Done,
            Err(EmailError::Refused(why)) => Fate::Refused(why),
            Err(EmailError::Later(why)) => Fate::Later(why),
        },
        (Medium::Sms, _, Some(webhook)) => {
            match webhook.send(state, &pool, &row.id, letter, &text).await {
                Ok(()) => Fate::Done,
                Err(SmsError::Refused(why)) => Fate::Refused(why),
                Err(SmsError::Later(why)) => Fate::Later(why),
            }
        }
        _ => match inbox::write(state, row, letter, &text).await {
            Ok(()) => Fate::Moved,
            Err(error) => Fate::Later(error.to_string()),
        },
    }
}

/// Makes the text, or has the pool's own sender deliver the letter.
async fn compose(state: &AppState, pool: &Pool, letter: &Letter) -> Result<Text, Fate> {
    let user = users::find_by_username(state, pool, &letter.username).await;
    let user = user
        .map_err(|error| Fate::Later(error.to_string()))?
        .ok_or(Fate::Done)?;
    // What a handler says about a message is its last word; what breaks may be mended.
    let fate = |error: ApiError| match error.code {
        ErrorType::UserLambdaValidation | ErrorType::InvalidLambdaResponse => {
            Fate::Refused(error.to_string())
        }
        _ => Fate::Later(error.to_string()),
    };
    let Some(source) = letter.sender(pool) else {
        return letter.compose(state, pool, &user).await.map_err(fate);
    };
    let occasion = letter.occasion(pool, source);
    let code = letter.code.as_deref().map(String::as_str);
    let metadata = letter.client_metadata.as_ref();
    let sent = custom_sender(
        state,
        occasion,
        &user,
        (letter.medium, &letter.to),
        code,
        metadata,
    );
    // As the service asks senders again whatever they throw.
    Err(match sent.await {
        Ok(()) => Fate::Done,
        Err(error) => Fate::Later(error.to_string()),
    })
}

fn open(state: &AppState, row: &OutboxRow) -> Result<Option<Letter>, SealError> {
    let json = state
        .sealer
        .open(place(&row.id, &row.pool_id), &row.content)?;
    // Written by another version: nothing that this one can deliver.
    Ok(serde_json::from_slice(&json).unwrap_or_else(|error| {
        tracing::error!(%error, "a message of the outbox cannot be understood");
        None
    }))
}

fn place<'a>(row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "outbox",
        column: "content",
        row,
        pool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_quarter_of_an_hour() {
        let pauses: Vec<i64> = (1..=10).map(|tries| pause_after(tries) / 1000).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(pause_after(i64::MAX), LONGEST_PAUSE);
    }
}
