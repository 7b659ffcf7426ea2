//! The inbox: what would have been sent, for the developer to read.
//!
//! # Security model
//! All routes stand behind `local::guard`. The page loads nothing but its own script, which asks for the
//! page again and shows its messages; it cannot be framed, and shows what people wrote as text.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::app::AppState;
use crate::html::escaped;
use crate::messages::{self, Delivered};

const SHOWN: i64 = 100;
const SCRIPT: &str = include_str!("inbox.js");
const STYLE: &str = include_str!("inbox.css");
const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
                   connect-src 'self'; base-uri 'none'; \
                   form-action 'self'; frame-ancestors 'none'";

#[derive(Deserialize)]
pub(super) struct Filter {
    /// Only messages to this address.
    to: Option<String>,
}

/// `GET /_cognate/inbox`
pub(super) async fn page(State(state): State<AppState>, Query(filter): Query<Filter>) -> Response {
    match read(&state, &filter).await {
        Ok(messages) => {
            let page = render(&messages, filter.to.as_deref().unwrap_or_default());
            kept_private(([(header::CONTENT_SECURITY_POLICY, CSP)], Html(page)))
        }
        Err(status) => status.into_response(),
    }
}

/// `GET /_cognate/inbox.js`
pub(super) async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    kept_private((headers, SCRIPT))
}

/// `GET /_cognate/inbox.json`
pub(super) async fn json(State(state): State<AppState>, Query(filter): Query<Filter>) -> Response {
    match read(&state, &filter).await {
        Ok(messages) => {
            let messages: Vec<_> = messages
                .iter()
                .map(|message| {
                    json!({
                        "to": message.to,
                        "subject": message.subject,
                        "body": message.body,
                        "code": message.code,
                        "sent_at": time_of(message).format(&Rfc3339).unwrap_or_default(),
                    })
                })
                .collect();
            kept_private(Json(json!({ "messages": messages })))
        }
        Err(status) => status.into_response(),
    }
}

/// An answer that no cache keeps and no other origin reads, frames or holds a window of.
fn kept_private(answer: impl IntoResponse) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    (headers, answer).into_response()
}

async fn read(state: &AppState, filter: &Filter) -> Result<Vec<Delivered>, StatusCode> {
    // What was queued before this request is in the answer.
    state.messages.flush().await;
    let to = filter
        .to
        .as_deref()
        .map(str::trim)
        .filter(|to| !to.is_empty());
    messages::recent(&state.store, &state.sealer, to, SHOWN)
        .await
        .map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the inbox cannot be read"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        })
}

fn render(messages: &[Delivered], to: &str) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Inbox · Cognate</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Inbox</h1>\n\
         <p>Messages this backend would have sent. Only this machine can see them.</p>\n\
         <form method=\"get\" role=\"search\">\n\
         <label for=\"to\">Address</label>\n\
         <input id=\"to\" name=\"to\" type=\"search\" autocomplete=\"off\" \
         placeholder=\"Everybody\" value=\"{}\">\n<button>Refresh</button>\n</form>\n\
         </header>\n<main>\n",
        escaped(to)
    );
    if messages.is_empty() {
        html.push_str("<p class=\"empty\">No messages yet. Sign somebody up: what is sent shows here by itself.</p>\n");
    }
    for message in messages {
        render_message(&mut html, message);
    }
    html.push_str("</main>\n<script src=\"/_cognate/inbox.js\"></script>\n</body>\n</html>\n");
    html
}

fn render_message(html: &mut String, message: &Delivered) {
    let time = time_of(message);
    let machine = time.format(&Rfc3339).unwrap_or_default();
    let short = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    let people = time.format(short).unwrap_or_default();
    html.push_str(&format!(
        "<article>\n<div class=\"meta\"><span class=\"to\">{}</span>\
         <time datetime=\"{machine}\">{people}</time></div>\n<h2>{}</h2>\n",
        escaped(&message.to),
        escaped(&message.subject),
    ));
    let links = links(&message.body);
    // A link has the code in it: nobody types that.
    if let Some(code) = message.code.as_ref().filter(|_| links.is_empty()) {
        html.push_str(&format!(
            "<p class=\"code\"><span class=\"label\">Code</span><code>{}</code></p>\n",
            escaped(code)
        ));
    }
    html.push_str(&format!(
        "<p class=\"body\">{}</p>\n",
        escaped(&message.body)
    ));
    for link in links {
        html.push_str(&format!(
            "<p class=\"link\"><a href=\"{0}\" target=\"_blank\" rel=\"noreferrer\">{0}</a></p>\n",
            escaped(&link)
        ));
    }
    html.push_str("</article>\n");
}

/// Where the links of a message lead to, as its reader's program would follow them.
fn links(body: &str) -> Vec<String> {
    body.split("<a href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(link, _)| link.replace("&amp;", "&"))
        .filter(|link| link.starts_with("http://") || link.starts_with("https://"))
        .collect()
}

fn time_of(message: &Delivered) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(message.sent_at) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_can_be_followed_and_its_code_is_not_shown() {
        let message = Delivered {
            to: String::new(),
            subject: String::new(),
            body: "<a href=\"https://host/?a=1&amp;b=2\">x</a> <a href=\"javascript:1\">y</a>"
                .to_owned(),
            code: Some("123456".to_owned()),
            sent_at: 0,
        };
        let html = render(&[message], "");
        assert!(
            html.contains("<a href=\"https://host/?a=1&amp;b=2\""),
            "{html}"
        );
        assert!(
            !html.contains("123456") && !html.contains("<a href=\"javascript"),
            "{html}"
        );
    }

    #[test]
    fn what_people_wrote_is_text_and_stays_inside_attributes() {
        let evil = "\"><script>alert('1')</script>&";
        let message = Delivered {
            to: evil.to_owned(),
            subject: evil.to_owned(),
            body: evil.to_owned(),
            code: Some(evil.to_owned()),
            sent_at: 0,
        };
        let html = render(&[message], evil);
        assert_eq!(html.matches("<script").count(), 1, "only its own");
        assert!(
            !html.contains("\">&lt;script"),
            "the attribute is not ended"
        );
        assert_eq!(
            html.matches("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)")
                .count(),
            5
        );
    }

    #[test]
    fn a_message_shows_its_time_for_people_and_machines() {
        let message = Delivered {
            to: "a@example.com".to_owned(),
            subject: "s".to_owned(),
            body: "b".to_owned(),
            code: None,
            sent_at: 1_700_000_000_123,
        };
        let html = render(&[message], "");
        assert!(
            html.contains("datetime=\"2023-11-14T22:13:20.123Z\""),
            "{html}"
        );
        assert!(html.contains("2023-11-14 22:13:20 UTC"));
        assert!(!html.contains("class=\"code\""));
    }
}
