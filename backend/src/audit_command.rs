//! `cognate audit`: what administrators changed in a pool that asks for events, as JSON lines, beside a backend that may be
//! running. The pool may be deleted: what was changed in it is not.

use std::io::{self, BufWriter, Write};

use clap::Args;
use cognate_backend::store::StoreError;

use crate::command_target::{Target, TargetError};

const PAGE: i64 = 1000;

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    target: Target,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("it cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Prints the changes, the oldest first.
pub(crate) async fn run(arguments: Audit) -> Result<(), AuditError> {
    let state = arguments.target.open_database().await?;
    let mut out = BufWriter::new(io::stdout());
    let mut last = String::new();
    loop {
        let pool = arguments.target.pool();
        let page = state.store.admin_events_after(pool, &last, PAGE).await?;
        let Some(row) = page.last() else {
            break;
        };
        last.clone_from(&row.id);
        for row in &page {
            serde_json::to_writer(&mut out, row).map_err(io::Error::other)?;
            out.write_all(b"\n")?;
        }
    }
    state.store.close().await;
    Ok(out.flush()?)
}
