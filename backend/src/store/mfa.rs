//! Second factors: the pools' settings and what users have set up.

use sqlx::Row;

use super::challenges::spend;
use super::{Saved, Store, StoreError, Transaction};

/// What a user has of second factors, as stored.
#[derive(Debug, Clone)]
pub struct FactorsRow {
    /// The pool's id.
    pub pool_id: String,
    /// The real user name.
    pub username: String,
    /// Sealed JSON: which factors are on, and which is preferred.
    pub choice: Vec<u8>,
    /// Sealed: the TOTP secret in use.
    pub totp: Option<Vec<u8>>,
    /// The 30 seconds of the newest code that was accepted. Storing never turns it back, but for another app.
    pub totp_step: i64,
    /// Whether `totp` is of another app than the one that was read: the codes of that one say nothing about it.
    pub has_new_totp: bool,
    /// Sealed: a TOTP secret that waits for its first code.
    pub totp_pending: Option<Vec<u8>>,
    /// Goes up with every change; 0 for a row that is not stored yet.
    pub revision: i64,
}

/// How the use of a TOTP code went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotpUse {
    /// It is used now, and the step of the sign-in is spent.
    Done,
    /// It, or a later one, was used before; nothing is stored.
    UsedBefore,
    /// The step of the sign-in was spent meanwhile; nothing is stored.
    AlreadySpent,
}

impl Store {
    /// Gives a pool these settings of second factors (JSON). Answers whether there is such a pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_pool_mfa(
        &self,
        pool_id: &str,
        mfa: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE pools SET mfa = $2, \
             updated_at = CASE WHEN mfa = $2 THEN updated_at ELSE $3 END WHERE id = $1",
        )
        .bind(pool_id)
        .bind(mfa)
        .bind(now)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// What a user has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user_factors(
        &self,
        pool_id: &str,
        username: &str,
    ) -> Result<Option<FactorsRow>, StoreError> {
        let row = sqlx::query(
            "SELECT pool_id, username, choice, totp, totp_step, totp_pending, revision \
             FROM user_factors WHERE pool_id = $1 AND username = $2",
        )
        .bind(pool_id)
        .bind(username)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FactorsRow {
            pool_id: row.try_get(0)?,
            username: row.try_get(1)?,
            choice: row.try_get(2)?,
            totp: row.try_get(3)?,
            totp_step: row.try_get(4)?,
            has_new_totp: false,
            totp_pending: row.try_get(5)?,
            revision: row.try_get(6)?,
        }))
    }

    /// Stores what a user has over the revision it was read at, and spends a step of a sign-in if
    /// the change depends on it: all or nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn save_user_factors(
        &self,
        row: &FactorsRow,
        challenge: Option<&[u8]>,
        now: i64,
    ) -> Result<Saved, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(id) = challenge {
            let spent = spend(id, now).execute(&mut *transaction).await?;
            if spent.rows_affected() == 0 {
                return Ok(Saved::AlreadySpent);
            }
        }
        if !row.write(&mut transaction).await? {
            return Ok(Saved::Outdated);
        }
        transaction.commit().await?;
        Ok(Saved::Done)
    }

    /// Uses the TOTP code of a step of 30 seconds for a step of a sign-in: all or nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_totp(
        &self,
        row: &FactorsRow,
        step: i64,
        challenge: &[u8],
        now: i64,
    ) -> Result<TotpUse, StoreError> {
        let mut transaction = self.begin().await?;
        let used = sqlx::query(
            "UPDATE user_factors SET totp_step = $1 \
             WHERE pool_id = $2 AND username = $3 AND totp_step < $1 AND totp = $4",
        )
        .bind(step)
        .bind(&row.pool_id)
        .bind(&row.username)
        .bind(row.totp.clone())
        .execute(&mut *transaction)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(TotpUse::UsedBefore);
        }
        let spent = spend(challenge, now).execute(&mut *transaction).await?;
        if spent.rows_affected() == 0 {
            return Ok(TotpUse::AlreadySpent);
        }
        transaction.commit().await?;
        Ok(TotpUse::Done)
    }
}

impl FactorsRow {
    /// Stores it over the revision it was read at. Answers whether nobody changed it meanwhile.
    pub(super) async fn write(&self, transaction: &mut Transaction) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "INSERT INTO user_factors \
             (pool_id, username, choice, totp, totp_step, totp_pending, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, 1) \
             ON CONFLICT (pool_id, username) DO UPDATE SET choice = $3, totp = $4, \
             totp_step = CASE WHEN $8 = 1 OR user_factors.totp_step < $5 THEN $5 \
             ELSE user_factors.totp_step END, \
             totp_pending = $6, revision = user_factors.revision + 1 \
             WHERE user_factors.revision = $7",
        )
        .bind(&self.pool_id)
        .bind(&self.username)
        .bind(self.choice.clone())
        .bind(self.totp.clone())
        .bind(self.totp_step)
        .bind(self.totp_pending.clone())
        .bind(self.revision)
        .bind(i64::from(self.has_new_totp))
        .execute(&mut **transaction)
        .await?;
        Ok(changed.rows_affected() == 1)
    }
}
