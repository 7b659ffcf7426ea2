//! Forms: what was typed is checked here first, then it becomes a call.

use cognate_core::config::Username;
use cognate_core::password::policy::Policy;
use cognate_core::secret::{Code, Password};
use cognate_core::sign_in::Answer;
use cognate_core::wire;

use super::answers::COOL_DOWN_MS;
use super::{
    Attribute, Busy, Call, Decision, Effect, Factor, Field, Form, Page, Problem, State, Typed,
};

type Problems = Vec<(Field, Problem)>;

impl State {
    /// A form was submitted. One that belongs to another page does nothing.
    pub(super) fn submit(&mut self, form: Form) -> Vec<Effect> {
        self.clear_problems();
        self.notice = None;
        match (self.page.clone(), form) {
            (Page::SignIn, Form::SignIn { username, password }) => {
                let mut problems = self.name_problems(&username, Rule::Known);
                // An address without a password may be one of an organisation's.
                let is_asked = password.secret().is_empty() && problems.is_empty();
                if is_asked && self.finds_organization(&username) {
                    self.remember(Some(username));
                    let address = self.username.clone();
                    return self.call(Busy::Form, Call::GoToOrganization(address));
                }
                require(&mut problems, Field::Password, password.secret());
                self.remember(Some(username));
                self.held_password = Some(password.clone());
                let username = self.username.clone();
                self.send(problems, Call::SignIn { username, password })
            }
            (
                Page::SignUp,
                Form::SignUp {
                    username,
                    password,
                    attributes,
                },
            ) => {
                let mut problems = self.name_problems(&username, Rule::New);
                let known = self
                    .login
                    .as_ref()
                    .map(|login| login.sign_up.attributes.clone());
                check_attributes(&mut problems, &known.unwrap_or_default(), &attributes);
                self.check_password(&mut problems, &password);
                self.remember(Some(username));
                self.held_password = Some(password.clone());
                let username = self.username.clone();
                let attributes = attributes_of(attributes);
                self.send(
                    problems,
                    Call::SignUp {
                        username,
                        password,
                        attributes,
                    },
                )
            }
            (Page::Confirm { .. }, Form::Confirm { username, code }) => {
                let (mut problems, username) = self.name_on_page(username);
                let code = check_code(&mut problems, &code);
                self.send(problems, Call::Confirm { username, code })
            }
            (
                Page::NewPassword { step, missing },
                Form::NewPassword {
                    password,
                    attributes,
                },
            ) => {
                let mut problems = Vec::new();
                let known: Vec<_> = missing
                    .iter()
                    .map(|name| Attribute::required(name))
                    .collect();
                check_attributes(&mut problems, &known, &attributes);
                self.check_password(&mut problems, &password);
                let attributes = attributes_of(attributes);
                let answer = Answer::NewPassword {
                    password,
                    attributes,
                };
                self.send(problems, Call::Respond { step, answer })
            }
            (Page::Code { step, .. }, Form::Code(code)) => {
                let mut problems = Vec::new();
                let code = check_code(&mut problems, &code);
                let answer = Answer::Code {
                    code,
                    remember_device: false,
                };
                self.send(problems, Call::Respond { step, answer })
            }
            (Page::EnrolTotp { step }, Form::Code(code)) => {
                let mut problems = Vec::new();
                let code = check_code(&mut problems, &code);
                let answer = Answer::SetUpTotp {
                    code,
                    device_name: None,
                };
                self.send(problems, Call::Respond { step, answer })
            }
            (Page::EnrolEmail { step }, Form::Email(address)) => {
                let address = address.trim();
                let mut problems = Vec::new();
                let field = Field::Attribute("email".into());
                require(&mut problems, field.clone(), address);
                if problems.is_empty() && !is_email(address) {
                    problems.push((field, Problem::NotAnEmail));
                }
                let answer = Answer::SetUpEmail(address.to_owned());
                self.send(problems, Call::Respond { step, answer })
            }
            (Page::Forgot, Form::Forgot { username }) => {
                let problems = self.name_problems(&username, Rule::Known);
                self.remember(Some(username));
                let username = self.username.clone();
                self.send(problems, Call::Forgot { username })
            }
            (
                Page::Reset { .. },
                Form::Reset {
                    username,
                    code,
                    password,
                },
            ) => {
                let (mut problems, username) = self.name_on_page(username);
                let code = check_code(&mut problems, &code);
                self.check_password(&mut problems, &password);
                self.send(
                    problems,
                    Call::Reset {
                        username,
                        code,
                        password,
                    },
                )
            }
            _ => Vec::new(),
        }
    }

