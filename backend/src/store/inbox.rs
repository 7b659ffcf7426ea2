//! Messages that were sent to the local inbox.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Transaction};

/// How many messages the inbox keeps.
const KEPT: i64 = 500;

/// A message as stored. Recipient, body and code are sealed.
#[derive(Debug, Clone)]
pub struct InboxRow {
    /// The message's id.
    pub id: String,
    /// The pool it was sent for.
    pub pool_id: String,
    /// The sealed address.
    pub recipient: Vec<u8>,
    /// The keyed hash of the address.
    pub recipient_hash: Vec<u8>,
    /// The subject, never anything personal.
    pub subject: String,
    /// The sealed text.
    pub body: Vec<u8>,
    /// The sealed code, if the message carries one.
    pub code: Option<Vec<u8>>,
    /// Milliseconds since 1970.
    pub sent_at: i64,
}

impl Store {
    /// The newest messages first, all or those to one recipient.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn inbox(
        &self,
        recipient_hash: Option<&[u8]>,
        limit: i64,
    ) -> Result<Vec<InboxRow>, StoreError> {
        let rows =
            match recipient_hash {
                None => sqlx::query(
                    "SELECT id, pool_id, recipient, recipient_hash, subject, body, code, sent_at \
                     FROM inbox ORDER BY sent_at DESC, id DESC LIMIT $1",
                )
                .bind(limit)
                .fetch_all(&self.pool)
                .await?,
                Some(hash) => sqlx::query(
                    "SELECT id, pool_id, recipient, recipient_hash, subject, body, code, sent_at \
                     FROM inbox WHERE recipient_hash = $1 ORDER BY sent_at DESC, id DESC LIMIT $2",
                )
                .bind(hash.to_vec())
                .bind(limit)
                .fetch_all(&self.pool)
                .await?,
            };
        Ok(rows.iter().map(InboxRow::read).collect::<Result<_, _>>()?)
    }
}

impl InboxRow {
    /// Adds it and forgets the oldest ones.
    pub(super) async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO inbox (id, pool_id, recipient, recipient_hash, subject, body, code, sent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&self.id)
        .bind(&self.pool_id)
        .bind(self.recipient.clone())
        .bind(self.recipient_hash.clone())
        .bind(&self.subject)
        .bind(self.body.clone())
        .bind(self.code.clone())
        .bind(self.sent_at)
        .execute(&mut **transaction)
        .await?;
        sqlx::query(
            "DELETE FROM inbox WHERE id NOT IN \
             (SELECT id FROM inbox ORDER BY sent_at DESC, id DESC LIMIT $1)",
        )
        .bind(KEPT)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            recipient: row.try_get(2)?,
            recipient_hash: row.try_get(3)?,
            subject: row.try_get(4)?,
            body: row.try_get(5)?,
            code: row.try_get(6)?,
            sent_at: row.try_get(7)?,
        })
    }
}
