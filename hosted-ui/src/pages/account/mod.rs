//! What is asked of somebody who is signed in here already: whether they go on as who they are
//! (`prompt=select_account`), and whether the app may have what it asks for.

use crate::components::{
    below, button, group, isolated, item, lead, list, notice, paragraph, status, summary, text,
};
use crate::element::{Element, Press};
use crate::flow::{Busy, Decision, Login};
use crate::i18n::{Texts, fill};
use crate::routes::Route;
use crate::screen::Screen;

/// The page that offers who is signed in, or another account.
pub(super) fn select(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let to = match screen.state.client_name() {
        "" => String::new(),
        name => fill(texts.sign_in_to, &[("app", name)]),
    };
    let mut page = vec![lead(&to), notice(screen)];
    page.extend(summary(screen));
    if let Some(name) = account(screen) {
        let go_on = button("continue", "choice", Press::Decide(Decision::GoOn));
        let go_on = go_on.children(vec![text(&isolated(name)), text(texts.select_account_hint)]);
        page.push(list("choices", vec![item(vec![go_on])]));
    }
    page.push(status("hint", busy(screen)));
    let other = texts.select_account_other;
    page.push(below(screen, "", "other", Route::SignIn, other));
    page
}

/// The page that names the app and what it asks for.
pub(super) fn consent(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let about = match screen.state.client_name() {
        "" => texts.consent_text_unnamed.to_owned(),
        name => fill(texts.consent_text, &[("app", &isolated(name))]),
    };
    let mut page = vec![lead(&about), notice(screen)];
    page.extend(summary(screen));
    let login = screen.state.login.as_ref();
    let scopes = login.map_or(&[][..], |login| &login.scopes);
    // Until they are known there is nothing to agree to.
    if !scopes.is_empty() {
        let items = scopes
            .iter()
            .map(|scope| item(vec![text(&scope_text(texts, scope))]));
        page.push(list("scopes", items.collect()));
        if let Some(name) = account(screen) {
            let name = isolated(name);
            page.push(paragraph(
                "hint",
                &fill(texts.consent_account, &[("name", &name)]),
            ));
        }
        let allow = button("allow", "primary", Press::Decide(Decision::Allow));
        let deny = button("deny", "quiet", Press::Decide(Decision::Deny));
        let buttons = vec![
            allow.text(texts.consent_allow),
            deny.text(texts.consent_deny),
        ];
        page.push(group("decision", buttons));
    }
    page.push(status("hint", busy(screen)));
    page.push(below(
        screen,
        "",
        "other",
        Route::SignIn,
        texts.select_account_other,
    ));
    page
}

fn account(screen: &Screen) -> Option<&str> {
    let login: Option<&Login> = screen.state.login.as_ref();
    login?.account.as_deref()
}

fn busy(screen: &Screen) -> &'static str {
    match screen.is_busy(Busy::Form) {
        true => screen.texts().choose_busy,
        false => "",
    }
}

/// What a scope lets an app do; one of an API of others is called what it is.
fn scope_text(texts: &Texts, scope: &str) -> String {
    match scope {
        "openid" => texts.scope_openid.to_owned(),
        "email" => texts.scope_email.to_owned(),
        "phone" => texts.scope_phone.to_owned(),
        "profile" => texts.scope_profile.to_owned(),
        "aws.cognito.signin.user.admin" => texts.scope_account.to_owned(),
        other => isolated(other),
    }
}
