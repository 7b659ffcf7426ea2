//! What the account page looks like.

use super::flow::{QUESTION, SUMMARY};
use super::parts::{letter, numbered, press, row, small, strong};
use super::proof_form::ways_to_prove;
use super::screen::Screen;
use super::words::{alert_text, notice_text, reference};
use super::{Account, Alert, App, Busy, Change, Link, Page, Press, Section, Session, State};
use crate::components::{
    Frame, framed, group, heading, initial, isolated, item, lead, list, paragraph, status, text,
};
use crate::element::{Element, element};
use crate::i18n::{AccountTexts, fill};

/// The page that the flow is at, in its frame.
#[must_use]
pub fn page(screen: &Screen) -> Element {
    let (texts, state) = (screen.texts(), &screen.state);
    let mut page = vec![heading(title_of(texts, &state.page))];
    match &state.page {
        Page::Opening => page.extend(opening(screen)),
        Page::Account(account) => page.extend(shown(screen, account)),
        Page::SigningIn => page.extend(waiting(texts.signing_in_text)),
        Page::Nobody => {
            page.push(paragraph("text", texts.nobody_text));
            page.push(press("sign-in", "primary", Press::SignIn).text(texts.sign_in_submit));
        }
        Page::NoApp => page.push(paragraph("text", texts.no_app_text)),
        Page::SignedOut => page.push(paragraph("text", texts.signed_out_text)),
    }
    let frame = Frame {
        key: name_of(&state.page).to_owned(),
        name: &state.client_name,
        logo: None,
        banner: match (screen.is_online, screen.is_slow) {
            (false, _) => texts.offline,
            (true, true) => texts.banner_slow,
            (true, false) => "",
        },
        lang: (screen.lang, texts.foot_language),
    };
    framed(frame, page)
}

/// The window's title.
#[must_use]
pub fn window_title(screen: &Screen) -> String {
    let title = title_of(screen.texts(), &screen.state.page);
    match &*screen.state.client_name {
        "" => title.to_owned(),
        app => [title, " · ", app].concat(),
    }
}

fn title_of(texts: &AccountTexts, page: &Page) -> &'static str {
    match page {
        Page::Opening | Page::Account(_) => texts.title,
        Page::SigningIn => texts.signing_in_title,
        Page::Nobody => texts.nobody_title,
        Page::NoApp => texts.no_app_title,
        Page::SignedOut => texts.signed_out_title,
    }
}

fn name_of(page: &Page) -> &'static str {
    match page {
        Page::Opening | Page::Account(_) => "account",
        Page::SigningIn => "signingIn",
        Page::Nobody => "nobody",
        Page::NoApp => "noApp",
        Page::SignedOut => "signedOut",
    }
}

fn opening(screen: &Screen) -> Vec<Element> {
    match alert(screen, None) {
        Some(alert) => vec![alert],
        None => waiting(screen.texts().opening),
    }
}

fn waiting(text: &str) -> Vec<Element> {
    let progress = group("progress", Vec::new());
    vec![status("lead", text), progress.with("aria-hidden", "true")]
}

fn shown(screen: &Screen, account: &Account) -> Vec<Element> {
    let (texts, state) = (screen.texts(), &screen.state);
    let name = isolated(&account.name);
    let mut page = vec![lead(&fill(texts.signed_in_as, &[("name", &name)]))];
    page.extend(alert(screen, None));
    if !account.is_recent && !matches!(state.alert, Some(Alert::NotRecent(_))) {
        let hint = match account.proof_address {
            Some(_) => texts.proof_hint,
            None => texts.not_recent_hint,
        };
        let mut parts = vec![paragraph("", hint)];
        parts.extend(ways_to_prove(screen, account));
        page.push(group("hint recent", parts));
    }
    page.extend(section(screen, Section::Ways, ways(screen, account)));
    page.extend(section(
        screen,
        Section::Sessions,
        sessions(screen, account),
    ));
    page.extend(section(screen, Section::Apps, apps(screen, account)));
    let sign_out = press("sign-out", "quiet", Press::SignOut);
    let sign_out = sign_out.with_if(state.busy == Some(Busy::SigningOut), "data-busy");
    page.push(group("below", vec![sign_out.text(texts.sign_out)]));
    page.push(status("aside", &under_way(screen, account)));
    page
}

