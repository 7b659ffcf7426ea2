//! A one-time code from an app, a text message or an e-mail.

use crate::components::{app_code_field, code_field, form, isolated, lead, paragraph};
use crate::element::Element;
use crate::flow::Challenge;
use crate::i18n::{Texts, fill};
use crate::pages::start_over;
use crate::screen::Screen;

/// The page. There is no other code for the same challenge: another sign-in brings another one.
pub(crate) fn code(
    screen: &Screen,
    challenge: Challenge,
    destination: Option<&str>,
) -> Vec<Element> {
    let texts = screen.texts();
    let fields = vec![match challenge {
        Challenge::Totp => app_code_field(screen),
        _ => code_field(screen),
    }];
    let mut page = vec![
        lead(&text(texts, challenge, destination)),
        form(screen, texts.mfa_submit, texts.mfa_busy, fields),
    ];
    if challenge != Challenge::Totp {
        page.push(paragraph("hint", texts.mfa_lost));
    }
    page.push(start_over(screen));
    page
}

fn text(texts: &Texts, challenge: Challenge, destination: Option<&str>) -> String {
    let (to, plain) = match challenge {
        Challenge::Totp => return texts.mfa_totp.to_owned(),
        Challenge::Email => (texts.mfa_email_to, texts.mfa_email),
        Challenge::Sms | Challenge::SmsFirst => (texts.mfa_sms_to, texts.mfa_sms),
    };
    match destination {
        Some(destination) => fill(to, &[("destination", &isolated(destination))]),
        None => plain.to_owned(),
    }
}
