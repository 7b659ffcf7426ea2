//! What the browser tells: one listener for everything, at the window.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element as Node, Event as Heard};

use super::App;
use super::calls::code;
use crate::account::{Alert, Event, Press, page};
use crate::browser::{heard, reload, was_kept};
use crate::element;

/// What is listened to.
const NAMES: [&str; 7] = [
    "click", "submit", "keydown", "change", "online", "offline", "pageshow",
];

impl App {
    /// Listens as long as the page lives.
    pub(super) fn listen(self) {
        heard::listen(&NAMES, move |event| self.hears(event));
    }

    fn hears(self, event: &Heard) {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        match (&*event.type_(), target) {
            ("click", Some(target)) => self.clicked(&target),
            ("submit", _) => {
                event.prevent_default();
                let has_code = code().is_some();
                self.happens(Event::Submitted { has_code });
            }
            ("keydown", _) => {
                let key = event.dyn_ref::<web_sys::KeyboardEvent>();
                if key.is_some_and(|key| key.key() == "Escape") {
                    self.happens(Event::Pressed(Press::Keep));
                }
            }
            ("change", Some(target)) => {
                if let Some(lang) = heard::chosen_lang(&target) {
                    self.choose_lang(lang);
                }
            }
            ("online", _) => {
                self.connected(true);
                // What was only read is read again; a change is its person's to repeat.
                let state = self.screen.get_untracked().state;
                if matches!(state.alert, Some(Alert::Describing(_))) {
                    self.happens(Event::Pressed(Press::Retry));
                }
            }
            ("offline", _) => self.connected(false),
            // Back from a provider to a page that the browser kept: it may not be so any more.
            ("pageshow", _) if was_kept(event) => reload(),
            _ => {}
        }
    }

    fn clicked(self, target: &Node) {
        let pressed = target.closest("button").ok().flatten();
        let Some(id) = pressed.map(|pressed| pressed.id()) else {
            return;
        };
        let screen = self.screen.get_untracked();
        let press = page(&screen)
            .find(&id)
            .and_then(|found| found.press.clone());
        if let Some(element::Press::Account(press)) = press {
            self.happens(Event::Pressed(press));
        }
    }
}
