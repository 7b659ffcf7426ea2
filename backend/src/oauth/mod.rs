//! The code flow of OAuth 2.0 with PKCE (RFC 6749, RFC 7636), and OpenID Connect on top of it:
//! `/oauth2/authorize`, the login domain, `/oauth2/token`, `/oauth2/userInfo`, `/oauth2/revoke`,
//! `/oauth2/par`, `/logout`.
//!
//! # Steps
//! 1. [`authorize`] checks a request, freezes it as a [`LoginTransaction`], and sends the browser to
//!    a hosted page; a browser that has a session ([`sso`]) goes on at once.
//! 2. On the page somebody proves everything (`sign_in`, bound to the transaction).
//! 3. [`complete`] consumes the transaction, rotates the browser's session and stores a code, in one
//!    piece. The page gets the app's address with `code`, `state` and `iss` (RFC 9207).
//! 4. [`token`] redeems the code, once, for tokens of the scopes that were asked for.
//!
//! A program gets its token at [`token`] too, for its client's secret alone, and nobody signs in.
//!
//! What is asked between the proof and the code is `consent`'s: whether one goes on as who is signed in, and
//! whether the app may have what it asks for.
//!
//! # Security model
//! - A transaction belongs to one browser: its cookie holds 256 bits, the row their hash. Whoever
//!   follows somebody else's link has no cookie, and nobody can be signed in by a link.
//! - The page sees no token. What is asked and answered on it is good for its transaction only.
//! - The redirect address is one that the client registered, character by character. Errors before
//!   that is sure go to a page of ours.
//! - Public clients need PKCE with S256; a verifier without a challenge is refused (a code from a
//!   flow of somebody else's does not fit in). A code is good once, for 5 minutes, for one client,
//!   one address and one challenge. If its client brings it with another address or verifier, it is
//!   spoilt; if twice, what it gave is revoked. Another client's attempt leaves it as it is.
//! - `iss` and every address of ours come from the configured public URL, never from the `Host`
//!   header.
//! - Contents of rows are sealed to their place: a code for another user cannot be made by writing
//!   to the database.
//!
//! A person's own page is `account_page`'s: a sign-in that leads there has a session and no code.
//!
//! Other identity providers are `with_provider`'s: it binds what `federation` does to a transaction.
//!
//! # Extensions
//! Requests that are handed over before (`pushed`, RFC 9126), tokens that are bound to a key ([`dpop`],
//! RFC 9449) and to a resource server (`resource`, RFC 8707).
//!
//! # Limits
//! The implicit flow does not exist.

mod account_page;
mod account_proof;
mod authorization_request;
mod authorize;
mod client_authentication;
mod client_credentials;
mod code;
mod completion;
mod consent;
mod credentials;
pub mod dpop;
mod error;
mod logout;
mod parameters;
mod posted_answer;
mod provider_choice;
mod pushed;
mod resource;
mod revoke;
pub mod sso;
mod standing;
mod token;
mod transaction;
mod unsolicited;
mod user_info;
mod with_provider;

pub use account_page::{AtAccount, Begun, begin_link, begin_sign_in};
pub use authorization_request::AuthorizationRequest;
pub use authorize::{Browser, Outcome, Page, authorize};
pub use client_credentials::token_of_program;
pub use code::CODE_SECONDS;
pub use completion::{Completed, complete};
pub use consent::{Asked, Decided, Proceeding, asked, decide, go_on, proceed};
pub use credentials::Credentials;
pub use dpop::Proof;
pub use error::{OAuthError, OAuthErrorCode};
pub use logout::{SignedOut, log_out};
pub use parameters::Parameters;
pub use posted_answer::{LONGEST_FORM, Posted, handle_of, keep, taken};
pub use provider_choice::Chosen;
pub use pushed::{PUSHED_SECONDS, Pushed, push};
pub use revoke::revoke;
pub use token::{TokenAnswer, token};
pub use transaction::{LoginTransaction, NewTransaction, TRANSACTION_SECONDS};
pub use unsolicited::{Unsolicited, request_in, unsolicited};
pub use user_info::user_info;
pub use with_provider::{Brought, CameBack, come_back, go_to, transaction_of};
