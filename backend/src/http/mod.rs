//! The HTTP surface: routes, CORS, signatures, the guard of local comforts. The only module that
//! knows axum, besides the loop in `serve`.

mod account_page;
mod answer;
mod brand;
mod confirm_link;
mod cookies;
mod cors;
mod hosted_ui;
mod inbox;
mod json_api;
mod local;
mod login_operations;
mod login_pages;
mod metrics;
mod oauth;
mod observe;
mod peer;
mod provider_answers;
mod provider_logout;
mod proxy;
mod rate;
mod router;
mod sigv4;
mod user_import;
mod well_known;

pub(crate) use local::names_this_machine;
pub use metrics::router as metrics_router;
pub use peer::Peer;
pub use router::router;
pub(crate) use user_import::patience;
