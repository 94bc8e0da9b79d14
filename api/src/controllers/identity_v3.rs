//! Tokens by version 3 of Keystone's protocol.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use metering::error::KeystoneErrorBody;
use metering::identity::{AuthRequest, SUBJECT_TOKEN, TokenBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::tokens::TokenData;
use crate::auth::identity::{issue_token, request, token_body};
use crate::http::client_address::ClientAddress;
use crate::http::error::Error;
use crate::http::json::{json, json_response};
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(issue, validate, revoke))
}

/// Gives a token for a name and a password, or a narrower one for a token.
///
/// The token stands in the header `X-Subject-Token` of the answer.
#[utoipa::path(
    post,
    path = "/identity/v3/auth/tokens",
    operation_id = "issueToken",
    tag = "identity",
    security(()),
    request_body = AuthRequest,
    responses(
        (status = 201, body = TokenBody, headers(("X-Subject-Token" = String, description = "The token"))),
        (status = 400, body = KeystoneErrorBody, description = "Not a token request"),
        (status = 401, body = KeystoneErrorBody, description = "Wrong name, password or project"),
        (status = 403, body = KeystoneErrorBody, description = "The account has no tag of the management API"),
        (status = 413, body = KeystoneErrorBody, description = "Longer than a token request"),
        (status = 415, body = KeystoneErrorBody, description = "Not JSON"),
        (status = 429, body = KeystoneErrorBody, description = "Too many wrong passwords",
            headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, body = KeystoneErrorBody, description = "No broker could be asked",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn issue(
    State(shared): State<Arc<ApiState>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let wanted = request::read(request).await?;
    let (token, data) = issue_token(&shared, wanted, address).await?;
    Ok(token_response(StatusCode::CREATED, &token, &data, &shared))
}

/// What a token stands for.
///
/// An account may ask about its own tokens, the role `admin` about all.
#[utoipa::path(
    get,
    path = "/identity/v3/auth/tokens",
    operation_id = "validateToken",
    tag = "identity",
    params(("X-Subject-Token" = String, Header, description = "The token to validate")),
    responses(
        (status = 200, body = TokenBody, headers(("X-Subject-Token" = String, description = "The token"))),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = KeystoneErrorBody, description = "Somebody else's token"),
        (status = 404, body = KeystoneErrorBody, description = "The subject is no valid token"),
    )
)]
async fn validate(
    State(shared): State<Arc<ApiState>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Subject {
        caller,
        token,
        data,
    } = subject(&shared, &headers)?;
    if !caller.is_same_person(&data) && !caller.is_admin() {
        return Err(Error::NotPermitted(
            "Validating somebody else's token needs the role admin.".into(),
        ));
    }
    Ok(token_response(StatusCode::OK, &token, &data, &shared))
}

/// Ends a token.
///
/// An account may end its own tokens, an administrator of every broker all.
#[utoipa::path(
    delete,
    path = "/identity/v3/auth/tokens",
    operation_id = "revokeToken",
    tag = "identity",
    params(("X-Subject-Token" = String, Header, description = "The token to revoke")),
    responses(
        (status = 204, description = "The token is no longer valid"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = KeystoneErrorBody, description = "Somebody else's token"),
        (status = 404, body = KeystoneErrorBody, description = "The subject is no valid token"),
    )
)]
async fn revoke(
    State(shared): State<Arc<ApiState>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Subject {
        caller,
        token,
        data,
    } = subject(&shared, &headers)?;
    if !caller.is_same_person(&data) && !caller.is_admin() {
        return Err(Error::NotPermitted(
            "Revoking somebody else's token needs the role admin.".into(),
        ));
    }
    shared.tokens.revoke(&token);
    shared.system_log.token_revoked(&data, &caller);
    tracing::info!(
        user = data.user,
        audit_id = data.audit_id,
        by = caller.user,
        "signed out"
    );
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whose token it is that asks, and which one it asks about.
struct Subject {
    caller: Arc<TokenData>,
    token: String,
    data: Arc<TokenData>,
}

fn subject(shared: &ApiState, headers: &HeaderMap) -> Result<Subject, Error> {
    let now = shared.config.clock.now();
    let caller = shared
        .tokens
        .of_request(headers, now)
        .ok_or(Error::Unauthorized)?;
    let token = headers
        .get(SUBJECT_TOKEN)
        .and_then(|value| value.to_str().ok())
        .ok_or(Error::UnknownToken)?;
    let data = shared.tokens.find(token, now).ok_or(Error::UnknownToken)?;
    Ok(Subject {
        caller,
        token: token.to_owned(),
        data,
    })
}

fn token_response(
    status: StatusCode,
    token: &str,
    data: &TokenData,
    shared: &ApiState,
) -> Response {
    let mut response = json_response(status, json(&token_body::describe(data, &shared.base)));
    // A token is hexadecimal.
    if let Ok(mut value) = HeaderValue::from_str(token) {
        value.set_sensitive(true);
        response.headers_mut().insert(SUBJECT_TOKEN, value);
    }
    forbid_caching(response.headers_mut());
    response
}

/// Keeps an answer about tokens out of every cache.
pub(super) fn forbid_caching(headers: &mut HeaderMap) {
    headers.insert(VARY, HeaderValue::from_static("X-Auth-Token"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
