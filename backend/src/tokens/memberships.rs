//! The groups a user is in, as tokens tell them.

use crate::app::AppState;
use crate::error::ApiError;
use crate::groups::{self, Group};
use crate::triggers::pre_token_generation::Groups;
use crate::users::User;

/// The names of the groups and the roles they give, those of the lowest precedence first, and the role that
/// is preferred.
pub(super) async fn of_user(state: &AppState, user: &User) -> Result<Groups, ApiError> {
    Ok(told(&groups::of_user(state, user).await?))
}

fn told(groups: &[Group]) -> Groups {
    let mut roles: Vec<String> = Vec::new();
    for role in groups.iter().filter_map(|group| group.role_arn.as_ref()) {
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    Groups {
        groups_to_override: groups.iter().map(|group| group.name.clone()).collect(),
        preferred_role: preferred(groups),
        iam_roles_to_override: roles,
    }
}

/// The role of the group with the lowest precedence, of those that give one; none if two of the same
/// precedence give different ones.
fn preferred(groups: &[Group]) -> Option<String> {
    let rank = |group: &Group| group.precedence.unwrap_or(i64::MAX);
    let giving = || groups.iter().filter(|group| group.role_arn.is_some());
    let best = giving().map(rank).min()?;
    let mut roles = giving()
        .filter(|group| rank(group) == best)
        .filter_map(|group| group.role_arn.as_ref());
    let first = roles.next()?;
    roles.all(|role| role == first).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, precedence: Option<i64>, role: Option<&str>) -> Group {
        Group {
            pool_id: "local_demo".to_owned(),
            name: name.to_owned(),
            description: None,
            role_arn: role.map(str::to_owned),
            precedence,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn the_preferred_role_is_that_of_the_first_group_that_gives_one_unless_two_differ() {
        let preferred = |groups: &[Group]| told(groups).preferred_role;
        let (a, b) = (Some("role/a"), Some("role/b"));
        assert_eq!(preferred(&[]), None);
        assert_eq!(preferred(&[group("x", Some(0), None)]), None);
        let ranked = [
            group("x", Some(0), None),
            group("y", Some(1), a),
            group("z", None, b),
        ];
        assert_eq!(preferred(&ranked).as_deref(), a);
        let equal = [group("x", Some(1), a), group("y", Some(1), b)];
        assert_eq!(preferred(&equal), None);
        let same = [group("x", Some(1), a), group("y", Some(1), a)];
        assert_eq!(preferred(&same).as_deref(), a);
        assert_eq!(told(&same).iam_roles_to_override, ["role/a"], "each once");
    }
}
