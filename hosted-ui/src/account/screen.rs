//! What the account page is drawn from.

use super::{Busy, Change, State};
use crate::i18n::{AccountTexts, Lang};

/// Everything that what is on the screen depends on.
#[derive(Debug, Clone)]
pub struct Screen {
    /// The flow.
    pub state: State,
    /// The language of the texts.
    pub lang: Lang,
    /// A time in seconds since 1970, as people of this language write it.
    pub date: fn(Lang, u64) -> String,
    /// Whether the browser has a network.
    pub is_online: bool,
    /// Whether what is under way takes longer than people expect.
    pub is_slow: bool,
}

impl Screen {
    /// The texts, in the language that is spoken.
    pub(super) fn texts(&self) -> &'static AccountTexts {
        self.lang.account_texts()
    }

    /// A time, in seconds since 1970, in words.
    pub(super) fn date(&self, seconds: u64) -> String {
        (self.date)(self.lang, seconds)
    }

    /// Whether this change is under way.
    pub(super) fn is_busy(&self, change: Change) -> bool {
        self.state.busy == Some(Busy::Change(change))
    }
}
