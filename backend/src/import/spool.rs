//! A file in the database, sealed, in pieces.
//!
//! # Security model
//! Each piece is sealed to its upload and its position: none can be moved, left out or put in twice, except at
//! the end, and what is cut off there is less users, not others.

use std::io::{self, Read};

use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::app::AppState;
use crate::error::ApiError;
use crate::seal::Place;

/// Bytes of a piece, but for the last.
pub(super) const PIECE: usize = 256 * 1024;

/// Stores a piece.
///
/// # Errors
/// For no fault of the caller's.
pub(super) async fn write(
    state: &AppState,
    job_id: &str,
    upload: &str,
    position: i64,
    piece: &[u8],
) -> Result<(), ApiError> {
    let sealed = state.sealer.seal(place(&row(upload, position)), piece)?;
    let store = &state.store;
    store
        .insert_import_chunk(job_id, upload, position, &sealed)
        .await?;
    Ok(())
}

/// Reads a file from its beginning. For a thread that may wait, not for a task.
pub(super) struct Spool {
    state: AppState,
    runtime: Handle,
    upload: String,
    position: i64,
    piece: Zeroizing<Vec<u8>>,
    read: usize,
}

impl Spool {
    pub(super) fn new(state: AppState, runtime: Handle, upload: String) -> Self {
        Self {
            state,
            runtime,
            upload,
            position: 0,
            piece: Zeroizing::default(),
            read: 0,
        }
    }

    /// Answers whether there was another piece.
    fn next(&mut self) -> io::Result<bool> {
        let found = self.state.store.import_chunk(&self.upload, self.position);
        let Some(sealed) = self.runtime.block_on(found).map_err(io::Error::other)? else {
            return Ok(false);
        };
        let row = row(&self.upload, self.position);
        let opened = self.state.sealer.open(place(&row), &sealed);
        self.piece = opened.map_err(io::Error::other)?;
        self.read = 0;
        self.position += 1;
        Ok(true)
    }
}

impl Read for Spool {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() && !self.next()? {
            return Ok(0);
        }
        let mut rest = self.piece.get(self.read..).unwrap_or_default();
        let count = rest.read(into)?;
        self.read += count;
        Ok(count)
    }
}

fn row(upload: &str, position: i64) -> String {
    format!("{upload}/{position}")
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "import_chunks",
        column: "data",
        row,
        pool: "",
    }
}
