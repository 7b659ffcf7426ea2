//! The modules of the backend use each other one way only: what `lib.rs` says of its arrows is read out of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Everything is handed the parts that `app` puts together, which are modules themselves.
const COMPOSITION: &str = "app";

type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_module_uses_another_that_uses_it() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = Arrows::new();
    for entry in fs::read_dir(&sources).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !["lib", "main", COMPOSITION].contains(&module.as_str()) {
            read(&path, arrows.entry(module).or_default());
        }
    }
    assert!(arrows["http"].contains("api") && arrows["api"].contains("users"));
    assert_eq!(cycles(arrows), Vec::<String>::new());
}

#[test]
fn a_cycle_is_found() {
    let arrow = |from: &str, to: &[&str]| {
        let to = to.iter().map(ToString::to_string).collect();
        (from.to_owned(), to)
    };
    let arrows = [
        arrow("http", &["api"]),
        arrow("api", &["users"]),
        arrow("users", &["codes"]),
        arrow("codes", &["users", "store"]),
        arrow("store", &[]),
    ];
    assert_eq!(cycles(arrows.into()), ["codes", "users"]);
}

/// The modules that a source names, those of its tests apart.
fn read(path: &Path, named: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), named);
        }
        return;
    }
    if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("tests.rs") {
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    for line in lines {
        for (at, found) in line.match_indices("crate::") {
            let rest = &line[at + found.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            named.insert(rest[..end.unwrap_or(rest.len())].to_owned());
        }
    }
}

/// The modules that are on a cycle or between two: what is left when those that nobody uses, and those that use nobody, are
/// taken away again and again.
fn cycles(mut arrows: Arrows) -> Vec<String> {
    loop {
        let used: BTreeSet<String> = arrows
            .iter()
            .flat_map(|(from, to)| to.iter().filter(move |to| *to != from).cloned())
            .collect();
        let ends: Vec<String> = arrows
            .iter()
            .filter(|(from, to)| {
                let uses_none = !to.iter().any(|to| to != *from && arrows.contains_key(to));
                uses_none || !used.contains(*from)
            })
            .map(|(from, _)| from.clone())
            .collect();
        if ends.is_empty() {
            return arrows.into_keys().collect();
        }
        for end in ends {
            arrows.remove(&end);
        }
    }
}
