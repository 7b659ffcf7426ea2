//! Sign-ins (token families) and their refresh tokens.

use sqlx::Row;

use super::user_sessions::end_unused;
use super::{Store, StoreError, Transaction};

/// One sign-in: every token that comes from it carries its `origin_jti`.
#[derive(Debug, Clone)]
pub struct FamilyRow {
    /// The family's UUID.
    pub origin_jti: String,
    /// The pool's id.
    pub pool_id: String,
    /// The app client the tokens are for.
    pub client_id: String,
    /// The real user name.
    pub username: String,
    /// When the person signed in, seconds since 1970.
    pub auth_time: i64,
    /// When its refresh tokens end, seconds since 1970.
    pub expires_at: i64,
    /// When it was revoked, seconds since 1970.
    pub revoked_at: Option<i64>,
    /// What its tokens allow, separated by spaces; `None` for a sign-in through the JSON API.
    pub scopes: Option<String>,
    /// The device it came from, confirmed or not.
    pub device_key: Option<String>,
    /// The generation of the second factor that was proved, if one was.
    pub second_factor: Option<Vec<u8>>,
    /// The resource server that its access tokens are for.
    pub resource: Option<String>,
    /// The thumbprint of the key that its refresh tokens are bound to.
    pub key_thumbprint: Option<String>,
    /// When its first tokens were given, seconds since 1970.
    pub started_at: i64,
    /// When it was last used, as far as the pool tracks that, seconds since 1970.
    pub last_active_at: i64,
    /// The browser's session that it came from.
    pub sso_id: Option<String>,
    /// Sealed: the address it was last used from.
    pub last_address: Option<Vec<u8>>,
    /// The other provider that vouched for the person.
    pub provider: Option<String>,
}

/// A sign-in that is to be stored.
#[derive(Debug)]
pub struct NewFamily {
    /// Its row.
    pub row: FamilyRow,
    /// The hash of its first refresh token.
    pub token_hash: Vec<u8>,
    /// How many sign-ins the user may have: those beyond that end.
    pub most_of_user: Option<i64>,
}

/// A refresh token as stored: never the token itself.
#[derive(Debug, Clone)]
pub struct RefreshRow {
    /// The sign-in it belongs to.
    pub family: FamilyRow,
    /// When it ends, seconds since 1970.
    pub expires_at: i64,
    /// When it was replaced by another, seconds since 1970.
    pub retired_at: Option<i64>,
}

impl Store {
    /// Adds a sign-in with its first refresh token. Answers whether it did: not for somebody who has another password
    /// than the one of `verifier_version` by now or has to replace it, is disabled, or was deleted.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_family(
        &self,
        family: &NewFamily,
        verifier_version: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let (pool_id, username) = (&family.row.pool_id, &family.row.username);
        if !is_as_proved(&mut transaction, pool_id, username, verifier_version).await? {
            return Ok(false);
        }
        family.insert(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The refresh token with this hash, and its sign-in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refresh_token(&self, hash: &[u8]) -> Result<Option<RefreshRow>, StoreError> {
        let row = sqlx::query(
            "SELECT f.origin_jti, f.pool_id, f.client_id, f.username, f.auth_time, f.expires_at, \
             f.revoked_at, f.scopes, f.device_key, f.second_factor, f.resource, f.key_thumbprint, \
             f.started_at, f.last_active_at, f.sso_id, f.last_address, f.provider, \
             t.expires_at, t.retired_at \
             FROM refresh_tokens t JOIN token_families f ON f.origin_jti = t.origin_jti \
             WHERE t.hash = $1",
        )
        .bind(hash.to_vec())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(RefreshRow {
            family: read_family(&row)?,
            expires_at: row.try_get(17)?,
            retired_at: row.try_get(18)?,
        }))
    }

