//! Users by the thousand: what an import stores.
//!
//! Names are found by hashes, so that a batch writes anywhere in the indexes: the more users it has, the more of them share
//! a page. Each kind of row of a batch is a few statements, in the order of the index.

use sqlx::AssertSqlSafe;

use super::batch_names::BatchNames;
use super::connections::Transaction;
use super::lookup_rows::{self, Table};
use super::many_rows::{most_rows, placeholders};
use super::users::{LookupRow, Lookups, UserRow};
use super::{DeviceRow, FactorsRow, PasskeyRow, RefusalRow, Store, StoreError};

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
    /// Stores a batch of one pool, and with it how far its job is if it has one: all or nothing, so that after a
    /// restart no row is done twice and none is left out.
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
        let mut names = BatchNames::of(&mut transaction, &batch.users).await?;
        let mut admitted = Vec::new();
        for new in &batch.users {
            match names.admit(&mut transaction, new).await? {
                None => admitted.push(new),
                Some(kind) => {
                    let (verdict, reason) = explain(kind);
                    refused.push(RefusalRow {
                        line: new.line,
                        verdict,
                        reason,
                    });
                }
            }
        }
        insert(&mut transaction, &admitted).await?;
        if let Some(job_id) = job_id
            && !record(&mut transaction, job_id, batch, &refused).await?
        {
            return Ok(BatchEnd::Stopped);
        }
        transaction.commit().await?;
        Ok(BatchEnd::Stored(refused))
    }
}

/// Stores users whose names are free.
async fn insert(transaction: &mut Transaction, all: &[&NewUserRow]) -> Result<(), StoreError> {
    let users: Vec<_> = all.iter().map(|new| &new.user).collect();
    UserRow::insert_all(transaction, &users).await?;
    let rows = |of: fn(&Lookups) -> &[LookupRow]| {
        let mut rows: Vec<_> = all
            .iter()
            .flat_map(|new| of(&new.lookups).iter().map(|lookup| (&new.user, *lookup)))
            .collect();
        rows.sort_unstable_by_key(|(_, lookup)| (lookup.kind, lookup.hash));
        rows
    };
    let own = rows(|lookups| &lookups.own);
    lookup_rows::insert_all(transaction, Table::Lookups, &own).await?;
    let searched = rows(|lookups| &lookups.searched);
    lookup_rows::insert_all(transaction, Table::Search, &searched).await?;
    for new in all {
        new.insert_what_few_have(transaction).await?;
    }
    Ok(())
}

impl NewUserRow {
    async fn insert_what_few_have(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        for passkey in &self.passkeys {
            passkey.insert(transaction).await?;
        }
        if let Some(factors) = &self.factors {
            factors.write(transaction).await?;
        }
        for group in &self.groups {
            sqlx::query(
                "INSERT INTO group_members (pool_id, group_name, username) \
                 SELECT pool_id, name, $3 FROM user_groups WHERE pool_id = $1 AND name = $2",
            )
            .bind(&self.user.pool_id)
            .bind(group)
            .bind(&self.user.username)
            .execute(&mut **transaction)
            .await?;
        }
        for device in &self.devices {
            device.insert(&mut **transaction).await?;
        }
        Ok(())
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
    const COLUMNS: usize = 4;
    for refused in refused.chunks(most_rows(COLUMNS)) {
        // Of constants and numbers. Lines that end as nobody's do may share a number.
        let text = format!(
            "INSERT INTO import_refusals (job_id, line, verdict, reason) VALUES {} \
             ON CONFLICT DO NOTHING",
            placeholders(0, refused.len(), COLUMNS),
        );
        let mut query = sqlx::query(AssertSqlSafe(text));
        for row in refused {
            query = query
                .bind(job_id)
                .bind(row.line)
                .bind(&row.verdict)
                .bind(&row.reason);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(true)
}
