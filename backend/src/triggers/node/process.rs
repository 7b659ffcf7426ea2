//! One process, and what is said to it and by it.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Take};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{MEMORY_MIB, START_TIME, Start};
use crate::opaque_secret::OpaqueSecret;
use crate::triggers::console;
use crate::triggers::runner::{Invocation, LONGEST_ANSWER, RunError, TIME};

const WORKER: &str = include_str!("worker.mjs");

/// A line on standard output: an answer as JSON text, in JSON, with its mark.
const LONGEST_LINE: u64 = 2 * LONGEST_ANSWER as u64 + 4096;

#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<Take<ChildStdout>>,
    mark: String,
    ends: bool,
    log: Arc<Mutex<Log>>,
}

/// What may be logged during a call.
#[derive(Default)]
struct Log {
    secrets: Vec<Zeroizing<String>>,
    lines: usize,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Said {
    id: Option<String>,
    kind: String,
    text: Zeroizing<String>,
    /// Whether the process ends now.
    #[serde(default)]
    ends: bool,
}

impl Process {
    pub(super) async fn start(start: &Start) -> Result<Self, RunError> {
        let crashed = |error: std::io::Error| {
            RunError::Crashed(format!(
                "{} does not start: {error}",
                start.program.display()
            ))
        };
        let mark = OpaqueSecret::draw().map_err(|error| RunError::Crashed(error.to_string()))?;
        let mark = mark.secret().to_owned();
        let name = start.file.file_name().unwrap_or_default();
        let mut command = Command::new(&start.program);
        command
            .arg(format!("--max-old-space-size={MEMORY_MIB}"))
            .args(["--input-type=module", "--eval", WORKER, "--"])
            .arg(&start.file)
            .arg(&mark)
            .env_clear()
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .envs(&start.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Some(folder) = start.file.parent() {
            command.current_dir(folder);
        }
        let mut child = command.spawn().map_err(crashed)?;
        let missing = || RunError::Crashed("it has no pipes".to_owned());
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let log = Arc::new(Mutex::new(Log::default()));
        tokio::spawn(forward(
            errors,
            name.to_string_lossy().into_owned(),
            log.clone(),
        ));
        let mut process = Self {
            child,
            input,
            output: BufReader::new(output.take(LONGEST_LINE)),
            mark,
            ends: false,
            log,
        };
        let Ok(said) = timeout(START_TIME, process.said()).await else {
            return Err(RunError::TimedOut);
        };
        let said = said?;
        match said.kind.as_str() {
            "ready" => Ok(process),
            _ => Err(RunError::Crashed(said.text.to_string())),
        }
    }

    pub(super) fn is_running(&mut self) -> bool {
        !self.ends && matches!(self.child.try_wait(), Ok(None))
    }

    /// Gives the handler an event.
    pub(super) async fn call(
        &mut self,
        invocation: &Invocation,
    ) -> Result<Zeroizing<String>, RunError> {
        *self.log() = Log {
            secrets: invocation.secrets.clone(),
            lines: 0,
        };
        let outcome = timeout(TIME, self.exchange(invocation)).await;
        outcome.unwrap_or(Err(RunError::TimedOut))
    }

    async fn exchange(&mut self, invocation: &Invocation) -> Result<Zeroizing<String>, RunError> {
        let crashed = |error: &dyn std::error::Error| RunError::Crashed(error.to_string());
        let (id, millis) = (&invocation.id, TIME.as_millis());
        // The event is JSON already, without a line break: those in texts are escaped.
        let line = format!(
            "{{\"id\":\"{id}\",\"millis\":{millis},\"event\":{}}}\n",
            *invocation.event
        );
        let line = Zeroizing::new(line.into_bytes());
        self.input
            .write_all(&line)
            .await
            .map_err(|error| crashed(&error))?;
        loop {
            let said = self.said().await?;
            // What comes late belongs to a call that nobody waits for any more.
            if said.id.as_deref() != Some(&invocation.id) {
                continue;
            }
            self.ends = said.ends;
            return match said.kind.as_str() {
                "answered" if said.text.len() > LONGEST_ANSWER => {
                    let size = said.text.len();
                    Err(RunError::Unreadable(format!("it has {size} bytes")))
                }
                "answered" => Ok(said.text),
                "thrown" => Err(RunError::Thrown(said.text.to_string())),
                "unreadable" => Err(RunError::Unreadable(said.text.to_string())),
                _ => Err(RunError::Crashed(said.text.to_string())),
            };
        }
    }

    /// The next line with our mark. Other lines are the handler's own.
    async fn said(&mut self) -> Result<Said, RunError> {
        loop {
            self.output.get_mut().set_limit(LONGEST_LINE);
            let mut line = Zeroizing::new(Vec::new());
            let read = self.output.read_until(b'\n', &mut line).await;
            let read = read.map_err(|error| RunError::Crashed(error.to_string()))?;
            if read == 0 {
                return Err(RunError::Crashed("its process ended".to_owned()));
            }
            if line.last() != Some(&b'\n') {
                return Err(RunError::Crashed("it wrote too long a line".to_owned()));
            }
            let marked = line
                .strip_prefix(self.mark.as_bytes())
                .and_then(|rest| rest.strip_prefix(b" "));
            if let Some(said) = marked {
                let nonsense = |_| RunError::Crashed("its process wrote nonsense".to_owned());
                return serde_json::from_slice(said).map_err(nonsense);
            }
        }
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs what the process writes to standard error.
async fn forward(errors: ChildStderr, file: String, log: Arc<Mutex<Log>>) {
    let mut lines = BufReader::new(errors);
    let mut line = Vec::new();
    // A line of any length, in pieces: nothing grows with what a handler writes.
    while let Ok(read) = (&mut lines)
        .take(64 * 1024)
        .read_until(b'\n', &mut line)
        .await
    {
        if read == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        let secrets = {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.lines += 1;
            (log.lines <= console::MOST_LINES).then(|| log.secrets.clone())
        };
        if let Some(secrets) = secrets {
            console::write("info", &file, text, &secrets);
        }
    }
}
