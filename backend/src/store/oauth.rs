//! The code flow: login transactions, authorization codes, and what completes one and redeems the
//! other in one piece.

use sqlx::Row;

use super::consents::grant;
use super::sessions::is_as_proved;
use super::{NewFamily, SsoRow, Store, StoreError, Transaction, VouchedBy};

/// A sign-in under way on the login domain, as stored.
#[derive(Debug, Clone)]
pub struct LoginTransactionRow {
    /// The id, which the page and the cookie's name carry.
    pub id: String,
    /// The pool's id.
    pub pool_id: String,
    /// The app client's id.
    pub client_id: String,
    /// Sealed: the request, and the hash of the cookie's secret.
    pub content: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// An authorization code as stored: never the code itself.
#[derive(Debug, Clone)]
pub struct AuthorizationCodeRow {
    /// The hash of the code.
    pub hash: Vec<u8>,
    /// The pool's id.
    pub pool_id: String,
    /// The app client's id.
    pub client_id: String,
    /// The real user name.
    pub username: String,
    /// Sealed: what the code is good for.
    pub content: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// When it was used, seconds since 1970.
    pub redeemed_at: Option<i64>,
    /// The sign-in that its use gave.
    pub origin_jti: Option<String>,
    /// The other provider that vouched for the person.
    pub provider: Option<String>,
}

/// Everything that changes when somebody has proved everything.
#[derive(Debug)]
pub struct Completion<'a> {
    /// What the person proved it in.
    pub proved: Proved<'a>,
    /// The version of the password that was proved: one that was changed meanwhile ends it.
    pub verifier_version: i64,
    /// The other provider whose word the proof is, if it is one of this moment and not the browser's session.
    pub vouched_by: Option<&'a VouchedBy>,
    /// The browser's new session.
    pub sso: &'a SsoRow,
    /// The app's code; a sign-in that leads to a page of ours has none.
    pub code: Option<&'a AuthorizationCodeRow>,
    /// The scopes that the user lets the app have from now on, separated by spaces, if they were asked.
    pub granted: Option<&'a str>,
}

/// Where the proof comes from.
#[derive(Debug)]
pub enum Proved<'a> {
    /// A login transaction, which is consumed; the session this browser had (hash of the cookie's
    /// value) ends.
    Transaction {
        /// The transaction's id.
        id: &'a str,
        /// The browser's older session.
        older: Option<&'a [u8]>,
    },
    /// A login transaction, which is consumed, and the browser's session, whose value is replaced.
    TransactionOfSession {
        /// The transaction's id.
        id: &'a str,
        /// The session's hash.
        hash: &'a [u8],
        /// Seconds since 1970.
        grace_began: i64,
    },
    /// The browser's session (hash of the cookie's value), whose value is replaced. One that was
    /// replaced at or before `grace_began` counts no more.
    Session {
        /// The hash.
        hash: &'a [u8],
        /// Seconds since 1970.
        grace_began: i64,
    },
}

impl Store {
    /// Adds a login transaction.
    ///
    /// # Errors
    /// If the database fails, or the client was deleted meanwhile.
    pub async fn insert_login_transaction(
        &self,
        row: &LoginTransactionRow,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO login_transactions (id, pool_id, client_id, content, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&row.id)
        .bind(&row.pool_id)
        .bind(&row.client_id)
        .bind(row.content.clone())
        .bind(row.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The login transaction with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn login_transaction(
        &self,
        id: &str,
    ) -> Result<Option<LoginTransactionRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, pool_id, client_id, content, expires_at FROM login_transactions \
             WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(LoginTransactionRow {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            client_id: row.try_get(2)?,
            content: row.try_get(3)?,
            expires_at: row.try_get(4)?,
        }))
    }

