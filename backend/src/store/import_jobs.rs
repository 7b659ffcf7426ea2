//! Import jobs, their files in pieces, and their reports.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError};

/// A job as stored.
#[derive(Debug, Clone)]
pub struct ImportJobRow {
    /// Its id; ids are in the order of creation.
    pub id: String,
    /// The pool that the users come to.
    pub pool_id: String,
    /// Its name, for people.
    pub name: String,
    /// `CloudWatchLogsRoleArn`, as it was given.
    pub role_arn: String,
    /// A word of `UserImportJobStatusType`.
    pub status: String,
    /// The id of the file that is complete.
    pub upload: Option<String>,
    /// Rows of the file that are done.
    pub records: i64,
    /// Rows that became users.
    pub imported: i64,
    /// Rows whose users were there already.
    pub skipped: i64,
    /// Rows that could not become users.
    pub failed: i64,
    /// How it ended, one word.
    pub outcome: Option<String>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub started_at: Option<i64>,
    /// Seconds since 1970.
    pub completed_at: Option<i64>,
}

/// A row of a file that made no user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// The line of the file where it begins.
    pub line: i64,
    /// `SKIPPED` or `FAILED`
    pub verdict: String,
    /// Why, without a value of the row.
    pub reason: String,
}

macro_rules! columns {
    () => {
        "id, pool_id, name, role_arn, status, upload, records, imported, skipped, failed, outcome, \
         created_at, started_at, completed_at"
    };
}

