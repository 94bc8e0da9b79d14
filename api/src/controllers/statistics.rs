//! `GET /v2/meters/{name}/statistics`: a meter's samples in numbers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::ConditionParams;
use metering::telemetry::Statistics;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::controllers::meters::of_meter;
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::Error;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::simple::{self, Subject};
use crate::telemetry::statistics::{Summary, clamp};
use crate::telemetry::terms;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Samples of a meter in numbers: one row a unit, and a group and a period that holds any.
///
/// `q.field`, `q.op` and `q.type`: as of `/v2/samples`.
#[utoipa::path(
    get,
    path = "/v2/meters/{name}/statistics",
    operation_id = "getStatistics",
    tag = "telemetry",
    params(
        ("name" = String, Path, description = "The meter's name"),
        ConditionParams,
        ("period" = Option<u64>, Query, description = "Seconds; by default 0: one row for all. Periods begin where the \
            query's times do, else at the first sample"),
        ("groupby" = Option<Vec<String>>, Query, description = "`user_id`, `resource_id`, `project_id`, `source` or \
            `resource_metadata.instance_type`; may be repeated"),
        ("aggregate.func" = Option<Vec<String>>, Query, description = "`max`, `min`, `sum`, `avg`, `count`, `stddev` or \
            `cardinality`; may be repeated; by default the first five"),
        ("aggregate.param" = Option<Vec<String>>, Query, description = "Of the `cardinality` in the same place: \
            `resource_id`, `user_id` or `project_id`"),
    ),
    responses(
        (status = 200, body = Vec<Statistics>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's samples"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(name): Path<String>,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let terms = terms::read(&mut arguments)?;
    let summary = Summary::read(&mut arguments)?;
    arguments.finish()?;
    let mut selection = simple::read(
        &terms,
        Subject::Samples,
        &AccessScope::for_caller(&shared, &caller),
    )?;
    selection.filter = selection.filter.and(of_meter(&name));
    let asked = selection.asked;
    let (store, query) = (
        Arc::clone(&shared.store),
        Arc::new(summary.query_of(selection)),
    );
    let read = move |cursor| {
        let (store, query) = (Arc::clone(&store), Arc::clone(&query));
        async move { store.statistics_page(query, cursor).await }
    };
    let form = move |mut row| {
        clamp(&mut row, asked);
        row
    };
    paged_answer::rows(&shared, caller.user_id(), Cost::Small, read, form).await
}
