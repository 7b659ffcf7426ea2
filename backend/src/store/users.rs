//! Users and how they are found.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::lookup_rows::Table;
use super::many_rows::{most_rows, placeholders};
use super::provider_sessions::end_of_user;
use super::{FactorsRow, Store, StoreError, Transaction, Way, lookup_rows};
use crate::store::CodeRow;

/// A user as stored.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// The pool's id.
    pub pool_id: String,
    /// The real user name, unique in its pool.
    pub username: String,
    /// The user's UUID.
    pub sub: String,
    /// `UNCONFIRMED`, `CONFIRMED`, `FORCE_CHANGE_PASSWORD` or `RESET_REQUIRED`.
    pub status: String,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// Sealed JSON, attribute names to values.
    pub attributes: Vec<u8>,
    /// The sealed SRP verifier; `None` for a user without a password.
    pub verifier: Option<Vec<u8>>,
    /// The verifier's salt.
    pub salt: Option<Vec<u8>>,
    /// Goes up with every password.
    pub verifier_version: i64,
    /// Seconds since 1970.
    pub password_set_at: Option<i64>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// Goes up with every change of the row: a change based on an older revision is refused.
    pub revision: i64,
}

/// One thing a user is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookupRow {
    /// `username`, `sub`, `email`, `phone_number` or `preferred_username`.
    pub kind: &'static str,
    /// The keyed hash of the value.
    pub hash: [u8; 32],
}

/// What a user is found by, and what nobody else may be found by beside that.
#[derive(Debug)]
pub struct Lookups {
    /// What the user is found by.
    pub own: Vec<LookupRow>,
    /// The same values as names of another kind: a user name that is another's sub would shadow
    /// it.
    pub shadowed: Vec<LookupRow>,
    /// What administrators search the user by; others may have the same.
    pub searched: Vec<LookupRow>,
}

/// Something of which only one change can make use.
#[derive(Debug, Clone, Copy)]
pub enum Spend<'a> {
    /// A one-time code of the user.
    Code {
        /// The code's purpose.
        purpose: &'a str,
        /// The code's HMAC: a code that was replaced meanwhile does not count.
        hmac: &'a [u8],
    },
    /// A step of a sign-in, by the hash of its handle.
    Challenge {
        /// The hash.
        id: &'a [u8],
    },
}

/// What changes together with a user, or not at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Together<'a> {
    /// What the change makes use of.
    pub spend: Option<Spend<'a>>,
    /// The second factors from now on.
    pub factors: Option<&'a FactorsRow>,
    /// The way of signing in by which the user does not come any more: what came by it ends.
    pub ends: Option<Way<'a>>,
}

/// How a change of a user went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Done,
    /// Somebody else changed the user since it was read; nothing is stored.
    Outdated,
    /// What the change was to make use of is gone; nothing is stored.
    AlreadySpent,
}

macro_rules! columns {
    () => {
        "u.pool_id, u.username, u.sub, u.status, u.enabled, u.attributes, u.verifier, u.salt, \
         u.verifier_version, u.password_set_at, u.created_at, u.updated_at, u.revision"
    };
}

pub(super) use columns;

/// One arm for each lookup: with `OR` SQLite goes through all lookups of the pool.
const USER_BY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (\
     SELECT pool_id, username, kind FROM user_lookups WHERE pool_id = $1 AND kind = $2 AND hash = $3 UNION ALL \
     SELECT pool_id, username, kind FROM user_lookups WHERE pool_id = $1 AND kind = $4 AND hash = $5 UNION ALL \
     SELECT pool_id, username, kind FROM user_lookups WHERE pool_id = $1 AND kind = $6 AND hash = $7 UNION ALL \
     SELECT pool_id, username, kind FROM user_lookups WHERE pool_id = $1 AND kind = $8 AND hash = $9 UNION ALL \
     SELECT pool_id, username, kind FROM user_lookups WHERE pool_id = $1 AND kind = $10 AND hash = $11\
     ) l JOIN users u ON u.pool_id = l.pool_id AND u.username = l.username \
     ORDER BY CASE l.kind WHEN 'username' THEN 0 WHEN 'sub' THEN 1 ELSE 2 END LIMIT 1"
);

