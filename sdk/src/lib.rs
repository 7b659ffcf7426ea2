//! Cognate in the browser: the ports of `cognate-core` over web APIs, and the wasm surface.
//!
//! `browser` implements the ports, one file each. `js` is what JavaScript sees: it converts and
//! delegates. Whoever builds a user interface in Rust uses `browser` and `cognate-core` directly.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(all(
    target_arch = "wasm32",
    any(feature = "js", feature = "account", feature = "identity")
))]
pub mod js;
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
mod runtime;
