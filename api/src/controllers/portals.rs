//! `/v2/rabbit/portals`: who embeds what.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::guest::{Portal, PortalChange};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guest_tokens::{fresh, must_administer};
use crate::auth::access_scope;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::request;
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(change))
}

/// The registered portals, and what use was made of them. For accounts that see all of every broker.
#[utoipa::path(
    get,
    path = "/v2/rabbit/portals",
    operation_id = "listPortals",
    tag = "guests",
    responses(
        (status = 200, body = Vec<Portal>),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "The account does not see all of every broker"),
        (status = 503, body = ErrorBody, description = "The store cannot be read now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    if !access_scope::sees_every_broker(&shared, &caller) {
        return Err(Error::Forbidden);
    }
    let portals = shared.guests.portals(&shared).await?;
    Ok(fresh(StatusCode::OK, &portals))
}

/// Revokes a portal at once, or takes that back. For administrators of every broker.
///
/// Revoked, neither its key nor any token of it opens anything. Taken back, the key does again;
/// the tokens from before stay closed.
#[utoipa::path(
    put,
    path = "/v2/rabbit/portals/{portal}",
    operation_id = "changePortal",
    tag = "guests",
    params(("portal" = String, Path, description = "Its name")),
    request_body = PortalChange,
    responses(
        (status = 200, body = Portal),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "Not an administrator of every broker"),
        (status = 404, body = ErrorBody, description = "No such portal"),
        (status = 503, body = ErrorBody, description = "The store cannot be written now"),
    )
)]
async fn change(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Error> {
    must_administer(&caller)?;
    let PortalChange { revoked } = request::parse(request, "revoked").await?;
    let portal = shared
        .guests
        .revoke_portal(&shared, &name, revoked, &caller.user)
        .await?;
    Ok(fresh(StatusCode::OK, &portal))
}
