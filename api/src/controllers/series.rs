//! `GET /v2/rabbit/series`: columns of numbers for charts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::SeriesQuery;
use metering::series::Series;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::auth::Caller;
use crate::dashboard::parts;
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::series::query::{self as series_query, ResolvedQuery};
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Some meters over a span, on a regular grid.
///
/// The step is the smallest multiple of the tick with which the span has no more steps than
/// `points`, and at least `step`; from a minute on it is a multiple of the minute, from ten minutes
/// on of those, from an hour on of the hour. The grid stands on multiples of the step since the epoch, and its first step is the
/// one that holds `from`. A gap is null. A meter without any sample has no column; a node that is gone
/// has columns in the spans in which it had samples. Accounts without the tag `monitoring` or
/// `administrator` see the message meters of the last hour, of their own vhosts.
///
/// Queues have a history while somebody looks at their charts, while they are among the deepest and
/// the busiest of a list that somebody looks at, and always where the operator pinned them.
#[utoipa::path(
    get,
    path = "/v2/rabbit/series",
    operation_id = "getSeries",
    tag = "rabbit",
    params(SeriesQuery),
    responses(
        (status = 200, body = Series),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "A node, for an account that may not see nodes"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "A span beyond the last hour, while the store cannot be read",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let request = series_query::read(&mut arguments)?;
    arguments.finish()?;
    let query = ResolvedQuery::new(request)?;
    let broker = query.request.broker.as_deref();
    let authorized = shared.authorized_broker(&caller, broker)?;
    let series = parts::series(&shared, &authorized, &query).await?;
    Ok(series.respond(&headers))
}
