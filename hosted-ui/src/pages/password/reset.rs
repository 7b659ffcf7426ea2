//! The code and the new password. The text is the same whether there is such an account or not.

use crate::components::{
    code_field, form, hidden_username, isolated, lead, new_password, resend, username_field,
};
use crate::element::Element;
use crate::i18n::fill;
use crate::pages::back_to_sign_in;
use crate::screen::Screen;

/// The page.
pub(crate) fn reset(screen: &Screen, destination: Option<&str>, is_required: bool) -> Vec<Element> {
    let texts = screen.texts();
    let who = match screen.now.asks_name {
        true => username_field(screen),
        false => hidden_username(screen),
    };
    let mut fields = vec![who, code_field(screen)];
    fields.extend(new_password(screen, texts.label_new_password));
    vec![
        lead(&text(screen, destination, is_required)),
        form(screen, texts.reset_submit, texts.reset_busy, fields),
        resend(screen),
        back_to_sign_in(screen),
    ]
}

fn text(screen: &Screen, destination: Option<&str>, is_required: bool) -> String {
    let texts = screen.texts();
    let username = isolated(&screen.state.username);
    match destination.map(isolated) {
        _ if is_required => texts.reset_required.to_owned(),
        _ if screen.state.username.is_empty() => texts.forgot_text.to_owned(),
        Some(to) => fill(
            texts.reset_sent_to,
            &[("username", &username), ("destination", &to)],
        ),
        None => fill(texts.reset_sent, &[("username", &username)]),
    }
}
