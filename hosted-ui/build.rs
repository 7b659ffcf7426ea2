//! Turns the catalogue, `i18n/*.json`, into Rust: a struct with one field per key of `en.json`, and one
//! constant per language. A language that lacks a key, has one too many, or has other placeholders does
//! not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

type Texts = BTreeMap<String, String>;

const LANGUAGES: [&str; 2] = ["en", "de"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=i18n");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let reference = read(&root, LANGUAGES[0])?;
    let mut code = String::from(
        "/// Every text of the pages, in one language. `{name}` is a placeholder.\n#[derive(Debug)]\npub struct Texts {\n",
    );
    for (key, text) in &reference {
        code.push_str(&format!(
            "    #[doc = {text:?}]\n    pub {key}: &'static str,\n"
        ));
    }
    code.push_str("}\n");
    for language in LANGUAGES {
        let texts = read(&root, language)?;
        compare(language, &texts, &reference)?;
        let name = language.to_uppercase();
        code.push_str(&format!(
            "/// The texts in `{language}`.\npub static {name}: Texts = Texts {{\n"
        ));
        for (key, text) in &texts {
            code.push_str(&format!("    {key}: {text:?},\n"));
        }
        code.push_str("};\n");
    }
    let to = Path::new(&env::var("OUT_DIR")?).join("texts.rs");
    fs::write(to, code)?;
    Ok(())
}

fn read(root: &Path, language: &str) -> Result<Texts, Box<dyn Error>> {
    let path = root.join("i18n").join(format!("{language}.json"));
    let text = fs::read_to_string(&path)?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn compare(language: &str, texts: &Texts, reference: &Texts) -> Result<(), String> {
    for (key, text) in reference {
        let Some(translated) = texts.get(key) else {
            return Err(format!("i18n/{language}.json lacks {key}"));
        };
        if placeholders(translated) != placeholders(text) {
            return Err(format!(
                "i18n/{language}.json: {key} must have the placeholders of the English text"
            ));
        }
    }
    match texts.keys().find(|key| !reference.contains_key(*key)) {
        Some(key) => Err(format!("i18n/{language}.json: there is no text {key}")),
        None => Ok(()),
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}
