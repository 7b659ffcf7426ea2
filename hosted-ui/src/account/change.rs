//! What somebody can change on the account page, and what is said of it, each in its part of the page.

use super::{Failure, LinkProblem};

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Ways to sign in.
    Ways,
    /// Browsers that are signed in.
    Sessions,
    /// Apps that were allowed something.
    Apps,
}

/// A change, by the place of what it is about in the account's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A provider is linked.
    Link(usize),
    /// A link is taken away.
    Unlink(usize),
    /// A session is ended.
    EndSession(usize),
    /// All but this browser's are.
    EndOthers,
    /// An app loses what it was allowed.
    Withdraw(usize),
}

/// Something that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// This provider is linked.
    Linked(String),
    /// A link is gone.
    Unlinked,
    /// A session has ended.
    SessionEnded,
    /// All others have.
    OthersEnded,
    /// An app has lost what it was allowed.
    Withdrawn,
    /// The person has proved who they are, in this part of the page.
    Proved(Section),
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// The account could not be read.
    Describing(Failure),
    /// A change failed.
    Change(Change, Failure),
    /// A change needs a sign-in of just now.
    NotRecent(Section),
    /// No provider was linked.
    Link(LinkProblem),
    /// This browser could not be signed out.
    SigningOut(Failure),
}

impl Change {
    /// Whether the person is asked once more: what cannot be had back by pressing another button.
    #[must_use]
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Unlink(_) | Self::EndOthers | Self::Withdraw(_))
    }

    /// The part of the page that it is in.
    #[must_use]
    pub fn section(self) -> Section {
        match self {
            Self::Link(_) | Self::Unlink(_) => Section::Ways,
            Self::EndSession(_) | Self::EndOthers => Section::Sessions,
            Self::Withdraw(_) => Section::Apps,
        }
    }
}

impl Section {
    /// The id of its heading.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ways => "ways",
            Self::Sessions => "sessions",
            Self::Apps => "apps",
        }
    }
}

impl Notice {
    /// The part of the page that it is about.
    #[must_use]
    pub fn section(&self) -> Section {
        match self {
            Self::Linked(_) | Self::Unlinked => Section::Ways,
            Self::SessionEnded | Self::OthersEnded => Section::Sessions,
            Self::Withdrawn => Section::Apps,
            Self::Proved(section) => *section,
        }
    }
}

impl Alert {
    /// The part of the page that it is about; none is the whole.
    #[must_use]
    pub fn section(&self) -> Option<Section> {
        match self {
            Self::Change(change, _) => Some(change.section()),
            Self::NotRecent(section) => Some(*section),
            Self::Link(_) => Some(Section::Ways),
            Self::Describing(_) | Self::SigningOut(_) => None,
        }
    }
}