/// A part of the page, with what is to be said about it.
fn section(screen: &Screen, section: Section, parts: Vec<Element>) -> Vec<Element> {
    let (texts, state) = (screen.texts(), &screen.state);
    let (title, about) = match section {
        Section::Ways => (texts.ways_title, texts.ways_text),
        Section::Sessions => (texts.sessions_title, texts.sessions_text),
        Section::Apps => match state.account() {
            Some(account) if !account.apps.is_empty() => (texts.apps_title, texts.apps_text),
            _ => (texts.apps_title, ""),
        },
    };
    let heading = element("h2", "").id(section.id()).with("tabindex", "-1");
    let notice = state.notice.as_ref();
    let notice = notice.filter(|notice| notice.section() == section && !is_stale(state));
    let said = notice.map(|notice| notice_text(texts, notice));
    let mut content = vec![
        heading.text(title),
        paragraph("hint", about),
        status("notice", said.as_deref().unwrap_or_default()),
    ];
    content.extend(alert(screen, Some(section)));
    if let (Page::Account(account), Some(Alert::NotRecent(of))) = (&state.page, &state.alert)
        && *of == section
    {
        content.push(group("hint recent", ways_to_prove(screen, account)));
    }
    content.extend(parts);
    let part = element("section", "part").with("aria-labelledby", section.id());
    let mut part = part.children(content);
    section.id().clone_into(&mut part.key);
    vec![part]
}

fn ways(screen: &Screen, account: &Account) -> Vec<Element> {
    let texts = screen.texts();
    let mut items = Vec::new();
    if account.has_password {
        let words = group("words", vec![strong(texts.label_password)]);
        items.push(row("password", vec![initial("•"), words], None));
    }
    for (at, link) in account.links.iter().enumerate() {
        items.push(linked(screen, account, at, link));
    }
    let mut parts = vec![list("rows", items)];
    let mut offered = Vec::new();
    for (at, provider) in account.providers.iter().enumerate() {
        if account.has_linked(provider) {
            continue;
        }
        let change = Change::Link(at);
        let name = provider.label();
        let words = text(&fill(texts.link, &[("name", name)])).with("dir", "auto");
        let button = press(&numbered("link-", at), "provider", Press::Want(change));
        let button = button.with_if(screen.is_busy(change), "data-busy");
        offered.push(item(vec![button.children(vec![letter(name), words])]));
    }
    if !offered.is_empty() {
        parts.push(list("providers", offered));
        parts.push(paragraph("hint", texts.link_text));
    }
    parts
}

fn linked(screen: &Screen, account: &Account, at: usize, link: &Link) -> Element {
    let texts = screen.texts();
    let name = link.provider.label();
    let since = fill(texts.since, &[("date", &screen.date(link.since))]);
    let mut words = vec![strong(&isolated(name)), small(&since)];
    let same = |other: &&Link| other.provider.name == link.provider.name;
    // Two accounts there are told apart by what they are called there.
    if account.links.iter().filter(same).count() > 1 {
        let id = isolated(&link.user_id);
        words.push(small(&fill(texts.known_as, &[("id", &id)])));
    }
    let change = Change::Unlink(at);
    let mut parts = vec![letter(name), group("words", words)];
    if account.is_only_way() {
        parts.push(paragraph("hint", texts.only_way));
    } else {
        let named = fill(texts.unlink_named, &[("name", name)]);
        let button = want(screen, "unlink-", at, change);
        parts.push(button.with("aria-label", &named).text(texts.unlink));
    }
    let asked = fill(texts.unlink_question, &[("name", &isolated(name))]);
    let question = question(screen, change, &asked, texts.unlink);
    let key = ["link ", &link.provider.name, " ", &link.user_id].concat();
    row(&key, parts, question)
}

fn sessions(screen: &Screen, account: &Account) -> Vec<Element> {
    let texts = screen.texts();
    let rows = account.sessions.iter().enumerate();
    let rows = rows.map(|(at, one)| session(screen, at, one));
    let mut parts = vec![list("rows", rows.collect())];
    match account.sessions.iter().filter(|one| !one.is_this).count() {
        0 => parts.push(paragraph("hint", texts.sessions_none)),
        1 => {}
        _ => {
            let change = Change::EndOthers;
            let button = press("end-others", "quiet", Press::Want(change));
            let button = button.with_if(screen.is_busy(change), "data-busy");
            parts.push(button.text(texts.others_end));
            parts.extend(question(
                screen,
                change,
                texts.others_question,
                texts.others_end,
            ));
        }
    }
    parts
}

fn session(screen: &Screen, at: usize, session: &Session) -> Element {
    let texts = screen.texts();
    let started = screen.date(session.started_at);
    let name = match session.is_this {
        true => texts.this_browser,
        false => texts.another_browser,
    };
    let last = screen.date(session.last_active_at);
    let words = vec![
        strong(name),
        small(&fill(texts.session_since, &[("date", &started)])),
        small(&fill(texts.session_last, &[("date", &last)])),
    ];
    let mut parts = vec![group("words", words)];
    if !session.is_this {
        let named = fill(texts.session_end_named, &[("date", &started)]);
        let button = want(screen, "end-", at, Change::EndSession(at));
        parts.push(button.with("aria-label", &named).text(texts.session_end));
    }
    row(&session.id, parts, None)
}

