//! A document of a pool or of one of its clients, and when it was made.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::{PoolRecordRow, StoreError};

/// What a record can hold.
pub trait Document: Serialize + DeserializeOwned {
    /// What the store calls it.
    const KIND: &'static str;

    /// Tells those of a client apart; empty where there is only one.
    fn name(&self) -> &str {
        ""
    }

    /// Whether it may be stored.
    ///
    /// # Errors
    /// `InvalidParameterException`
    fn check(&self) -> Result<(), ApiError>;

    /// What is said of one that is not there.
    fn not_found() -> ApiError;

    /// What is said of a second one.
    fn exists() -> ApiError;
}

/// A document as stored.
#[derive(Debug, Clone)]
pub struct Record<T> {
    /// Its id.
    pub id: String,
    /// The client it is for; `None` for all that have none of their own.
    pub client_id: Option<String>,
    /// What it says.
    pub content: T,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

impl<T: Document> Record<T> {
    /// One that is not stored yet.
    ///
    /// # Errors
    /// `InvalidParameterException` if it may not be stored.
    pub fn new(state: &AppState, client_id: Option<String>, content: T) -> Result<Self, ApiError> {
        content.check()?;
        let now = state.clock.now();
        Ok(Self {
            id: Uuid::new_v4().to_string(),
            client_id,
            content,
            created_at: now,
            updated_at: now,
        })
    }

    /// Stores a document of a client that has none of its name.
    ///
    /// # Errors
    /// [`Document::exists`], and as [`Self::new`].
    pub async fn create(
        state: &AppState,
        pool: &Pool,
        client_id: String,
        content: T,
    ) -> Result<Self, ApiError> {
        let record = Self::new(state, Some(client_id), content)?;
        let row = record.row(pool)?;
        let inserted = state.store.insert_pool_record(&row).await;
        inserted.map(|()| record).map_err(taken::<T>)
    }

    /// The same with other content.
    ///
    /// # Errors
    /// [`Document::not_found`] if it was deleted meanwhile, and as [`Self::create`].
    pub async fn replace(
        mut self,
        state: &AppState,
        pool: &Pool,
        content: T,
    ) -> Result<Self, ApiError> {
        content.check()?;
        self.content = content;
        self.updated_at = state.clock.now();
        let updated = state.store.update_pool_record(&self.row(pool)?).await;
        let is_there = updated.map_err(taken::<T>)?;
        is_there.then_some(self).ok_or_else(T::not_found)
    }

    /// Adds it, or puts it in the place of the one with its id.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(super) async fn put(self, state: &AppState, pool: &Pool) -> Result<Self, ApiError> {
        state.store.put_pool_record(&self.row(pool)?).await?;
        Ok(self)
    }

    /// The pool's record with this id.
    ///
    /// # Errors
    /// [`Document::not_found`]
    pub async fn find(state: &AppState, pool: &Pool, id: &str) -> Result<Self, ApiError> {
        let row = state.store.pool_record(&pool.id, T::KIND, id).await?;
        Self::read(row.ok_or_else(T::not_found)?)
    }

    /// All that a client has, or the whole pool, in the order of their names.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn of(
        state: &AppState,
        pool: &Pool,
        client_id: Option<&str>,
    ) -> Result<Vec<Self>, ApiError> {
        let rows = state.store.pool_records_of(&pool.id, T::KIND, client_id);
        rows.await?.into_iter().map(Self::read).collect()
    }

    /// Up to `limit` of a pool with ids after `after`.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn after(
        state: &AppState,
        pool: &Pool,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Self>, ApiError> {
        let store = &state.store;
        let rows = store.pool_records_after(&pool.id, T::KIND, after, limit);
        rows.await?.into_iter().map(Self::read).collect()
    }

    /// Deletes the record with this id.
    ///
    /// # Errors
    /// [`Document::not_found`]
    pub async fn delete(state: &AppState, pool: &Pool, id: &str) -> Result<(), ApiError> {
        let deleted = state.store.delete_pool_record(&pool.id, T::KIND, id).await;
        deleted?.then_some(()).ok_or_else(T::not_found)
    }

    /// What the store keeps of it.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(super) fn row(&self, pool: &Pool) -> Result<PoolRecordRow, ApiError> {
        let document = serde_json::to_string(&self.content);
        Ok(PoolRecordRow {
            pool_id: pool.id.clone(),
            kind: T::KIND,
            id: self.id.clone(),
            client_id: self.client_id.clone(),
            name: self.content.name().to_owned(),
            document: document.map_err(|error| ApiError::internal(&error))?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }

    fn read(row: PoolRecordRow) -> Result<Self, ApiError> {
        let content = serde_json::from_str(&row.document);
        Ok(Self {
            id: row.id,
            client_id: row.client_id,
            content: content.map_err(|error| ApiError::internal(&error))?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn taken<T: Document>(error: StoreError) -> ApiError {
    match error {
        StoreError::Exists(_) => T::exists(),
        other => other.into(),
    }
}
