//! What other people's pages get of us: the script of `<warren-panel>`, the page of a frame, and
//! the scripts on either side of that frame.
//!
//! The scripts have stable names, so they are asked for again after some minutes; what they load
//! has hashes in its names. All of them may be loaded by any page, as none holds anything that is
//! not public. Who gets numbers is decided where these are asked for.

mod frame;

use std::sync::Arc;

use api::EntityTag;
use app::i18n::Language;
use app::server::texts;
use app::ui::embed::{Kind, height};
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

pub(super) use self::frame::Origins;

const ELEMENT: &str = include_str!("embed/embed.js");
/// The script inside a frame.
const INSIDE: &str = include_str!("embed/inside.js");
/// The script of the page around a frame.
const AROUND: &str = include_str!("embed/frame.js");
/// What in [`ELEMENT`] stands for the bundle's files.
const FILES: &str = "/*FILES*/{}";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A new release reaches pages within so long; until then they need not even ask.
const SHORT: HeaderValue =
    HeaderValue::from_static("public, max-age=300, stale-while-revalidate=86400");

/// The files that a panel in somebody else's page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmbedBundle {
    /// `frontend-<hash>.js`.
    pub(crate) script: String,
    /// `frontend-<hash>_bg.wasm`.
    pub(crate) wasm: String,
    /// `main-<hash>.css` and, above it, `embed-<hash>.css`.
    pub(crate) styles: [String; 2],
}

/// A script, and the validator of its content.
struct Script {
    text: String,
    tag: EntityTag,
}

impl Script {
    fn new(text: String) -> Self {
        let tag = EntityTag::default().hash_of(&text);
        Self { text, tag }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let mut answer = if self.tag.is_known(asked) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
            ([(CONTENT_TYPE, kind)], self.text.clone()).into_response()
        };
        let headers = answer.headers_mut();
        headers.insert(ETAG, self.tag.to_header());
        headers.insert(CACHE_CONTROL, SHORT);
        for_everybody(headers);
        answer
    }
}

/// Lets pages of every origin load an answer.
pub(super) fn for_everybody(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// The scripts and pages; `origins` says who may frame these. Without a bundle for them there are none.
pub(super) fn routes(bundle: Option<EmbedBundle>, base_path: &str, origins: Origins) -> Router {
    let Some(bundle) = bundle else {
        tracing::warn!("the bundle has no panels for other pages: there is no /embed.js");
        return Router::new();
    };
    let script = |text: String| {
        let script = Arc::new(Script::new(text));
        get(move |asked: HeaderMap| async move { script.answer(&asked) })
    };
    Router::new()
        .route("/embed.js", script(element(&bundle)))
        .route("/frame.js", script(AROUND.to_owned()))
        .route("/frame-inside.js", script(INSIDE.to_owned()))
        .merge(frame::routes(base_path, origins))
}

/// The element's script, which names the files that it loads.
fn element(bundle: &EmbedBundle) -> String {
    let heights: serde_json::Map<_, _> = Kind::ALL
        .into_iter()
        .map(|kind| (kind.word().to_owned(), json!(height(kind))))
        .collect();
    let texts: serde_json::Map<_, _> = Language::ALL
        .into_iter()
        .filter_map(|language| {
            Some((
                language.tag().to_owned(),
                json!(texts::file(language)?.name),
            ))
        })
        .collect();
    let files = json!({
        "script": bundle.script,
        "wasm": bundle.wasm,
        "styles": bundle.styles,
        "texts": texts,
        "heights": heights,
    });
    ELEMENT.replacen(FILES, &files.to_string(), 1)
}
