//! What a pool publishes: discovery and JWKS.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::keys::KeyError;

pub(super) async fn jwks(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    match state.keys.jwks(&pool_id).await {
        Ok(keys) => Ok(Json(json!(keys))),
        Err(KeyError::NoPool) => Err(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no keys");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
