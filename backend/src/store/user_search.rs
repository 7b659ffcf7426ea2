//! Searching users: pages in the order of user names, each read from an index.

use sqlx::Row;

use super::connections::Transaction;
use super::lookup_rows::Table;
use super::users::{LookupRow, UserRow, columns};
use super::{Store, StoreError, lookup_rows};

/// Which users of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Users {
    /// All of them.
    All,
    /// Those whose user names are this or come after it.
    From(String),
    /// Those who have this hash among what they are searched by.
    Having(LookupRow),
    /// Those of a status.
    OfStatus(&'static str),
    /// Those who may do something, or those who may not.
    Enabled(bool),
}

macro_rules! page {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM ",
            $from,
            " WHERE u.pool_id = $1 AND u.username > $2",
            $where,
            " ORDER BY u.username LIMIT $3"
        )
    };
}

const ALL: &str = page!("users u", "");
const FROM: &str = page!("users u", " AND u.username >= $4");
// The index gives the order, so it must be the one that is walked: no other column of users is named.
const HAVING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_search s JOIN users u ON u.pool_id = s.pool_id AND u.username = s.username \
     WHERE s.pool_id = $1 AND s.username > $2 AND s.kind = $4 AND s.hash = $5 \
     ORDER BY s.username LIMIT $3"
);
const OF_STATUS: &str = page!("users u", " AND u.status = $4");
const ENABLED: &str = page!("users u", " AND u.enabled = $4");

impl Store {
    /// Up to `limit` users of a pool with user names after `after`, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn users_after(
        &self,
        pool_id: &str,
        which: &Users,
        after: &str,
        limit: i64,
    ) -> Result<Vec<UserRow>, StoreError> {
        let query = sqlx::query(which.sql())
            .bind(pool_id)
            .bind(after)
            .bind(limit);
        let query = match which {
            Users::All => query,
            Users::From(first) => query.bind(first),
            Users::Having(lookup) => query.bind(lookup.kind).bind(lookup.hash.to_vec()),
            Users::OfStatus(status) => query.bind(*status),
            Users::Enabled(is_enabled) => query.bind(i64::from(*is_enabled)),
        };
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(UserRow::read).collect::<Result<_, _>>()?)
    }

    /// Up to `limit` users, of all pools, whom no search finds because an older version stored them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn users_not_searchable(&self, limit: i64) -> Result<Vec<UserRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM users u WHERE u.is_searchable = 0 LIMIT $1"
        ))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(UserRow::read).collect::<Result<_, _>>()?)
    }

    /// Makes users searchable by these hashes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn make_searchable(
        &self,
        users: &[(UserRow, Vec<LookupRow>)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (user, searched) in users {
            insert(&mut transaction, user, searched).await?;
            sqlx::query("UPDATE users SET is_searchable = 1 WHERE pool_id = $1 AND username = $2")
                .bind(&user.pool_id)
                .bind(&user.username)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The passwords that a user had before, as sealed verifier and salt, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn password_history(
        &self,
        pool_id: &str,
        username: &str,
        limit: i64,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT verifier, salt FROM password_history WHERE pool_id = $1 AND username = $2 \
             ORDER BY verifier_version DESC LIMIT $3",
        )
        .bind(pool_id)
        .bind(username)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let pairs = rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        Ok(pairs.collect::<Result<_, sqlx::Error>>()?)
    }
}

impl Users {
    fn sql(&self) -> &'static str {
        match self {
            Self::All => ALL,
            Self::From(_) => FROM,
            Self::Having(_) => HAVING,
            Self::OfStatus(_) => OF_STATUS,
            Self::Enabled(_) => ENABLED,
        }
    }
}

pub(super) async fn insert(
    transaction: &mut Transaction,
    user: &UserRow,
    searched: &[LookupRow],
) -> Result<(), StoreError> {
    lookup_rows::insert(transaction, Table::Search, user, searched).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_page_is_read_from_an_index_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("test.db")).await.unwrap();
        let hash = LookupRow {
            kind: "email",
            hash: [0; 32],
        };
        for which in [
            Users::All,
            Users::From("a".to_owned()),
            Users::Having(hash),
            Users::OfStatus("CONFIRMED"),
            Users::Enabled(false),
        ] {
            let plan = format!("EXPLAIN QUERY PLAN {}", which.sql());
            let mut query = sqlx::query(sqlx::AssertSqlSafe(plan))
                .bind("p")
                .bind("")
                .bind(60_i64);
            query = match &which {
                Users::All => query,
                Users::Having(_) => query.bind("email").bind(vec![0_u8; 32]),
                Users::Enabled(_) => query.bind(0_i64),
                _ => query.bind("a"),
            };
            let rows = query.fetch_all(&store.pool).await.unwrap();
            let steps: Vec<String> = rows.iter().map(|row| row.get::<String, _>(3)).collect();
            assert!(
                steps.iter().all(|step| step.starts_with("SEARCH")),
                "{which:?}: {steps:?}"
            );
            let used = match which {
                Users::OfStatus(_) => "users_by_status",
                Users::Enabled(_) => "users_by_enabled",
                Users::Having(_) => "(pool_id=? AND kind=? AND hash=? AND username>?)",
                _ => "(pool_id=? AND username>?)",
            };
            assert!(steps[0].contains(used), "{which:?}: {steps:?}");
        }
    }
}
