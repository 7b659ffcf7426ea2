//! The state as text, so that a reload goes on where it was.
//!
//! By the JSON that the core has, member by member: what deriving it with serde would add to the wasm is
//! in `docs/decisions/0008`.

use cognate_core::json::{Array, Object, Value};

use super::{Challenge, Factor, Notice, Page, State, StepHandle};

impl State {
    /// The text: nothing in it opens anything without the transaction's cookie.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut stored = Object::new();
        stored.text("username", &self.username);
        if let Some(notice) = self.notice {
            stored.text("notice", notice_name(notice));
        }
        write_page(&mut stored, &self.page);
        stored.finish().as_str().to_owned()
    }

    /// The state from what [`Self::to_json`] wrote; nothing from anything else.
    #[must_use]
    pub fn from_json(stored: &impl Value) -> Option<Self> {
        let notice = match stored.text_at("notice").ok()? {
            Some(name) => Some(*NOTICES.iter().find(|n| notice_name(**n) == name)?),
            None => None,
        };
        Some(Self {
            page: read_page(stored)?,
            username: stored.text_at("username").ok()??,
            notice,
            ..Self::default()
        })
    }
}

fn write_page(stored: &mut Object, page: &Page) {
    stored.text("page", page.name());
    if let Some(step) = page.step() {
        stored.text("step", &step.0);
    }
    match page {
        Page::Confirm {
            destination,
            resend_after_ms,
        }
        | Page::Reset {
            destination,
            resend_after_ms,
            ..
        } => {
            stored.whole("resendAfterMs", *resend_after_ms);
            stored.text_if("destination", destination.as_deref());
            if let Page::Reset { is_required, .. } = page {
                stored.boolean("isRequired", *is_required);
            }
        }
        Page::NewPassword { missing, .. } => {
            stored.array("missing", &names(missing.iter().map(String::as_str)));
        }
        Page::Code {
            challenge,
            destination,
            ..
        } => {
            stored.text("challenge", challenge.name());
            stored.text_if("destination", destination.as_deref());
        }
        Page::ChooseFactor {
            factors, is_setup, ..
        } => {
            stored.array(
                "factors",
                &names(factors.iter().map(|factor| factor.name())),
            );
            stored.boolean("isSetup", *is_setup);
        }
        _ => {}
    }
}

fn read_page(stored: &impl Value) -> Option<Page> {
    let step = || stored.text_at("step").ok()?.map(StepHandle);
    let destination = || stored.text_at("destination").ok();
    let resend_after_ms = || stored.whole_at("resendAfterMs").ok()?;
    let names = |name| stored.at(name, |names| names.list(Value::text)).ok()?;
    let flag = |name| stored.boolean_at(name).ok()?;
    Some(match &*stored.text_at("page").ok()?? {
        "signIn" => Page::SignIn,
        "signUp" => Page::SignUp,
        "confirm" => Page::Confirm {
            destination: destination()?,
            resend_after_ms: resend_after_ms()?,
        },
        "newPassword" => Page::NewPassword {
            step: step()?,
            missing: names("missing")?,
        },
        "code" => Page::Code {
            step: step()?,
            challenge: Challenge::parse(&stored.text_at("challenge").ok()??)?,
            destination: destination()?,
        },
        "chooseFactor" => Page::ChooseFactor {
            step: step()?,
            factors: Factor::listed(&names("factors")?.join(" ")),
            is_setup: flag("isSetup")?,
        },
        "enrolTotp" => Page::EnrolTotp { step: step()? },
        "enrolEmail" => Page::EnrolEmail { step: step()? },
        "account" => Page::Account,
        "consent" => Page::Consent,
        "forgot" => Page::Forgot,
        "reset" => Page::Reset {
            destination: destination()?,
            resend_after_ms: resend_after_ms()?,
            is_required: flag("isRequired")?,
        },
        _ => return None,
    })
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> Array {
    let mut array = Array::new();
    for name in names {
        array.text(name);
    }
    array
}

const NOTICES: [Notice; 3] = [Notice::Confirmed, Notice::PasswordChanged, Notice::CodeSent];

fn notice_name(notice: Notice) -> &'static str {
    match notice {
        Notice::Confirmed => "confirmed",
        Notice::PasswordChanged => "passwordChanged",
        Notice::CodeSent => "codeSent",
    }
}
