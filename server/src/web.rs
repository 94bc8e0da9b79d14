//! The dashboard's listener: what stands around the app.
//!
//! | module | what |
//! |---|---|
//! | `middleware` | for every request: caller, access check, headers, the log |
//! | `forwarded` | the viewer behind a trusted proxy |
//! | `origin` | requests from other sites' pages |
//! | `hosts` | under which names one may ask |
//! | `embed_cors` | pages of registered portals, for panels |
//! | `headers` | security headers |
//! | `sessions` | the session cookie and the store behind it |
//! | `bundle` | the browser's files |
//! | `embed` | the script for other people's pages, and the pages for their frames |
//! | `pages` | the app's pages and server functions |
//! | `page_limit` | how many pages are rendered at once |
//! | `health` | `/healthz`, `/readyz` |

mod bundle;
mod embed;
mod embed_cors;
pub(crate) mod forwarded;
mod headers;
pub(crate) mod health;
pub(crate) mod hosts;
pub(crate) mod middleware;
mod origin;
mod page_limit;
mod pages;
mod sessions;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use app::server::AppContext;
use app::server::OpenedLinks;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use client::Client;
use http::StatusCode;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use self::bundle::BundleError;
use self::forwarded::Paths;
use self::health::Readiness;
use self::hosts::AllowedHosts;
use self::middleware::RequestPolicy;
use crate::config::WebConfig;

/// No form of ours is larger, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// No page takes longer.
const TIMEOUT: Duration = Duration::from_secs(45);
/// Smaller answers are sent as they are, in bytes: packing a poll costs half as much again as
/// making it, and a few packets less every five seconds help nobody. Pages are always larger.
const COMPRESSED_FROM: u16 = 8 * 1024;

/// The dashboard's routes. `metering_url` is where viewers reach the metering API themselves.
///
/// # Errors
/// When there is no bundle.
pub(crate) fn router(
    config: &WebConfig,
    client: Client,
    metering_url: &str,
    readiness: Readiness,
) -> Result<Router, BundleError> {
    let (folder, bundle) = bundle::find(config.site.as_deref())?;
    tracing::info!(folder = %folder.display(), script = bundle.script, "browser's bundle");
    if cfg!(debug_assertions) {
        // The framework marks up its views otherwise, and the browser stumbles over that.
        tracing::warn!("this is a debug build: a bundle that was built in release does not fit it");
    }
    let context = AppContext {
        client,
        metering_url: metering_url.into(),
        base_path: config.base_path.as_str().into(),
        bundle: Arc::new(bundle),
        keystone: config
            .keystone
            .as_ref()
            .map(|keystone| keystone.domain.as_str().into()),
        links: OpenedLinks::default(),
    };
    let portals = config.portals.clone();
    let embed = embed::routes(
        bundle::find_embed(&folder),
        &config.base_path,
        Arc::new(move |portal: &str| {
            let portal = portals.named(portal);
            portal.map_or_else(Vec::new, |portal| portal.origins)
        }),
    );
    let pages = pages::routes(&context);
    let pages = sessions::with_sessions(pages, &config.base_path, config.session_lifetime);
    let health = health::routes(readiness);
    let below = Router::new()
        .nest("/pkg", bundle::routes(&folder))
        .merge(embed)
        .merge(health.clone())
        .fallback_service(pages);
    let policy = RequestPolicy::new(
        Paths {
            proxies: config.trusted_proxies.clone().into(),
            public_url: config.public_url.clone().map(Arc::new),
            warning: Arc::default(),
        },
        AllowedHosts::new(config.public_url.as_ref(), &config.allowed_hosts),
        config.portals.clone(),
        &config.base_path,
    );
    let routes = if config.base_path.is_empty() {
        below
    } else {
        // Probes come straight to the port, and know no base path.
        Router::new()
            .nest_service(&config.base_path, below)
            .merge(health)
    };
    // Each pair of brackets below is one more around the routes: the last one meets a request first.
    Ok(routes
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(5))
                .compress_when(SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::IMAGES)),
        )
        .layer(from_fn_with_state(Arc::new(policy), middleware::check)))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the layer's"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(message, "a request panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal error.\n").into_response()
}
