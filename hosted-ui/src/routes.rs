//! The paths of the pages: those that Amazon Cognito's login pages have.

/// A path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Route {
    /// `/login`.
    #[default]
    SignIn,
    /// `/signup`.
    SignUp,
    /// `/confirm`: the code of a sign-up.
    Confirm,
    /// `/confirmUser`: the same, from a link in a message.
    ConfirmUser,
    /// `/resendcode`: the same, where another code is asked for.
    Resend,
    /// `/forgotPassword`.
    Forgot,
    /// `/confirmforgotPassword`: the code and the new password.
    Reset,
    /// `/mfa`: every challenge of a sign-in.
    Mfa,
    /// `/selectAccount`: whether one goes on as who is signed in.
    Account,
    /// `/consent`: whether the app may.
    Consent,
    /// `/signedOut`.
    SignedOut,
    /// `/error`.
    Error,
}

/// Every route and its path.
const PATHS: [(Route, &str); 12] = [
    (Route::SignIn, "/login"),
    (Route::SignUp, "/signup"),
    (Route::Confirm, "/confirm"),
    (Route::ConfirmUser, "/confirmUser"),
    (Route::Resend, "/resendcode"),
    (Route::Forgot, "/forgotPassword"),
    (Route::Reset, "/confirmforgotPassword"),
    (Route::Mfa, "/mfa"),
    (Route::Account, "/selectAccount"),
    (Route::Consent, "/consent"),
    (Route::SignedOut, "/signedOut"),
    (Route::Error, "/error"),
];

impl Route {
    /// The route of a path; unknown ones are the sign-in.
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let found = PATHS.iter().find(|(_, known)| *known == path);
        found.map_or(Self::SignIn, |(route, _)| *route)
    }

    /// The path.
    #[must_use]
    pub fn path(self) -> &'static str {
        let found = PATHS.iter().find(|(route, _)| *route == self);
        found.map_or("/login", |(_, path)| path)
    }

    /// Whether it can be opened without anything having happened before.
    #[must_use]
    pub fn is_entry(self) -> bool {
        matches!(self, Self::SignIn | Self::SignUp | Self::Forgot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_its_route_and_back() {
        for (route, path) in PATHS {
            assert_eq!((Route::parse(path), route.path()), (route, path));
        }
        assert_eq!(Route::parse("/elsewhere"), Route::SignIn);
    }
}