    /// A second step was chosen from the list.
    pub(super) fn choose(&mut self, factor: Factor) -> Vec<Effect> {
        let Page::ChooseFactor { step, factors, .. } = self.page.clone() else {
            return Vec::new();
        };
        if !factors.contains(&factor) {
            return Vec::new();
        }
        self.clear_problems();
        let answer = Answer::SelectFactor(factor.into());
        self.send(Vec::new(), Call::Respond { step, answer })
    }

    /// Somebody who is signed in already has decided. What the page does not ask does nothing.
    pub(super) fn decide(&mut self, decision: Decision) -> Vec<Effect> {
        let is_asked = match self.page {
            Page::Account => decision == Decision::GoOn,
            Page::Consent => decision != Decision::GoOn,
            _ => false,
        };
        if !is_asked {
            return Vec::new();
        }
        self.clear_problems();
        self.call(Busy::Form, Call::Decide(decision))
    }

    /// Another code is wanted. Before its time nothing is sent.
    pub(super) fn resend(&mut self, now_ms: u64, username: Option<String>) -> Vec<Effect> {
        let (Page::Confirm {
            resend_after_ms, ..
        }
        | Page::Reset {
            resend_after_ms, ..
        }) = self.page
        else {
            return Vec::new();
        };
        // A clock that was set back must not lengthen the wait.
        let wait_ms = resend_after_ms.saturating_sub(now_ms);
        if (1..=COOL_DOWN_MS).contains(&wait_ms) {
            return Vec::new();
        }
        self.clear_problems();
        self.notice = None;
        let (mut problems, username) = self.name_on_page(username);
        require(&mut problems, Field::Username, &username);
        problems.truncate(1);
        if !problems.is_empty() {
            self.problems = problems;
            return Vec::new();
        }
        let call = match self.page {
            Page::Reset { .. } => Call::Forgot { username },
            _ => Call::Resend { username },
        };
        self.call(Busy::Resend, call)
    }

    fn send(&mut self, problems: Problems, call: Call) -> Vec<Effect> {
        if problems.is_empty() {
            return self.call(Busy::Form, call);
        }
        self.problems = problems;
        self.held_password = None;
        Vec::new()
    }

    /// The name of a page that asks for it only where it is not known.
    fn name_on_page(&mut self, typed: Option<String>) -> (Problems, String) {
        let mut problems = Vec::new();
        if let Some(typed) = typed {
            problems = self.name_problems(&typed, Rule::Known);
            self.remember(Some(typed));
        }
        (problems, self.username.clone())
    }

    fn name_problems(&self, name: &str, rule: Rule) -> Problems {
        let mut problems = Vec::new();
        require(&mut problems, Field::Username, name);
        if !problems.is_empty() {
            return problems;
        }
        let is = |kind: fn(&super::Login) -> bool| self.login.as_ref().is_some_and(kind);
        let problem = match rule {
            Rule::New if is(super::Login::username_is_email) && !is_email(name.trim()) => {
                Problem::NotAnEmail
            }
            Rule::New if is(super::Login::username_is_phone) && !is_phone(name.trim()) => {
                Problem::NotAPhoneNumber
            }
            _ if Username::parse(name).is_err() => Problem::NotAName,
            _ => return problems,
        };
        problems.push((Field::Username, problem));
        problems
    }

