//! Whose names are whose, in a batch of users who are not stored yet: one statement for each kind of name looks all
//! of them up, and the users of the batch are compared with each other in memory.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::connections::Transaction;
use super::users::LookupRow;
use super::{NewUserRow, StoreError, lookup_rows};

/// What stands for somebody: those that are stored, and those of the batch that were let in so far.
#[derive(Debug, Default)]
pub(super) struct BatchNames {
    holders: HashMap<&'static str, HashMap<[u8; 32], String>>,
    /// Ids of the batch's passkeys.
    passkeys: HashSet<Vec<u8>>,
}

impl BatchNames {
    /// Looks up all names of users of one pool.
    pub(super) async fn of(
        transaction: &mut Transaction,
        users: &[NewUserRow],
    ) -> Result<Self, StoreError> {
        let mut names = Self::default();
        let Some(first) = users.first() else {
            return Ok(names);
        };
        let mut wanted: BTreeMap<&'static str, Vec<[u8; 32]>> = BTreeMap::new();
        for user in users {
            for lookup in user.lookups.own.iter().chain(&user.lookups.shadowed) {
                wanted.entry(lookup.kind).or_default().push(lookup.hash);
            }
        }
        for (kind, mut hashes) in wanted {
            hashes.sort_unstable();
            hashes.dedup();
            let pool_id = &first.user.pool_id;
            let holders = lookup_rows::holders(transaction, pool_id, kind, &hashes).await?;
            names.holders.insert(kind, holders);
        }
        Ok(names)
    }

    /// Lets a user in, or answers the kind of the first name that is somebody else's.
    pub(super) async fn admit(
        &mut self,
        transaction: &mut Transaction,
        new: &NewUserRow,
    ) -> Result<Option<&'static str>, StoreError> {
        let username = &new.user.username;
        let is_others = |lookup: &&LookupRow| self.holder(**lookup).is_some_and(|h| h != username);
        let is_taken = |lookup: &&LookupRow| self.holder(**lookup).is_some();
        let taken = new.lookups.shadowed.iter().find(is_others);
        let taken = taken.or_else(|| new.lookups.own.iter().find(is_taken));
        if let Some(lookup) = taken {
            return Ok(Some(lookup.kind));
        }
        for passkey in &new.passkeys {
            if self.passkeys.contains(&passkey.id) || !passkey.is_free(transaction).await? {
                return Ok(Some("passkey"));
            }
        }
        for lookup in &new.lookups.own {
            let of_kind = self.holders.entry(lookup.kind).or_default();
            of_kind.insert(lookup.hash, username.clone());
        }
        let passkeys = new.passkeys.iter().map(|passkey| passkey.id.clone());
        self.passkeys.extend(passkeys);
        Ok(None)
    }

    fn holder(&self, lookup: LookupRow) -> Option<&String> {
        self.holders.get(lookup.kind)?.get(&lookup.hash)
    }
}
