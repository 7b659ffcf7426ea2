//! The pages, one folder per domain. [`pages`] shows the one that the flow is at.

mod end;
mod mfa;
mod password;
mod sign_in;
mod sign_up;

use leptos::prelude::*;

use crate::browser::{App, focus_soon};
use crate::components::{shell, stack, title, watch};
use crate::flow::{Page, State};
use crate::i18n::{Texts, fill};

/// The page that the flow is at, in its frame.
pub(crate) fn pages(app: App) -> AnyView {
    // What makes a page another one: while it is the same, what stands in its fields stays.
    let key = Memo::new(move |_| app.state.with(|state| key_of(&state.page)));
    // A page that is turned to is read from its heading on; the first one from its beginning.
    let mut before = None;
    watch(move || {
        let now = key.get();
        if before.as_ref().is_some_and(|before| *before != now) {
            focus_soon("title");
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        before = Some(now);
    });
    let window_title = app.says(window_title);
    watch(move || document().set_title(&window_title.get()));
    let page = move || {
        key.track();
        let heading = title(app.says(|texts, state| title_of(texts, &state.page).to_owned()));
        let page = app.state.with_untracked(|state| state.page.clone());
        stack(vec![heading, show(app, page)])
    };
    shell(app, Box::new(page))
}

fn show(app: App, page: Page) -> AnyView {
    match page {
        Page::SignIn => sign_in::sign_in(app),
        Page::SignUp => sign_up::sign_up(app),
        Page::Confirm { .. } => sign_up::confirm(app),
        Page::NewPassword { missing, .. } => password::new(app, &missing),
        Page::Forgot => password::forgot(app),
        Page::Reset { .. } => password::reset(app),
        Page::Code { .. } => mfa::code(app),
        Page::ChooseFactor {
            factors, is_setup, ..
        } => mfa::choose(app, factors, is_setup),
        Page::EnrolTotp { .. } => mfa::enrol_totp(app),
        Page::EnrolEmail { .. } => mfa::enrol_email(app),
        Page::Leaving => end::leaving(app),
        Page::StartAgain => end::start_again(app),
        Page::SignedOut => end::signed_out(app),
        Page::Error(code) => end::error(app, code),
    }
}

fn key_of(page: &Page) -> String {
    let step = match page {
        // Enrolling an app gets a step of its own on the way: the page stays.
        Page::EnrolTotp { .. } => "",
        page => page.step().map_or("", |step| &step.0),
    };
    [page.name(), " ", step].concat()
}

fn window_title(texts: &'static Texts, state: &State) -> String {
    let title = title_of(texts, &state.page);
    let title = match state.alert.is_some() || !state.problems.is_empty() {
        true => fill(texts.title_error, &[("title", title)]),
        false => title.to_owned(),
    };
    match state.client_name() {
        "" => title,
        app => [&title, " · ", app].concat(),
    }
}

fn title_of(texts: &'static Texts, page: &Page) -> &'static str {
    match page {
        Page::SignIn => texts.sign_in_title,
        Page::SignUp => texts.sign_up_title,
        Page::Confirm { .. } => texts.confirm_title,
        Page::NewPassword { .. } => texts.new_password_title,
        Page::Forgot => texts.forgot_title,
        Page::Reset { .. } => texts.reset_title,
        Page::Code { .. } => texts.mfa_title,
        Page::ChooseFactor { is_setup: true, .. } => texts.setup_title,
        Page::ChooseFactor { .. } => texts.choose_title,
        Page::EnrolTotp { .. } => texts.totp_title,
        Page::EnrolEmail { .. } => texts.email_setup_title,
        Page::Leaving => texts.leaving_title,
        Page::StartAgain => texts.start_again_title,
        Page::SignedOut => texts.signed_out_title,
        Page::Error(_) => texts.error_title,
    }
}

/// An address inside a sentence keeps its own direction.
fn isolated(text: &str) -> String {
    ["\u{2068}", text, "\u{2069}"].concat()
}
