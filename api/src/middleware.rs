//! The layer around all routes.
//!
//! From the outside in: the path prefix is taken off, the caller's address found, the origin
//! checked, the token under `/v2` required (an unknown path there is `401` to strangers), the
//! `Accept` header honoured; on the way out CORS headers are set and one line is logged.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use metering::EventType;

use crate::auth::guest::{Guests, route_access};
use crate::auth::identity::tokens::TokenData;
use crate::http::error::Error;
use crate::http::{accept, client_address, cors, router_error};
use crate::state::ApiState;

/// Logs a request that came through a proxy that is not trusted.
fn warn_of_untrusted_proxy(shared: &ApiState, request: &Request) {
    let Some(peer) = client_address::untrusted_peer(request, &shared.config.trusted_proxies) else {
        return;
    };
    if let Some(warning) = shared.untrusted_proxy.about(request.headers(), peer) {
        tracing::warn!(%peer, "{warning}");
        shared
            .system_log
            .identity(EventType::UntrustedProxy, warning);
    }
}

/// The layer around the routes.
pub(crate) async fn layer(
    State(shared): State<Arc<ApiState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let in_process = request
        .extensions()
        .get::<ConnectInfo<std::net::SocketAddr>>()
        .is_none();
    let client = client_address::client(&request, &shared.config.trusted_proxies);
    warn_of_untrusted_proxy(&shared, &request);
    request
        .extensions_mut()
        .insert(client_address::ClientAddress(client));
    let origin = cors::allowed(request.headers(), &shared.config.cors_origins);

    let mut user = None;
    let mut response = if origin.is_some() && cors::is_preflight(&request) {
        cors::preflight()
    } else {
        admit(&shared, matched.as_ref(), request, next, &mut user).await
    };

    if !shared.config.cors_origins.is_empty() {
        cors::mark(response.headers_mut(), origin);
    }
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = format!("Keystone uri='{}'", shared.authority.uri(&shared.base));
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
    }
    let path = matched.as_ref().map_or("-", MatchedPath::as_str);
    let ms = started.elapsed().as_micros() as f64 / 1000.0;
    let user = user.as_ref().map_or("-", |caller| caller.user.as_str());
    let status = status.as_u16();
    // The dashboard's own calls are many, and its listener has a line for each of them already.
    if in_process {
        tracing::debug!(target: "api::request", %method, path, status, ms, user, client = "in process");
    } else {
        let client = client.map(tracing::field::display);
        tracing::info!(target: "api::request", %method, path, status, ms, user, client);
    }
    response
}

async fn admit(
    shared: &Arc<ApiState>,
    matched: Option<&MatchedPath>,
    mut request: Request,
    next: Next,
    user: &mut Option<Arc<TokenData>>,
) -> Response {
    let path = request.uri().path();
    let is_closed = path == "/v2" || path.starts_with("/v2/");
    if is_closed && !route_access::needs_no_token(request.method(), matched, request.headers()) {
        let caller = match caller(shared, matched, &mut request).await {
            Ok(caller) => caller,
            Err(error) => return error.into_response(),
        };
        shared.wait_for_first_polls(&caller).await;
        *user = Some(Arc::clone(&caller));
        request.extensions_mut().insert(caller);
    }
    let accepted = request
        .headers()
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    if matched.is_some() && !accept::admits_json(accepted) {
        return router_error::refuse(StatusCode::NOT_ACCEPTABLE, request.headers());
    }
    let account = if let Some(caller) = user {
        caller.user_id()
    } else {
        let client = request.extensions().get::<client_address::ClientAddress>();
        let client = client.and_then(|client| client.0);
        client.map_or_else(|| "-".to_owned(), |address| address.to_string())
    };
    shared.bodies.run(&account, request, next).await
}

/// What the token of a request stands for: a guest, or an account that the authority knows.
async fn caller(
    shared: &Arc<ApiState>,
    matched: Option<&MatchedPath>,
    request: &mut Request,
) -> Result<Arc<TokenData>, Error> {
    let Some(token) = Guests::token_of(request.headers()) else {
        return shared.authority.caller(shared, request.headers()).await;
    };
    let asked = (request.method(), matched, request.headers());
    let visitor = shared.guests.visitor(shared, token, asked).await?;
    let data = Arc::clone(&visitor.data);
    request.extensions_mut().insert(visitor);
    Ok(data)
}
