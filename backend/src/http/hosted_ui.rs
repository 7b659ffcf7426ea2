//! The hosted pages: files of the bundle that `hosted-ui` builds, answered at the service's paths.
//!
//! The folder holds `index.html`, or `<page>.html` for a page with one of its own, and `assets/`, files
//! with their hash in the name and a `.br` and `.gz` beside each. Pages are never kept by a browser or
//! proxy; assets are kept for ever.
//!
//! # Security model
//! Pages run no script but the bundle's, talk to this origin only, and are shown in no frame. Names of
//! assets have no separators, so nothing outside the folder can be asked for.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;

use super::confirm_link;
use crate::app::AppState;
use crate::messages;

/// Paths that show a page without beginning a sign-in ([`crate::oauth::Page`] has the others).
pub(super) const PAGES: [&str; 9] = [
    "/selectAccount",
    "/consent",
    "/confirm",
    "/confirmUser",
    "/confirmforgotPassword",
    "/resendcode",
    "/mfa",
    "/signedOut",
    "/error",
];

/// Where assets are, as the pages refer to them.
pub(super) const ASSETS: &str = "/_cognate/ui/assets/{name}";

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const ABSENT: &str = "The hosted pages are not built: build hosted-ui, then start the backend with \
                      --hosted-ui and the folder it made.\n";

/// `GET` of a page that begins nothing.
pub(super) async fn plain_page(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    // Somebody follows a link of a message.
    if uri.path() == messages::LINK_PATH && uri.query().is_some_and(confirm_link::is_one) {
        return confirm_link::ask(&uri);
    }
    page(&state, uri.path(), &headers).await
}

/// The page of a path.
pub(super) async fn page(state: &AppState, path: &str, headers: &HeaderMap) -> Response<Body> {
    let Some(folder) = &state.config.hosted_ui else {
        return (StatusCode::NOT_FOUND, ABSENT).into_response();
    };
    let own = folder.join(format!("{}.html", path.trim_start_matches('/')));
    let file = match read(own, headers).await {
        None => read(folder.join("index.html"), headers).await,
        found => found,
    };
    let Some(file) = file else {
        return (StatusCode::NOT_FOUND, ABSENT).into_response();
    };
    let mut response = file.answer("text/html; charset=utf-8", "no-store");
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // What `frame-ancestors` says, for browsers and scanners that do not read it there.
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        // With `no-referrer`, browsers say `Origin: null` in some requests to ourselves.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "publickey-credentials-get=(self), publickey-credentials-create=(self)",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `GET` of an asset.
pub(super) async fn asset(
    State(state): State<AppState>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let is_name = !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let kind = content_type(&name).filter(|_| is_name);
    let (Some(folder), Some(kind)) = (&state.config.hosted_ui, kind) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match read(folder.join("assets").join(name), &headers).await {
        Some(file) => file.answer(kind, "public, max-age=31536000, immutable"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file in the smallest form that the browser takes.
struct File {
    bytes: Vec<u8>,
    encoding: Option<&'static str>,
}

impl File {
    fn answer(self, kind: &'static str, cache: &'static str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.bytes));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = self.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

async fn read(path: PathBuf, headers: &HeaderMap) -> Option<File> {
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(headers, encoding)
            && let Ok(bytes) = tokio::fs::read(with_ending(&path, ending)).await
        {
            let encoding = Some(encoding);
            return Some(File { bytes, encoding });
        }
    }
    let bytes = tokio::fs::read(path).await.ok()?;
    let encoding = None;
    Some(File { bytes, encoding })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Whether `Accept-Encoding` names this one, and not with a weight of zero.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case(encoding)
                && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
        })
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oauth::Page;

    #[test]
    fn the_pages_answered_are_those_that_the_hosted_ui_has() {
        let routes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hosted-ui/src/routes.rs");
        let routes = std::fs::read_to_string(routes).unwrap();
        let code = routes.split("#[cfg(test)]").next().unwrap();
        let texts = code.split('"').skip(1).step_by(2);
        let theirs: BTreeSet<&str> = texts.filter(|text| text.starts_with('/')).collect();
        let ours: BTreeSet<&str> = PAGES.into_iter().chain(Page::ALL.map(Page::path)).collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn an_encoding_is_accepted_by_its_name_unless_its_weight_is_zero() {
        let mut headers = HeaderMap::new();
        assert!(!accepts(&headers, "br"));
        let value = "gzip, deflate;q=0.5, br;q=0";
        headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
        assert!(accepts(&headers, "gzip"));
        assert!(!accepts(&headers, "br"));
        assert!(!accepts(&headers, "zstd"));
    }
}
