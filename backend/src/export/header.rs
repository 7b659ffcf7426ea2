//! The columns of a file (`GetCSVHeader`), and where a file has them.

use crate::pools::{Pool, schema};

/// The name of the column with the user name.
pub const USERNAME: &str = "cognito:username";
/// The name of the column that says whether the user has a second factor.
pub const MFA_ENABLED: &str = "cognito:mfa_enabled";

/// In the published order; the pool's own attributes follow.
const STANDARD: [&str; 21] = [
    USERNAME,
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    MFA_ENABLED,
];

/// The columns that a file for this pool has.
#[must_use]
pub fn columns(pool: &Pool) -> Vec<&str> {
    let custom = pool.settings.schema().iter();
    let custom = custom
        .map(|attribute| attribute.name.as_str())
        .filter(|name| schema::is_custom(name));
    STANDARD.into_iter().chain(custom).collect()
}

/// Whether these are the columns of the pool: each once, in any order.
#[must_use]
pub fn is_of(pool: &Pool, given: &[String]) -> bool {
    let mut given: Vec<&str> = given.iter().map(String::as_str).collect();
    let mut wanted = columns(pool);
    given.sort_unstable();
    wanted.sort_unstable();
    given == wanted
}
