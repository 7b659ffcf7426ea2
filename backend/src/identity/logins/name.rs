//! Names of providers: the same user pool is named by the service's address or by ours.

use crate::app::AppState;

/// The name as identities have it: of our own user pools the service's form,
/// `cognito-idp.<region>.amazonaws.com/<user pool id>`, whichever was given, and without `https://`. What
/// follows the pool's id (`:<client id>` of a role mapping) stays.
#[must_use]
pub fn canonical(state: &AppState, name: &str) -> String {
    of(&state.public_url, name)
}

/// The user pool's id in a canonical name of one.
#[must_use]
pub(super) fn user_pool_id(name: &str) -> Option<&str> {
    let (host, id) = name.split_once('/')?;
    let is_service = host.starts_with("cognito-idp.") && host.contains(".amazonaws.com");
    (is_service && !id.contains('/')).then_some(id)
}

fn of(public_url: &str, name: &str) -> String {
    let name = without_scheme(name);
    let own = without_scheme(public_url);
    match name
        .strip_prefix(own)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        Some(pool) => {
            let region = pool.split('_').next().unwrap_or_default();
            format!("cognito-idp.{region}.amazonaws.com/{pool}")
        }
        None => name.to_owned(),
    }
}

fn without_scheme(name: &str) -> &str {
    let name = name.strip_prefix("https://").unwrap_or(name);
    name.strip_prefix("http://").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_of_ours_has_one_name_and_strangers_keep_theirs() {
        let of = |name| of("http://localhost:4100", name);
        let service = "cognito-idp.local.amazonaws.com/local_demo";
        assert_eq!(of("http://localhost:4100/local_demo"), service);
        assert_eq!(of("localhost:4100/local_demo"), service);
        assert_eq!(of(service), service);
        assert_eq!(
            of("localhost:4100/local_demo:client"),
            format!("{service}:client")
        );
        assert_eq!(of("accounts.google.com"), "accounts.google.com");
        assert_eq!(
            of("localhost:41000/local_demo"),
            "localhost:41000/local_demo"
        );
        assert_eq!(user_pool_id(service), Some("local_demo"));
        assert_eq!(user_pool_id("evil.example/local_demo"), None);
        assert_eq!(user_pool_id("cognito-idp.x.amazonaws.com/a/b"), None);
    }
}
