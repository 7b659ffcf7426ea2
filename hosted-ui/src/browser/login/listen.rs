//! What the browser tells: one listener for everything, at the window. Which element does what is in the
//! page as data ([`Press`]).

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element as Node, Event as Heard, KeyboardEvent, MouseEvent};

use super::{App, focus, now_ms, place, typed_attributes};
use crate::browser::field::{input, value_of};
use crate::browser::{heard, reload, was_kept};
use crate::element::Press;
use crate::flow::{Event, Field};
use crate::pages::{page, typed};

/// What is listened to.
const NAMES: [&str; 10] = [
    "click", "submit", "input", "keyup", "focusout", "change", "online", "offline", "popstate",
    "pageshow",
];

impl App {
    /// Listens as long as the page lives.
    pub(super) fn listen(self) {
        heard::listen(&NAMES, move |event| self.hears(event));
    }

    fn hears(self, event: &Heard) {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        match (&*event.type_(), target) {
            ("click", Some(target)) => self.clicked(event, &target),
            ("submit", _) => self.submitted(event),
            ("input", Some(target)) if target.id() == Field::NewPassword.id() => {
                let mut screen = self.screen.get_untracked();
                screen.now.met = screen.met_by(&value_of(&target.id()).unwrap_or_default());
                self.put(screen);
            }
            ("keyup", Some(target)) if target.id().ends_with("password") => {
                let key = event.dyn_ref::<KeyboardEvent>();
                self.caps(key.is_some_and(|key| key.get_modifier_state("CapsLock")));
            }
            ("focusout", _) => self.caps(false),
            ("change", Some(target)) => {
                if let Some(lang) = heard::chosen_lang(&target) {
                    self.choose_lang(lang);
                }
            }
            ("online", _) => {
                self.connected(true);
                // What the page needs is asked for again; what a person sent is theirs to repeat.
                let state = self.screen.get_untracked().state;
                if state.alert.is_some() && state.login.is_none() {
                    self.happens(Event::Retry);
                }
            }
            ("offline", _) => self.connected(false),
            ("popstate", _) => self.happens(Event::Navigated(place::route())),
            // Back from the app to a page that the browser kept: the login is over, and says so itself.
            ("pageshow", _) if was_kept(event) => reload(),
            _ => {}
        }
    }

    fn clicked(self, event: &Heard, target: &Node) {
        let pressed = target.closest("a,button").ok().flatten();
        let Some(id) = pressed.map(|pressed| pressed.id()) else {
            return;
        };
        let mut screen = self.screen.get_untracked();
        let press = page(&screen)
            .find(&id)
            .and_then(|pressed| pressed.press.clone());
        let Some(press) = press else { return };
        // Another tab is the browser's business.
        let mouse = event.dyn_ref::<MouseEvent>();
        if mouse.is_some_and(|mouse| mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key()) {
            return;
        }
        event.prevent_default();
        match press {
            Press::Go(route) => self.happens(Event::Followed {
                route,
                username: value_of("username"),
            }),
            Press::Decide(decision) => self.happens(Event::Decided(decision)),
            Press::Choose(factor) => self.happens(Event::Chose(factor)),
            Press::Provider(at) => self.happens(Event::ChoseProvider(at)),
            Press::Organization => self.happens(Event::Organization {
                address: value_of("username").unwrap_or_default(),
            }),
            Press::Resend => {
                self.happens(Event::Resend {
                    now_ms: now_ms(),
                    username: value_of("username"),
                });
                self.tick();
            }
            Press::Retry => self.happens(Event::Retry),
            Press::Point(id) => focus(&id),
            Press::TogglePassword => {
                screen.now.is_password_shown = !screen.now.is_password_shown;
                self.put(screen);
            }
            // Of the other page.
            Press::Account(_) => {}
            Press::CopyKey => {
                if let Some(secret) = &screen.state.totp_secret {
                    super::copy(secret.secret());
                    screen.now.was_copied = true;
                    self.put(screen);
                }
            }
        }
    }

    fn submitted(self, event: &Heard) {
        event.prevent_default();
        let state = self.screen.get_untracked().state;
        if let Some(form) = typed(&state.page, &value_of, typed_attributes()) {
            self.happens(Event::Submitted(form));
        }
    }

    fn caps(self, has_caps: bool) {
        let mut screen = self.screen.get_untracked();
        if screen.now.has_caps != has_caps {
            screen.now.has_caps = has_caps;
            self.put(screen);
        }
    }

    fn connected(self, is_online: bool) {
        let mut screen = self.screen.get_untracked();
        screen.is_online = is_online;
        self.put(screen);
    }
}

/// A wrong password is typed anew, not mended.
pub(super) fn empty_password() {
    if let Some(input) = input("password") {
        input.set_value("");
    }
}
