//! Who has forgotten their password.

use leptos::prelude::*;

use crate::browser::{app, value_of};
use crate::components::{Form, RouteLink, UsernameField};
use crate::flow;
use crate::pages::Title;
use crate::routes::Route;

/// The page.
#[component]
pub(crate) fn Forgot() -> impl IntoView {
    let app = app();
    let read = || flow::Form::Forgot {
        username: value_of("username").unwrap_or_default(),
    };
    view! {
        <Title />
        <p class=LEAD>{move || app.texts().forgot_text}</p>
        <Form read submit=|texts| texts.forgot_submit busy=|texts| texts.forgot_busy>
            <UsernameField />
        </Form>
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.back_to_sign_in id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
