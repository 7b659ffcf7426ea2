//! The HTTP surface: routes, CORS, signatures, limits. The only module that knows axum.

mod answer;
mod json_api;
mod router;
mod well_known;

pub use router::router;
