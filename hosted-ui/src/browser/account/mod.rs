//! What the account page's flow wants, carried out in the browser.
//!
//! Steps: [`App::begin`] reads the address; every event goes through [`App::happens`], which asks the flow and carries the
//! effects out. Nothing is stored: a reload asks the service again.

mod calls;
mod listen;
mod place;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::focus::focus_soon;
use super::lang::remember_lang;
use super::{add_style, address, leave, patience, tell_lang};
use crate::account::{self, Effect, Event, Page, Screen, page, window_title};
use crate::element::Element;
use crate::i18n::Lang;
use place::Place;

/// The page. A handle: copies are the same page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    screen: RwSignal<Screen>,
    place: &'static Place,
}

impl App {
    /// The page as it was opened.
    pub(crate) fn begin() -> Self {
        let place = Place::read();
        let (state, effects) = account::open(place.arrival());
        let screen = Screen {
            state,
            lang: place.lang(),
            date: place::date,
            is_online: window().navigator().on_line(),
            is_slow: false,
        };
        // It lives as long as the page.
        let place: &'static Place = Box::leak(Box::new(place));
        let app = Self {
            screen: RwSignal::new(screen),
            place,
        };
        place.forget_news();
        app.tell_window();
        app.watch_patience();
        app.carry_out(effects);
        app.listen();
        app
    }

    /// What is to be seen; whatever draws it draws it again when it changes.
    pub(crate) fn page(self) -> Element {
        self.screen.with(page)
    }

    /// Something happened.
    fn happens(self, event: Event) {
        let mut screen = self.screen.get_untracked();
        let before = core::mem::discriminant(&screen.state.page);
        let (state, effects) = account::step(screen.state, event);
        if let Some(style) = state.account().and_then(|account| account.style.as_deref()) {
            add_style(style);
        }
        screen.state = state;
        screen.is_slow = false;
        // A page that is turned to is read from its heading on; the account, from wherever its reader is.
        let is_turned = core::mem::discriminant(&screen.state.page) != before
            && !matches!(screen.state.page, Page::Account(_));
        self.put(screen);
        if is_turned {
            focus_soon("title");
        }
        self.watch_patience();
        self.carry_out(effects);
    }

    /// Speaks another language from now on.
    fn choose_lang(self, lang: Lang) {
        remember_lang(lang);
        let mut screen = self.screen.get_untracked();
        screen.lang = lang;
        self.put(screen);
    }

    fn connected(self, is_online: bool) {
        let mut screen = self.screen.get_untracked();
        screen.is_online = is_online;
        self.put(screen);
    }

    fn put(self, screen: Screen) {
        self.screen.set(screen);
        self.tell_window();
    }

    fn tell_window(self) {
        let screen = self.screen.get_untracked();
        document().set_title(&window_title(&screen));
        tell_lang(screen.lang);
    }

    fn carry_out(self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Describe => spawn_local(async move {
                    let described = calls::describe(self.place).await;
                    self.happens(Event::Described(described));
                }),
                Effect::Call { number, call } => spawn_local(async move {
                    let result = calls::run(self.place, &call).await;
                    self.happens(Event::Answered {
                        call: number,
                        result,
                    });
                }),
                // The page has no place in the history while its reader is not signed in.
                Effect::SignIn => leave(&self.place.sign_in(self.screen.get_untracked().lang)),
                Effect::Visit(location) => address::visit(self.place.origin(), &location),
                Effect::Focus(id) => focus_soon(id),
            }
        }
    }

    /// Says so when what is under way takes long.
    fn watch_patience(self) {
        let under_way = move || {
            self.screen.with_untracked(|Screen { state, .. }| {
                state.busy.map(|busy| (busy, state.call_number()))
            })
        };
        patience::watch(under_way, move || {
            let mut screen = self.screen.get_untracked();
            screen.is_slow = true;
            self.put(screen);
        });
    }
}
