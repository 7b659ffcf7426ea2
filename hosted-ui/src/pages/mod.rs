//! The pages, one folder per domain. [`Pages`] shows the one that the flow is at.
#![expect(
    unreachable_pub,
    clippy::needless_pass_by_value,
    reason = "the macro of components makes their properties public, and gives them away"
)]

mod end;
mod mfa;
mod password;
mod sign_in;
mod sign_up;

use core::mem::{Discriminant, discriminant};

use leptos::prelude::*;

use crate::browser::{app, focus_soon};
use crate::components::Shell;
use crate::flow::{Page, State, StepHandle};
use crate::i18n::{Texts, fill};

/// What makes a page another one: while it is the same, what stands in its fields stays.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(Discriminant<Page>, Option<StepHandle>);

/// The page that the flow is at, in its frame.
#[component]
pub(crate) fn Pages() -> impl IntoView {
    let app = app();
    let key = Memo::new(move |_| app.state.with(|state| key_of(&state.page)));
    // A page that is turned to is read from its heading on; the first one from its beginning.
    Effect::new(move |before: Option<Key>| {
        let now = key.get();
        if before.is_some_and(|before| before != now) {
            focus_soon("title");
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        now
    });
    Effect::new(move || {
        let texts = app.texts();
        document().set_title(&app.state.with(|state| window_title(texts, state)));
    });
    let page = move || {
        key.track();
        show(&app.state.with_untracked(|state| state.page.clone()))
    };
    view! { <Shell>{page}</Shell> }
}

/// The heading, which takes the focus when the page is turned to.
#[component]
fn Title() -> impl IntoView {
    let app = app();
    let title = move || {
        let texts = app.texts();
        app.state.with(|state| title_of(texts, &state.page))
    };
    view! { <h1 id=TITLE tabindex="-1">{title}</h1> }
}

fn show(page: &Page) -> AnyView {
    match page {
        Page::SignIn => view! { <sign_in::SignIn /> }.into_any(),
        Page::SignUp => view! { <sign_up::SignUp /> }.into_any(),
        Page::Confirm { .. } => view! { <sign_up::Confirm /> }.into_any(),
        Page::NewPassword { missing, .. } => {
            let missing = missing.clone();
            view! { <password::New missing /> }.into_any()
        }
        Page::Forgot => view! { <password::Forgot /> }.into_any(),
        Page::Reset { .. } => view! { <password::Reset /> }.into_any(),
        Page::Code { .. } => view! { <mfa::Code /> }.into_any(),
        Page::ChooseFactor {
            factors, is_setup, ..
        } => {
            let (factors, is_setup) = (factors.clone(), *is_setup);
            view! { <mfa::Choose factors is_setup /> }.into_any()
        }
        Page::EnrolTotp { .. } => view! { <mfa::EnrolTotp /> }.into_any(),
        Page::EnrolEmail { .. } => view! { <mfa::EnrolEmail /> }.into_any(),
        Page::Leaving => view! { <end::Leaving /> }.into_any(),
        Page::StartAgain => view! { <end::StartAgain /> }.into_any(),
        Page::SignedOut => view! { <end::SignedOut /> }.into_any(),
        Page::Error(code) => {
            let code = code.clone();
            view! { <end::Error code /> }.into_any()
        }
    }
}

fn key_of(page: &Page) -> Key {
    // Enrolling an app gets a step of its own on the way: the page stays.
    let step = match page {
        Page::EnrolTotp { .. } => None,
        page => page.step().cloned(),
    };
    Key(discriminant(page), step)
}

fn window_title(texts: &'static Texts, state: &State) -> String {
    let title = title_of(texts, &state.page);
    let title = match state.alert.is_some() || !state.problems.is_empty() {
        true => fill(texts.title_error, &[("title", title)]),
        false => title.to_owned(),
    };
    let app = state.login.as_ref().map_or("", |login| &login.client_name);
    match app.is_empty() {
        true => title,
        false => format!("{title} · {app}"),
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
    format!("\u{2068}{text}\u{2069}")
}

const TITLE: &str = "title";
