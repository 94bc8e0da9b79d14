//! `GET /v2/samples` and `GET /v2/samples/{id}`: samples, whatever they measure.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::ConditionParams;
use metering::telemetry::Sample;
use store::{Filter, SampleQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::controllers::sample_stream;
use crate::http::error::{Error, shortened};
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::simple::{self, Subject};
use crate::telemetry::{arguments, terms};

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Samples of a simple query, newest first.
///
/// `q.field`: `project`, `project_id`, `resource`, `resource_id`, `user`, `user_id`, `source`, `meter`, `message_id`,
/// `timestamp`, `search_offset` (minutes), `metadata.KEY` or `resource_metadata.KEY`. `q.op`: `eq`, and for
/// `timestamp` `lt`, `le`, `ge` or `gt`. `q.type`: by default what a metadata value looks like.
#[utoipa::path(
    get,
    path = "/v2/samples",
    operation_id = "listSamples",
    tag = "telemetry",
    params(
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "At most so many; by default 100"),
    ),
    responses(
        (status = 200, body = Vec<Sample>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's samples"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let terms = terms::read(&mut arguments)?;
    let limit = arguments::limit(&mut arguments)?;
    arguments.finish()?;
    let selection = simple::read(
        &terms,
        Subject::Samples,
        &AccessScope::for_caller(&shared, &caller),
    )?;
    let query = SampleQuery {
        filter: selection.filter,
        order: Vec::new(),
        limit,
    };
    sample_stream::samples(&shared, &caller, query, |sample| sample).await
}

/// One sample.
#[utoipa::path(
    get,
    path = "/v2/samples/{id}",
    operation_id = "getSample",
    tag = "telemetry",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Sample),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such sample, or none of the caller's project"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let within = AccessScope::for_caller(&shared, &caller).narrow(Filter::default());
    let sample = shared.store.sample(&id, within).await?;
    let sample = sample.ok_or_else(|| Error::NotFound {
        what: "Sample",
        id: shortened(&id),
    })?;
    Ok(uncached(&sample))
}
