//! Devices that people sign in from.

use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row};

use super::{Store, StoreError, Transaction};

/// A device as stored.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// The pool's id.
    pub pool_id: String,
    /// The real user name.
    pub username: String,
    /// The device's key, unique among the user's.
    pub device_key: String,
    /// The sealed SRP verifier.
    pub verifier: Vec<u8>,
    /// The verifier's salt.
    pub salt: Vec<u8>,
    /// Sealed JSON: its name, and where it was seen last.
    pub description: Vec<u8>,
    /// Whether it is remembered.
    pub remembered: bool,
    /// The generation of the second factor that was last proved from it, if one was.
    pub second_factor: Option<Vec<u8>>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// When somebody last signed in from it, seconds since 1970.
    pub authenticated_at: i64,
}

macro_rules! columns {
    () => {
        "pool_id, username, device_key, verifier, salt, description, remembered, second_factor, \
         created_at, updated_at, authenticated_at"
    };
}

impl Store {
    /// Adds a device. If the user has more than `most` by then, those give way that were signed in from longest
    /// ago, of those that are not remembered first, with the refresh tokens of their sign-ins.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the user has one with this key.
    pub async fn insert_device(&self, device: &DeviceRow, most: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        device.insert(&mut *transaction).await?;
        let (pool_id, username) = (&device.pool_id, &device.username);
        // The new one is among those that stay.
        let surplus = sqlx::query(
            "SELECT device_key FROM devices \
             WHERE pool_id = $1 AND username = $2 AND device_key <> $3 \
             ORDER BY remembered DESC, authenticated_at DESC, device_key LIMIT $4 OFFSET $5",
        )
        .bind(pool_id)
        .bind(username)
        .bind(&device.device_key)
        .bind(i64::MAX)
        .bind(most.saturating_sub(1).max(0))
        .fetch_all(&mut *transaction)
        .await?;
        for row in surplus {
            let key: String = row.try_get(0)?;
            delete(&mut transaction, pool_id, username, &key).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// A user's device.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn device(
        &self,
        pool_id: &str,
        username: &str,
        key: &str,
    ) -> Result<Option<DeviceRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM devices WHERE pool_id = $1 AND username = $2 AND device_key = $3"
        ))
        .bind(pool_id)
        .bind(username)
        .bind(key)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| DeviceRow::read(&row)).transpose()?)
    }

    /// Up to `limit` of a user's devices with keys after `after`, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn devices_after(
        &self,
        pool_id: &str,
        username: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM devices WHERE pool_id = $1 AND username = $2 AND device_key > $3 \
             ORDER BY device_key LIMIT $4"
        ))
        .bind(pool_id)
        .bind(username)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(DeviceRow::read).collect::<Result<_, _>>()?)
    }

    /// Says whether a device is remembered. Answers whether there is such a device.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_device_remembered(
        &self,
        pool_id: &str,
        username: &str,
        key: &str,
        remembered: bool,
        second_factor: Option<&[u8]>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE devices SET remembered = $1, updated_at = $2, \
             second_factor = COALESCE($3, second_factor) \
             WHERE pool_id = $4 AND username = $5 AND device_key = $6",
        )
        .bind(i64::from(remembered))
        .bind(now)
        .bind(second_factor.map(<[u8]>::to_vec))
        .bind(pool_id)
        .bind(username)
        .bind(key)
        .execute(&self.writer)
        .await?;
        Ok(updated.rows_affected() == 1)
    }

    /// Somebody signed in from a device: stores when, its description and, if one was proved, the
    /// generation of the second factor. Answers whether there still is such a device.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_device(&self, device: &DeviceRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE devices SET description = $1, authenticated_at = $2, \
             second_factor = COALESCE($3, second_factor) \
             WHERE pool_id = $4 AND username = $5 AND device_key = $6",
        )
        .bind(device.description.clone())
        .bind(device.authenticated_at)
        .bind(device.second_factor.clone())
        .bind(&device.pool_id)
        .bind(&device.username)
        .bind(&device.device_key)
        .execute(&self.writer)
        .await?;
        Ok(updated.rows_affected() == 1)
    }

    /// Deletes a device, and the refresh tokens of every sign-in that came from it. Those sign-ins are
    /// of no device from now on. Answers whether there was such a device.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_device(
        &self,
        pool_id: &str,
        username: &str,
        key: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let was_there = delete(&mut transaction, pool_id, username, key).await?;
        transaction.commit().await?;
        Ok(was_there)
    }
}

async fn delete(
    transaction: &mut Transaction,
    pool_id: &str,
    username: &str,
    key: &str,
) -> Result<bool, StoreError> {
    let deleted =
        sqlx::query("DELETE FROM devices WHERE pool_id = $1 AND username = $2 AND device_key = $3")
            .bind(pool_id)
            .bind(username)
            .bind(key)
            .execute(&mut **transaction)
            .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    for statement in [
        "DELETE FROM refresh_tokens WHERE origin_jti IN (SELECT origin_jti FROM token_families \
         WHERE pool_id = $1 AND username = $2 AND device_key = $3)",
        "UPDATE token_families SET device_key = NULL \
         WHERE pool_id = $1 AND username = $2 AND device_key = $3",
    ] {
        sqlx::query(statement)
            .bind(pool_id)
            .bind(username)
            .bind(key)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(true)
}

impl DeviceRow {
    /// Adds it.
    pub(super) async fn insert<'e>(
        &self,
        executor: impl Executor<'e, Database = Any>,
    ) -> Result<(), StoreError> {
        sqlx::query(concat!(
            "INSERT INTO devices (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ))
        .bind(self.pool_id.clone())
        .bind(self.username.clone())
        .bind(self.device_key.clone())
        .bind(self.verifier.clone())
        .bind(self.salt.clone())
        .bind(self.description.clone())
        .bind(i64::from(self.remembered))
        .bind(self.second_factor.clone())
        .bind(self.created_at)
        .bind(self.updated_at)
        .bind(self.authenticated_at)
        .execute(executor)
        .await?;
        Ok(())
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pool_id: row.try_get(0)?,
            username: row.try_get(1)?,
            device_key: row.try_get(2)?,
            verifier: row.try_get(3)?,
            salt: row.try_get(4)?,
            description: row.try_get(5)?,
            remembered: row.try_get::<i64, _>(6)? != 0,
            second_factor: row.try_get(7)?,
            created_at: row.try_get(8)?,
            updated_at: row.try_get(9)?,
            authenticated_at: row.try_get(10)?,
        })
    }
}
