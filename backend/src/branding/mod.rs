//! How the hosted pages look, and what they link to: `CreateManagedLoginBranding`, `SetUICustomization`,
//! `CreateTerms` and their siblings.
//!
//! 1. The records are kept as they were given ([`record`] of [`managed`], [`classic`], [`terms`]), and described so.
//!    [`ui_config`] is all that a client has of them, for a file.
//! 2. Of what they say, colours and a logo reach the pages: [`palette`] reads colours, [`image`] knows pictures by
//!    their bytes. [`look`] is what a client's pages get; a client's own record comes before the pool's, managed
//!    login before classic.
//!
//! # Security model
//! No text of a record reaches a stylesheet: a colour is parsed, and written anew from its four numbers. No
//! picture is served that is not PNG, JPEG or WebP by its bytes; SVG, which can have scripts, is kept as a record and
//! served to nobody. Addresses of terms are https, or http on this machine.
//!
//! # Limits
//! Of the published settings, those are shown that [`palette`] lists; the others are kept, and come back.

pub mod classic;
pub mod image;
pub mod look;
pub mod managed;
pub mod palette;
pub mod record;
pub mod terms;
pub mod ui_config;
