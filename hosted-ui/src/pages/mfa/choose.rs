//! Which second step: to use (`SELECT_MFA_TYPE`), or to set up (`MFA_SETUP`).

use crate::components::{button, item, lead, list, notice, status, summary, text};
use crate::element::{Element, Press};
use crate::flow::{Busy, Factor};
use crate::pages::start_over;
use crate::screen::Screen;

/// The page: one button for each.
pub(crate) fn choose(screen: &Screen, factors: &[Factor], is_setup: bool) -> Vec<Element> {
    let texts = screen.texts();
    let about = match is_setup {
        true => texts.setup_text,
        false => texts.choose_text,
    };
    let busy = match screen.is_busy(Busy::Form) {
        true => texts.choose_busy,
        false => "",
    };
    let mut page = vec![lead(about), notice(screen)];
    page.extend(summary(screen));
    let choices = factors.iter().map(|factor| choice(screen, *factor));
    page.extend([
        list("choices", choices.collect()),
        status("hint", busy),
        start_over(screen),
    ]);
    page
}

fn choice(screen: &Screen, factor: Factor) -> Element {
    let texts = screen.texts();
    let (id, name, hint) = match factor {
        Factor::Totp => ("choose-totp", texts.choose_totp, texts.choose_totp_hint),
        Factor::Email => ("choose-email", texts.choose_email, texts.choose_email_hint),
        Factor::Sms => ("choose-sms", texts.choose_sms, texts.choose_sms_hint),
    };
    let choice = button(id, "choice", Press::Choose(factor));
    item(vec![choice.children(vec![text(name), text(hint)])])
}
