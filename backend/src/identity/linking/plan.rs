//! Which identity logins lead to, decided from what is stored.

use crate::store::{IdentityLoginRow, IdentityRow};

/// By what right logins are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// That somebody has them: one of them must lead to the identity already, unless it is a guest.
    Logins,
    /// An administrator's.
    Administrator,
}

/// The identity that somebody says it is.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) identity: IdentityRow,
    pub(super) logins: Vec<IdentityLoginRow>,
}

/// A login that was given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) login: IdentityLoginRow,
    /// The identity it leads to, if it leads to one.
    pub(super) owner: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The identity; `None` is a new one.
    pub(super) target: Option<String>,
    /// Logins that do not lead to it yet.
    pub(super) link: Vec<IdentityLoginRow>,
    /// The guest who is somebody else now.
    pub(super) disable: Option<String>,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The logins lead to different identities, or two people of one provider would be one.
    Conflict,
    /// More logins than an identity may have.
    TooMany,
    /// None of the logins leads to the identity.
    Forbidden,
    /// The identity is nobody's any more.
    Gone(String),
}

pub(super) fn plan(
    wanted: Option<&Known>,
    given: &[Given],
    authority: Authority,
    most: usize,
) -> Result<Plan, Refusal> {
    let mut owners: Vec<&str> = given
        .iter()
        .filter_map(|login| login.owner.as_deref())
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let owner = match owners.as_slice() {
        [] => None,
        [one] => Some(*one),
        _ => return Err(Refusal::Conflict),
    };
    let (target, kept, disable) = match (wanted, owner) {
        (None, owner) => (owner, [].as_slice(), None),
        (Some(known), None) if known.identity.disabled => {
            return Err(Refusal::Gone(known.identity.id.clone()));
        }
        (Some(known), None) => {
            let is_guest = known.logins.is_empty();
            if !is_guest && authority == Authority::Logins {
                return Err(Refusal::Forbidden);
            }
            (
                Some(known.identity.id.as_str()),
                known.logins.as_slice(),
                None,
            )
        }
        (Some(known), Some(owner)) if known.identity.id == owner => {
            (Some(owner), known.logins.as_slice(), None)
        }
        // A guest who was somebody all along, and a guest who became that one before.
        (Some(known), Some(owner)) if known.logins.is_empty() => {
            let is_guest = !known.identity.disabled;
            let disable = is_guest.then(|| known.identity.id.clone());
            (Some(owner), [].as_slice(), disable)
        }
        (Some(_), Some(_)) => return Err(Refusal::Conflict),
    };
    let link: Vec<_> = given
        .iter()
        .filter(|login| login.owner.is_none())
        .map(|login| login.login.clone())
        .collect();
    // Only where the identity's logins were read: where they were not, the database has nothing to add to.
    let is_second = |login: &IdentityLoginRow| {
        login.developer_user.is_none() && kept.iter().any(|other| other.provider == login.provider)
    };
    if link.iter().any(is_second) {
        return Err(Refusal::Conflict);
    }
    if kept.len() + link.len() > most {
        return Err(Refusal::TooMany);
    }
    Ok(Plan {
        target: target.map(str::to_owned),
        link,
        disable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(provider: &str) -> IdentityLoginRow {
        IdentityLoginRow {
            provider: provider.to_owned(),
            subject: Vec::new(),
            identity_id: String::new(),
            developer_user: None,
        }
    }

    fn known(id: &str, disabled: bool, providers: &[&str]) -> Option<Known> {
        Some(Known {
            identity: IdentityRow {
                guest_seen_at: None,
                id: id.to_owned(),
                pool_id: "p".to_owned(),
                disabled,
                created_at: 0,
                updated_at: 0,
            },
            logins: providers.iter().map(|provider| login(provider)).collect(),
        })
    }

    fn given(logins: &[(&str, Option<&str>)]) -> Vec<Given> {
        let given = logins.iter().map(|(provider, owner)| Given {
            login: login(provider),
            owner: owner.map(str::to_owned),
        });
        given.collect()
    }

    /// Target, providers that are linked, guest that is disabled; or the refusal.
    fn decided(
        wanted: Option<&Known>,
        logins: &[(&str, Option<&str>)],
        authority: Authority,
    ) -> Result<(String, String, String), Refusal> {
        let plan = plan(wanted, &given(logins), authority, 3)?;
        let linked: Vec<_> = plan
            .link
            .iter()
            .map(|login| login.provider.as_str())
            .collect();
        let target = plan.target.unwrap_or_else(|| "new".to_owned());
        Ok((target, linked.join(" "), plan.disable.unwrap_or_default()))
    }

    fn to(target: &str, linked: &str, disabled: &str) -> Result<(String, String, String), Refusal> {
        Ok((target.to_owned(), linked.to_owned(), disabled.to_owned()))
    }

    #[test]
    fn logins_lead_to_one_identity_or_to_a_new_one() {
        use Authority::Logins;
        for (wanted, logins, expected) in [
            (None, &[("a", None)][..], to("new", "a", "")),
            (None, &[("a", Some("A"))], to("A", "", "")),
            (None, &[("a", Some("A")), ("b", None)], to("A", "b", "")),
            (
                None,
                &[("a", Some("A")), ("b", Some("B"))],
                Err(Refusal::Conflict),
            ),
            // A guest becomes whoever signs in, or is that one.
            (known("G", false, &[]), &[("a", None)], to("G", "a", "")),
            (
                known("G", false, &[]),
                &[("a", Some("A"))],
                to("A", "", "G"),
            ),
            (known("G", true, &[]), &[("a", Some("A"))], to("A", "", "")),
            (
                known("G", true, &[]),
                &[("a", None)],
                Err(Refusal::Gone("G".to_owned())),
            ),
            // Whoever has logins is reached through them.
            (
                known("A", false, &["a"]),
                &[("a", Some("A"))],
                to("A", "", ""),
            ),
            (
                known("A", false, &["a"]),
                &[("a", Some("A")), ("b", None)],
                to("A", "b", ""),
            ),
            (
                known("A", false, &["a"]),
                &[("b", None)],
                Err(Refusal::Forbidden),
            ),
            (
                known("A", false, &["a"]),
                &[("b", Some("B"))],
                Err(Refusal::Conflict),
            ),
            (
                known("A", false, &["a", "b"]),
                &[("a", Some("A")), ("b", None)],
                Err(Refusal::Conflict),
            ),
            (
                known("A", false, &["a", "b", "c"]),
                &[("a", Some("A")), ("d", None)],
                Err(Refusal::TooMany),
            ),
        ] {
            assert_eq!(
                decided(wanted.as_ref(), logins, Logins),
                expected,
                "{wanted:?} {logins:?}"
            );
        }
    }

    #[test]
    fn an_administrator_links_without_a_login_that_leads_there_but_never_over_another_identity() {
        use Authority::Administrator;
        let wanted = || known("A", false, &["a"]);
        assert_eq!(
            decided(wanted().as_ref(), &[("d", None)], Administrator),
            to("A", "d", "")
        );
        let taken = decided(wanted().as_ref(), &[("d", Some("D"))], Administrator);
        assert_eq!(taken, Err(Refusal::Conflict));
    }
}
