//! What a user is found by, stored in one statement: each statement is a way to the connection's thread and back,
//! and a user has many of these rows.

use std::fmt::Write;

use sqlx::AssertSqlSafe;

use super::StoreError;
use super::connections::Transaction;
use super::users::{LookupRow, UserRow};

/// Stores those that nobody has, in `user_lookups` or `user_search`, and answers how many.
pub(super) async fn insert(
    transaction: &mut Transaction,
    table: &'static str,
    user: &UserRow,
    lookups: &[LookupRow],
) -> Result<u64, StoreError> {
    if lookups.is_empty() {
        return Ok(0);
    }
    let mut text = format!("INSERT INTO {table} (pool_id, username, kind, hash) VALUES ");
    for row in 0..lookups.len() {
        let separator = if row == 0 { "" } else { ", " };
        let (kind, hash) = (2 * row + 3, 2 * row + 4);
        // Writing to a string does not fail.
        let _ = write!(text, "{separator}($1, $2, ${kind}, ${hash})");
    }
    text.push_str(" ON CONFLICT DO NOTHING");
    // Of constants and numbers.
    let mut query = sqlx::query(AssertSqlSafe(text))
        .bind(&user.pool_id)
        .bind(&user.username);
    for lookup in lookups {
        query = query.bind(lookup.kind).bind(lookup.hash.to_vec());
    }
    Ok(query.execute(&mut **transaction).await?.rows_affected())
}
