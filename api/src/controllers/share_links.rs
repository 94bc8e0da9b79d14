//! `/v2/rabbit/share-links`: what somebody sees, for whoever has the link.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::guest::{OpenShareLink, OpenedShareLink, ShareLink, ShareLinkRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guest_tokens::fresh;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::request;
use crate::http::client_address::ClientAddress;
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(end))
        .routes(routes!(open))
}

/// The caller's share links; of an administrator of every broker all there are.
#[utoipa::path(
    get,
    path = "/v2/rabbit/share-links",
    operation_id = "listShareLinks",
    tag = "guests",
    responses(
        (status = 200, body = Vec<ShareLink>),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 503, body = ErrorBody, description = "The store cannot be read now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let links = shared.guests.links(&shared, &caller).await?;
    Ok(fresh(StatusCode::OK, &links))
}

/// Makes a read-only link to a page of one broker, as the caller sees it now.
///
/// The answer holds its secret, this once.
#[utoipa::path(
    post,
    path = "/v2/rabbit/share-links",
    operation_id = "makeShareLink",
    tag = "guests",
    request_body = ShareLinkRequest,
    responses(
        (status = 201, body = ShareLink),
        (status = 400, body = KeystoneErrorBody, description = "What cannot be shared, or too many links"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "The store cannot be written now"),
    )
)]
async fn make(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, Error> {
    let expected = "view, page, broker and expires_at";
    let wanted: ShareLinkRequest = request::parse(request, expected).await?;
    let link = shared.guests.share(&shared, &caller, wanted).await?;
    Ok(fresh(StatusCode::CREATED, &link))
}

/// Ends a share link, and the guest tokens that it gave.
#[utoipa::path(
    delete,
    path = "/v2/rabbit/share-links/{id}",
    operation_id = "endShareLink",
    tag = "guests",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such link, or somebody else's"),
        (status = 503, body = ErrorBody, description = "The store cannot be written now"),
    )
)]
async fn end(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    shared.guests.end_link(&shared, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Gives a guest token for what a share link shows. Needs no account.
#[utoipa::path(
    post,
    path = "/v2/rabbit/share-links/open",
    operation_id = "openShareLink",
    tag = "guests",
    security(()),
    request_body = OpenShareLink,
    responses(
        (status = 201, body = OpenedShareLink),
        (status = 400, body = KeystoneErrorBody, description = "No secret"),
        (status = 404, body = ErrorBody, description = "No link has that secret, or it has ended"),
        (status = 429, body = KeystoneErrorBody, description = "Too many wrong secrets",
            headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, body = ErrorBody, description = "The store cannot be read now"),
    )
)]
async fn open(
    State(shared): State<Arc<ApiState>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let OpenShareLink { secret } = request::parse(request, "secret").await?;
    let opened = shared.guests.open(&shared, &secret, address).await?;
    Ok(fresh(StatusCode::CREATED, &opened))
}
