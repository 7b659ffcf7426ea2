//! User name and password, in one form: what password managers understand everywhere.

use crate::components::{below, form, known_password, lead, route_link, username_field};
use crate::element::{Element, element};
use crate::i18n::fill;
use crate::routes::Route;
use crate::screen::Screen;

/// The page. The HTML that comes before this code has the same form.
pub(super) fn sign_in(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let to = match screen.state.client_name() {
        "" => String::new(),
        name => fill(texts.sign_in_to, &[("app", name)]),
    };
    let forgot = route_link(screen, "forgot", Route::Forgot, texts.sign_in_forgot);
    let fields = vec![
        username_field(screen),
        known_password(screen),
        element("p", "beside").children(vec![forgot]),
    ];
    let form = form(screen, texts.sign_in_submit, texts.sign_in_busy, fields);
    let mut page = vec![lead(&to), form];
    if screen.may_sign_up() {
        let (before, create) = (texts.sign_in_no_account, texts.sign_in_create);
        page.push(below(screen, before, "sign-up", Route::SignUp, create));
    }
    page
}
