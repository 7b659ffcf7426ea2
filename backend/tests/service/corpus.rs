//! Inputs that are kept as files. `corpus/make-*.mjs` write them, with implementations that are not ours.

use std::fs;
use std::path::{Path, PathBuf};

/// A file's name up to its first dot, the whole name, and what is in it.
pub(crate) struct Kept {
    pub(crate) word: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The files of a folder of the corpus, in the order of their names.
pub(crate) fn kept(folder: &str) -> Vec<Kept> {
    let entries = fs::read_dir(path(folder)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        Kept {
            word: name.split('.').next().unwrap().to_owned(),
            text: fs::read_to_string(&file).unwrap(),
            name,
        }
    };
    files.into_iter().map(read).collect()
}

/// One file of the corpus.
pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap()
}

fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/service/corpus").join(name)
}
