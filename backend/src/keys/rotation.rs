//! New signing keys in place of old ones, without a session ending.
//!
//! # Steps
//! 1. [`SigningKeys::rotate`] makes a pool's next keys. They are published at once and sign
//!    [`ANNOUNCED_SECONDS`] later, when no verifier has an older copy of the JWKS any more.
//! 2. The keys before them sign no more, and stay published until the last token they signed has ended
//!    ([`VERIFIES_SECONDS`]).
//! 3. [`SigningKeys::maintain`] rotates what is due, and deletes what verifies no more.
//!
//! Refresh tokens are no JWTs: a session goes on through any of this. A key that others may have is another
//! matter: [`SigningKeys::replace`] deletes it at once, and the tokens it signed with it.

use super::signing_key::generate;
use super::{KeyError, SigningKeys, TokenUse};
use crate::store::SigningKeyRow;

/// How long new keys are published before they sign, in seconds: twice as long as a copy of the JWKS may be
/// kept.
pub const ANNOUNCED_SECONDS: i64 = 2 * 3600;

/// How long old keys verify after they signed their last token, in seconds: the longest life of a token.
pub const VERIFIES_SECONDS: i64 = 24 * 3600;

/// Pools that are looked at together.
const PAGE: i64 = 100;

impl SigningKeys {
    /// Makes a pool's next keys. Answers when they sign, seconds since 1970; keys that are announced
    /// already are not overtaken.
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn rotate(&self, pool_id: &str) -> Result<i64, KeyError> {
        let now = self.clock.now();
        let rows = self.store.signing_keys(pool_id).await?;
        let newest = newest(&rows).ok_or(KeyError::NoPool)?;
        if newest > now {
            return Ok(newest);
        }
        let starts_at = now + ANNOUNCED_SECONDS;
        let new = self.next(pool_id, now, starts_at)?;
        self.store.replace_signing_keys(&new, &[]).await?;
        self.forget(pool_id);
        tracing::info!(pool_id, starts_at, "new signing keys are announced");
        Ok(starts_at)
    }

    /// Gives a pool new keys at once and deletes the old ones: every access and ID token of the pool ends.
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn replace(&self, pool_id: &str) -> Result<(), KeyError> {
        let now = self.clock.now();
        let rows = self.store.signing_keys(pool_id).await?;
        newest(&rows).ok_or(KeyError::NoPool)?;
        let new = self.next(pool_id, now, now)?;
        let old: Vec<&str> = rows.iter().map(|row| row.kid.as_str()).collect();
        self.store.replace_signing_keys(&new, &old).await?;
        self.forget(pool_id);
        tracing::warn!(pool_id, "the signing keys were replaced");
        Ok(())
    }

    /// Deletes the keys that verify no more and, if there is a `period` in seconds, rotates the pools whose
    /// keys have been signing for that long.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn maintain(&self, period: Option<i64>) -> Result<(), KeyError> {
        let now = self.clock.now();
        let mut after = String::new();
        loop {
            let pools = self.store.pools_after(&after, PAGE).await?;
            let Some(last) = pools.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for pool in &pools {
                let rows = self.store.signing_keys(&pool.id).await?;
                let ended: Vec<&str> = ended(&rows, now).map(|row| row.kid.as_str()).collect();
                if !ended.is_empty() {
                    self.store.replace_signing_keys(&[], &ended).await?;
                    self.forget(&pool.id);
                }
                let is_due =
                    |starts_at: i64| period.is_some_and(|period| starts_at + period <= now);
                if newest(&rows).is_some_and(is_due) {
                    self.rotate(&pool.id).await?;
                }
            }
        }
    }

    fn next(
        &self,
        pool_id: &str,
        now: i64,
        starts_at: i64,
    ) -> Result<Vec<SigningKeyRow>, KeyError> {
        [TokenUse::Id, TokenUse::Access]
            .into_iter()
            .map(|token_use| generate(&self.sealer, pool_id, token_use, now, starts_at))
            .collect()
    }
}

/// Whether a key still verifies: until its successor has been signing for longer than any token lives. `all` is when those begin
/// that sign the same.
pub(super) fn verifies(starts_at: i64, all: impl Iterator<Item = i64>, now: i64) -> bool {
    let successor = all.filter(|other| *other > starts_at).min();
    successor.is_none_or(|successor| now < successor + VERIFIES_SECONDS)
}

/// The same of a user pool's key, which is for tokens of one use.
pub(super) fn verifies_tokens(row: &SigningKeyRow, rows: &[SigningKeyRow], now: i64) -> bool {
    let alike = rows.iter().filter(|other| other.token_use == row.token_use);
    verifies(row.starts_at, alike.map(|other| other.starts_at), now)
}

fn ended(rows: &[SigningKeyRow], now: i64) -> impl Iterator<Item = &SigningKeyRow> {
    rows.iter()
        .filter(move |row| !verifies_tokens(row, rows, now))
}

/// When the newest keys begin to sign.
fn newest(rows: &[SigningKeyRow]) -> Option<i64> {
    rows.iter().map(|row| row.starts_at).max()
}
