//! What is kept in memory: identities and credentials, each for those who ask for the same.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;

use zeroize::Zeroizing;

use super::request::{Credentials, CredentialsRequest};
use crate::error::Error;
use crate::session::Flight;

/// Things by the text that says what they are for. There are few: a search from the front will do.
pub(super) struct Kept<T>(RefCell<Vec<(Zeroizing<String>, Rc<T>)>>);

/// The texts hold tokens.
impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kept").field(&self.0.borrow().len()).finish()
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Default> Kept<T> {
    /// What there is for this, or a new one. Beyond [`MOST`] the oldest goes: tokens of other providers that
    /// change with each call must not fill the memory.
    pub(super) fn of(&self, key: Zeroizing<String>) -> Rc<T> {
        let mut all = self.0.borrow_mut();
        if let Some((_, found)) = all.iter().find(|(known, _)| *known == key) {
            return Rc::clone(found);
        }
        if all.len() >= MOST {
            all.remove(0);
        }
        let new = Rc::new(T::default());
        all.push((key, Rc::clone(&new)));
        new
    }

    /// Forgets everything. What is being asked for meanwhile is given to whoever asked, and not kept.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

const MOST: usize = 32;

/// The identity of somebody.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) id: RefCell<Option<String>>,
    pub(super) asking: Flight<Result<String, Error>>,
}

impl Identity {
    /// Its id, as the app says it or as it was found before.
    pub(super) fn known(&self, request: &CredentialsRequest) -> Option<String> {
        let given = request.identity.clone();
        given.or_else(|| self.id.borrow().clone())
    }

    /// The same result, whose identity is remembered: the service may link a guest's to a login, or give the login's.
    pub(super) fn keeping(&self, result: Result<Credentials, Error>) -> Result<Credentials, Error> {
        if let Ok(credentials) = &result {
            self.id.replace(Some(credentials.identity.clone()));
        }
        result
    }
}

/// Somebody's credentials for a role.
#[derive(Debug, Default)]
pub(super) struct RoleCredentials {
    pub(super) credentials: RefCell<Option<Rc<Credentials>>>,
    /// When they are to be replaced.
    pub(super) due_ms: Cell<u64>,
    pub(super) asking: Flight<Result<Rc<Credentials>, Error>>,
}
