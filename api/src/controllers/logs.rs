//! `GET /v2/logs`: what Warren saw and did.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::LogEntry;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::ConditionParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::auth::Caller;
use crate::dashboard::parts;
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::system_log::query as log_query;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A page of the system log, newest first.
///
/// The role `admin` sees every line; others the lines about their brokers, and those about nodes
/// where they see the nodes.
///
/// `q.field`: `page` (from 1 on), `level` (this and more severe ones), `source` (this, or something of it: `prod` is
/// also `prod/rabbit@host`), `text` (in the sentence, whatever the case) or `timestamp`. `q.op`: `eq`, and for
/// `timestamp` also `lt`, `le`, `ge` and `gt`.
#[utoipa::path(
    get,
    path = "/v2/logs",
    operation_id = "listLogs",
    tag = "rabbit",
    params(
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "Lines a page: 1 to 500, by default 20"),
    ),
    responses(
        (status = 200, body = Vec<LogEntry>),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let query = log_query::read(&mut arguments)?;
    arguments.finish()?;
    let answer = parts::log(&shared, &caller, query).await?;
    Ok(answer.respond(&headers))
}
