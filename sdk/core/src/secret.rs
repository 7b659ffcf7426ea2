//! Secrets: strings that redact themselves and are wiped from memory when dropped.
//!
//! # Security model
//!
//! A secret is read only through [`secret()`](Password::secret), which is easy to grep for. `Debug`
//! shows `[redacted]`, there is no `Display` and no `PartialEq` (comparing secrets byte by byte
//! leaks them through time). Wiping covers the buffer that a value owns, not copies that the
//! platform made before the value was constructed.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes ownership of the value, which is wiped when this is dropped.
            #[must_use]
            pub fn new(value: String) -> Self {
                Self(Zeroizing::new(value))
            }

            /// The value itself. Never log it, never put it into an error.
            #[must_use]
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )*};
}

secrets! {
    /// What a person types to prove who they are. UTF-8, no normalisation applied.
    Password,
    /// A one-time code from a message. Its length is the service's business: 6 or 8 digits today.
    Code,
    /// What a device made up to prove itself by.
    DevicePassword,
    /// A JWT that opens the account operations and the app's own APIs.
    AccessToken,
    /// A JWT that says who signed in.
    IdToken,
    /// The opaque token that buys new access and ID tokens.
    RefreshToken,
    /// The service's handle on a sign-in under way (`Session`), valid for 3 to 15 minutes.
    ChallengeSession,
    /// What a person answers to a question of the pool's triggers.
    CustomAnswer,
    /// What a passkey answers: `AuthenticationResponseJSON` as text.
    PasskeyCredential,
    /// What an authenticator app computes its codes from, in base32.
    TotpSecret,
    /// What says who somebody is in an identity pool, for ten minutes, to an STS.
    OpenIdToken,
    /// The secret half of an AWS access key.
    SecretAccessKey,
    /// What temporary credentials for AWS are shown with.
    SessionToken,
    /// Where a sign-in at the login domain leads back to: the app's URL, with a one-time code in it.
    Location,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_secret_never_appears_in_its_debug_output() {
        let shown = format!("{:?}", Password::new("Correct-Horse9!".into()));
        assert_eq!(shown, "Password([redacted])");
    }
}
