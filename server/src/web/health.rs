//! Whether the program lives, and whether it can answer viewers.

use std::sync::Arc;
use std::time::Duration;

use api::Api;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use client::Client;
use http::StatusCode;

/// How long `/readyz` waits for a metering API elsewhere.
const PATIENCE: Duration = Duration::from_secs(2);

/// What readiness depends on.
#[derive(Clone)]
pub(crate) enum Readiness {
    /// Every broker was tried at least once: then there is an answer for each, if only that it is
    /// down.
    Collected(Arc<Api>),
    /// The metering API answers.
    Reachable(Client),
}

/// `/healthz` and `/readyz`.
pub(crate) fn routes(readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || ready(readiness.clone())))
}

async fn ready(readiness: Readiness) -> Response {
    let reason = match readiness {
        Readiness::Collected(api) if api.is_ready() => None,
        Readiness::Collected(_) => Some("not every broker has been asked yet".to_owned()),
        Readiness::Reachable(client) => {
            match tokio::time::timeout(PATIENCE, client.reachable()).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(format!("the metering API: {error}")),
                Err(_) => Some("the metering API does not answer".to_owned()),
            }
        }
    };
    match reason {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}
