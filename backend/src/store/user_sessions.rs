//! A user's sessions, of tokens and of browsers, as lists show them.

use sqlx::Row;

use super::{Store, StoreError, Transaction};

/// A session in a list.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its UUID: `origin_jti`, or the browser's session's.
    pub id: String,
    /// Whether it is a browser's.
    pub is_sso: bool,
    /// The app client, of tokens.
    pub client_id: Option<String>,
    /// Seconds since 1970.
    pub started_at: i64,
    /// Seconds since 1970.
    pub last_active_at: i64,
    /// The device it came from, confirmed or not.
    pub device_key: Option<String>,
    /// The browser's session that it came from.
    pub sso_id: Option<String>,
    /// Sealed: the address it was last used from.
    pub last_address: Option<Vec<u8>>,
}

/// The last session of a page: the next page begins after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsAfter {
    /// When it began, seconds since 1970.
    pub started_at: i64,
    /// Its UUID.
    pub id: String,
}

impl SessionRow {
    /// Where it stands in the list.
    #[must_use]
    pub fn position(&self) -> SessionsAfter {
        SessionsAfter {
            started_at: self.started_at,
            id: self.id.clone(),
        }
    }
}

impl Store {
    /// Up to `limit` of a user's sessions that are not over, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions_of(
        &self,
        pool_id: &str,
        username: &str,
        now: i64,
        after: Option<&SessionsAfter>,
        limit: i64,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let (started_at, id) = after.map_or((i64::MAX, ""), |after| (after.started_at, &*after.id));
        let rows = sqlx::query(
            "SELECT id, is_sso, client_id, started_at, last_active_at, device_key, sso_id, \
             last_address FROM ( \
             SELECT origin_jti AS id, CAST(0 AS BIGINT) AS is_sso, client_id, started_at, \
             last_active_at, device_key, sso_id, last_address FROM token_families \
             WHERE pool_id = $1 AND username = $2 AND revoked_at IS NULL AND expires_at > $3 \
             UNION ALL \
             SELECT id, CAST(1 AS BIGINT), NULL, MIN(started_at), MAX(used_at), NULL, NULL, NULL \
             FROM sso_sessions WHERE pool_id = $1 AND username = $2 AND expires_at > $3 \
             GROUP BY id) AS sessions \
             WHERE started_at < $4 OR (started_at = $4 AND id > $5) \
             ORDER BY started_at DESC, id LIMIT $6",
        )
        .bind(pool_id)
        .bind(username)
        .bind(now)
        .bind(started_at)
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(|row| {
            Ok(SessionRow {
                id: row.try_get(0)?,
                is_sso: row.try_get::<i64, _>(1)? == 1,
                client_id: row.try_get(2)?,
                started_at: row.try_get(3)?,
                last_active_at: row.try_get(4)?,
                device_key: row.try_get(5)?,
                sso_id: row.try_get(6)?,
                last_address: row.try_get(7)?,
            })
        });
        Ok(rows.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Remembers when a sign-in was last used, and from where.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_family(
        &self,
        origin_jti: &str,
        address: Option<Vec<u8>>,
        now: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE token_families SET last_active_at = $2, last_address = $3 \
             WHERE origin_jti = $1",
        )
        .bind(origin_jti)
        .bind(now)
        .bind(address)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Ends a user's session of a browser. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sso_of(
        &self,
        pool_id: &str,
        username: &str,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let ended = sqlx::query(
            "DELETE FROM sso_sessions \
             WHERE pool_id = $1 AND username = $2 AND id = $3 AND expires_at > $4",
        )
        .bind(pool_id)
        .bind(username)
        .bind(id)
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Ends all of a user's sign-ins that came from a session of a browser. Codes that were not used yet go too: one
    /// of them may be its.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sessions_of_sso(
        &self,
        pool_id: &str,
        username: &str,
        sso_id: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        revoke_families_of_sso(&mut transaction, (pool_id, username), sso_id, now).await?;
        sqlx::query(
            "DELETE FROM authorization_codes \
             WHERE pool_id = $1 AND username = $2 AND redeemed_at IS NULL",
        )
        .bind(pool_id)
        .bind(username)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}

/// Revokes what was bought by a browser's session.
pub(super) async fn revoke_families_of_sso(
    transaction: &mut Transaction,
    (pool_id, username): (&str, &str),
    sso_id: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE token_families SET revoked_at = $4 \
         WHERE pool_id = $1 AND username = $2 AND sso_id = $3 AND revoked_at IS NULL",
    )
    .bind(pool_id)
    .bind(username)
    .bind(sso_id)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Ends what a user has beyond `most` sign-ins: those that were not used for the longest time, and
/// never the one that began just now.
pub(super) async fn end_unused(
    transaction: &mut Transaction,
    (pool_id, username): (&str, &str),
    newest: &str,
    most: i64,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE token_families SET revoked_at = $4 \
         WHERE pool_id = $1 AND username = $2 AND revoked_at IS NULL AND expires_at > $4 \
         AND origin_jti <> $3 AND origin_jti NOT IN ( \
         SELECT origin_jti FROM token_families \
         WHERE pool_id = $1 AND username = $2 AND revoked_at IS NULL AND expires_at > $4 \
         AND origin_jti <> $3 ORDER BY last_active_at DESC, started_at DESC, origin_jti LIMIT $5)",
    )
    .bind(pool_id)
    .bind(username)
    .bind(newest)
    .bind(now)
    .bind(most - 1)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
