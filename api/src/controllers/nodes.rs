//! `GET /v2/rabbit/nodes`: the nodes of a broker against their limits.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::Node;
use metering::error::{ErrorBody, KeystoneErrorBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::auth::Caller;
use crate::dashboard::parts;
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The nodes of a broker at its last answered poll.
#[utoipa::path(
    get,
    path = "/v2/rabbit/nodes",
    operation_id = "listNodes",
    tag = "rabbit",
    params(("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone")),
    responses(
        (status = 200, body = Vec<Node>, headers(("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "The account has neither the tag monitoring nor administrator there"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "The broker has not answered yet"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller, name.as_deref())?;
    Ok(parts::nodes(&shared, &authorized)?.respond(&headers))
}
