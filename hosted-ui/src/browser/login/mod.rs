//! What the flow of a login wants, carried out in the browser: calls through the SDK's Rust, history, storage.
//!
//! Steps: [`App::begin`] reads where the page was opened and what was stored; every event goes through
//! [`App::happens`], which asks the flow, stores what may be stored, and carries the effects out. What the
//! screen depends on is one signal; whenever it is put, Leptos draws the page anew (`draw`).

mod calls;
mod listen;
mod place;
mod qr;
mod storage;
mod typed;

use core::time::Duration;

use cognate_core::ErrorCode;
use leptos::prelude::*;
use leptos::task::spawn_local;
use place::Place;
use typed::{copy, typed_attributes};

use super::focus::{focus, focus_soon};
use super::lang::remember_lang;
use super::{add_style, address, leave, patience, tell_lang};
use crate::element::Element;
use crate::flow::{self, Alert, Arrival, Effect, Event, Page, State};
use crate::i18n::Lang;
use crate::pages::{otpauth_uri, page, window_title};
use crate::screen::Screen;

/// The page. A handle: copies are the same page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    screen: RwSignal<Screen>,
    place: &'static Place,
}

/// Longer than anybody waits for another code: more is a clock that was set back.
const LONGEST_WAIT_S: u64 = 60;

impl App {
    /// The page as it was opened.
    pub(crate) fn begin() -> Self {
        let place = Place::read();
        let stored = place.transaction().and_then(storage::load);
        let arrival = Arrival {
            finished: place.transaction().and_then(storage::finished),
            ..place.arrival()
        };
        let (state, effects) = flow::open(arrival, stored);
        let screen = Screen {
            lang: place.lang(),
            search: place.search().to_owned(),
            has_first_form: document().get_element_by_id("form").is_some(),
            linked_code: place.code(),
            is_online: window().navigator().on_line(),
            ..Screen::new(state)
        };
        // It lives as long as the page.
        let place: &'static Place = Box::leak(Box::new(place));
        let app = Self {
            screen: RwSignal::new(screen),
            place,
        };
        if app
            .screen
            .with_untracked(|screen| screen.state.alert.is_some())
        {
            place.forget_problem();
            focus_soon("summary");
        }
        app.tick();
        app.tell_window();
        app.carry_out(effects);
        app.listen();
        let _ = set_interval_with_handle(move || app.tick(), Duration::from_secs(1));
        app
    }

    /// What is to be seen; whatever draws it draws it again when it changes.
    pub(crate) fn page(self) -> Element {
        self.screen.with(page)
    }

    /// Something happened.
    pub(super) fn happens(self, event: Event) {
        let may_fail = matches!(
            event,
            Event::Submitted(_)
                | Event::Organization { .. }
                | Event::Resend { .. }
                | Event::Answered { .. }
                | Event::Described(_)
        );
        let was_described = matches!(event, Event::Described(Ok(_)));
        let mut screen = self.screen.get_untracked();
        if let Event::Described(Ok(login)) = &event {
            screen.lang = self.place.lang_beside(login.lang.as_deref());
            if let Some(style) = &login.style {
                add_style(style);
            }
        }
        let (state, effects) = flow::step(screen.state, event);
        // What was there before has had the focus: nobody is taken away from where they type since.
        let is_told = matches!(state.alert, Some(Alert::Provider(_))) && was_described;
        let has_failed = (state.alert.is_some() || !state.problems.is_empty()) && !is_told;
        if let Some(transaction) = self.place.transaction() {
            storage::save(transaction, &state);
        }
        screen.state = state;
        if may_fail && is_wrong_password(&screen.state) {
            listen::empty_password();
        }
        screen.is_slow = false;
        self.put(screen);
        self.watch_patience();
        self.carry_out(effects);
        if may_fail && has_failed {
            focus_soon("summary");
        }
    }

    /// Speaks another language from now on.
    fn choose_lang(self, lang: Lang) {
        remember_lang(lang);
        let mut screen = self.screen.get_untracked();
        screen.lang = lang;
        self.put(screen);
    }

    /// Shows this from now on.
    fn put(self, mut screen: Screen) {
        let has_turned = self.screen.with_untracked(Screen::key) != screen.key();
        if has_turned {
            screen = screen.turned();
            // A page that is turned to is read from its heading on.
            focus_soon("title");
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        // A password is hidden again once it is sent: browsers remember what stands in text fields.
        if screen.state.busy.is_some() {
            screen.now.is_password_shown = false;
        }
        if let (Some(secret), None) = (&screen.state.totp_secret, &screen.now.picture) {
            screen.now.picture = qr::picture(&otpauth_uri(&screen, secret));
        }
        screen.wait_s = wait_s(&screen);
        screen.is_ending = screen.ends_soon_at(now_ms());
        self.screen.set(screen);
        self.tell_window();
    }

    /// A second went by.
    fn tick(self) {
        let screen = self.screen.get_untracked();
        let is_ending = screen.ends_soon_at(now_ms());
        if wait_s(&screen) != screen.wait_s || is_ending != screen.is_ending {
            self.put(screen);
        }
    }

    /// What is outside of the page: the window's title, and the language that everything is in.
    fn tell_window(self) {
        let screen = self.screen.get_untracked();
        document().set_title(&window_title(&screen));
        tell_lang(screen.lang);
    }

    fn carry_out(self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Describe => spawn_local(async move {
                    let login = calls::describe(self.place).await;
                    self.happens(Event::Described(login));
                }),
                Effect::Call { number, call } => {
                    let login = self.screen.get_untracked().state.login;
                    spawn_local(async move {
                        let answer = calls::run(self.place, login.as_ref(), call).await;
                        self.happens(Event::Answered {
                            call: number,
                            at_ms: now_ms(),
                            answer,
                        });
                    });
                }
                Effect::Show(route) => self.place.push(route),
                Effect::Replace(route) => self.place.replace(route),
                Effect::Leave(location) => {
                    let state = self.screen.get_untracked().state;
                    if let Some(transaction) = self.place.transaction() {
                        storage::finish(transaction, state.client_name(), location.secret());
                    }
                    leave(location.secret());
                }
                Effect::Visit(location) => address::visit(self.place.origin(), location.secret()),
                Effect::Forget => {
                    if let Some(transaction) = self.place.transaction() {
                        storage::forget(transaction);
                    }
                }
            }
        }
    }

    /// Says so when what is under way takes long.
    fn watch_patience(self) {
        let under_way = move || {
            self.screen
                .with_untracked(|Screen { state, .. }| state.busy.map(|_| state.call_number()))
        };
        patience::watch(under_way, move || {
            let mut screen = self.screen.get_untracked();
            screen.is_slow = true;
            self.put(screen);
        });
    }
}

/// Milliseconds since 1970, by this device's clock.
fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

fn is_wrong_password(state: &State) -> bool {
    match &state.alert {
        Some(Alert::Call(failure)) => failure.code == ErrorCode::IncorrectCredentials,
        _ => false,
    }
}

/// Until another code can be had. Nothing where there was nothing to wait for.
fn wait_s(screen: &Screen) -> Option<u64> {
    let wait_ms = match screen.state.page {
        Page::Confirm {
            resend_after_ms, ..
        }
        | Page::Reset {
            resend_after_ms, ..
        } => resend_after_ms.saturating_sub(now_ms()),
        _ => return None,
    };
    let seconds = wait_ms.div_ceil(1000);
    let seconds = if seconds > LONGEST_WAIT_S { 0 } else { seconds };
    (seconds > 0 || screen.wait_s.is_some()).then_some(seconds)
}
