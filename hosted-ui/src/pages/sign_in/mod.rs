//! User name and password, in one form: what password managers understand everywhere.

use cognate_core::secret::Password;
use leptos::prelude::*;

use super::Title;
use crate::browser::{app, value_of};
use crate::components::{Form, KnownPassword, RouteLink, UsernameField};
use crate::flow;
use crate::i18n::fill;
use crate::routes::Route;

/// The page. The HTML that comes before this code has the same form.
#[component]
pub(super) fn SignIn() -> impl IntoView {
    let app = app();
    let to = move || {
        let name = app
            .state
            .with(|state| Some(state.login.as_ref()?.client_name.clone()));
        let name = name.filter(|name| !name.is_empty());
        name.map(|name| fill(app.texts().sign_in_to, &[("app", &name)]))
    };
    let may_sign_up = move || {
        let allowed = app
            .state
            .with(|state| Some(state.login.as_ref()?.sign_up.allowed));
        allowed.unwrap_or(true)
    };
    let read = || flow::Form::SignIn {
        username: value_of("username").unwrap_or_default(),
        password: Password::new(value_of("password").unwrap_or_default()),
    };
    view! {
        <Title />
        <p class=LEAD>{to}</p>
        <Form read submit=|texts| texts.sign_in_submit busy=|texts| texts.sign_in_busy>
            <UsernameField />
            <KnownPassword />
            <p class=BESIDE>
                <RouteLink to=Route::Forgot text=|texts| texts.sign_in_forgot id="forgot" />
            </p>
        </Form>
        {move || may_sign_up().then(|| view! {
            <p class=BELOW>
                {move || app.texts().sign_in_no_account} " "
                <RouteLink to=Route::SignUp text=|texts| texts.sign_in_create id="sign-up" />
            </p>
        })}
    }
}

const LEAD: &str = "lead";
const BESIDE: &str = "beside";
const BELOW: &str = "below";
