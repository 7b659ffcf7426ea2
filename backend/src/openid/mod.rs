//! What other issuers of ID tokens publish, and believing what they sign: the one reader of foreign keys.
//!
//! # Steps
//! 1. [`IdToken::read`]: the token's form, its algorithm, and that it says to be of the issuer that is meant. A token of
//!    somebody else's costs no request.
//! 2. [`Metadata::of`]: the issuer's own document (OpenID Connect Discovery 1.0), unless the keys' address is configured.
//! 3. [`IdToken::verified`]: the signature with a published key, and the times.
//!
//! Whom a token has to be for (`aud`, `azp`) and what it has to answer (`nonce`, `at_hash`) is the caller's: `federation`
//! and `identity::logins` have published rules of their own.
//!
//! # Security model
//! The algorithm is one of ours and, if the issuer says which it uses, one of those: asymmetric ones only, and the key must
//! be of that kind. Keys are those that the issuer publishes, never one out of the token. The document must name the
//! issuer that was asked for. How long a document counts, and how rarely a token with an invented key makes us ask
//! again, is [`Published`]'s.

mod error;
mod id_token;
mod metadata;
mod published;

pub use error::{Document, OpenIdError, TokenFault};
pub use id_token::{Claims, IdToken, Issuer, half_hash};
pub use metadata::Metadata;
pub use published::Published;