impl Store {
    /// Adds a user, what it is found by, and its first code if there is one: all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the user name or something it is
    /// found by is taken.
    pub async fn insert_user(
        &self,
        user: &UserRow,
        lookups: &Lookups,
        code: Option<&CodeRow>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if !user.insert(&mut transaction).await? {
            return Err(StoreError::Taken);
        }
        insert_lookups(&mut transaction, user, lookups).await?;
        if let Some(code) = code {
            code.replace(&mut transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Stores a changed user over the revision it was read at, replaces what it is found by, and does what
    /// goes `together` with it: all or nothing. A new password voids the user's recovery code; of `remembered` passwords, the new one
    /// included, the older ones are kept.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if something it is found by belongs to
    /// another user.
    pub async fn update_user(
        &self,
        user: &UserRow,
        lookups: &Lookups,
        together: Together<'_>,
        remembered: i64,
        now: i64,
    ) -> Result<Saved, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(spend) = together.spend
            && !spend
                .take(&mut transaction, (&user.pool_id, &user.username), now)
                .await?
        {
            return Ok(Saved::AlreadySpent);
        }
        // Whoever asked for a recovery code before this password was set must not replace it.
        sqlx::query(
            "DELETE FROM codes WHERE pool_id = $1 AND username = $2 AND purpose = 'recovery' \
             AND EXISTS (SELECT 1 FROM users \
             WHERE pool_id = $1 AND username = $2 AND verifier_version < $3)",
        )
        .bind(&user.pool_id)
        .bind(&user.username)
        .bind(user.verifier_version)
        .execute(&mut *transaction)
        .await?;
        if remembered > 0 {
            remember_password(&mut transaction, user, remembered).await?;
        }
        let changed = sqlx::query(
            "UPDATE users SET status = $1, enabled = $2, attributes = $3, verifier = $4, salt = $5, \
             verifier_version = $6, password_set_at = $7, updated_at = $8, revision = revision + 1, \
             is_searchable = 1 \
             WHERE pool_id = $9 AND username = $10 AND revision = $11",
        )
        .bind(&user.status)
        .bind(i64::from(user.enabled))
        .bind(user.attributes.clone())
        .bind(user.verifier.clone())
        .bind(user.salt.clone())
        .bind(user.verifier_version)
        .bind(user.password_set_at)
        .bind(user.updated_at)
        .bind(&user.pool_id)
        .bind(&user.username)
        .bind(user.revision)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if changed == 0 {
            return Ok(Saved::Outdated);
        }
        for statement in [
            "DELETE FROM user_lookups WHERE pool_id = $1 AND username = $2",
            "DELETE FROM user_search WHERE pool_id = $1 AND username = $2",
        ] {
            sqlx::query(statement)
                .bind(&user.pool_id)
                .bind(&user.username)
                .execute(&mut *transaction)
                .await?;
        }
        insert_lookups(&mut transaction, user, lookups).await?;
        if let Some(factors) = together.factors
            && !factors.write(&mut transaction).await?
        {
            return Ok(Saved::Outdated);
        }
        if let Some(way) = together.ends {
            let whose = (user.pool_id.as_str(), user.username.as_str());
            end_of_user(&mut transaction, whose, way, now).await?;
        }
        transaction.commit().await?;
        Ok(Saved::Done)
    }

    /// The user whom the first matching of up to five lookups names; a user name wins over a sub,
    /// both over an alias. One statement whether there is such a user or not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user_by(
        &self,
        pool_id: &str,
        lookups: &[LookupRow],
    ) -> Result<Option<UserRow>, StoreError> {
        let Some(first) = lookups.first() else {
            return Ok(None);
        };
        let candidate = |index: usize| lookups.get(index).unwrap_or(first);
        let mut query = sqlx::query(USER_BY).bind(pool_id);
        for index in 0..5 {
            let lookup = candidate(index);
            query = query.bind(lookup.kind).bind(lookup.hash.to_vec());
        }
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| UserRow::read(&row)).transpose()?)
    }

    /// The user with this real user name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user(&self, pool_id: &str, username: &str) -> Result<Option<UserRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM users u WHERE u.pool_id = $1 AND u.username = $2"
        ))
        .bind(pool_id)
        .bind(username)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| UserRow::read(&row)).transpose()?)
    }

    /// Deletes a user with its lookups, tokens and codes. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_user(&self, pool_id: &str, username: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        // Lookups and tokens go with the row; codes and challenges have no foreign key (decoys).
        for statement in [
            "DELETE FROM codes WHERE pool_id = $1 AND username = $2",
            "DELETE FROM challenges WHERE pool_id = $1 AND username = $2",
        ] {
            sqlx::query(statement)
                .bind(pool_id)
                .bind(username)
                .execute(&mut *transaction)
                .await?;
        }
        let deleted = sqlx::query("DELETE FROM users WHERE pool_id = $1 AND username = $2")
            .bind(pool_id)
            .bind(username)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}

impl Spend<'_> {
    pub(super) async fn take(
        self,
        transaction: &mut Transaction,
        (pool_id, username): (&str, &str),
        now: i64,
    ) -> Result<bool, StoreError> {
        let query = match self {
            Spend::Code { purpose, hmac } => sqlx::query(
                "DELETE FROM codes WHERE pool_id = $1 AND username = $2 AND purpose = $3 \
                 AND hmac = $4",
            )
            .bind(pool_id.to_owned())
            .bind(username.to_owned())
            .bind(purpose.to_owned())
            .bind(hmac.to_vec()),
            Spend::Challenge { id } => sqlx::query(
                "UPDATE challenges SET spent_at = $1 WHERE id = $2 AND spent_at IS NULL",
            )
            .bind(now)
            .bind(id.to_vec()),
        };
        Ok(query.execute(&mut **transaction).await?.rows_affected() == 1)
    }
}

