//! What people have let apps have.

use sqlx::Row;

use super::{Store, StoreError, Transaction};

impl Store {
    /// The scopes that a user lets a client have, separated by spaces.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn consent(
        &self,
        pool_id: &str,
        username: &str,
        client_id: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(
            "SELECT scopes FROM consents \
             WHERE pool_id = $1 AND username = $2 AND client_id = $3",
        )
        .bind(pool_id)
        .bind(username)
        .bind(client_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// What a user lets clients have: each client's id and scopes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn consents_of(
        &self,
        pool_id: &str,
        username: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT client_id, scopes FROM consents \
             WHERE pool_id = $1 AND username = $2 ORDER BY client_id",
        )
        .bind(pool_id)
        .bind(username)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: sqlx::any::AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.into_iter().map(read).collect()
    }

    /// Forgets what a user lets a client have, and ends the sign-ins through it, codes that wait among them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_consent(
        &self,
        pool_id: &str,
        username: &str,
        client_id: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for statement in [
            "DELETE FROM consents WHERE pool_id = $1 AND username = $2 AND client_id = $3",
            "DELETE FROM authorization_codes \
             WHERE pool_id = $1 AND username = $2 AND client_id = $3",
        ] {
            sqlx::query(statement)
                .bind(pool_id)
                .bind(username)
                .bind(client_id)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "UPDATE token_families SET revoked_at = $4 \
             WHERE pool_id = $1 AND username = $2 AND client_id = $3 AND revoked_at IS NULL",
        )
        .bind(pool_id)
        .bind(username)
        .bind(client_id)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}

/// Remembers that a user (pool and name) lets a client have these scopes, besides those that it may have already.
pub(super) async fn grant(
    transaction: &mut Transaction,
    (pool_id, username, client_id): (&str, &str, &str),
    scopes: &str,
    now: i64,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT scopes FROM consents WHERE pool_id = $1 AND username = $2 AND client_id = $3",
    )
    .bind(pool_id)
    .bind(username)
    .bind(client_id)
    .fetch_optional(&mut **transaction)
    .await?;
    let before: String = row.map_or(Ok(String::new()), |row| row.try_get(0))?;
    let mut all: Vec<&str> = before.split_whitespace().collect();
    for scope in scopes.split_whitespace() {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    sqlx::query(
        "INSERT INTO consents (pool_id, username, client_id, scopes, granted_at) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (pool_id, username, client_id) \
         DO UPDATE SET scopes = excluded.scopes, granted_at = excluded.granted_at",
    )
    .bind(pool_id)
    .bind(username)
    .bind(client_id)
    .bind(all.join(" "))
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