fn apps(screen: &Screen, account: &Account) -> Vec<Element> {
    if account.apps.is_empty() {
        return vec![paragraph("hint", screen.texts().apps_none)];
    }
    let rows = account.apps.iter().enumerate();
    let rows = rows.map(|(at, one)| app(screen, at, one));
    vec![list("rows", rows.collect())]
}

fn app(screen: &Screen, at: usize, app: &App) -> Element {
    let texts = screen.texts();
    let name = match &*app.name {
        "" => &app.id,
        name => name,
    };
    let may = app
        .scopes
        .iter()
        .map(|scope| item(vec![scope_text(texts, scope)]));
    let words = vec![
        strong(&isolated(name)),
        small(texts.app_may),
        list("scopes", may.collect()),
    ];
    let change = Change::Withdraw(at);
    let named = fill(texts.withdraw_named, &[("name", name)]);
    let button = want(screen, "withdraw-", at, change);
    let parts = vec![
        group("words", words),
        button.with("aria-label", &named).text(texts.withdraw),
    ];
    let asked = fill(texts.withdraw_question, &[("name", &isolated(name))]);
    let question = question(screen, change, &asked, texts.withdraw);
    row(&app.id, parts, question)
}

/// What went wrong with this part, or with the whole; it takes the focus.
fn alert(screen: &Screen, section: Option<Section>) -> Option<Element> {
    let texts = screen.texts();
    let alert = screen.state.alert.as_ref()?;
    if alert.section() != section || is_stale(&screen.state) {
        return None;
    }
    let mut parts = vec![paragraph("", &alert_text(texts, alert))];
    if let Some(id) = reference(alert) {
        let told = fill(texts.alert_reference, &[("id", id)]);
        parts.push(paragraph("reference", &told));
    }
    match alert {
        Alert::Describing(_) => {
            parts.push(press("retry", "quiet", Press::Retry).text(texts.alert_retry));
        }
        Alert::NotRecent(_) | Alert::Change(..) | Alert::Link(_) | Alert::SigningOut(_) => {}
    }
    let summary = group("summary", parts).id(SUMMARY);
    Some(summary.with("role", "alert").with("tabindex", "-1"))
}

/// Whether the person is sure, if they are asked about this.
fn question(screen: &Screen, change: Change, asked: &str, sure: &str) -> Option<Element> {
    if screen.state.asked != Some(change) {
        return None;
    }
    let mut words = paragraph("", asked);
    words.id.push_str("asked");
    let buttons = vec![
        press("sure", "primary danger", Press::Sure).text(sure),
        press("keep", "quiet", Press::Keep).text(screen.texts().keep),
    ];
    let question = group("question", vec![words, group("row", buttons)]);
    let question = question.id(QUESTION).with("role", "group");
    Some(
        question
            .with("aria-labelledby", "asked")
            .with("tabindex", "-1"),
    )
}

fn want(screen: &Screen, prefix: &str, at: usize, change: Change) -> Element {
    let button = press(&numbered(prefix, at), "quiet", Press::Want(change));
    let button = button.with_if(screen.is_busy(change), "data-busy");
    match change.is_asked() {
        true => {
            let is_open = screen.state.asked == Some(change);
            button.with("aria-expanded", if is_open { "true" } else { "false" })
        }
        false => button,
    }
}

/// Whether what is shown is being read again: what is said of it waits, so that both change at once.
fn is_stale(state: &State) -> bool {
    state.busy == Some(Busy::Describing)
}

fn under_way(screen: &Screen, account: &Account) -> String {
    let texts = screen.texts();
    match screen.state.busy {
        Some(Busy::Change(Change::Link(at))) => {
            let name = account.providers.get(at).map_or("", |known| known.label());
            fill(texts.provider_busy, &[("name", name)])
        }
        Some(Busy::SigningOut) => texts.signing_out.to_owned(),
        Some(_) => texts.busy.to_owned(),
        None => String::new(),
    }
}

/// What a scope lets an app do; one of an API of others is called what it is.
fn scope_text(texts: &AccountTexts, scope: &str) -> Element {
    text(match scope {
        "openid" => texts.scope_openid,
        "email" => texts.scope_email,
        "phone" => texts.scope_phone,
        "profile" => texts.scope_profile,
        "aws.cognito.signin.user.admin" => texts.scope_account,
        other => return text(&isolated(other)),
    })
}