impl UserRow {
    /// Answers whether the user name was free.
    pub(super) async fn insert(&self, transaction: &mut Transaction) -> Result<bool, StoreError> {
        Ok(Self::insert_all(transaction, &[self]).await? == 1)
    }

    /// Stores those whose user names are free, and answers how many.
    pub(super) async fn insert_all(
        transaction: &mut Transaction,
        users: &[&Self],
    ) -> Result<u64, StoreError> {
        const COLUMNS: usize = 14;
        let mut stored = 0;
        for users in users.chunks(most_rows(COLUMNS)) {
            // Of constants and numbers.
            let text = format!(
                "INSERT INTO users (pool_id, username, sub, status, enabled, attributes, verifier, salt, \
                 verifier_version, password_set_at, created_at, updated_at, revision, is_searchable) \
                 VALUES {} ON CONFLICT DO NOTHING",
                placeholders(0, users.len(), COLUMNS),
            );
            let mut query = sqlx::query(AssertSqlSafe(text));
            for user in users {
                query = query
                    .bind(&user.pool_id)
                    .bind(&user.username)
                    .bind(&user.sub)
                    .bind(&user.status)
                    .bind(i64::from(user.enabled))
                    .bind(user.attributes.clone())
                    .bind(user.verifier.clone())
                    .bind(user.salt.clone())
                    .bind(user.verifier_version)
                    .bind(user.password_set_at)
                    .bind(user.created_at)
                    .bind(user.updated_at)
                    .bind(0_i64)
                    .bind(1_i64);
            }
            stored += query.execute(&mut **transaction).await?.rows_affected();
        }
        Ok(stored)
    }

    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pool_id: row.try_get(0)?,
            username: row.try_get(1)?,
            sub: row.try_get(2)?,
            status: row.try_get(3)?,
            enabled: row.try_get::<i64, _>(4)? != 0,
            attributes: row.try_get(5)?,
            verifier: row.try_get(6)?,
            salt: row.try_get(7)?,
            verifier_version: row.try_get(8)?,
            password_set_at: row.try_get(9)?,
            created_at: row.try_get(10)?,
            updated_at: row.try_get(11)?,
            revision: row.try_get(12)?,
        })
    }
}

/// Before a new password is stored over the old one: keeps the old one, and no more than are wanted.
async fn remember_password(
    transaction: &mut Transaction,
    user: &UserRow,
    remembered: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO password_history (pool_id, username, verifier_version, verifier, salt) \
         SELECT pool_id, username, verifier_version, verifier, salt FROM users \
         WHERE pool_id = $1 AND username = $2 AND verifier_version < $3 \
         AND verifier IS NOT NULL AND salt IS NOT NULL \
         ON CONFLICT DO NOTHING",
    )
    .bind(&user.pool_id)
    .bind(&user.username)
    .bind(user.verifier_version)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "DELETE FROM password_history \
         WHERE pool_id = $1 AND username = $2 AND verifier_version <= $3",
    )
    .bind(&user.pool_id)
    .bind(&user.username)
    .bind(user.verifier_version - remembered)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_lookups(
    transaction: &mut Transaction,
    user: &UserRow,
    lookups: &Lookups,
) -> Result<(), StoreError> {
    for other in &lookups.shadowed {
        if is_taken(transaction, user, *other).await? {
            return Err(StoreError::Taken);
        }
    }
    if insert_own(transaction, user, &lookups.own).await?.is_some() {
        return Err(StoreError::Taken);
    }
    super::user_search::insert(transaction, user, &lookups.searched).await
}

/// Whether somebody else is found by this.
async fn is_taken(
    transaction: &mut Transaction,
    user: &UserRow,
    lookup: LookupRow,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "SELECT 1 FROM user_lookups \
         WHERE pool_id = $1 AND kind = $2 AND hash = $3 AND username <> $4",
    )
    .bind(&user.pool_id)
    .bind(lookup.kind)
    .bind(lookup.hash.to_vec())
    .bind(&user.username)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(taken.is_some())
}

/// Answers the kind of the first that somebody else is found by. Then some may be stored: undo it.
async fn insert_own(
    transaction: &mut Transaction,
    user: &UserRow,
    own: &[LookupRow],
) -> Result<Option<&'static str>, StoreError> {
    let stored = lookup_rows::insert(transaction, Table::Lookups, user, own).await?;
    if usize::try_from(stored) == Ok(own.len()) {
        return Ok(None);
    }
    for lookup in own {
        if is_taken(transaction, user, *lookup).await? {
            return Ok(Some(lookup.kind));
        }
    }
    Ok(None)
}
