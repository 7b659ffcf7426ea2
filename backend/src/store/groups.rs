//! Groups of users.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::users::UserRow;
use super::{Store, StoreError};

/// A group as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// The pool it belongs to.
    pub pool_id: String,
    /// Its name, unique in the pool.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The role its members may take.
    pub role_arn: Option<String>,
    /// The group with the lowest counts most; one without counts least.
    pub precedence: Option<i64>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// How an addition went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there, or was already.
    Done,
    /// There are as many as there may be.
    TooMany,
    /// What it was to be added to is not there.
    NotFound,
}

macro_rules! columns {
    () => {
        "g.pool_id, g.name, g.description, g.role_arn, g.precedence, g.created_at, g.updated_at"
    };
}

impl Store {
    /// Adds a group, unless the pool has `most` already.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the name is taken.
    pub async fn insert_group(&self, group: &GroupRow, most: i64) -> Result<Added, StoreError> {
        let mut transaction = self.begin().await?;
        let count =
            sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM user_groups WHERE pool_id = $1")
                .bind(&group.pool_id)
                .fetch_one(&mut *transaction)
                .await?;
        if count.try_get::<i64, _>(0)? >= most {
            return Ok(Added::TooMany);
        }
        sqlx::query(
            "INSERT INTO user_groups \
             (pool_id, name, description, role_arn, precedence, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&group.pool_id)
        .bind(&group.name)
        .bind(group.description.clone())
        .bind(group.role_arn.clone())
        .bind(group.precedence)
        .bind(group.created_at)
        .bind(group.updated_at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Added::Done)
    }

    /// Gives a group this row's description, role and precedence. Answers whether there is such a
    /// group.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_group(&self, group: &GroupRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE user_groups SET description = $3, role_arn = $4, precedence = $5, updated_at = $6 \
             WHERE pool_id = $1 AND name = $2",
        )
        .bind(&group.pool_id)
        .bind(&group.name)
        .bind(group.description.clone())
        .bind(group.role_arn.clone())
        .bind(group.precedence)
        .bind(group.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// The group with this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn group(&self, pool_id: &str, name: &str) -> Result<Option<GroupRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM user_groups g WHERE g.pool_id = $1 AND g.name = $2"
        ))
        .bind(pool_id)
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| GroupRow::read(&row)).transpose()?)
    }

    /// Up to `limit` groups of a pool with names after `after`, in the order of their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_after(
        &self,
        pool_id: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM user_groups g WHERE g.pool_id = $1 AND g.name > $2 ORDER BY g.name LIMIT $3"
        ))
        .bind(pool_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(GroupRow::read).collect::<Result<_, _>>()?)
    }

    /// Deletes a group; its members are in it no longer. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_group(&self, pool_id: &str, name: &str) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM user_groups WHERE pool_id = $1 AND name = $2")
            .bind(pool_id)
            .bind(name)
            .execute(&self.writer)
            .await?
            .rows_affected();
        Ok(deleted > 0)
    }

    /// Puts a user into a group, unless the user is in `most` already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_group_member(
        &self,
        pool_id: &str,
        group: &str,
        username: &str,
        most: i64,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "SELECT \
             (SELECT CAST(count(*) AS BIGINT) FROM user_groups WHERE pool_id = $1 AND name = $2), \
             (SELECT CAST(count(*) AS BIGINT) FROM users WHERE pool_id = $1 AND username = $3), \
             (SELECT CAST(count(*) AS BIGINT) FROM group_members \
              WHERE pool_id = $1 AND username = $3 AND group_name <> $2)",
        )
        .bind(pool_id)
        .bind(group)
        .bind(username)
        .fetch_one(&mut *transaction)
        .await?;
        if row.try_get::<i64, _>(0)? == 0 || row.try_get::<i64, _>(1)? == 0 {
            return Ok(Added::NotFound);
        }
        if row.try_get::<i64, _>(2)? >= most {
            return Ok(Added::TooMany);
        }
        sqlx::query(
            "INSERT INTO group_members (pool_id, group_name, username) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(pool_id)
        .bind(group)
        .bind(username)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Added::Done)
    }

    /// Takes a user out of a group.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_group_member(
        &self,
        pool_id: &str,
        group: &str,
        username: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2 AND username = $3",
        )
        .bind(pool_id)
        .bind(group)
        .bind(username)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Up to `limit` groups that a user is in, with names after `after`, in the order of their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_of_user_after(
        &self,
        pool_id: &str,
        username: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM group_members m JOIN user_groups g ON g.pool_id = m.pool_id AND g.name = m.group_name \
             WHERE m.pool_id = $1 AND m.username = $2 AND m.group_name > $3 \
             ORDER BY m.group_name LIMIT $4"
        ))
        .bind(pool_id)
        .bind(username)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(GroupRow::read).collect::<Result<_, _>>()?)
    }

    /// Up to `limit` users of a group with user names after `after`, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn group_members_after(
        &self,
        pool_id: &str,
        group: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<UserRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            super::users::columns!(),
            " FROM group_members m JOIN users u ON u.pool_id = m.pool_id AND u.username = m.username \
             WHERE m.pool_id = $1 AND m.group_name = $2 AND m.username > $3 \
             ORDER BY m.username LIMIT $4"
        ))
        .bind(pool_id)
        .bind(group)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(UserRow::read).collect::<Result<_, _>>()?)
    }
}

impl GroupRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pool_id: row.try_get(0)?,
            name: row.try_get(1)?,
            description: row.try_get(2)?,
            role_arn: row.try_get(3)?,
            precedence: row.try_get(4)?,
            created_at: row.try_get(5)?,
            updated_at: row.try_get(6)?,
        })
    }
}
