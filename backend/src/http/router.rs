//! The routes, and what every answer has in common.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use serde_json::json;

use super::observe::observe;
use super::{
    Peer, account_page, brand, confirm_link, cors, hosted_ui, inbox, json_api, local,
    login_operations, login_pages, oauth, provider_answers, provider_logout, proxy, rate,
    user_import, well_known,
};
use crate::app::AppState;
use crate::branding::look;
use crate::federation::{ANSWER_PATH, SAML_ANSWER_PATH};
use crate::messages;
use crate::oauth::Page;

/// Every route of the backend.
pub fn router(state: AppState) -> Router {
    let proved = Router::new()
        .route(
            "/oauth2/token",
            post(oauth::token).options(cors::preflight_form),
        )
        .route(
            "/oauth2/par",
            post(oauth::push).options(cors::preflight_form),
        )
        .route(
            "/oauth2/userInfo",
            get(oauth::user_info)
                .post(oauth::user_info)
                .options(cors::preflight_bearer),
        )
        .layer(from_fn_with_state(state.clone(), oauth::offer_nonce));
    let open = Router::new()
        .route(
            "/",
            post(json_api::call).options(cors::preflight).get(overview),
        )
        .route("/{pool}/.well-known/jwks.json", get(well_known::jwks))
        .route("/{pool}/saml2/metadata", get(well_known::saml_metadata))
        .route(
            "/identity/.well-known/jwks.json",
            get(well_known::identity_jwks),
        )
        .route(
            "/identity/.well-known/openid-configuration",
            get(well_known::identity_discovery),
        )
        .route(
            "/{pool}/.well-known/openid-configuration",
            get(well_known::discovery),
        )
        .route(
            "/.well-known/oauth-authorization-server/{pool}",
            get(well_known::discovery),
        )
        .route(
            "/oauth2/revoke",
            post(oauth::revoke).options(cors::preflight_form),
        )
        .merge(proved)
        .layer(from_fn_with_state(state.clone(), rate::guard))
        .layer(from_fn(cors::readable_by_all));
    let mut login_domain = Router::new()
        .route("/oauth2/authorize", get(login_pages::authorize))
        .route(
            ANSWER_PATH,
            get(provider_answers::get).post(provider_answers::post),
        )
        .route(
            provider_answers::OWN,
            get(provider_answers::get).post(provider_answers::post),
        )
        .route(SAML_ANSWER_PATH, post(provider_answers::post))
        .route("/logout", get(login_pages::logout))
        .route(
            "/{pool}/saml2/logout",
            get(provider_logout::get).post(provider_logout::post),
        )
        .route(messages::LINK_PATH, post(confirm_link::confirm))
        .route(login_operations::PATH, post(login_operations::call))
        .route(account_page::PAGE, get(account_page::page))
        .route(account_page::SIGN_IN, get(account_page::sign_in))
        .route(account_page::PATH, post(account_page::call))
        .route(hosted_ui::ASSETS, get(hosted_ui::asset))
        .route(look::STYLE, get(brand::style))
        .route(look::LOGO, get(brand::logo));
    for page in Page::ALL {
        let open = move |state: State<AppState>,
                         peer: Option<Extension<Peer>>,
                         uri: Uri,
                         headers: HeaderMap| {
            login_pages::open(state, peer, page, uri, headers)
        };
        login_domain = login_domain.route(page.path(), get(open));
    }
    for page in hosted_ui::PAGES {
        login_domain = login_domain.route(page, get(hosted_ui::plain_page));
    }
    let login_domain = login_domain.layer(from_fn_with_state(state.clone(), rate::guard));
    let import = Router::new()
        .route(user_import::FILE, put(user_import::put))
        .route(user_import::REPORT, get(user_import::get_report))
        .layer(from_fn_with_state(state.clone(), rate::guard));
    let local = Router::new()
        .route("/_cognate/inbox", get(inbox::page))
        .route("/_cognate/inbox.js", get(inbox::script))
        .route("/_cognate/inbox.json", get(inbox::json))
        .layer(from_fn_with_state(state.clone(), local::guard));
    Router::new()
        .route("/health", get(health))
        .merge(open)
        .merge(login_domain)
        .merge(import)
        .merge(local)
        .layer(from_fn_with_state(state.clone(), proxy::guard))
        .layer(from_fn(common_headers))
        .layer(from_fn_with_state(state.clone(), observe))
        .with_state(state)
}

/// What somebody sees who opens the backend in a browser.
async fn overview(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let peer = peer.map_or(Peer::UNKNOWN, |Extension(peer)| peer);
    let mut what = json!({
        "service": "Cognate, a backend that speaks the protocol of Amazon Cognito user pools",
        "api": "POST / with X-Amz-Target: AWSCognitoIdentityProviderService.<Operation>",
        "identityApi": "POST / with X-Amz-Target: AWSCognitoIdentityService.<Operation>",
        "discovery": "/<user pool id>/.well-known/openid-configuration",
        "signIn": "/oauth2/authorize",
        "health": "/health",
    });
    if local::allows(&state, peer, &headers, local::OriginRule::Own) {
        what["inbox"] = json!("/_cognate/inbox");
    }
    let what = serde_json::to_string_pretty(&what).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], what).into_response()
}

async fn health(State(state): State<AppState>) -> Response {
    match state.store.ping().await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not healthy");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "status": "failing" })),
            )
                .into_response()
        }
    }
}

async fn common_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("origin-agent-cluster"), "?1"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
