//! An e-mail address as the second step.

use leptos::prelude::*;

use crate::browser::{app, value_of};
use crate::components::{AttributeField, Form, RouteLink};
use crate::flow::{self, Attribute};
use crate::pages::Title;
use crate::routes::Route;

/// The page.
#[component]
pub(crate) fn EnrolEmail() -> impl IntoView {
    let app = app();
    let read = || flow::Form::Email(value_of("attribute-email").unwrap_or_default());
    view! {
        <Title />
        <p class=LEAD>{move || app.texts().email_setup_text}</p>
        <Form read submit=|texts| texts.email_setup_submit busy=|texts| texts.mfa_busy>
            <AttributeField attribute=Attribute::required("email") />
        </Form>
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.start_over id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
