//! Elements as data: what a page looks like, without a browser.
//!
//! Pages are functions that give these; `browser/draw` makes the document agree with them. One type, and
//! nothing generic: this is what keeps the wasm small (`docs/decisions/0008`).

use crate::account;
use crate::flow::{Decision, Factor};
use crate::routes::Route;

/// An element. It has text or children, never both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The tag.
    pub tag: &'static str,
    /// The class, or nothing.
    pub class: &'static str,
    /// The id, or nothing.
    pub id: String,
    /// Sets it apart from another element of the same tag, class and id. Not in the document.
    pub key: String,
    /// Every other attribute.
    pub attributes: Vec<(&'static str, String)>,
    /// What is in it, in words.
    pub text: String,
    /// What is in it.
    pub children: Vec<Self>,
    /// What pressing it does, if anything. It then has an id.
    pub press: Option<Press>,
}

/// What pressing an element does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Another page of these.
    Go(Route),
    /// A second step.
    Choose(Factor),
    /// Another identity provider: the one at this place of the login's list.
    Provider(usize),
    /// The provider of the organisation that the typed address belongs to.
    Organization,
    /// What somebody says who is signed in already.
    Decide(Decision),
    /// Another code.
    Resend,
    /// What could not be had is tried again.
    Retry,
    /// The keyboard goes to the element with this id.
    Point(String),
    /// The password is shown, or hidden again.
    TogglePassword,
    /// The key of an authenticator app is copied.
    CopyKey,
    /// Something on the account page.
    Account(account::Press),
}

/// An element with nothing in it yet.
#[must_use]
pub fn element(tag: &'static str, class: &'static str) -> Element {
    Element {
        tag,
        class,
        ..Element::default()
    }
}

impl Element {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id.push_str(id);
        self
    }

    /// With this attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With this attribute, without a value, if `holds`.
    #[must_use]
    pub fn with_if(self, holds: bool, name: &'static str) -> Self {
        if holds { self.with(name, "") } else { self }
    }

    /// With this text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// With these children.
    #[must_use]
    pub fn children(mut self, children: Vec<Self>) -> Self {
        self.children = children;
        self
    }

    /// Does this when it is pressed.
    #[must_use]
    pub fn press(mut self, press: Press) -> Self {
        self.press = Some(press);
        self
    }

    /// Whether one stands where the other stood: what is typed in it, and the focus, stay.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.tag == other.tag
            && self.class == other.class
            && self.id == other.id
            && self.key == other.key
    }

    /// The element with this id, in this one.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Self> {
        if self.id == id {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(id))
    }
}
