//! The pool that a command is about, in a database beside which a backend may be running; and the files it writes.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use cognate_backend::app::AppState;
use cognate_backend::clock::Clock;
use cognate_backend::config::{Config, ConfigError};
use cognate_backend::error::ApiError;
use cognate_backend::pools::{Pool, find_pool};
use cognate_backend::serve::{StartError, beside};

#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The pool
    #[arg(long, value_name = "ID")]
    pool: String,
    /// Folder of the database [default: .data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration, see docs/configuration.md
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Why a command cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{}", .0.message)]
    Refused(#[from] ApiError),
}

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the file {} cannot be opened: {source}", path.display())]
pub(crate) struct Unusable {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl Target {
    /// The database and the pool, which must be there.
    pub(crate) async fn open(&self) -> Result<(AppState, Pool), TargetError> {
        let state = self.open_database().await?;
        let pool = find_pool(&state, &self.pool).await?;
        Ok((state, pool))
    }

    pub(crate) fn pool(&self) -> &str {
        &self.pool
    }

    pub(crate) async fn open_database(&self) -> Result<AppState, TargetError> {
        let mut config = match &self.config {
            Some(file) => Config::read(file)?,
            None => Config::default(),
        };
        config.data = self.data.clone().or(config.data);
        Ok(beside(config, Clock::System).await?)
    }
}

/// A new file for its owner only; one that is there is not written over.
pub(crate) fn new_file(path: &Path) -> Result<File, Unusable> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| Unusable {
        path: path.to_owned(),
        source,
    })
}
