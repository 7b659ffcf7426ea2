//! What is said about single fields.

use cognate_core::password::policy::Violation;

use super::{Texts, attribute_label, fill};
use crate::flow::{Field, Login, Problem};

/// What is wrong with a field, and how to mend it.
#[must_use]
pub fn problem_text(
    texts: &Texts,
    field: &Field,
    problem: &Problem,
    login: Option<&Login>,
) -> String {
    let text = match problem {
        Problem::Missing => match field {
            Field::Username => missing_name(texts, login),
            Field::Password | Field::NewPassword => texts.problem_password_missing,
            Field::Code => texts.problem_code_missing,
            Field::Attribute(name) => {
                let label = attribute_label(texts, name);
                return fill(texts.problem_missing, &[("label", &label)]);
            }
        },
        Problem::NotAName => texts.problem_username_space,
        Problem::NotAnEmail => texts.problem_email_form,
        Problem::NotAPhoneNumber => texts.problem_phone_form,
        Problem::NotADate => texts.problem_date_form,
        Problem::NotANumber => texts.problem_number_form,
        Problem::TooShort(count) => {
            return length_text(texts.problem_too_short, texts, field, *count);
        }
        Problem::TooLong(count) => {
            return length_text(texts.problem_too_long, texts, field, *count);
        }
        Problem::Lacks(violations) => {
            let least = login.map_or(8, |login| login.password_policy.minimum_length);
            let rule = |violation: &Violation| rule_text(texts, *violation, least);
            let rules: Vec<String> = violations.iter().map(rule).collect();
            return fill(
                texts.problem_password_policy,
                &[("rules", &rules.join(", "))],
            );
        }
        Problem::NotACode => texts.problem_code_form,
        Problem::CodeWrong => texts.problem_code_wrong,
        Problem::CodeExpired => texts.problem_code_expired,
        Problem::PasswordRefused => texts.problem_password_refused,
        Problem::PasswordUsed => texts.problem_password_used,
        Problem::NameTaken => texts.problem_name_taken,
        Problem::AliasTaken => texts.problem_alias_taken,
        Problem::NoOrganization => texts.problem_no_organization,
    };
    text.to_owned()
}

/// One rule of the password policy.
#[must_use]
pub fn rule_text(texts: &Texts, violation: Violation, least: usize) -> String {
    let text = match violation {
        Violation::TooShort => {
            return fill(texts.policy_length, &[("count", &least.to_string())]);
        }
        Violation::TooLong => texts.policy_too_long,
        Violation::WhiteSpace => texts.policy_white_space,
        Violation::NoUppercase => texts.policy_uppercase,
        Violation::NoLowercase => texts.policy_lowercase,
        Violation::NoNumber => texts.policy_number,
        Violation::NoSymbol => texts.policy_symbol,
    };
    text.to_owned()
}

fn missing_name(texts: &Texts, login: Option<&Login>) -> &'static str {
    match login {
        Some(login) if login.username_is_email() => texts.problem_email_missing,
        Some(login)
            if login.username_attributes.is_empty() && login.alias_attributes.is_empty() =>
        {
            texts.problem_username_missing
        }
        _ => texts.problem_identity_missing,
    }
}

fn length_text(text: &str, texts: &Texts, field: &Field, count: u32) -> String {
    let label = match field {
        Field::Attribute(name) => attribute_label(texts, name),
        _ => String::new(),
    };
    fill(text, &[("label", &label), ("count", &count.to_string())])
}
