//! A few connections that are handed out and taken back.
//!
//! SQLite's connections are threads of this process: asking each of them before and after every
//! statement whether it is still there, as a pool for servers elsewhere does, would cost more than
//! most statements.
//!
//! # Cancellation
//! A request that ends early (its client went away) drops its futures. A statement under way is
//! finished by the connection's thread, in order before what comes next. A [`Transaction`] that was
//! not committed is rolled back before anybody else gets its connection.
//!
//! # Limits
//! A connection that broke is not replaced: SQLite's break when the process does.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use sqlx::any::{AnyConnectOptions, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Any, AnyConnection, Connection, Describe, Either, Error, Execute, Executor, SqlStr};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections with the same settings. A reference to them executes a query on one that is free.
/// Cloning gives another handle.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    slots: Arc<[Arc<Mutex<Slot>>]>,
    /// As many as there are slots: whoever has one finds a slot that is free.
    permits: Arc<Semaphore>,
}

/// A transaction that holds the write lock from its first moment, and its connection. Dropped without
/// [`commit`](Self::commit), it changes nothing.
#[derive(Debug)]
pub(super) struct Transaction {
    lease: Lease,
    connections: Connections,
}

impl Connections {
    /// Opens `count` connections and executes `settings` on each.
    pub(super) async fn open(
        options: &AnyConnectOptions,
        settings: &'static str,
        count: usize,
    ) -> Result<Self, Error> {
        let mut slots = Vec::new();
        for _ in 0..count {
            let mut connection = AnyConnection::connect_with(options).await?;
            connection.execute(settings).await?;
            slots.push(Arc::new(Mutex::new(Slot {
                connection,
                in_transaction: false,
            })));
        }
        Ok(Self {
            slots: slots.into(),
            permits: Arc::new(Semaphore::new(count)),
        })
    }

    /// Waits for its turn with a connection.
    pub(super) async fn lease(&self) -> Result<Lease, Error> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        let permit = tokio::time::timeout(PATIENCE, permit)
            .await
            .map_err(|_| Error::PoolTimedOut)?
            .map_err(|_| Error::PoolClosed)?;
        // In order: the first ones keep their caches warm.
        let mut slots = self.slots.iter().map(Arc::clone);
        let mut slot = slots
            .find_map(|slot| slot.try_lock_owned().ok())
            .ok_or(Error::PoolTimedOut)?;
        if slot.in_transaction {
            // It fails if there is nothing to undo.
            drop(slot.connection.execute("ROLLBACK").await);
            slot.in_transaction = false;
        }
        Ok(Lease {
            slot,
            _permit: permit,
        })
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self) -> Result<Transaction, Error> {
        let mut transaction = Transaction {
            lease: self.lease().await?,
            connections: self.clone(),
        };
        transaction.lease.slot.in_transaction = true;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// Lets what is under way finish, and nothing begin any more.
    pub(super) async fn close(&self) {
        let all = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let finished = tokio::time::timeout(PATIENCE, self.permits.acquire_many(all)).await;
        self.permits.close();
        drop(finished);
    }
}

/// Results are collected before they are given on: the connection is free again by then, and every
/// query here has a bounded result.
impl<'c> Executor<'c> for &Connections {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, Error>>
    where
        E: 'q + Execute<'q, Any>,
    {
        let connections = self.clone();
        let results = async move {
            match connections.lease().await {
                Ok(mut lease) => lease.fetch_many(query).collect().await,
                Err(error) => vec![Err(error)],
            }
        };
        stream::once(results).flat_map(stream::iter).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        E: 'q + Execute<'q, Any>,
    {
        let connections = self.clone();
        Box::pin(async move { connections.lease().await?.fetch_optional(query).await })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'c: 'e,
    {
        let connections = self.clone();
        Box::pin(async move {
            connections
                .lease()
                .await?
                .prepare_with(sql, parameters)
                .await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, Error>>
    where
        'c: 'e,
    {
        let connections = self.clone();
        Box::pin(async move { connections.lease().await?.describe(sql).await })
    }
}

impl Transaction {
    /// Makes it last.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        sqlx::query("COMMIT").execute(&mut *self).await?;
        self.lease.slot.in_transaction = false;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.lease
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.lease
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.lease.slot.in_transaction {
            return;
        }
        // Whoever leases the connection next rolls back: somebody does so now, since the database is
        // locked until then.
        if let Ok(runtime) = Handle::try_current() {
            let connections = self.connections.clone();
            runtime.spawn(async move { connections.lease().await.map(drop) });
        }
    }
}

/// A connection for a while.
#[derive(Debug)]
pub(super) struct Lease {
    slot: OwnedMutexGuard<Slot>,
    /// Declared, and so given back, after the slot.
    _permit: OwnedSemaphorePermit,
}

impl Deref for Lease {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.slot.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.slot.connection
    }
}

#[derive(Debug)]
struct Slot {
    connection: AnyConnection,
    /// From before a transaction begins until it was committed or rolled back.
    in_transaction: bool,
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    async fn connections(folder: &tempfile::TempDir, count: usize) -> Connections {
        sqlx::any::install_default_drivers();
        let file = folder.path().join("test.db");
        let options = format!("sqlite://{}?mode=rwc", file.display());
        let settings = "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS things (id BIGINT)";
        Connections::open(&options.parse().unwrap(), settings, count)
            .await
            .unwrap()
    }

    async fn count(connections: &Connections) -> i64 {
        let query = sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM things");
        query.fetch_one(connections).await.unwrap().get(0)
    }

    #[tokio::test]
    async fn a_transaction_that_was_dropped_changes_nothing_and_its_connection_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, reader) = (connections(&folder, 1).await, connections(&folder, 1).await);
        let insert = || sqlx::query("INSERT INTO things (id) VALUES (1)");

        let mut dropped = writer.begin().await.unwrap();
        insert().execute(&mut *dropped).await.unwrap();
        drop(dropped);
        assert_eq!(count(&writer).await, 0);

        let mut committed = writer.begin().await.unwrap();
        insert().execute(&mut *committed).await.unwrap();
        assert_eq!(count(&reader).await, 0);
        committed.commit().await.unwrap();
        assert_eq!(count(&reader).await, 1);
    }

    #[tokio::test]
    async fn a_dropped_transaction_lets_go_of_the_database_though_nobody_asks_for_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (connections(&folder, 1).await, connections(&folder, 1).await);
        drop(one.begin().await.unwrap());
        for _ in 0..100 {
            if let Ok(transaction) = other.begin().await {
                return transaction.commit().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the database is still locked");
    }

    #[tokio::test]
    async fn more_queries_than_connections_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let connections = connections(&folder, 2).await;
        let queries = (0..20).map(|_| {
            let connections = connections.clone();
            tokio::spawn(async move { count(&connections).await })
        });
        for query in queries.collect::<Vec<_>>() {
            assert_eq!(query.await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn nothing_begins_after_closing() {
        let folder = tempfile::tempdir().unwrap();
        let connections = connections(&folder, 1).await;
        connections.close().await;
        assert!(matches!(connections.begin().await, Err(Error::PoolClosed)));
    }
}
