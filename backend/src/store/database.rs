//! The database: opening, settings of each connection, migrations.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::Executor;
use sqlx::any::AnyConnectOptions;

use super::connections::{Connections, Transaction};

/// SQLite has one writer at a time. Writers queue for one connection, in order; on several they would
/// sleep and try again.
const WRITERS: usize = 1;
const READERS: usize = 3;

/// What every connection is told. Pages are kept in memory up to 64 MiB for each connection, as they are needed: names are found by
/// hashes, so that what a large import writes lies anywhere in the indexes. For the same reason the log is
/// brought in when it has 32 MiB: a page that was written often is written back once.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                        PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                        PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192";

/// The database. Cloning gives another handle.
#[derive(Debug, Clone)]
pub struct Store {
    /// For statements that only read.
    pub(super) pool: Connections,
    /// For statements that write.
    pub(super) writer: Connections,
}

impl Store {
    /// Opens the SQLite database in this file, making it if there is none, and brings its schema
    /// up to date.
    ///
    /// # Errors
    /// If the file cannot be opened or a migration fails.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        create_for_owner(file)?;
        let url = format!("sqlite://{}?mode=rwc", percent_encoded(file));
        let options: AnyConnectOptions = url.parse()?;
        let writer = Connections::open(&options, SETTINGS, WRITERS).await?;
        let mut lease = writer.lease().await?;
        sqlx::migrate!("./migrations").run(&mut *lease).await?;
        drop(lease);
        let pool = Connections::open(&options, SETTINGS, READERS).await?;
        Ok(Self { pool, writer })
    }

    /// Answers if the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Finishes what is under way, lets nothing begin any more, and brings everything into the
    /// database's one file.
    pub async fn close(&self) {
        self.pool.close().await;
        let checkpoint = (&self.writer).execute("PRAGMA wal_checkpoint(TRUNCATE)");
        if let Err(error) = checkpoint.await {
            tracing::warn!(%error, "the database's log was left beside it, for the next start");
        }
        self.writer.close().await;
    }

    /// A transaction that holds the write lock from its first moment.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(self.writer.begin().await?)
    }
}

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with this key exists already.
    #[error("the row exists already")]
    Exists(#[source] sqlx::Error),
    /// Something a user is to be found by stands for another user already.
    #[error("the name stands for another user")]
    Taken,
    /// Anything else the database says.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The database's file cannot be made.
    #[error("the database {} cannot be made", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Exists(error),
            _ => Self::Database(error),
        }
    }
}

/// Makes the file, if there is none, with access for its owner only; SQLite gives the files beside it
/// the same mode.
fn create_for_owner(file: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file);
    opened.map(drop).map_err(|source| StoreError::File {
        path: file.to_owned(),
        source,
    })
}

/// The path as it may stand in a URL.
fn percent_encoded(file: &Path) -> String {
    let mut out = String::new();
    for byte in file.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
