//! The hosted pages: which files are answered where, and with which headers.

use std::fs;
use std::path::Path;

use axum::body::Body;
use cognate_backend::config::Config;
use tempfile::TempDir;

use crate::support::{Answer, Backend, request};

const PAGES: [&str; 10] = [
    "/login",
    "/signup",
    "/confirm",
    "/confirmUser",
    "/forgotPassword",
    "/confirmforgotPassword",
    "/resendcode",
    "/mfa",
    "/signedOut",
    "/error",
];

/// A backend with a bundle of a few files.
async fn start() -> (Backend, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    write("index.html", "<p>any page");
    write("error.html", "<p>the error page");
    write("secret.txt", "not for the web");
    write("assets/app-1.js", "plain");
    write("assets/app-1.js.br", "smallest");
    write("assets/app-1.js.gz", "smaller");
    write("assets/app-1.wasm", "wasm");
    (with_folder(folder.path()).await, folder)
}

async fn with_folder(folder: &Path) -> Backend {
    Backend::start_with(Config {
        hosted_ui: Some(folder.to_owned()),
        ..Config::demo()
    })
    .await
}

async fn get(backend: &Backend, path: &str, encodings: &str) -> Answer {
    let request = request("GET", path).header("accept-encoding", encodings);
    backend.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_page_is_answered_fresh_and_under_a_strict_policy() {
    let (backend, _folder) = start().await;
    for page in PAGES {
        let answer = backend.get(page).await;
        let expected = if page == "/error" {
            "<p>the error page"
        } else {
            "<p>any page"
        };
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (200, expected),
            "{page}"
        );
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                 img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
                 frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
                 trusted-types 'none'",
            ),
            ("cross-origin-opener-policy", "same-origin"),
            ("origin-agent-cluster", "?1"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{page} {name}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn an_asset_comes_in_the_smallest_form_the_browser_takes_and_is_kept() {
    let (backend, _folder) = start().await;
    let path = "/_cognate/ui/assets/app-1.js";
    for (encodings, text, encoding) in [
        ("gzip, deflate, br", "smallest", Some("br")),
        ("gzip", "smaller", Some("gzip")),
        ("br;q=0, gzip;q=0.5", "smaller", Some("gzip")),
        ("identity", "plain", None),
    ] {
        let answer = get(&backend, path, encodings).await;
        assert_eq!(
            (answer.text.as_str(), answer.header("content-encoding")),
            (text, encoding)
        );
        assert_eq!(
            answer.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
    let wasm = get(&backend, "/_cognate/ui/assets/app-1.wasm", "br").await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    assert_eq!(
        wasm.header("content-encoding"),
        None,
        "there is no smaller form of it"
    );
}

#[tokio::test]
async fn nothing_but_assets_can_be_asked_for() {
    let (backend, _folder) = start().await;
    for name in [
        "..%2Findex.html",
        "..%2Fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "../secret.txt",
        ".app-1.js",
        "app-2.js",
        "app-1.js.br",
        "app-1",
        "",
    ] {
        let answer = get(&backend, &format!("/_cognate/ui/assets/{name}"), "br").await;
        assert_eq!(answer.status, 404, "{name}");
    }
    assert_eq!(backend.get("/secret.txt").await.status, 404);
}

#[tokio::test]
async fn without_a_bundle_a_sentence_says_how_to_get_one() {
    let empty = tempfile::tempdir().unwrap();
    for backend in [Backend::start().await, with_folder(empty.path()).await] {
        let answer = backend.get("/login").await;
        assert_eq!(answer.status, 404);
        assert!(answer.text.contains("--hosted-ui"), "{}", answer.text);
    }
}
