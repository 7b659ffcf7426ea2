//! Secrets in requests: read as text, held from then on as what they are.

use cognate_core::secret::{AccessToken, Code, Password, RefreshToken};
use serde::{Deserialize, Deserializer};

use crate::pools::ClientSecret;

/// A secret that a request carries.
pub(super) trait Secret: Sized {
    fn of(text: String) -> Self;
}

macro_rules! secrets {
    ($($name:ident,)*) => {$(
        impl Secret for $name {
            fn of(text: String) -> Self {
                Self::new(text)
            }
        }
    )*};
}

secrets! { AccessToken, ClientSecret, Code, Password, RefreshToken, }

/// For members that must be there.
pub(super) fn required<'de, T: Secret, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    String::deserialize(from).map(T::of)
}

/// For members that may be absent (with `default`).
pub(super) fn optional<'de, T: Secret, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(T::of))
}
