//! `cognate users import` and `cognate users export`: files of users, past the API, beside a backend that may be
//! running.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cognate_backend::export::{self, ExportError};
use cognate_backend::import::job;
use cognate_backend::import::report;
use cognate_backend::import::run::{End, Form, go_through};

use crate::command_target::{Target, TargetError, Unusable, new_file};

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Make users of a file: CSV as import jobs take it, or JSON lines as `export` writes them.
    Import(Import),
    /// Write all users of a pool into a new file.
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    what: What,
    /// Where the rows that made no user are listed, with line number and reason [default: they are counted]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    what: What,
    /// With verifiers of passwords and secrets of authenticator apps, so that people go on signing in: whoever
    /// has the file can guess passwords. JSON lines only
    #[arg(long)]
    with_secrets: bool,
}

#[derive(Debug, Args)]
struct What {
    #[command(flatten)]
    target: Target,
    /// The file
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// How it is written [default: csv for a file that is named so, else json]
    #[arg(long)]
    form: Option<FileForm>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileForm {
    /// Comma-separated, with the header of import jobs: attributes only.
    Csv,
    /// JSON lines: everything.
    Json,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsersError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    File(#[from] Unusable),
    #[error(transparent)]
    Import(#[from] job::Failure),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("the report cannot be written: {0}")]
    Report(#[source] io::Error),
    #[error("passwords and other secrets fit into JSON lines only (--form json)")]
    SecretsInCsv,
}

pub(crate) async fn run(command: Users) -> Result<(), UsersError> {
    match command {
        Users::Import(arguments) => import(arguments).await,
        Users::Export(arguments) => export(arguments).await,
    }
}

async fn import(arguments: Import) -> Result<(), UsersError> {
    let what = arguments.what;
    let file = File::open(&what.file).map_err(|source| Unusable {
        path: what.file.clone(),
        source,
    })?;
    let mut report = match &arguments.report {
        Some(path) => Some(BufWriter::new(new_file(path)?)),
        None => None,
    };
    let (state, pool) = what.target.open().await?;
    let form = match what.form() {
        FileForm::Csv => Form::Csv,
        FileForm::Json => Form::JsonLines,
    };
    let mut written: io::Result<()> = Ok(());
    let end = go_through(&state, &pool, form, file, None, 0, |counts, refused| {
        if let Some(file) = &mut report {
            for row in refused {
                if written.is_ok() {
                    written = file.write_all(report::line(row).as_bytes());
                }
            }
        }
        progress(&format!(
            "{} imported, {} refused",
            counts.imported, counts.refused
        ));
    })
    .await;
    finish_progress();
    state.store.close().await;
    if let Some(mut report) = report {
        written
            .and_then(|()| report.flush())
            .map_err(UsersError::Report)?;
    }
    if let End::Through(counts) = end? {
        drop(writeln!(
            io::stdout(),
            "{} imported, {} refused",
            counts.imported,
            counts.refused
        ));
    }
    Ok(())
}

async fn export(arguments: Export) -> Result<(), UsersError> {
    let what = arguments.what;
    if arguments.with_secrets && matches!(what.form(), FileForm::Csv) {
        return Err(UsersError::SecretsInCsv);
    }
    let (state, pool) = what.target.open().await?;
    let mut out = BufWriter::new(new_file(&what.file)?);
    let seen = |count| progress(&format!("{count} exported"));
    let count = match what.form() {
        FileForm::Csv => export::csv::write(&state, &pool, &mut out, seen).await,
        FileForm::Json => {
            export::json::write(&state, &pool, arguments.with_secrets, &mut out, seen).await
        }
    };
    finish_progress();
    state.store.close().await;
    let count = count?;
    out.flush().map_err(ExportError::File)?;
    drop(writeln!(io::stdout(), "{count} exported"));
    Ok(())
}

impl What {
    fn form(&self) -> FileForm {
        let is_csv = self.file.extension().is_some_and(|ending| ending == "csv");
        let default = if is_csv {
            FileForm::Csv
        } else {
            FileForm::Json
        };
        self.form.unwrap_or(default)
    }
}

/// One line that is written over, where somebody watches.
fn progress(text: &str) {
    use std::io::IsTerminal as _;
    let mut err = io::stderr();
    if err.is_terminal() {
        drop(write!(err, "\r{text}"));
    }
}

fn finish_progress() {
    use std::io::IsTerminal as _;
    let mut err = io::stderr();
    if err.is_terminal() {
        drop(writeln!(err));
    }
}
