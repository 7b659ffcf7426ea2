//! Turns the catalogues, `i18n/*.json` and `i18n/account/*.json`, into Rust: a struct with one field per key of `en.json`, and one
//! constant per language. The account page's has some texts of the other, too ([`SHARED`]). A language that lacks a key, has one too many, or has other placeholders does
//! not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

type Texts = BTreeMap<String, String>;

const LANGUAGES: [&str; 2] = ["en", "de"];

/// Texts of the pages that the account page says as well.
const SHARED: [&str; 29] = [
    "alert_attempts",
    "alert_attempts_after",
    "alert_offline",
    "alert_reference",
    "alert_retry",
    "alert_service",
    "banner_slow",
    "busy",
    "code_hint",
    "code_label",
    "foot_language",
    "inbox_open",
    "label_password",
    "problem_code_expired",
    "problem_code_missing",
    "problem_code_wrong",
    "provider_busy",
    "resend_done",
    "resend_submit",
    "scope_account",
    "scope_email",
    "scope_openid",
    "scope_phone",
    "scope_profile",
    "sign_in_submit",
    "signed_out_text",
    "signed_out_title",
    "time_minutes",
    "time_seconds",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=i18n");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("i18n");
    let mut pages = Vec::new();
    let mut account = Vec::new();
    for language in LANGUAGES {
        let texts = read(&root, language)?;
        let mut own = read(&root.join("account"), language)?;
        for key in SHARED {
            let text = texts
                .get(key)
                .ok_or_else(|| format!("there is no text {key}"))?;
            if own.insert(key.to_owned(), text.clone()).is_some() {
                return Err(
                    format!("i18n/account/{language}.json has {key}, which is shared").into(),
                );
            }
        }
        pages.push((language.to_uppercase(), texts));
        account.push((["ACCOUNT_", &language.to_uppercase()].concat(), own));
    }
    let mut code = written("Texts", "the pages", &pages)?;
    code.push_str(&written("AccountTexts", "the account page", &account)?);
    let to = Path::new(&env::var("OUT_DIR")?).join("texts.rs");
    fs::write(to, code)?;
    Ok(())
}

/// The struct of this name, and a constant for each language.
fn written(name: &str, of: &str, languages: &[(String, Texts)]) -> Result<String, Box<dyn Error>> {
    let mut code = format!(
        "/// Every text of {of}, in one language. `{{name}}` is a placeholder.\n#[derive(Debug)]\npub struct {name} {{\n"
    );
    let (_, reference) = languages.first().ok_or("there is no language")?;
    for (key, text) in reference {
        code.push_str(&format!(
            "    #[doc = {text:?}]\n    pub {key}: &'static str,\n"
        ));
    }
    code.push_str("}\n");
    for (constant, texts) in languages {
        compare(constant, texts, reference)?;
        code.push_str(&format!(
            "/// The texts of {of} in one language.\npub static {constant}: {name} = {name} {{\n"
        ));
        for (key, text) in texts {
            code.push_str(&format!("    {key}: {text:?},\n"));
        }
        code.push_str("};\n");
    }
    Ok(code)
}

fn read(root: &Path, language: &str) -> Result<Texts, Box<dyn Error>> {
    let path = root.join(format!("{language}.json"));
    let text = fs::read_to_string(&path)?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn compare(language: &str, texts: &Texts, reference: &Texts) -> Result<(), String> {
    for (key, text) in reference {
        let Some(translated) = texts.get(key) else {
            return Err(format!("{language}: the catalogue lacks {key}"));
        };
        if placeholders(translated) != placeholders(text) {
            return Err(format!(
                "{language}: {key} must have the placeholders of the English text"
            ));
        }
    }
    match texts.keys().find(|key| !reference.contains_key(*key)) {
        Some(key) => Err(format!("{language}: there is no text {key}")),
        None => Ok(()),
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}
