//! The identities of identity pools, and the logins that lead to them.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError};

/// An identity as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Its id, `<region>:<uuid>`.
    pub id: String,
    /// The identity pool.
    pub pool_id: String,
    /// Whether it was a guest who became somebody else.
    pub disabled: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// When a guest was last seen, seconds since 1970; `None` if there is, or was, a login.
    pub guest_seen_at: Option<i64>,
}

/// A login of an identity as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityLoginRow {
    /// Who vouches.
    pub provider: String,
    /// The keyed hash of the provider's id of the person.
    pub subject: Vec<u8>,
    /// The identity it leads to.
    pub identity_id: String,
    /// The developer's own id of the user, sealed; `None` for other providers.
    pub developer_user: Option<Vec<u8>>,
}

/// What changes at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityChange {
    /// An identity that is new.
    pub new: Option<IdentityRow>,
    /// Logins that lead to an identity from now on.
    pub link: Vec<IdentityLoginRow>,
    /// Logins that do not any more.
    pub unlink: Vec<IdentityLoginRow>,
    /// An identity without logins that becomes another one.
    pub disable: Option<String>,
}

macro_rules! columns {
    () => {
        "i.id, i.pool_id, i.disabled, i.created_at, i.updated_at, i.guest_seen_at"
    };
}

macro_rules! login_columns {
    () => {
        "l.provider, l.subject, l.identity_id, l.developer_user"
    };
}

impl Store {
    /// Makes the change if nothing of what it is about was changed meanwhile. Answers whether it was made.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_identities(
        &self,
        pool_id: &str,
        change: &IdentityChange,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(new) = &change.new {
            sqlx::query(
                "INSERT INTO identities (id, pool_id, disabled, created_at, updated_at, guest_seen_at) \
                 VALUES ($1, $2, 0, $3, $4, $5)",
            )
            .bind(&new.id)
            .bind(&new.pool_id)
            .bind(new.created_at)
            .bind(new.updated_at)
            .bind(new.guest_seen_at)
            .execute(&mut *transaction)
            .await?;
        }
        for login in &change.unlink {
            let gone = sqlx::query(
                "DELETE FROM identity_logins \
                 WHERE pool_id = $1 AND provider = $2 AND subject = $3 AND identity_id = $4",
            )
            .bind(pool_id)
            .bind(&login.provider)
            .bind(login.subject.clone())
            .bind(&login.identity_id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if gone == 0 {
                return Ok(false);
            }
        }
        for login in &change.link {
            let linked = sqlx::query(
                "INSERT INTO identity_logins \
                 (pool_id, provider, subject, identity_id, developer_user, linked_at) \
                 SELECT i.pool_id, $1, $2, i.id, $3, $4 FROM identities i \
                 WHERE i.id = $5 AND i.pool_id = $6 AND i.disabled = 0 \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&login.provider)
            .bind(login.subject.clone())
            .bind(login.developer_user.clone())
            .bind(now)
            .bind(&login.identity_id)
            .bind(pool_id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if linked == 0 {
                return Ok(false);
            }
        }
        if let Some(id) = &change.disable {
            let disabled = sqlx::query(
                "UPDATE identities SET disabled = 1, updated_at = $2 WHERE id = $1 AND disabled = 0 \
                 AND NOT EXISTS (SELECT 1 FROM identity_logins l WHERE l.identity_id = $1)",
            )
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if disabled == 0 {
                return Ok(false);
            }
        }
        for login in change.link.iter().chain(&change.unlink) {
            sqlx::query(
                "UPDATE identities SET updated_at = $2, guest_seen_at = NULL WHERE id = $1",
            )
            .bind(&login.identity_id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The identity with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity(&self, id: &str) -> Result<Option<IdentityRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identities i WHERE i.id = $1"
        ))
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| IdentityRow::read(&row)).transpose()?)
    }

    /// Up to `limit` identities of a pool with ids after `after`, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identities_after(
        &self,
        pool_id: &str,
        after: &str,
        with_disabled: bool,
        limit: i64,
    ) -> Result<Vec<IdentityRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identities i WHERE i.pool_id = $1 AND i.id > $2 AND i.disabled <= $3 \
             ORDER BY i.id LIMIT $4"
        ))
        .bind(pool_id)
        .bind(after)
        .bind(i64::from(with_disabled))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(IdentityRow::read);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Deletes an identity. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_identity(&self, id: &str) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM identities WHERE id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?
            .rows_affected();
        Ok(deleted > 0)
    }

    /// Writes down when a guest was seen.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn see_guest(&self, id: &str, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE identities SET guest_seen_at = $2 WHERE id = $1 AND guest_seen_at IS NOT NULL",
        )
        .bind(id)
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Deletes the guests who were not seen since (seconds since 1970).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_guests_before(&self, seen: i64) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM identities WHERE guest_seen_at < $1")
            .bind(seen)
            .execute(&self.writer)
            .await?;
        Ok(deleted.rows_affected())
    }

    /// The logins of an identity, in the order of their providers.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_logins(
        &self,
        identity_id: &str,
    ) -> Result<Vec<IdentityLoginRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            login_columns!(),
            " FROM identity_logins l WHERE l.identity_id = $1 ORDER BY l.provider, l.subject"
        ))
        .bind(identity_id)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(IdentityLoginRow::read);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A login of a pool, if it leads to an identity.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_login(
        &self,
        pool_id: &str,
        provider: &str,
        subject: &[u8],
    ) -> Result<Option<IdentityLoginRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            login_columns!(),
            " FROM identity_logins l WHERE l.pool_id = $1 AND l.provider = $2 AND l.subject = $3"
        ))
        .bind(pool_id)
        .bind(provider)
        .bind(subject.to_vec())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| IdentityLoginRow::read(&row)).transpose()?)
    }
}

impl IdentityRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            disabled: row.try_get::<i64, _>(2)? != 0,
            created_at: row.try_get(3)?,
            updated_at: row.try_get(4)?,
            guest_seen_at: row.try_get(5)?,
        })
    }
}

impl IdentityLoginRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            provider: row.try_get(0)?,
            subject: row.try_get(1)?,
            identity_id: row.try_get(2)?,
            developer_user: row.try_get(3)?,
        })
    }
}
