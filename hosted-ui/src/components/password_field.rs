//! A password: with a button to show it, a word about Caps Lock, and for new ones what they need.

use cognate_core::password::policy::Violation;

use super::field::{Kind, Spec, field};
use super::parts::{button, group, item, list, paragraph, status, text};
use crate::element::{Element, Press, element};
use crate::flow::Field;
use crate::i18n::rule_text;
use crate::screen::Screen;

/// The password that somebody has.
pub(crate) fn known_password(screen: &Screen) -> Element {
    let label = screen.texts().label_password;
    password_field(screen, Field::Password, label, "current-password")
}

/// The password that somebody chooses, with the pool's policy as a list that follows the typing.
pub(crate) fn new_password(screen: &Screen, label: &str) -> Vec<Element> {
    let texts = screen.texts();
    let rules = screen.rules();
    let has_all = rules.iter().all(|rule| screen.now.met.contains(rule));
    let all = if has_all { texts.policy_all_met } else { "" };
    let rules = rules.into_iter().map(|rule| rule_item(screen, rule));
    let policy = vec![
        paragraph("", texts.policy_title),
        list("", rules.collect()),
        status("aside", all),
    ];
    let field = password_field(screen, Field::NewPassword, label, "new-password");
    vec![field, group("policy", policy)]
}

/// Who a new password belongs to, for password managers. Not shown: the page says it already.
pub(crate) fn hidden_username(screen: &Screen) -> Element {
    element("input", "aside")
        .with("type", "text")
        .with("name", "username")
        .with("autocomplete", "username")
        .with("tabindex", "-1")
        .with("aria-hidden", "true")
        .with("readonly", "")
        .with("value", &screen.state.username)
}

fn rule_item(screen: &Screen, rule: Violation) -> Element {
    let texts = screen.texts();
    let is_met = screen.now.met.contains(&rule);
    let state = match is_met {
        true => texts.policy_met,
        false => texts.policy_unmet,
    };
    let name = rule_text(texts, rule, screen.policy().minimum_length);
    let state = element("span", "aside").text(&[": ", state].concat());
    item(vec![text(&name), state]).with_if(is_met, "data-met")
}

fn password_field(
    screen: &Screen,
    with: Field,
    label: &str,
    autocomplete: &'static str,
) -> Element {
    let texts = screen.texts();
    let is_shown = screen.now.is_password_shown;
    let kind = Kind {
        of: if is_shown { "text" } else { "password" },
        autocomplete,
        input_mode: "text",
    };
    let (pressed, tip, shown) = match is_shown {
        true => ("true", texts.password_hide, texts.password_shown),
        false => ("false", texts.password_show, ""),
    };
    let toggle = button("toggle", "toggle", Press::TogglePassword)
        .with("aria-controls", &with.id())
        .with("aria-pressed", pressed)
        .with("aria-label", texts.password_show)
        .with("title", tip);
    let spec = Spec {
        beside: Some(toggle),
        ..Spec::new(with, label, kind)
    };
    let caps = match screen.now.has_caps {
        true => texts.caps_lock,
        false => "",
    };
    let parts = vec![
        field(screen, spec),
        status("caps", caps),
        status("aside", shown),
    ];
    group("password", parts)
}
