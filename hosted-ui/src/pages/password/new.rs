//! A password instead of a temporary one, and what the pool requires besides.

use cognate_core::secret::Password;
use leptos::prelude::*;

use super::HiddenUsername;
use crate::browser::{app, typed_attributes, value_of};
use crate::components::{AttributeField, Form, NewPassword, RouteLink};
use crate::flow::{self, Attribute};
use crate::pages::Title;
use crate::routes::Route;

/// The page.
#[component]
pub(crate) fn New(missing: Vec<String>) -> impl IntoView {
    let app = app();
    let attributes = missing.into_iter().map(|name| {
        let attribute = Attribute::required(&name);
        view! { <AttributeField attribute /> }
    });
    let attributes = attributes.collect_view();
    let read = || flow::Form::NewPassword {
        password: Password::new(value_of("new-password").unwrap_or_default()),
        attributes: typed_attributes(),
    };
    view! {
        <Title />
        <p class=LEAD>{move || app.texts().new_password_text}</p>
        <Form read submit=|texts| texts.new_password_submit busy=|texts| texts.new_password_busy>
            <HiddenUsername />
            {attributes}
            <NewPassword />
        </Form>
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.start_over id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
