//! The routes.

use axum::Router;
use axum::routing::{get, post};

use super::{json_api, well_known};
use crate::app::AppState;

/// Every route of the backend.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/", post(json_api::call))
        .route(
            "/health",
            get(|| async { axum::Json(serde_json::json!({ "status": "ok" })) }),
        )
        .route("/{pool}/.well-known/jwks.json", get(well_known::jwks))
        .with_state(state)
}
