//! The page of a frame: one panel and nothing around it.
//!
//! It is the same for everybody, and holds no numbers: these come once the page around has given a
//! token, over a channel that both sides opened only after they knew each other's origin. Who may
//! frame it are the origins of the portal that the address names.

use std::fmt::Write as _;
use std::sync::Arc;

use app::query::Query;
use app::ui::embed::Kind;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use sha2::{Digest, Sha256};

use crate::web::headers::MayBeFramed;

/// The origins of a portal's pages, by its name; none for one that is not registered.
pub(in crate::web) type Origins = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

const STYLE: &str = include_str!("frame.css");
/// What of an address becomes an attribute of the panel.
const ATTRIBUTES: [&str; 11] = [
    "broker",
    "vhost",
    "queue",
    "node",
    "range",
    "from",
    "to",
    "refresh",
    "lang",
    "theme",
    "transparent",
];

pub(super) fn routes(base_path: &str, origins: Origins) -> Router {
    let base: Arc<str> = base_path.into();
    let page = move |Path(panel): Path<String>, uri: Uri| {
        let (base, origins) = (Arc::clone(&base), Arc::clone(&origins));
        async move {
            let query = Query::parse(uri.query().unwrap_or_default());
            let framed_by = query.get("portal").map(|portal| origins(portal));
            page(&base, &panel, &query, &framed_by.unwrap_or_default())
        }
    };
    Router::new().route("/embed/{panel}", get(page))
}

fn page(base: &str, panel: &str, query: &Query, origins: &[String]) -> Response {
    let Some(kind) = Kind::find(panel) else {
        let text = format!("There is no such panel. There are: {}.\n", Kind::accepted());
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let mut attributes = String::new();
    for name in ATTRIBUTES {
        if let Some(value) = query.get(name) {
            // Writing to a String cannot fail.
            let _ = write!(attributes, " {name}=\"{}\"", escaped(value));
        }
    }
    let lang = escaped(query.get("lang").unwrap_or("en"));
    let known = serde_json::to_string(origins).unwrap_or_default();
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\" data-origins=\"{known}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Warren: {panel}</title>\
         <style>{STYLE}</style><script type=\"module\" src=\"{base}/frame-inside.js\"></script></head>\
         <body><warren-panel panel=\"{panel}\" height=\"auto\"{attributes}></warren-panel>\
         <noscript>This panel needs scripting.</noscript></body></html>\n",
        known = escaped(&known),
        panel = kind.word(),
        base = escaped(base),
    );
    let mut answer = Html(html).into_response();
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(origins)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    // A page that isolates itself frames only pages that do the same; all that this one loads is ours.
    headers.insert(
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    );
    if !origins.is_empty() {
        answer.extensions_mut().insert(MayBeFramed);
    }
    answer
}

/// Its own scripts, WebAssembly and this very style; framed by these and nobody else.
fn policy(origins: &[String]) -> String {
    let framed_by = if origins.is_empty() {
        "'none'".to_owned()
    } else {
        origins.join(" ")
    };
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'sha256-{style}'; \
         img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {framed_by}"
    )
}

/// A text as it stands in an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(panel: &str, query: &str, origins: &[&str]) -> Response {
        let origins: Vec<_> = origins.iter().map(|&origin| origin.to_owned()).collect();
        page("/warren", panel, &Query::parse(query), &origins)
    }

    async fn text(answer: Response) -> String {
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
        String::from_utf8(body.expect("a body").to_vec()).expect("UTF-8")
    }

    fn policy_of(answer: &Response) -> &str {
        let policy = answer.headers().get(CONTENT_SECURITY_POLICY);
        policy.expect("a policy").to_str().expect("ASCII")
    }

    #[tokio::test]
    async fn hostile_values_stay_within_their_attribute() {
        let answer = shown(
            "nodes",
            "broker=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&onload=x",
            &[],
        );
        let page = text(answer).await;
        assert!(page.contains("broker=\"&quot;&gt;&lt;script&gt;"), "{page}");
        assert!(!page.contains("onload"), "{page}");
    }

    #[test]
    fn a_portal_frames_it_and_nobody_else() {
        let answer = shown("nodes", "", &["https://a.example", "https://b.example"]);
        assert!(
            policy_of(&answer).ends_with("frame-ancestors https://a.example https://b.example")
        );
        assert!(answer.extensions().get::<MayBeFramed>().is_some());
        let answer = shown("nodes", "", &[]);
        assert!(policy_of(&answer).ends_with("frame-ancestors 'none'"));
        assert!(answer.extensions().get::<MayBeFramed>().is_none());
    }

    #[test]
    fn there_are_no_other_panels() {
        assert_eq!(shown("secrets", "", &[]).status(), StatusCode::NOT_FOUND);
    }
}