    /// Gives a login transaction this content, if it is still `old`. Answers whether it was. `username` is who has proved
    /// themselves on it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_login_transaction(
        &self,
        id: &str,
        old: &[u8],
        new: Vec<u8>,
        username: Option<&str>,
    ) -> Result<bool, StoreError> {
        let replaced = sqlx::query(
            "UPDATE login_transactions SET content = $3, username = $4 WHERE id = $1 AND content = $2",
        )
        .bind(id)
        .bind(old.to_vec())
        .bind(new)
        .bind(username)
        .execute(&self.writer)
        .await?;
        Ok(replaced.rows_affected() == 1)
    }

    /// Ends a login transaction without a code. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_login_transaction(&self, id: &str) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM login_transactions WHERE id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Consumes the proof, gives the browser its new session and stores the code: all or nothing.
    /// Answers `false`, and changes nothing, if the proof was used already or the user is no
    /// longer who proved it (disabled, deleted, another password, no longer the provider's person).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn complete_login(
        &self,
        completion: &Completion<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let (code, sso) = (completion.code, completion.sso);
        let mut transaction = self.begin().await?;
        let is_consumed = match completion.proved {
            Proved::Transaction { id, older } => {
                if let Some(older) = older {
                    sqlx::query(
                        "DELETE FROM sso_sessions WHERE id IN \
                         (SELECT id FROM sso_sessions WHERE hash = $2 AND pool_id = $1)",
                    )
                    .bind(&sso.pool_id)
                    .bind(older.to_vec())
                    .execute(&mut *transaction)
                    .await?;
                }
                consume(&mut transaction, id, now).await?
            }
            Proved::TransactionOfSession {
                id,
                hash,
                grace_began,
            } => {
                consume(&mut transaction, id, now).await?
                    && replace_value(&mut transaction, hash, grace_began, now).await?
            }
            Proved::Session { hash, grace_began } => {
                replace_value(&mut transaction, hash, grace_began, now).await?
            }
        };
        let version = completion.verifier_version;
        let (pool_id, username) = (&sso.pool_id, &sso.username);
        let is_same_user = is_as_proved(&mut transaction, pool_id, username, version).await?;
        if !is_consumed || !is_same_user {
            return Ok(false);
        }
        if let Some(vouched_by) = completion.vouched_by
            && !vouched_by
                .still(&mut transaction, pool_id, username)
                .await?
        {
            return Ok(false);
        }
        sso.insert(&mut transaction).await?;
        if let Some(there) = completion
            .vouched_by
            .and_then(|vouched| vouched.session.as_ref())
        {
            let whose = (pool_id.as_str(), username.as_str());
            there
                .insert(&mut transaction, &sso.id, whose, sso.expires_at)
                .await?;
        }
        if let Some(code) = code {
            insert_code(&mut transaction, code).await?;
            if let Some(scopes) = completion.granted {
                let whose = (pool_id.as_str(), username.as_str(), code.client_id.as_str());
                grant(&mut transaction, whose, scopes, now).await?;
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The authorization code with this hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn authorization_code(
        &self,
        hash: &[u8],
    ) -> Result<Option<AuthorizationCodeRow>, StoreError> {
        let row = sqlx::query(
            "SELECT hash, pool_id, client_id, username, content, expires_at, redeemed_at, \
             origin_jti, provider FROM authorization_codes WHERE hash = $1",
        )
        .bind(hash.to_vec())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(AuthorizationCodeRow {
            hash: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            client_id: row.try_get(2)?,
            username: row.try_get(3)?,
            content: row.try_get(4)?,
            expires_at: row.try_get(5)?,
            redeemed_at: row.try_get(6)?,
            origin_jti: row.try_get(7)?,
            provider: row.try_get(8)?,
        }))
    }

    /// Uses a code for a new sign-in and its first refresh token. Of any number of callers, one is
    /// told `true`; for the others nothing is stored, nor for a user who is not [as proved](is_as_proved).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn redeem_code(
        &self,
        hash: &[u8],
        family: &NewFamily,
        verifier_version: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let (pool_id, username) = (&family.row.pool_id, &family.row.username);
        let is_same_user =
            is_as_proved(&mut transaction, pool_id, username, verifier_version).await?;
        let redeemed = sqlx::query(
            "UPDATE authorization_codes SET redeemed_at = $1, origin_jti = $2 \
             WHERE hash = $3 AND redeemed_at IS NULL AND expires_at > $1",
        )
        .bind(now)
        .bind(&family.row.origin_jti)
        .bind(hash.to_vec())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if redeemed != 1 || !is_same_user {
            return Ok(false);
        }
        family.insert(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Makes a code useless that was shown with a wrong proof.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spoil_code(&self, hash: &[u8], now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE authorization_codes SET redeemed_at = $1 \
             WHERE hash = $2 AND redeemed_at IS NULL",
        )
        .bind(now)
        .bind(hash.to_vec())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

async fn consume(transaction: &mut Transaction, id: &str, now: i64) -> Result<bool, StoreError> {
    let consumed = sqlx::query("DELETE FROM login_transactions WHERE id = $1 AND expires_at > $2")
        .bind(id)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(consumed.rows_affected() == 1)
}

/// Another value is about to take this one's place.
async fn replace_value(
    transaction: &mut Transaction,
    hash: &[u8],
    grace_began: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let replaced = sqlx::query(
        "UPDATE sso_sessions SET replaced_at = COALESCE(replaced_at, $1) \
         WHERE hash = $2 AND expires_at > $1 \
         AND (replaced_at IS NULL OR replaced_at > $3)",
    )
    .bind(now)
    .bind(hash.to_vec())
    .bind(grace_began)
    .execute(&mut **transaction)
    .await?;
    Ok(replaced.rows_affected() == 1)
}

/// Stores a code for an app.
async fn insert_code(
    transaction: &mut Transaction,
    code: &AuthorizationCodeRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO authorization_codes \
         (hash, pool_id, client_id, username, content, expires_at, redeemed_at, origin_jti, \
         provider) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, $7)",
    )
    .bind(code.hash.clone())
    .bind(&code.pool_id)
    .bind(&code.client_id)
    .bind(&code.username)
    .bind(code.content.clone())
    .bind(code.expires_at)
    .bind(code.provider.clone())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
