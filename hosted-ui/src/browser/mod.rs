//! What the flow wants, carried out in the browser: calls through the SDK's Rust, history, storage.
//!
//! Steps: [`App::begin`] reads where the page was opened and what was stored; every event goes through
//! [`App::happens`], which asks the flow, stores what may be stored, and carries the effects out.

mod adopt;
mod calls;
mod focus;
mod place;
mod storage;
mod typed;

use leptos::prelude::*;
use leptos::task::spawn_local;

pub(crate) use adopt::{hand_over, input_element};
pub(crate) use focus::{focus, focus_soon};
pub(crate) use typed::{copy, typed_attributes, value_of};

use place::Place;

use crate::flow::{self, Effect, Event, State};
use crate::i18n::{Lang, Texts};
use crate::routes::Route;

/// The page as every component sees it. A handle: copies are the same page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    pub(crate) state: RwSignal<State>,
    pub(crate) lang: RwSignal<Lang>,
    /// Whether the browser has a network.
    pub(crate) is_online: RwSignal<bool>,
    /// Whether what is under way takes longer than people expect.
    pub(crate) is_slow: RwSignal<bool>,
    place: StoredValue<Place>,
}

/// What is under way is called slow after this.
const SLOW_AFTER: core::time::Duration = core::time::Duration::from_secs(5);

impl App {
    /// The page as it was opened.
    pub(crate) fn begin() -> Self {
        let place = Place::read();
        let stored = place.transaction().and_then(storage::load);
        let (state, effects) = flow::open(place.arrival(), stored);
        let app = Self {
            state: RwSignal::new(state),
            lang: RwSignal::new(place.lang()),
            is_online: RwSignal::new(window().navigator().on_line()),
            is_slow: RwSignal::new(false),
            place: StoredValue::new(place),
        };
        app.carry_out(effects);
        app.watch_window();
        app
    }

    /// The texts in the language of the page; tracks it.
    pub(crate) fn texts(self) -> &'static Texts {
        self.lang.get().texts()
    }

    /// A text of the catalogue.
    pub(crate) fn said(self, text: Text) -> Signal<String> {
        Signal::derive(move || text(self.texts()).to_owned())
    }

    /// A text that depends on how things are.
    pub(crate) fn says(self, text: fn(&'static Texts, &State) -> String) -> Signal<String> {
        Signal::derive(move || {
            let texts = self.texts();
            self.state.with(|state| text(texts, state))
        })
    }

    /// Whether something holds; tells when that changes.
    pub(crate) fn is(self, holds: fn(&State) -> bool) -> Signal<bool> {
        Memo::new(move |_| self.state.with(holds)).into()
    }

    /// Something happened.
    pub(crate) fn happens(self, event: Event) {
        let may_fail = matches!(
            event,
            Event::Submitted(_)
                | Event::Resend { .. }
                | Event::Answered { .. }
                | Event::Described(_)
        );
        if let Event::Described(Ok(login)) = &event {
            let asked = login.lang.as_deref();
            self.lang
                .set(self.place.with_value(|place| place.lang_beside(asked)));
        }
        let (state, effects) = flow::step(self.state.get_untracked(), event);
        let has_failed = state.alert.is_some() || !state.problems.is_empty();
        if let Some(transaction) = self.place.with_value(|place| place.transaction().cloned()) {
            storage::save(&transaction, &state);
        }
        self.state.set(state);
        self.watch_patience();
        self.carry_out(effects);
        if may_fail && has_failed {
            focus_soon("summary");
        }
    }

    /// Speaks another language from now on.
    pub(crate) fn choose_lang(self, lang: Lang) {
        storage::remember_lang(lang);
        self.lang.set(lang);
    }

    /// The URL of another page of this login.
    pub(crate) fn url(self, route: Route) -> String {
        self.place.with_value(|place| place.url(route))
    }

    /// The code that the link of a message brought.
    pub(crate) fn linked_code(self) -> String {
        self.place.with_value(Place::code).unwrap_or_default()
    }

    fn carry_out(self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Describe => self.describe(),
                Effect::Call { number, call } => {
                    let login = self.state.with_untracked(|state| state.login.clone());
                    let place = self.place.get_value();
                    spawn_local(async move {
                        let answer = calls::run(&place, login.as_ref(), call).await;
                        let at_ms = now_ms();
                        self.happens(Event::Answered {
                            call: number,
                            at_ms,
                            answer,
                        });
                    });
                }
                Effect::Show(route) => self.place.with_value(|place| place.push(route)),
                Effect::Replace(route) => self.place.with_value(|place| place.replace(route)),
                Effect::Leave(location) => place::leave(&location),
                Effect::Forget => {
                    if let Some(transaction) = self.place.get_value().transaction() {
                        storage::forget(transaction);
                    }
                }
            }
        }
    }

    fn describe(self) {
        let place = self.place.get_value();
        spawn_local(async move {
            let login = calls::describe(&place).await;
            self.happens(Event::Described(login));
        });
    }

    /// Says so when what is under way takes long.
    fn watch_patience(self) {
        self.is_slow.set(false);
        let under_way = move || {
            self.state
                .with_untracked(|state| state.busy.map(|_| state.call_number()))
        };
        let Some(call) = under_way() else {
            return;
        };
        set_timeout(
            move || {
                if under_way() == Some(call) {
                    self.is_slow.set(true);
                }
            },
            SLOW_AFTER,
        );
    }

    fn watch_window(self) {
        let listen = |name: &str, then: Box<dyn Fn()>| {
            // The page's own listeners live as long as it does.
            window_event_listener_untyped(name, move |_| then());
        };
        listen(
            "online",
            Box::new(move || {
                self.is_online.set(true);
                // What the page needs is asked for again; what a person sent is theirs to repeat.
                if self
                    .state
                    .with_untracked(|state| state.alert.is_some() && state.login.is_none())
                {
                    self.happens(Event::Retry);
                }
            }),
        );
        listen("offline", Box::new(move || self.is_online.set(false)));
        listen(
            "popstate",
            Box::new(move || self.happens(Event::Navigated(place::route()))),
        );
        // Back from the app to a page that the browser kept: the login is over, and says so itself.
        window_event_listener(leptos::ev::pageshow, move |event| {
            if event.persisted() {
                place::reload();
            }
        });
    }
}

/// A text of the catalogue.
pub(crate) type Text = fn(&'static Texts) -> &'static str;

/// Milliseconds since 1970, by this device's clock.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
