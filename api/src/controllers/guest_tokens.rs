//! `/v2/rabbit/guest-tokens`: tokens for pages of others. `/v2/rabbit/guest-keys`: what signs them.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::guest::{Guest, GuestKey, GuestToken, GuestTokenRequest, SERVICE_KEY};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::guest::{Asker, Visitor};
use crate::auth::identity::auth::Caller;
use crate::auth::identity::request;
use crate::auth::identity::tokens::TokenData;
use crate::http::client_address::ClientAddress;
use crate::http::error::Error;
use crate::http::json::json;
use crate::http::json::json_response;
use crate::http::params::Arguments;
use crate::state::ApiState;

/// No page shows more at once.
const MAX_PANELS: usize = 100;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(issue, describe))
        .routes(routes!(revoke))
        .routes(routes!(next_key))
}

/// An answer that stays in no cache.
pub(super) fn fresh<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let mut response = json_response(status, json(body));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Refuses who is not an administrator of every broker.
pub(super) fn must_administer(caller: &TokenData) -> Result<(), Error> {
    if caller.is_admin() {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Gives a guest token to a registered portal.
///
/// With `X-Service-Key`, for what the portal may show; with `X-Auth-Token` instead, for no more of
/// that than the account sees. In `X-Auth-Token` it then opens the reads that its panels are made of,
/// and of these what the panels show. A request that is refused costs the portal nothing of its budget.
#[utoipa::path(
    post,
    path = "/v2/rabbit/guest-tokens",
    operation_id = "issueGuestToken",
    tag = "guests",
    security(("service_key" = []), ("token" = [])),
    request_body = GuestTokenRequest,
    responses(
        (status = 201, body = GuestToken),
        (status = 400, body = KeystoneErrorBody, description = "Not a token request"),
        (status = 401, body = KeystoneErrorBody, description = "Neither a portal's key nor a valid token"),
        (status = 403, body = KeystoneErrorBody, description = "What the portal may not show, or an origin that is none of its own"),
        (status = 413, body = KeystoneErrorBody, description = "Longer than a token request"),
        (status = 415, body = KeystoneErrorBody, description = "Not JSON"),
        (status = 429, body = KeystoneErrorBody, description = "More tokens than the portal may have, or too many wrong keys",
            headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, body = KeystoneErrorBody, description = "The store cannot be read now",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn issue(
    State(shared): State<Arc<ApiState>>,
    caller: Option<Extension<Arc<TokenData>>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let key = request.headers().get(SERVICE_KEY).cloned();
    let key = key.map(|key| key.to_str().map(str::to_owned).unwrap_or_default());
    let expected = "origin, and perhaps portal, panels, brokers, vhosts and lifetime,";
    let wanted: GuestTokenRequest = request::parse(request, expected).await?;
    let asker = match (&key, &caller) {
        (Some(key), _) => Asker::Key(key),
        (None, Some(Extension(caller))) => Asker::Account(caller),
        (None, None) => return Err(Error::Unauthorized),
    };
    let issued = shared
        .guests
        .issue(&shared, asker, &wanted, address)
        .await?;
    Ok(fresh(StatusCode::CREATED, &issued))
}

/// What the caller's guest token opens: its panels, brokers and vhosts.
///
/// A guest token opens reads alone, and of their answers what its panels or the view of its share link show:
/// `/v2/rabbit/guest-tokens` and `/v2/rabbit/brokers`; with panels `/v2/rabbit/dashboard`, `/v2/rabbit/overview` and
/// `POST /v2/rabbit/panels`; where a panel needs them `/v2/rabbit/series`, `/v2/rabbit/nodes`,
/// `/v2/rabbit/nodes/{name}`, `/v2/rabbit/queues/{vhost}/{name}` and `/v2/logs`; for a link to a list
/// `/v2/rabbit/queues`. All other paths answer 403. A page that shows panels names them here: the portal's use is
/// counted by that.
#[utoipa::path(
    get,
    path = "/v2/rabbit/guest-tokens",
    operation_id = "describeGuestToken",
    tag = "guests",
    params(("panel" = Option<Vec<String>>, Query, description = "A panel that is about to be shown; may be repeated, at most 100 times")),
    responses(
        (status = 200, body = Guest),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 400, body = ErrorBody, description = "An unknown argument, or too many panels"),
        (status = 403, body = KeystoneErrorBody, description = "Not a guest token"),
    )
)]
async fn describe(
    State(shared): State<Arc<ApiState>>,
    visitor: Option<Extension<Visitor>>,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let panels = arguments.many("panel");
    arguments.finish()?;
    if panels.len() > MAX_PANELS {
        let why = format!("Argument \"panel\" is given more than {MAX_PANELS} times");
        return Err(Error::BadArgument(why));
    }
    let Some(Extension(visitor)) = visitor else {
        return Err(Error::NotPermitted("This is no guest token.".into()));
    };
    let guest = shared.guests.describe(&shared, &visitor, &panels);
    Ok(fresh(StatusCode::OK, &guest))
}

/// Ends one guest token by its id, the `jti` in it. For administrators of every broker.
#[utoipa::path(
    delete,
    path = "/v2/rabbit/guest-tokens/{id}",
    operation_id = "revokeGuestToken",
    tag = "guests",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, description = "Not an administrator of every broker"),
    )
)]
async fn revoke(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    must_administer(&caller)?;
    // Tokens have theirs in small letters; whoever copies one may have others.
    let id = id.to_ascii_lowercase();
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(Error::NotFound {
            what: "Guest token",
            id,
        });
    }
    shared
        .guests
        .revoke_token(&shared, &id, &caller.user)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes the next key, which signs guest tokens from now on. For administrators of every broker.
///
/// The last one is still believed: tokens that are out go on working. Asked for twice, all of them
/// end.
#[utoipa::path(
    post,
    path = "/v2/rabbit/guest-keys",
    operation_id = "rotateGuestKeys",
    tag = "guests",
    responses(
        (status = 201, body = GuestKey),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, description = "Not an administrator of every broker"),
    )
)]
async fn next_key(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
) -> Result<Response, Error> {
    must_administer(&caller)?;
    let key = shared.guests.next_key(&shared, true).await?;
    Ok(fresh(StatusCode::CREATED, &key))
}
