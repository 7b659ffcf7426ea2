//! What handlers log, on its way to the backend's log.

use zeroize::Zeroizing;

/// Lines a call may log, and bytes of each.
pub(super) const MOST_LINES: usize = 100;
const LONGEST_LINE: usize = 8 * 1024;

/// Shorter values are not looked for in what a handler logs: they would be found everywhere.
const SHORTEST_SECRET: usize = 3;

const TARGET: &str = "cognate_backend::triggers::console";

/// Writes a line of a handler, without the secrets of its event.
pub(super) fn write(level: &str, file: &str, line: String, secrets: &[Zeroizing<String>]) {
    let line = without_secrets(line, secrets);
    // As a quoted text: a line break in it begins no entry of its own.
    match level {
        "error" => tracing::error!(target: TARGET, file, ?line),
        "warn" => tracing::warn!(target: TARGET, file, ?line),
        _ => tracing::info!(target: TARGET, file, ?line),
    }
}

/// A line, cut to its length, without these values.
pub(super) fn without_secrets(mut line: String, secrets: &[Zeroizing<String>]) -> String {
    for secret in secrets
        .iter()
        .filter(|secret| secret.len() >= SHORTEST_SECRET)
    {
        line = line.replace(secret.as_str(), "(secret)");
    }
    let end = line.floor_char_boundary(LONGEST_LINE);
    line.truncate(end);
    line
}