    /// The sign-in with this `origin_jti`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn family(&self, origin_jti: &str) -> Result<Option<FamilyRow>, StoreError> {
        let row = sqlx::query(
            "SELECT origin_jti, pool_id, client_id, username, auth_time, expires_at, revoked_at, \
             scopes, device_key, second_factor, resource, key_thumbprint, started_at, last_active_at, \
             sso_id, last_address, provider FROM token_families WHERE origin_jti = $1",
        )
        .bind(origin_jti)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| read_family(&row)).transpose()?)
    }

    /// Replaces a refresh token by a new one of the same sign-in and end. A token that was replaced
    /// after `grace_began` may be replaced once more as long as nobody used what took its place: that is
    /// replaced with it, so that of a sign-in one token at most is not replaced. Answers whether it was:
    /// `false` is a reuse (or a revoked sign-in).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rotate_refresh_token(
        &self,
        old: &[u8],
        new: &[u8],
        now: i64,
        grace_began: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let first = sqlx::query(
            "UPDATE refresh_tokens SET retired_at = $1, replaced_by = $2 \
             WHERE hash = $3 AND retired_at IS NULL \
             AND EXISTS (SELECT 1 FROM token_families f \
             WHERE f.origin_jti = refresh_tokens.origin_jti AND f.revoked_at IS NULL)",
        )
        .bind(now)
        .bind(new.to_vec())
        .bind(old.to_vec())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if first == 0 && !replace_again(&mut transaction, old, new, now, grace_began).await? {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO refresh_tokens (hash, origin_jti, issued_at, expires_at, retired_at) \
             SELECT $1, origin_jti, $2, expires_at, NULL FROM refresh_tokens WHERE hash = $3",
        )
        .bind(new.to_vec())
        .bind(now)
        .bind(old.to_vec())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Revokes one sign-in with all its tokens.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_family(&self, origin_jti: &str, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE token_families SET revoked_at = $1 WHERE origin_jti = $2 AND revoked_at IS NULL",
        )
        .bind(now)
        .bind(origin_jti)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Revokes every sign-in of a user; codes that were not used yet, sessions of browsers, sign-ins under
    /// way and addresses that wait for their verification end with them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_families_of(
        &self,
        pool_id: &str,
        username: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE token_families SET revoked_at = $1 \
             WHERE pool_id = $2 AND username = $3 AND revoked_at IS NULL",
        )
        .bind(now)
        .bind(pool_id)
        .bind(username)
        .execute(&mut *transaction)
        .await?;
        for statement in [
            "DELETE FROM authorization_codes WHERE pool_id = $1 AND username = $2",
            "DELETE FROM sso_sessions WHERE pool_id = $1 AND username = $2",
            "DELETE FROM challenges WHERE pool_id = $1 AND username = $2",
            "DELETE FROM login_transactions WHERE pool_id = $1 AND username = $2",
            "DELETE FROM codes WHERE pool_id = $1 AND username = $2 \
             AND purpose IN ('email', 'phone_number')",
        ] {
            sqlx::query(statement)
                .bind(pool_id)
                .bind(username)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Whether a user is enabled and has the password of this version, which an administrator has not reset, as of this
/// transaction: what they proved before it may be outdated.
pub(super) async fn is_as_proved(
    transaction: &mut Transaction,
    pool_id: &str,
    username: &str,
    verifier_version: i64,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 FROM users WHERE pool_id = $1 AND username = $2 AND enabled = 1 \
         AND status <> 'RESET_REQUIRED' AND verifier_version = $3",
    )
    .bind(pool_id)
    .bind(username)
    .bind(verifier_version)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.is_some())
}

impl NewFamily {
    pub(super) async fn insert(
        &self,
        transaction: &mut Transaction,
        now: i64,
    ) -> Result<(), StoreError> {
        let row = &self.row;
        sqlx::query(
            "INSERT INTO token_families \
             (origin_jti, pool_id, client_id, username, auth_time, expires_at, revoked_at, scopes, \
             device_key, second_factor, resource, key_thumbprint, started_at, last_active_at, \
             sso_id, last_address, provider) \
             VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(&row.origin_jti)
        .bind(&row.pool_id)
        .bind(&row.client_id)
        .bind(&row.username)
        .bind(row.auth_time)
        .bind(row.expires_at)
        .bind(row.scopes.clone())
        .bind(row.device_key.clone())
        .bind(row.second_factor.clone())
        .bind(row.resource.clone())
        .bind(row.key_thumbprint.clone())
        .bind(row.started_at)
        .bind(row.last_active_at)
        .bind(row.sso_id.clone())
        .bind(row.last_address.clone())
        .bind(row.provider.clone())
        .execute(&mut **transaction)
        .await?;
        sqlx::query(
            "INSERT INTO refresh_tokens (hash, origin_jti, issued_at, expires_at, retired_at) \
             VALUES ($1, $2, $3, $4, NULL)",
        )
        .bind(self.token_hash.clone())
        .bind(&row.origin_jti)
        .bind(now)
        .bind(row.expires_at)
        .execute(&mut **transaction)
        .await?;
        if let Some(most) = self.most_of_user {
            let owner = (row.pool_id.as_str(), row.username.as_str());
            end_unused(transaction, owner, &row.origin_jti, most, now).await?;
        }
        Ok(())
    }
}

/// The answer to the first request may have been lost: its token goes, unless it was used.
async fn replace_again(
    transaction: &mut Transaction,
    old: &[u8],
    new: &[u8],
    now: i64,
    grace_began: i64,
) -> Result<bool, StoreError> {
    let unused = sqlx::query(
        "UPDATE refresh_tokens SET retired_at = $1, replaced_by = $2 WHERE retired_at IS NULL \
         AND hash = (SELECT replaced_by FROM refresh_tokens WHERE hash = $3 AND retired_at > $4) \
         AND EXISTS (SELECT 1 FROM token_families f \
         WHERE f.origin_jti = refresh_tokens.origin_jti AND f.revoked_at IS NULL)",
    )
    .bind(now)
    .bind(new.to_vec())
    .bind(old.to_vec())
    .bind(grace_began)
    .execute(&mut **transaction)
    .await?;
    if unused.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE refresh_tokens SET replaced_by = $1 WHERE hash = $2")
        .bind(new.to_vec())
        .bind(old.to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

fn read_family(row: &sqlx::any::AnyRow) -> Result<FamilyRow, sqlx::Error> {
    Ok(FamilyRow {
        origin_jti: row.try_get(0)?,
        pool_id: row.try_get(1)?,
        client_id: row.try_get(2)?,
        username: row.try_get(3)?,
        auth_time: row.try_get(4)?,
        expires_at: row.try_get(5)?,
        revoked_at: row.try_get(6)?,
        scopes: row.try_get(7)?,
        device_key: row.try_get(8)?,
        second_factor: row.try_get(9)?,
        resource: row.try_get(10)?,
        key_thumbprint: row.try_get(11)?,
        started_at: row.try_get(12)?,
        last_active_at: row.try_get(13)?,
        sso_id: row.try_get(14)?,
        last_address: row.try_get(15)?,
        provider: row.try_get(16)?,
    })
}
