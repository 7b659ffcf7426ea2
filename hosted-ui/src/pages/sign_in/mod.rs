//! User name and password, in one form: what password managers understand everywhere. Below it the other providers of
//! the app; where it has nothing else, there is no password to type.

use crate::components::{
    below, form, group, known_password, lead, notice, providers, route_link, status, summary,
    username_field,
};
use crate::element::{Element, element};
use crate::flow::Login;
use crate::i18n::fill;
use crate::routes::Route;
use crate::screen::Screen;

/// The page. The HTML that comes before this code has the same form, unless the app has none.
pub(super) fn sign_in(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let login = screen.state.login.as_ref();
    if login.is_none() && !screen.has_first_form {
        return waiting(screen);
    }
    let to = match screen.state.client_name() {
        "" => String::new(),
        name => fill(texts.sign_in_to, &[("app", name)]),
    };
    let mut page = vec![lead(&to)];
    match login {
        Some(login) if login.only_providers => page.extend(address(screen, login)),
        _ => page.extend(name_and_password(screen)),
    }
    page.extend(providers(screen));
    page
}

fn name_and_password(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let forgot = route_link(screen, "forgot", Route::Forgot, texts.sign_in_forgot);
    let fields = vec![
        username_field(screen),
        known_password(screen),
        element("p", "beside").children(vec![forgot]),
    ];
    let mut parts = vec![form(
        screen,
        texts.sign_in_submit,
        texts.sign_in_busy,
        fields,
    )];
    if screen.may_sign_up() {
        let (before, create) = (texts.sign_in_no_account, texts.sign_in_create);
        parts.push(below(screen, before, "sign-up", Route::SignUp, create));
    }
    parts
}

/// An address that leads to a provider, or nothing to type at all.
fn address(screen: &Screen, login: &Login) -> Vec<Element> {
    let texts = screen.texts();
    if login.by_identifier {
        let fields = vec![username_field(screen)];
        return vec![form(
            screen,
            texts.mfa_submit,
            texts.organization_busy,
            fields,
        )];
    }
    let mut parts = vec![notice(screen)];
    parts.extend(summary(screen));
    parts
}

/// Until it is known what the app lets people sign in with.
fn waiting(screen: &Screen) -> Vec<Element> {
    if let Some(failed) = summary(screen) {
        return vec![failed];
    }
    let progress = group("progress", Vec::new());
    vec![
        status("lead", screen.texts().busy),
        progress.with("aria-hidden", "true"),
    ]
}
