//! The flows of `InitiateAuth` (`AuthFlow`).

use std::fmt;

use serde::Deserialize;

use crate::pools::ExplicitAuthFlow;

/// What a request of `InitiateAuth` begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum AuthFlow {
    /// A sign-in.
    SignIn(SignInFlow),
    /// `REFRESH_TOKEN_AUTH`, `REFRESH_TOKEN`: a session goes on.
    RefreshToken,
}

/// How a sign-in begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInFlow {
    /// `USER_SRP_AUTH`: the password, without being sent.
    UserSrp,
    /// `USER_PASSWORD_AUTH`: the password.
    UserPassword,
    /// `ADMIN_USER_PASSWORD_AUTH`, formerly `ADMIN_NO_SRP_AUTH`: the same, sent by an administrator.
    AdminUserPassword,
    /// `CUSTOM_AUTH`: what the pool's triggers ask for.
    Custom,
    /// `USER_AUTH`: what the person chooses.
    User,
}

impl AuthFlow {
    /// The flow of this name.
    ///
    /// # Errors
    /// [`UnknownFlow`]. Requests were held against the contract's names before, so nobody gets to see it.
    pub fn find(name: &str) -> Result<Self, UnknownFlow> {
        Ok(Self::SignIn(match name {
            "USER_SRP_AUTH" => SignInFlow::UserSrp,
            "USER_PASSWORD_AUTH" => SignInFlow::UserPassword,
            "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => SignInFlow::AdminUserPassword,
            "CUSTOM_AUTH" => SignInFlow::Custom,
            "USER_AUTH" => SignInFlow::User,
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => return Ok(Self::RefreshToken),
            _ => return Err(UnknownFlow),
        }))
    }

    /// Its name today.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RefreshToken => "REFRESH_TOKEN_AUTH",
            Self::SignIn(SignInFlow::UserSrp) => "USER_SRP_AUTH",
            Self::SignIn(SignInFlow::UserPassword) => "USER_PASSWORD_AUTH",
            Self::SignIn(SignInFlow::AdminUserPassword) => "ADMIN_USER_PASSWORD_AUTH",
            Self::SignIn(SignInFlow::Custom) => "CUSTOM_AUTH",
            Self::SignIn(SignInFlow::User) => "USER_AUTH",
        }
    }

    /// What the client's settings must allow for it.
    #[must_use]
    pub fn needs(self) -> ExplicitAuthFlow {
        match self {
            Self::RefreshToken => ExplicitAuthFlow::AllowRefreshTokenAuth,
            Self::SignIn(SignInFlow::UserSrp) => ExplicitAuthFlow::AllowUserSrpAuth,
            Self::SignIn(SignInFlow::UserPassword) => ExplicitAuthFlow::AllowUserPasswordAuth,
            Self::SignIn(SignInFlow::AdminUserPassword) => {
                ExplicitAuthFlow::AllowAdminUserPasswordAuth
            }
            Self::SignIn(SignInFlow::Custom) => ExplicitAuthFlow::AllowCustomAuth,
            Self::SignIn(SignInFlow::User) => ExplicitAuthFlow::AllowUserAuth,
        }
    }
}

impl SignInFlow {
    /// Whether its beginning stores a step for every name that is typed, so that names are no limit to it.
    #[must_use]
    pub fn stores_a_step_for_every_name(self) -> bool {
        match self {
            Self::Custom | Self::User => true,
            Self::UserSrp | Self::UserPassword | Self::AdminUserPassword => false,
        }
    }
}

impl TryFrom<String> for AuthFlow {
    type Error = UnknownFlow;

    fn try_from(name: String) -> Result<Self, UnknownFlow> {
        Self::find(&name)
    }
}

/// A name that no flow has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFlow;

impl fmt::Display for UnknownFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an AuthFlow that the contract does not have")
    }
}

impl std::error::Error for UnknownFlow {}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The names of the contract, from its own data.
    fn names() -> Vec<String> {
        let shapes: Value =
            serde_json::from_str(include_str!("../../contract/api-shapes-idp.json"))
                .unwrap_or_default();
        let names = shapes["shapes"]["AuthFlowType"]["enum"].as_array();
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    #[test]
    fn every_flow_of_the_contract_is_known_and_no_other() {
        let names = names();
        assert_eq!(names.len(), 8);
        for name in &names {
            let flow = AuthFlow::find(name).unwrap();
            assert_eq!(AuthFlow::find(flow.name()), Ok(flow), "{name}");
        }
        for name in ["", "MAGIC", "user_srp_auth", "USER_SRP_AUTH ", "ADMIN_"] {
            assert_eq!(AuthFlow::find(name), Err(UnknownFlow), "{name}");
        }
    }
}
