//! Users by the hundred: what an import stores.

use super::connections::Transaction;
use super::users::{Lookups, UserRow, insert_own, is_taken};
use super::{DeviceRow, FactorsRow, PasskeyRow, RefusalRow, Store, StoreError, user_search};

/// A user who is not stored yet, with everything that belongs to them.
#[derive(Debug)]
pub struct NewUserRow {
    /// The line of the file that the user comes from.
    pub line: i64,
    /// The user.
    pub user: UserRow,
    /// What the user is found by.
    pub lookups: Lookups,
    /// Second factors.
    pub factors: Option<FactorsRow>,
    /// Names of groups. Those that the pool does not have are left out.
    pub groups: Vec<String>,
    /// Devices.
    pub devices: Vec<DeviceRow>,
    /// Passkeys.
    pub passkeys: Vec<PasskeyRow>,
}

/// What became of a new user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Insertion {
    /// It is stored.
    Done,
    /// It is not: what it is found by, of this kind, belongs to somebody else.
    Taken(&'static str),
}

/// Rows of a file, and how far the file is done with them.
#[derive(Debug, Default)]
pub struct UserBatch {
    /// The users to be.
    pub users: Vec<NewUserRow>,
    /// The rows that cannot become users.
    pub refused: Vec<RefusalRow>,
}

/// What became of a batch.
#[derive(Debug)]
pub enum BatchEnd {
    /// It is stored. These made no user, the refused rows of the batch among them.
    Stored(Vec<RefusalRow>),
    /// The job is to stop: nothing of it is stored.
    Stopped,
}

/// What is said of a row whose user was not stored, by the kind of what was taken.
pub type Explain = dyn Fn(&'static str) -> (String, String) + Send + Sync;

impl Store {
    /// Stores a batch, and with it how far its job is if it has one: all or nothing, so that after a restart
    /// no row is done twice and none is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_users(
        &self,
        job_id: Option<&str>,
        batch: &UserBatch,
        explain: &Explain,
    ) -> Result<BatchEnd, StoreError> {
        let mut transaction = self.begin().await?;
        let mut refused = batch.refused.clone();
        for new in &batch.users {
            if let Insertion::Taken(kind) = new.insert(&mut transaction).await? {
                let (verdict, reason) = explain(kind);
                refused.push(RefusalRow {
                    line: new.line,
                    verdict,
                    reason,
                });
            }
        }
        if let Some(job_id) = job_id
            && !record(&mut transaction, job_id, batch, &refused).await?
        {
            return Ok(BatchEnd::Stopped);
        }
        transaction.commit().await?;
        Ok(BatchEnd::Stored(refused))
    }
}

impl NewUserRow {
    async fn insert(&self, transaction: &mut Transaction) -> Result<Insertion, StoreError> {
        let user = &self.user;
        for other in &self.lookups.shadowed {
            if is_taken(transaction, user, *other).await? {
                return Ok(Insertion::Taken(other.kind));
            }
        }
        if !user.insert(transaction).await? {
            return Ok(Insertion::Taken("username"));
        }
        if let Some(taken) = self.insert_what_is_unique(transaction).await? {
            // What was stored of it goes with it.
            sqlx::query("DELETE FROM users WHERE pool_id = $1 AND username = $2")
                .bind(&user.pool_id)
                .bind(&user.username)
                .execute(&mut **transaction)
                .await?;
            return Ok(Insertion::Taken(taken));
        }
        user_search::insert(transaction, user, &self.lookups.searched).await?;
        if let Some(factors) = &self.factors {
            factors.write(transaction).await?;
        }
        for group in &self.groups {
            sqlx::query(
                "INSERT INTO group_members (pool_id, group_name, username) \
                 SELECT pool_id, name, $3 FROM user_groups WHERE pool_id = $1 AND name = $2",
            )
            .bind(&user.pool_id)
            .bind(group)
            .bind(&user.username)
            .execute(&mut **transaction)
            .await?;
        }
        for device in &self.devices {
            device.insert(&mut **transaction).await?;
        }
        Ok(Insertion::Done)
    }

    /// The kind of the first that somebody else has already.
    async fn insert_what_is_unique(
        &self,
        transaction: &mut Transaction,
    ) -> Result<Option<&'static str>, StoreError> {
        let taken = insert_own(transaction, &self.user, &self.lookups.own).await?;
        if taken.is_some() {
            return Ok(taken);
        }
        for passkey in &self.passkeys {
            if !passkey.insert(transaction).await? {
                return Ok(Some("passkey"));
            }
        }
        Ok(None)
    }
}

/// Answers whether the job still is in progress.
async fn record(
    transaction: &mut Transaction,
    job_id: &str,
    batch: &UserBatch,
    refused: &[RefusalRow],
) -> Result<bool, StoreError> {
    let of = |verdict: &str| refused.iter().filter(|row| row.verdict == verdict).count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let records = batch.users.len() + batch.refused.len();
    let row = sqlx::query(
        "UPDATE import_jobs SET records = records + $2, imported = imported + $3, \
         skipped = skipped + $4, failed = failed + $5 \
         WHERE id = $1 AND status = 'InProgress' RETURNING id",
    )
    .bind(job_id)
    .bind(number(records))
    .bind(number(records - refused.len()))
    .bind(number(of("SKIPPED")))
    .bind(number(of("FAILED")))
    .fetch_optional(&mut **transaction)
    .await?;
    if row.is_none() {
        return Ok(false);
    }
    for row in refused {
        sqlx::query(
            "INSERT INTO import_refusals (job_id, line, verdict, reason) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING", // lines that end as nobody's do may share a number
        )
        .bind(job_id)
        .bind(row.line)
        .bind(&row.verdict)
        .bind(&row.reason)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(true)
}