    fn check_password(&self, problems: &mut Problems, password: &Password) {
        let policy = self
            .login
            .as_ref()
            .map_or_else(Policy::default, super::Login::policy);
        let lacks: Vec<_> = policy.violations(password.secret()).collect();
        if password.secret().is_empty() {
            problems.push((Field::NewPassword, Problem::Missing));
        } else if !lacks.is_empty() {
            problems.push((Field::NewPassword, Problem::Lacks(lacks)));
        }
    }
}

/// How strictly a name is looked at.
#[derive(Clone, Copy)]
enum Rule {
    /// It exists, or not: whatever the service takes.
    Known,
    /// It is to be created.
    New,
}

fn require(problems: &mut Problems, field: Field, value: &str) {
    if value.trim().is_empty() {
        problems.push((field, Problem::Missing));
    }
}

/// The code without what people and messages put between its digits.
fn check_code(problems: &mut Problems, code: &Code) -> Code {
    let is_filler =
        |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '.' | '\u{200e}' | '\u{200f}');
    let digits = Code::new(code.secret().chars().filter(|&c| !is_filler(c)).collect());
    if digits.secret().is_empty() {
        problems.push((Field::Code, Problem::Missing));
    } else if !digits.secret().bytes().all(|b| b.is_ascii_digit()) {
        problems.push((Field::Code, Problem::NotACode));
    }
    digits
}

fn check_attributes(problems: &mut Problems, known: &[Attribute], typed: &[Typed]) {
    for attribute in known {
        let value = typed.iter().find(|typed| typed.name == attribute.name);
        let value = value.map_or("", |typed| typed.value.trim());
        let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
        let problem = if value.is_empty() {
            if !attribute.required {
                continue;
            }
            Problem::Missing
        } else if attribute.name == "email" && !is_email(value) {
            Problem::NotAnEmail
        } else if attribute.name == "phone_number" && !is_phone(value) {
            Problem::NotAPhoneNumber
        } else if attribute.name == "birthdate" && !is_date(value) {
            Problem::NotADate
        } else if attribute.data_type == "Number" && value.parse::<i64>().is_err() {
            Problem::NotANumber
        } else if let Some(least) = attribute.min_length.filter(|&least| length < least) {
            Problem::TooShort(least)
        } else if let Some(most) = attribute.max_length.filter(|&most| length > most) {
            Problem::TooLong(most)
        } else {
            continue;
        };
        problems.push((Field::Attribute(attribute.name.clone()), problem));
    }
}

/// What was typed, without what was left empty; a phone number without what makes it readable.
fn attributes_of(typed: Vec<Typed>) -> Vec<wire::Attribute> {
    let mut attributes = Vec::new();
    for Typed { name, value } in typed {
        let value = match &*name {
            "phone_number" => plain_phone(&value),
            _ => value.trim().to_owned(),
        };
        if !value.is_empty() {
            attributes.push(Typed { name, value }.into());
        }
    }
    attributes
}

/// Something, an at sign, a name with a dot: the message that arrives is the real check.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.chars().any(char::is_whitespace)
}

/// A plus and 8 to 15 digits, however they are grouped.
fn is_phone(text: &str) -> bool {
    let plain = plain_phone(text);
    plain.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn plain_phone(text: &str) -> String {
    let is_filler = |c: char| c.is_whitespace() || matches!(c, '-' | '(' | ')' | '/' | '.');
    text.chars().filter(|&c| !is_filler(c)).collect()
}

/// `YYYY-MM-DD`, as the browser's field for dates gives it.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize, most: u32| {
        let part = parts.next().filter(|part| part.len() == length);
        let number = part.and_then(|part| part.parse::<u32>().ok());
        number.is_some_and(|number| (1..=most).contains(&number))
    };
    part(4, 9999) && part(2, 12) && part(2, 31) && parts.next().is_none()
}
