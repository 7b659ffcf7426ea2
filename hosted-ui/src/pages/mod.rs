//! The pages, one folder per domain, as data. [`page`] gives the one that the flow is at.

mod account;
mod end;
mod mfa;
mod password;
mod sign_in;
mod sign_up;
#[cfg(test)]
mod tests;
mod typed;

pub use mfa::otpauth_uri;
pub use typed::typed;

use crate::components::{below, heading, shell};
use crate::element::Element;
use crate::flow::{Page, State};
use crate::i18n::{Texts, fill};
use crate::routes::Route;
use crate::screen::Screen;

/// The page that the flow is at, in its frame.
#[must_use]
pub fn page(screen: &Screen) -> Element {
    let title = title_of(screen.texts(), &screen.state);
    let mut page = vec![heading(title)];
    page.extend(match &screen.state.page {
        Page::SignIn => sign_in::sign_in(screen),
        Page::SignUp => sign_up::sign_up(screen),
        Page::Confirm { destination, .. } => sign_up::confirm(screen, destination.as_deref()),
        Page::NewPassword { missing, .. } => password::new(screen, missing),
        Page::Account => account::select(screen),
        Page::Consent => account::consent(screen),
        Page::Forgot => password::forgot(screen),
        Page::Reset {
            destination,
            is_required,
            ..
        } => password::reset(screen, destination.as_deref(), *is_required),
        Page::Code {
            challenge,
            destination,
            ..
        } => mfa::code(screen, *challenge, destination.as_deref()),
        Page::ChooseFactor {
            factors, is_setup, ..
        } => mfa::choose(screen, factors, *is_setup),
        Page::EnrolTotp { .. } => mfa::enrol_totp(screen),
        Page::EnrolEmail { .. } => mfa::enrol_email(screen),
        Page::Leaving => end::leaving(screen),
        Page::StartAgain => end::start_again(screen),
        Page::SignedOut => end::signed_out(screen),
        Page::Error(code) => end::error(screen, code),
    });
    shell(screen, page)
}

/// The window's title.
#[must_use]
pub fn window_title(screen: &Screen) -> String {
    let (texts, state) = (screen.texts(), &screen.state);
    let title = title_of(texts, state);
    let title = match state.alert.is_some() || !state.problems.is_empty() {
        true => fill(texts.title_error, &[("title", title)]),
        false => title.to_owned(),
    };
    match state.client_name() {
        "" => title,
        app => [&title, " · ", app].concat(),
    }
}

fn title_of(texts: &'static Texts, state: &State) -> &'static str {
    match &state.page {
        Page::SignIn => texts.sign_in_title,
        Page::SignUp => texts.sign_up_title,
        Page::Confirm { .. } => texts.confirm_title,
        Page::NewPassword { .. } => texts.new_password_title,
        Page::Account => texts.select_account_title,
        Page::Consent => texts.consent_title,
        Page::Forgot => texts.forgot_title,
        Page::Reset { .. } => texts.reset_title,
        Page::Code { .. } => texts.mfa_title,
        Page::ChooseFactor { is_setup: true, .. } => texts.setup_title,
        Page::ChooseFactor { .. } => texts.choose_title,
        Page::EnrolTotp { .. } => texts.totp_title,
        Page::EnrolEmail { .. } => texts.email_setup_title,
        Page::Leaving => texts.leaving_title,
        Page::StartAgain if state.finished.is_some() => texts.finished_title,
        Page::StartAgain => texts.start_again_title,
        Page::SignedOut => texts.signed_out_title,
        Page::Error(_) => texts.error_title,
    }
}

/// The way back from a page of its own.
fn back_to_sign_in(screen: &Screen) -> Element {
    let label = screen.texts().back_to_sign_in;
    below(screen, "", "sign-in", Route::SignIn, label)
}

/// The way back from a step of a sign-in.
fn start_over(screen: &Screen) -> Element {
    let label = screen.texts().start_over;
    below(screen, "", "sign-in", Route::SignIn, label)
}
