//! What apps send along for the triggers.

use std::collections::BTreeMap;
use std::fmt;

/// What an app sends along for the triggers (`ClientMetadata`). It is neither checked nor stored.
pub type ClientMetadata = BTreeMap<String, String>;

/// What an app sent along for the triggers with the request that is answered.
#[derive(Clone, Copy, Default)]
pub struct Sent<'a> {
    /// `ClientMetadata` of a request that begins a sign-in, which few triggers get.
    pub validation_data: Option<&'a ClientMetadata>,
    /// `ClientMetadata` of all other requests.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl fmt::Debug for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sent(..)")
    }
}
