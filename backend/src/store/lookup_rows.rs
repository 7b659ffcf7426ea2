//! What users are found by: rows of `user_lookups` and `user_search`, of one user or of many.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};

use super::StoreError;
use super::connections::Transaction;
use super::many_rows::{most_rows, placeholders};
use super::users::{LookupRow, UserRow};

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// What finds one user.
    Lookups,
    /// What administrators search by.
    Search,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Lookups => "user_lookups",
            Self::Search => "user_search",
        }
    }
}

/// Stores those that nobody has, and answers how many.
pub(super) async fn insert(
    transaction: &mut Transaction,
    table: Table,
    user: &UserRow,
    lookups: &[LookupRow],
) -> Result<u64, StoreError> {
    let rows: Vec<_> = lookups.iter().map(|lookup| (user, *lookup)).collect();
    insert_all(transaction, table, &rows).await
}

/// The same for users of one pool. Rows that are in the order of the index come to fewer of its pages at a time.
pub(super) async fn insert_all(
    transaction: &mut Transaction,
    table: Table,
    rows: &[(&UserRow, LookupRow)],
) -> Result<u64, StoreError> {
    const COLUMNS: usize = 4;
    let mut stored = 0;
    for rows in rows.chunks(most_rows(COLUMNS)) {
        // Of constants and numbers.
        let text = format!(
            "INSERT INTO {} (pool_id, kind, hash, username) VALUES {} ON CONFLICT DO NOTHING",
            table.name(),
            placeholders(0, rows.len(), COLUMNS),
        );
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (user, lookup) in rows {
            query = query
                .bind(&user.pool_id)
                .bind(lookup.kind)
                .bind(lookup.hash.to_vec())
                .bind(&user.username);
        }
        stored += query.execute(&mut **transaction).await?.rows_affected();
    }
    Ok(stored)
}

/// Who is found by these already, of one kind: user names by hashes.
pub(super) async fn holders(
    transaction: &mut Transaction,
    pool_id: &str,
    kind: &'static str,
    hashes: &[[u8; 32]],
) -> Result<HashMap<[u8; 32], String>, StoreError> {
    let mut found = HashMap::new();
    for hashes in hashes.chunks(most_rows(1)) {
        let text = format!(
            "SELECT hash, username FROM user_lookups WHERE pool_id = $1 AND kind = $2 AND hash IN {}",
            placeholders(2, 1, hashes.len()),
        );
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(pool_id).bind(kind);
        for hash in hashes {
            query = query.bind(hash.to_vec());
        }
        for row in query.fetch_all(&mut **transaction).await? {
            let hash: Vec<u8> = row.try_get(0)?;
            if let Ok(hash) = hash.try_into() {
                found.insert(hash, row.try_get(1)?);
            }
        }
    }
    Ok(found)
}