impl Store {
    /// Adds a job, unless the pool has `most` already. Answers whether it did.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_import_job(
        &self,
        job: &ImportJobRow,
        most: i64,
    ) -> Result<bool, StoreError> {
        let inserted = sqlx::query(concat!(
            "INSERT INTO import_jobs (",
            columns!(),
            ") SELECT $1, $2, $3, $4, $5, NULL, 0, 0, 0, 0, NULL, $6, NULL, NULL \
             WHERE (SELECT CAST(count(*) AS BIGINT) FROM import_jobs WHERE pool_id = $2) < $7"
        ))
        .bind(&job.id)
        .bind(&job.pool_id)
        .bind(&job.name)
        .bind(&job.role_arn)
        .bind(&job.status)
        .bind(job.created_at)
        .bind(most)
        .execute(&self.writer)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// The job with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn import_job(&self, id: &str) -> Result<Option<ImportJobRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM import_jobs WHERE id = $1"
        ))
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Up to `limit` jobs of a pool that are older than the job `before` (empty: any), the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn import_jobs_before(
        &self,
        pool_id: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<ImportJobRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM import_jobs WHERE pool_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3"
        ))
        .bind(pool_id)
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The jobs of all pools that somebody started and nobody finished.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unfinished_import_jobs(&self) -> Result<Vec<ImportJobRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM import_jobs WHERE status IN ('Pending', 'InProgress', 'Stopping') ORDER BY id"
        ))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Starts a job that has a file and was not started, if no other of its pool is under way. Answers
    /// whether it did.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_import_job(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let started = sqlx::query(
            "UPDATE import_jobs SET status = 'Pending', started_at = $2 \
             WHERE id = $1 AND status = 'Created' AND upload IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM import_jobs other WHERE other.pool_id = import_jobs.pool_id \
              AND other.status IN ('Pending', 'InProgress', 'Stopping'))",
        )
        .bind(id)
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(started.rows_affected() == 1)
    }

    /// Moves a job from one status to another. Answers whether it had the first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn move_import_job(
        &self,
        id: &str,
        from: &str,
        to: &str,
    ) -> Result<bool, StoreError> {
        let moved = sqlx::query("UPDATE import_jobs SET status = $3 WHERE id = $1 AND status = $2")
            .bind(id)
            .bind(from)
            .bind(to)
            .execute(&self.writer)
            .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Ends a job that did not end yet, and deletes its file.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_import_job(
        &self,
        id: &str,
        status: &str,
        outcome: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE import_jobs SET status = $2, outcome = $3, completed_at = $4, upload = NULL \
             WHERE id = $1 AND completed_at IS NULL",
        )
        .bind(id)
        .bind(status)
        .bind(outcome)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM import_chunks WHERE job_id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a piece to an upload.
    ///
    /// # Errors
    /// If the database fails, or there is no such job any more.
    pub async fn insert_import_chunk(
        &self,
        job_id: &str,
        upload: &str,
        position: i64,
        data: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO import_chunks (upload, position, job_id, data) VALUES ($1, $2, $3, $4)",
        )
        .bind(upload)
        .bind(position)
        .bind(job_id)
        .bind(data.to_vec())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// A piece of an upload.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn import_chunk(
        &self,
        upload: &str,
        position: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT data FROM import_chunks WHERE upload = $1 AND position = $2")
            .bind(upload)
            .bind(position)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// An upload is complete: it is the job's file, in place of one before, unless the job was started.
    /// Answers whether it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn complete_import_upload(
        &self,
        job_id: &str,
        upload: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let taken =
            sqlx::query("UPDATE import_jobs SET upload = $2 WHERE id = $1 AND status = 'Created'")
                .bind(job_id)
                .bind(upload)
                .execute(&mut *transaction)
                .await?
                .rows_affected()
                == 1;
        let others = if taken {
            "DELETE FROM import_chunks WHERE job_id = $1 AND upload <> $2"
        } else {
            "DELETE FROM import_chunks WHERE job_id = $1 AND upload = $2"
        };
        sqlx::query(others)
            .bind(job_id)
            .bind(upload)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// Deletes what there is of an upload that did not end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_import_upload(&self, upload: &str) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM import_chunks WHERE upload = $1 \
             AND NOT EXISTS (SELECT 1 FROM import_jobs WHERE upload = $1)",
        )
        .bind(upload)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Up to `limit` rows of a job's report after this line.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn import_refusals_after(
        &self,
        job_id: &str,
        line: i64,
        limit: i64,
    ) -> Result<Vec<RefusalRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT line, verdict, reason FROM import_refusals \
             WHERE job_id = $1 AND line > $2 ORDER BY line LIMIT $3",
        )
        .bind(job_id)
        .bind(line)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let refusals = rows.iter().map(|row| {
            Ok(RefusalRow {
                line: row.try_get(0)?,
                verdict: row.try_get(1)?,
                reason: row.try_get(2)?,
            })
        });
        Ok(refusals.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Expires the jobs that nobody started and that are older than `before`, and deletes their files and
    /// those pieces that belong to no file of a job.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn expire_import_jobs(&self, before: i64, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE import_jobs SET status = 'Expired', upload = NULL, completed_at = $2 \
             WHERE status = 'Created' AND created_at < $1",
        )
        .bind(before)
        .bind(now)
        .execute(&self.writer)
        .await?;
        // An upload that is under way belongs to a job that may still get a file.
        sqlx::query(
            "DELETE FROM import_chunks WHERE NOT EXISTS (SELECT 1 FROM import_jobs j \
             WHERE j.id = import_chunks.job_id \
             AND (j.upload = import_chunks.upload OR j.status = 'Created'))",
        )
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

fn read(row: &AnyRow) -> Result<ImportJobRow, sqlx::Error> {
    Ok(ImportJobRow {
        id: row.try_get(0)?,
        pool_id: row.try_get(1)?,
        name: row.try_get(2)?,
        role_arn: row.try_get(3)?,
        status: row.try_get(4)?,
        upload: row.try_get(5)?,
        records: row.try_get(6)?,
        imported: row.try_get(7)?,
        skipped: row.try_get(8)?,
        failed: row.try_get(9)?,
        outcome: row.try_get(10)?,
        created_at: row.try_get(11)?,
        started_at: row.try_get(12)?,
        completed_at: row.try_get(13)?,
    })
}
