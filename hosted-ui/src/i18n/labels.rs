//! The names of fields.

use super::Texts;
use crate::flow::Login;

/// What somebody types to say who they are, as the pool has it.
#[must_use]
pub fn username_label(texts: &Texts, login: Option<&Login>) -> &'static str {
    let Some(login) = login else {
        return texts.label_username_or_email;
    };
    if login.only_providers {
        return texts.label_email;
    }
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let named = &login.username_attributes;
    match (has(named, "email"), has(named, "phone_number")) {
        (true, true) => return texts.label_email_or_phone,
        (true, false) => return texts.label_email,
        (false, true) => return texts.label_phone,
        (false, false) => {}
    }
    let aliases = &login.alias_attributes;
    match (has(aliases, "email"), has(aliases, "phone_number")) {
        (true, true) => texts.label_username_email_phone,
        (true, false) => texts.label_username_or_email,
        (false, true) => texts.label_username_or_phone,
        (false, false) => texts.label_username,
    }
}

/// An attribute's name for people; custom ones are called what the pool calls them.
#[must_use]
pub fn attribute_label(texts: &Texts, name: &str) -> String {
    let known = match name {
        "email" => texts.label_email,
        "phone_number" => texts.label_phone,
        "name" => texts.label_name,
        "given_name" => texts.label_given_name,
        "family_name" => texts.label_family_name,
        "middle_name" => texts.label_middle_name,
        "nickname" => texts.label_nickname,
        "preferred_username" => texts.label_preferred_username,
        "profile" => texts.label_profile,
        "picture" => texts.label_picture,
        "website" => texts.label_website,
        "gender" => texts.label_gender,
        "birthdate" => texts.label_birthdate,
        "zoneinfo" => texts.label_zoneinfo,
        "locale" => texts.label_locale,
        "address" => texts.label_address,
        other => return readable(other.strip_prefix("custom:").unwrap_or(other)),
    };
    known.to_owned()
}

/// `home_town` is "Home town".
fn readable(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    // Only of ASCII: the tables of all scripts are 3 KB.
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_custom_attribute_is_called_what_the_pool_calls_it() {
        let texts = Lang::De.texts();
        assert_eq!(attribute_label(texts, "custom:home_town"), "Home town");
    }

    #[test]
    fn the_user_name_is_called_what_the_pool_takes() {
        let texts = Lang::En.texts();
        let mut login = Login::default();
        assert_eq!(username_label(texts, Some(&login)), "User name");
        login.alias_attributes = vec!["email".into()];
        assert_eq!(
            username_label(texts, Some(&login)),
            "User name or e-mail address"
        );
        login.username_attributes = vec!["email".into()];
        assert_eq!(username_label(texts, Some(&login)), "E-mail address");
    }
}
