//! What a statement costs does not grow with the directory: every statement of the store's sources is planned by SQLite, and one that
//! goes through all of something of which there is one or more for each user has to be on a list, with the reason.

use std::fs;
use std::path::Path;

use sqlx::any::AnyPoolOptions;
use sqlx::{AssertSqlSafe, Row};

use crate::support::Backend;

/// Of these there are as many as an administrator makes, or as many as are under way.
const FEW: [&str; 15] = [
    "pools",
    "clients",
    "signing_keys",
    "domains",
    "identity_providers",
    "resource_servers",
    "pool_records",
    "import_jobs",
    "other",
    "user_groups",
    "identity_pools",
    "outbox",
    "identity_provider_identifiers",
    "identity_signing_keys",
    "saml_keys",
];

/// What goes through more on purpose: how the statement begins, and why.
const MAY: [(&str, &str); 11] = [
    ("DELETE FROM pools WHERE id", "the pool is deleted"),
    ("DELETE FROM identity_pools WHERE id", "the pool is deleted"),
    (
        "DELETE FROM codes WHERE pool_id = $1",
        "the pool is deleted",
    ),
    (
        "DELETE FROM challenges WHERE pool_id = $1",
        "the pool is deleted",
    ),
    ("DELETE FROM inbox WHERE", "the inbox has a bound"),
    (
        "SELECT id, pool_id, recipient, recipient_hash, subject, body, code, sent_at FROM inbox ORDER BY",
        "the inbox has a bound",
    ),
    (
        "DELETE FROM attempts WHERE",
        "every ten minutes; they are of the last hour",
    ),
    (
        "SELECT CAST(count(*) AS BIGINT) FROM users WHERE pool_id = $1",
        "DescribeUserPool counts, in an index alone",
    ),
    (
        "SELECT id, is_sso",
        "the arms of the union are of one user, by indexes",
    ),
    (
        "SELECT * FROM (SELECT pool_id, username, kind FROM user_lookups",
        "up to five rows, each by an index",
    ),
    (
        "DELETE FROM import_chunks WHERE NOT EXISTS",
        "of uploads under way",
    ),
];

#[tokio::test]
async fn no_statement_about_a_user_goes_through_all_users() {
    let backend = Backend::start().await;
    sqlx::any::install_default_drivers();
    let url = format!(
        "sqlite://{}",
        backend.folder.path().join("cognate.db").display()
    );
    let database = AnyPoolOptions::new().connect(&url).await.unwrap();
    let statements = statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"));
    assert!(statements.len() > 150, "{} were found", statements.len());
    let mut complaints = Vec::new();
    for statement in &statements {
        let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps = match sqlx::query(plan).fetch_all(&database).await {
            Ok(rows) => rows
                .iter()
                .map(|row| row.get::<String, _>(3))
                .collect::<Vec<_>>(),
            Err(error) => {
                complaints.push(format!("{error}: {statement}"));
                continue;
            }
        };
        let may = MAY
            .iter()
            .any(|(beginning, _)| statement.starts_with(beginning));
        if let Some(step) = steps.iter().find(|step| !may && goes_through_many(step)) {
            complaints.push(format!("{step}: {statement}"));
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

/// Whether a step of a plan reads everything there is, or everything of a pool.
fn goes_through_many(step: &str) -> bool {
    let words: Vec<&str> = step.split_whitespace().collect();
    let [how @ ("SCAN" | "SEARCH"), what, ..] = words[..] else {
        return false;
    };
    let is_whole = how == "SCAN" && what != "CONSTANT" && !step.contains("CONSTANT ROW");
    (is_whole || step.ends_with("(pool_id=?)")) && !FEW.contains(&what)
}

/// The statements that stand in the sources of a folder, tests apart. Those that are put together at run time are not among them.
fn statements(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut rest = code;
        while let Some((statement, after)) = next(rest) {
            rest = after;
            let starts = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
            let is_one = starts.iter().any(|start| statement.starts_with(start));
            // A message of an error, or a piece of a statement.
            let is_whole = statement.contains(" FROM ")
                || statement.contains(" SET ")
                || statement.contains(" VALUES ");
            if is_one && is_whole && !statement.contains(['{', '?']) {
                // All columns need no names.
                found.push(statement.replace(" (*)", ""));
            }
        }
    }
    found
}

/// The next text of a source, or texts in `concat!`, where a macro stands for columns; and what follows.
fn next(code: &str) -> Option<(String, &str)> {
    let text = code.find('"');
    let joined = code
        .find("concat!(")
        .filter(|at| text.is_none_or(|text| *at < text));
    let comment = code.find("//").filter(|at| {
        text.is_none_or(|text| *at < text) && joined.is_none_or(|joined| *at < joined)
    });
    if let Some(at) = comment {
        let end = code[at..].find('\n')? + at;
        return Some((String::new(), &code[end..]));
    }
    let Some(at) = joined else {
        return literal(&code[text? + 1..]);
    };
    let mut rest = &code[at + "concat!(".len()..];
    let mut statement = String::new();
    loop {
        rest = rest.trim_start_matches([',', ' ', '\n']);
        if let Some(after) = rest.strip_prefix('"') {
            let (piece, after) = literal(after)?;
            statement.push_str(&piece);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(')') {
            return Some((statement, after));
        } else if rest.starts_with('$') {
            // A part that whoever uses the macro gives.
            return Some((String::new(), rest));
        } else {
            statement.push('*');
            rest = &rest[rest.find("!()")? + "!()".len()..];
        }
    }
}

/// A text up to its closing quotation mark, and what follows.
fn literal(code: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = code.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((text, &code[at + 1..])),
            '\\' => match characters.next()?.1 {
                '\n' => {
                    let gap = code[at + 2..].find(|c: char| !c.is_whitespace())?;
                    for _ in 0..gap {
                        characters.next();
                    }
                }
                escaped => text.push(escaped),
            },
            other => text.push(other),
        }
    }
    None
}
