//! `cognate ui-config`: how the hosted pages of a client are configured, as a file, past the API, beside a backend that
//! may be running.
//!
//! The file is [`UiConfig`] as JSON. A picture in it is base64 (`Bytes`, `ImageFile`), or the name of a file beside it
//! (`File`), which is how `print --file` writes it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use clap::{Args, Subcommand};
use cognate_backend::branding::image::Kind;
use cognate_backend::branding::ui_config::UiConfig;
use cognate_backend::error::ApiError;
use cognate_backend::pools::find_client_of;
use serde_json::{Map, Value};

use crate::command_target::{Target, TargetError, Unusable, new_file};

#[derive(Debug, Subcommand)]
pub(crate) enum UiConfigCommand {
    /// Write what a client has, or without one the whole pool.
    Print(Print),
    /// Say whether a file can be applied; no database is needed.
    Check(Check),
    /// Put a file in the place of all that a client has, or without one the whole pool.
    Apply(Apply),
}

#[derive(Debug, Args)]
pub(crate) struct Print {
    #[command(flatten)]
    target: Target,
    /// The client [default: the whole pool]
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// A new file; pictures become files beside it [default: standard output, pictures in base64]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The file
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Whether it is for a whole pool, not for a client
    #[arg(long)]
    whole_pool: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    target: Target,
    /// The client [default: the whole pool]
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// The file
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UiConfigError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("{}", .0.message)]
    Refused(#[from] ApiError),
    #[error(transparent)]
    File(#[from] Unusable),
    #[error("the file is no ui-config: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the file has a member that means nothing here: {0}")]
    UnknownMember(String),
    #[error("the name of a picture's file must be relative, and below the file's folder: {0}")]
    Elsewhere(String),
    #[error("it cannot be written: {0}")]
    Write(#[source] io::Error),
}

pub(crate) async fn run(command: UiConfigCommand) -> Result<(), UiConfigError> {
    match command {
        UiConfigCommand::Print(arguments) => print(arguments).await,
        UiConfigCommand::Check(arguments) => {
            Ok(read(&arguments.file)?.check(!arguments.whole_pool)?)
        }
        UiConfigCommand::Apply(arguments) => apply(arguments).await,
    }
}

async fn print(arguments: Print) -> Result<(), UiConfigError> {
    let (state, pool) = arguments.target.open().await?;
    let client = arguments.client.as_deref();
    if let Some(id) = client {
        find_client_of(&state, &pool.id, id).await?;
    }
    let config = UiConfig::of(&state, &pool, client).await;
    state.store.close().await;
    let mut document = serde_json::to_value(config?)?;
    let Some(path) = arguments.file else {
        return write(&mut io::stdout(), &document);
    };
    for (number, picture) in pictures(&mut document).into_iter().enumerate() {
        picture.write_beside(&path, number + 1)?;
    }
    write(&mut new_file(&path)?, &document)
}

async fn apply(arguments: Apply) -> Result<(), UiConfigError> {
    let config = read(&arguments.file)?;
    let client = arguments.client.as_deref();
    config.check(client.is_some())?;
    let (state, pool) = arguments.target.open().await?;
    if let Some(id) = client {
        find_client_of(&state, &pool.id, id).await?;
    }
    let applied = config.apply(&state, &pool, client).await;
    state.store.close().await;
    Ok(applied?)
}

fn write(to: &mut impl Write, document: &Value) -> Result<(), UiConfigError> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    to.write_all(text.as_bytes()).map_err(UiConfigError::Write)
}

/// The document of a file, with the pictures that it names.
fn read(path: &Path) -> Result<UiConfig, UiConfigError> {
    let text = bytes_of(path)?;
    let mut document: Value = serde_json::from_slice(&text)?;
    for picture in pictures(&mut document) {
        picture.read_beside(path)?;
    }
    let config: UiConfig = serde_json::from_value(document.clone())?;
    match unknown(&document, &serde_json::to_value(&config)?) {
        None => Ok(config),
        Some(member) => Err(UiConfigError::UnknownMember(member)),
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Unusable> {
    std::fs::read(path).map_err(|source| Unusable {
        path: path.to_owned(),
        source,
    })
}

/// The first member of what was given that was not understood.
fn unknown(given: &Value, understood: &Value) -> Option<String> {
    match (given, understood) {
        (Value::Object(given), Value::Object(understood)) => {
            given.iter().find_map(|(name, value)| {
                // Not there means nothing, and so do null and an empty list.
                let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                match understood.get(name) {
                    Some(own) => unknown(value, own),
                    None => (!is_empty).then(|| name.clone()),
                }
            })
        }
        (Value::Array(given), Value::Array(understood)) => given
            .iter()
            .zip(understood)
            .find_map(|(value, own)| unknown(value, own)),
        _ => None,
    }
}

/// A place of the document that has a picture, as base64 under a name of its own or in a `File`.
struct Picture<'a> {
    members: &'a mut Map<String, Value>,
    base64: &'static str,
    ending: Option<String>,
}

const FILE: &str = "File";

fn pictures(document: &mut Value) -> Vec<Picture<'_>> {
    let mut found = Vec::new();
    let Some(document) = document.as_object_mut() else {
        return found;
    };
    for (name, value) in document {
        if name == "branding" {
            let assets = value.get_mut("Assets").and_then(Value::as_array_mut);
            for members in assets
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                let ending = members.get("Extension").and_then(Value::as_str);
                found.push(Picture {
                    ending: ending.map(str::to_lowercase),
                    members,
                    base64: "Bytes",
                });
            }
        } else if name == "customization"
            && let Some(members) = value.as_object_mut()
        {
            found.push(Picture {
                members,
                base64: "ImageFile",
                ending: None,
            });
        }
    }
    found
}

impl Picture<'_> {
    /// Its bytes into a new file, and the name of that in their place.
    fn write_beside(self, document: &Path, number: usize) -> Result<(), UiConfigError> {
        let Some(text) = self.members.get(self.base64).and_then(Value::as_str) else {
            return Ok(());
        };
        let bytes = Base64::decode_vec(text)
            .map_err(|_| ApiError::internal_error("A stored picture is not base64."))?;
        let known = match Kind::of(&bytes) {
            Some(Kind::Jpeg) => "jpeg",
            _ => "png",
        };
        let ending = self.ending.as_deref().unwrap_or(known);
        let stem = document.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{number}.{ending}");
        let path = document.with_file_name(&name);
        let mut file = new_file(&path)?;
        file.write_all(&bytes)
            .map_err(|source| Unusable { path, source })?;
        self.members.remove(self.base64);
        self.members.insert(FILE.to_owned(), Value::String(name));
        Ok(())
    }

    /// The other way round.
    fn read_beside(self, document: &Path) -> Result<(), UiConfigError> {
        let Some(Value::String(name)) = self.members.remove(FILE) else {
            return Ok(());
        };
        let is_below = Path::new(&name)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !is_below {
            return Err(UiConfigError::Elsewhere(name));
        }
        let bytes = bytes_of(&document.with_file_name(&name))?;
        let text = Value::String(Base64::encode_string(&bytes));
        self.members.insert(self.base64.to_owned(), text);
        Ok(())
    }
}
