//! Everything that what is on the screen depends on.

use cognate_core::password::policy::{Policy, Violation};

use crate::flow::{Attribute, Busy, Login, Page, State};
use crate::i18n::{Lang, Texts};
use crate::routes::Route;

/// What is on the screen depends on this, and on nothing else.
#[derive(Debug, Clone)]
pub struct Screen {
    /// The flow.
    pub state: State,
    /// The language of the texts.
    pub lang: Lang,
    /// The query of the page's URL, with its question mark: every link keeps it.
    pub search: String,
    /// Whether the form to sign in with was in the HTML, before anybody could know what the app lets people
    /// sign in with.
    pub has_first_form: bool,
    /// The code that the link of a message brought.
    pub linked_code: String,
    /// Whether the browser has a network.
    pub is_online: bool,
    /// Whether what is under way takes longer than people expect.
    pub is_slow: bool,
    /// Whether the login ends soon.
    pub is_ending: bool,
    /// Seconds until another code can be had: 0 when that time is over, nothing when there was nothing to
    /// wait for.
    pub wait_s: Option<u64>,
    /// What the person does on this page.
    pub now: Now,
}

/// What a person does on a page, and the next page knows nothing of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Now {
    /// Whether nobody has said who it is about: the page asks for it, as long as it is shown.
    pub asks_name: bool,
    /// Whether the password is readable.
    pub is_password_shown: bool,
    /// Whether Caps Lock is on while a password is typed.
    pub has_caps: bool,
    /// The rules that the new password meets so far: not what was typed.
    pub met: Vec<Violation>,
    /// Whether the key of the authenticator app was copied.
    pub was_copied: bool,
    /// The QR code of the authenticator app's key.
    pub picture: Option<Picture>,
}

/// A picture of squares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Squares on a side.
    pub side: String,
    /// The dark ones, as the path of an SVG.
    pub path: String,
}

impl Screen {
    /// The first one.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self {
            state,
            lang: Lang::default(),
            search: String::new(),
            has_first_form: true,
            linked_code: String::new(),
            is_online: true,
            is_slow: false,
            is_ending: false,
            wait_s: None,
            now: Now::default(),
        }
        .turned()
    }

    /// The same, of a page that was just turned to.
    #[must_use]
    pub fn turned(mut self) -> Self {
        self.now = Now {
            asks_name: self.state.username.is_empty(),
            ..Now::default()
        };
        self
    }

    /// The texts in its language.
    #[must_use]
    pub fn texts(&self) -> &'static Texts {
        self.lang.texts()
    }

    /// The URL of another page of this login.
    #[must_use]
    pub fn url(&self, route: Route) -> String {
        [route.path(), &self.search].concat()
    }

    /// Whether this is under way.
    #[must_use]
    pub fn is_busy(&self, with: Busy) -> bool {
        self.state.busy == Some(with)
    }

    /// Whether the login has two minutes or less at this time, which the device says. One whose clock is
    /// minutes off may be told too early or not at all.
    #[must_use]
    pub fn ends_soon_at(&self, now_ms: u64) -> bool {
        let login = self.state.login.as_ref();
        let Some(ends_at_ms) = login.and_then(|login| login.expires_at_ms) else {
            return false;
        };
        let rest_ms = ends_at_ms.saturating_sub(now_ms);
        !self.state.page.is_final() && (1..=WARNED_BEFORE_MS).contains(&rest_ms)
    }

    /// What makes a page another one: while it is the same, what stands in its fields stays.
    #[must_use]
    pub fn key(&self) -> String {
        let page = &self.state.page;
        let step = match page {
            // Enrolling an app gets a step of its own on the way: the page stays.
            Page::EnrolTotp { .. } => "",
            page => page.step().map_or("", |step| &step.0),
        };
        [page.name(), " ", step].concat()
    }

    /// The pool's policy; the service's usual one until it is known.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let login = self.state.login.as_ref();
        login.map_or_else(Policy::default, Login::policy)
    }

    /// What the policy asks for.
    #[must_use]
    pub fn rules(&self) -> Vec<Violation> {
        let policy = self.policy();
        let rules = [
            (true, Violation::TooShort),
            (policy.uppercase, Violation::NoUppercase),
            (policy.lowercase, Violation::NoLowercase),
            (policy.numbers, Violation::NoNumber),
            (policy.symbols, Violation::NoSymbol),
        ];
        let asked = rules.into_iter().filter(|(asked, _)| *asked);
        asked.map(|(_, rule)| rule).collect()
    }

    /// The rules that a password meets.
    #[must_use]
    pub fn met_by(&self, password: &str) -> Vec<Violation> {
        if password.is_empty() {
            return Vec::new();
        }
        let violated: Vec<_> = self.policy().violations(password).collect();
        let mut rules = self.rules();
        rules.retain(|rule| !violated.contains(rule));
        rules
    }

    /// The attributes that a sign-up asks for; none until they are known.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        let login = self.state.login.as_ref();
        login.map_or(&[], |login| &login.sign_up.attributes)
    }

    /// Whether anybody may sign up, as far as that is known.
    #[must_use]
    pub fn may_sign_up(&self) -> bool {
        let login = self.state.login.as_ref();
        login.is_none_or(|login| login.sign_up.allowed)
    }
}

/// How long before its end a login says so: as long as a sign-in takes that has a code in it.
const WARNED_BEFORE_MS: u64 = 2 * 60_000;
