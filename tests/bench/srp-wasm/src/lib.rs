//! The SDK's SRP computation, and nothing else, for `npm run bench`: the package keeps passwords and proofs inside its worker and has no
//! function that gives them out. Randomness comes from the page, as it does in the SDK.

use cognate_core::srp::{Handshake, Identity, ServerValues, timestamp};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// One sign-in of the client: `A` when it is made, the password claim from [`SignIn::prove`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct SignIn(Handshake);

#[wasm_bindgen]
impl SignIn {
    /// Computes `A` for a random secret of 32 bytes.
    ///
    /// # Errors
    /// When the secret is zero.
    #[wasm_bindgen(constructor)]
    pub fn new(secret: &[u8]) -> Result<Self, JsError> {
        Handshake::dangerous_with_secret(secret)
            .map(Self)
            .map_err(|_| JsError::new("the secret is not usable"))
    }

    /// `SRP_A`.
    #[must_use]
    pub fn public_hex(&self) -> String {
        self.0.public_hex()
    }

    /// The `PASSWORD_CLAIM_SIGNATURE` for the server's values.
    ///
    /// # Errors
    /// When the server's values are refused.
    #[expect(
        clippy::too_many_arguments,
        reason = "JavaScript passes the challenge member by member: an object would add its conversion to what is measured"
    )]
    pub fn prove(
        self,
        pool: &str,
        user: &str,
        password: &str,
        salt: &str,
        b_public: &str,
        secret_block: &str,
        epoch_seconds: f64,
    ) -> Result<String, JsError> {
        let server = ServerValues {
            salt,
            public: b_public,
            secret_block,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time after 1970 in whole seconds"
        )]
        let timestamp = timestamp(epoch_seconds as u64);
        self.0
            .prove(server, Identity { pool, user }, password, &timestamp)
            .map_err(|_| JsError::new("the server's values were refused"))
    }
}
