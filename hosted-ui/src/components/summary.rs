//! What went wrong, at the top of the form: it takes the focus, and leads to the fields.

use super::parts::{button, group, item, link, list, paragraph, status};
use crate::element::{Element, Press, element};
use crate::flow::{Alert, Notice};
use crate::i18n::{alert_text, fill, problem_text, reference};
use crate::screen::Screen;

/// What went well.
pub(crate) fn notice(screen: &Screen) -> Element {
    let texts = screen.texts();
    let text = match screen.state.notice {
        Some(Notice::Confirmed) => texts.notice_confirmed,
        Some(Notice::PasswordChanged) => texts.notice_password_changed,
        Some(Notice::CodeSent) => texts.resend_done,
        None => "",
    };
    status("notice", text)
}

/// Problems, or an alert; nothing when there are none.
pub(crate) fn summary(screen: &Screen) -> Option<Element> {
    let content = match &screen.state.alert {
        Some(failed) => alert(screen, failed),
        None if screen.state.problems.is_empty() => return None,
        None => problems(screen),
    };
    let summary = group("summary", content).id("summary");
    Some(summary.with("role", "alert").with("tabindex", "-1"))
}

fn problems(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let login = screen.state.login.as_ref();
    let mut items = Vec::new();
    for (field, problem) in &screen.state.problems {
        let text = problem_text(texts, field, problem, login);
        let to = field.id();
        let (id, href) = (["to-", &to].concat(), ["#", &to].concat());
        items.push(item(vec![link(&id, &href, &text, Press::Point(to))]));
    }
    let heading = element("h2", "").text(texts.summary_title);
    vec![heading, list("", items)]
}

fn alert(screen: &Screen, alert: &Alert) -> Vec<Element> {
    let texts = screen.texts();
    let mut parts = vec![paragraph("", &alert_text(texts, alert, &screen.state.page))];
    if let Some(id) = reference(alert) {
        let text = fill(texts.alert_reference, &[("id", id)]);
        parts.push(paragraph("reference", &text));
    }
    if matches!(alert, Alert::Describing(_) | Alert::Preparing(_)) {
        let retry = button("retry", "quiet", Press::Retry);
        parts.push(retry.text(texts.alert_retry));
    }
    parts
}
