//! An authenticator app: its key as a picture, as text, and as a link; then the first code.

use cognate_core::secret::TotpSecret;

use crate::components::{app_code_field, button, form, group, lead, paragraph, status};
use crate::element::{Element, Press, element};
use crate::pages::start_over;
use crate::screen::{Picture, Screen};

/// The page. The key is made for it, and made anew after a reload.
pub(crate) fn enrol_totp(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let state = &screen.state;
    let waiting = match state.totp_secret.is_none() && state.alert.is_none() {
        true => texts.totp_loading,
        false => "",
    };
    let mut page = vec![lead(texts.totp_scan), status("hint", waiting)];
    page.extend(state.totp_secret.as_ref().map(|secret| key(screen, secret)));
    let fields = vec![paragraph("", texts.totp_then), app_code_field(screen)];
    page.extend([
        form(screen, texts.mfa_submit, texts.totp_busy, fields),
        start_over(screen),
    ]);
    page
}

fn key(screen: &Screen, secret: &TotpSecret) -> Element {
    let texts = screen.texts();
    let mut parts = Vec::new();
    parts.extend(screen.now.picture.as_ref().map(|squares| {
        let picture = picture(squares);
        picture.with("aria-label", texts.totp_image)
    }));
    let shown = element("code", "").id("totp-key").with("dir", "ltr");
    let shown = shown.text(&grouped(secret.secret()));
    let copy = button("copy", "quiet", Press::CopyKey).text(texts.totp_copy);
    let open = element("a", "").id("totp-open").text(texts.totp_open);
    let open = open.with("href", &otpauth_uri(screen, secret));
    let copied = match screen.now.was_copied {
        true => texts.totp_copied,
        false => "",
    };
    parts.extend([
        paragraph("", texts.totp_manual),
        element("p", "").children(vec![shown]),
        element("p", "row").children(vec![copy, open]),
        status("hint", copied),
    ]);
    group("key", parts)
}

/// Dark on light, whatever the colours of the page.
fn picture(squares: &Picture) -> Element {
    let view_box = ["0 0 ", &squares.side, " ", &squares.side].concat();
    let svg = element("svg", "").id("qr").with("role", "img");
    let path = element("path", "").with("d", &squares.path);
    svg.with("viewBox", &view_box).children(vec![path])
}

/// The form that authenticator apps read. The key is in it: it is shown and linked, never stored.
#[must_use]
pub fn otpauth_uri(screen: &Screen, secret: &TotpSecret) -> String {
    let issuer = encoded(screen.state.client_name());
    let user = encoded(&screen.state.username);
    let key = secret.secret();
    match &*issuer {
        "" => ["otpauth://totp/", &user, "?secret=", key].concat(),
        issuer => {
            let label = ["otpauth://totp/", issuer, ":", &user].concat();
            [&label, "?secret=", key, "&issuer=", issuer].concat()
        }
    }
}

/// Percent-encoded, but for RFC 3986's unreserved characters.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
            let digits = [byte >> 4, byte & 15].map(|half| digit(half).to_ascii_uppercase());
            encoded.push('%');
            encoded.extend(digits);
        }
    }
    encoded
}

/// Four characters at a time: easier to type.
fn grouped(key: &str) -> String {
    let mut text = String::new();
    for (i, letter) in key.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_character_is_percent_encoded() {
        assert_eq!(encoded("a-Z.0_~"), "a-Z.0_~");
        assert_eq!(encoded("Zoë & co@b"), "Zo%C3%AB%20%26%20co%40b");
    }

    #[test]
    fn a_key_is_shown_four_letters_at_a_time() {
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
