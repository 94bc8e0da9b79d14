//! `GET /v2/meters`, and the samples of one meter in the older form: asked for, and posted.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::{ConditionParams, Field, Operator, Value};
use metering::telemetry::{Meter, OldSample};
use store::{Filter, MeterQuery, SampleQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::controllers::paged_answer::{self, Cost};
use crate::controllers::sample_stream;
use crate::http::error::Error;
use crate::http::json::json_response;
use crate::http::params::Arguments;
use crate::state::{ApiState, POSTS_IN_WORK};
use crate::telemetry::posting::{Poster, old_form};
use crate::telemetry::simple::{self, Subject};
use crate::telemetry::{arguments, body, terms};

/// A post is not longer than this, in bytes: some tens of thousands of samples.
const LIMIT: usize = 16 << 20;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(samples, post))
}

/// Only samples of a meter.
pub(crate) fn of_meter(name: &str) -> Filter {
    Filter::Is(Field::Meter, Operator::Eq, Value::Text(name.to_owned()))
}

/// Meters with samples of a simple query, by name and resource.
///
/// `q.field`: `project`, `project_id`, `resource`, `resource_id`, `user`, `user_id`, `source`, `metadata.KEY` or
/// `resource_metadata.KEY`. `q.op`: `eq`. `q.type`: by default what a metadata value looks like.
#[utoipa::path(
    get,
    path = "/v2/meters",
    operation_id = "listMeters",
    tag = "telemetry",
    params(
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "At most so many; by default 100"),
        ("unique" = Option<bool>, Query, description = "One row a name, without ids and source; by default one a resource and name"),
    ),
    responses(
        (status = 200, body = Vec<Meter>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's meters"),
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
    let unique = arguments::boolean(&mut arguments, "unique")?;
    arguments.finish()?;
    let selection = simple::read(
        &terms,
        Subject::Meters,
        &AccessScope::for_caller(&shared, &caller),
    )?;
    let query = MeterQuery {
        filter: selection.filter,
        unique,
        limit,
    };
    let (store, query) = (Arc::clone(&shared.store), Arc::new(query));
    let read = move |cursor| {
        let (store, query) = (Arc::clone(&store), Arc::clone(&query));
        async move { store.meters_page(query, cursor).await }
    };
    paged_answer::rows(&shared, caller.user_id(), Cost::Small, read, |meter| meter).await
}

/// Samples of a meter in the older form, newest first.
///
/// `q.field`, `q.op` and `q.type`: as of `/v2/samples`.
#[utoipa::path(
    get,
    path = "/v2/meters/{name}",
    operation_id = "listMeterSamples",
    tag = "telemetry",
    params(
        ("name" = String, Path, description = "The meter's name"),
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "At most so many; by default 100"),
    ),
    responses(
        (status = 200, body = Vec<OldSample>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's samples"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn samples(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(name): Path<String>,
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
        filter: selection.filter.and(of_meter(&name)),
        order: Vec::new(),
        limit,
    };
    sample_stream::samples(&shared, &caller, query, |sample| old_form(sample, true)).await
}

/// Takes samples of a meter in, all or none.
///
/// What is answered with `201` is on the disk. Project, user, source and timestamp may be left out.
#[utoipa::path(
    post,
    path = "/v2/meters/{name}",
    operation_id = "postSamples",
    tag = "telemetry",
    params(
        ("name" = String, Path, description = "The meter's name, which every sample has to carry"),
        ("direct" = Option<bool>, Query, description = "Accepted for older clients: every post goes to the store"),
    ),
    request_body = Vec<OldSample>,
    responses(
        (status = 201, body = Vec<OldSample>, description = "As they are kept"),
        (status = 400, body = ErrorBody, description = "A sample that cannot be taken, or another project's"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 413, body = ErrorBody, description = "Longer than a post"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 429, body = ErrorBody, description = "More samples than the project may post in a day, or more series than it may have"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn post(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(name): Path<String>,
    mut arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.one("direct")?;
    arguments.finish()?;
    let body = body::bytes(request, LIMIT).await?;
    let length = body.len();
    let kilobytes = length.div_ceil(1024).clamp(1, POSTS_IN_WORK) as u32;
    // It is never closed.
    let _in_work = shared.posts_in_work.acquire_many(kilobytes).await.ok();
    let now = shared.config.clock.now();
    let poster = Poster::new(&shared, &caller, now);
    let read = move || poster.read(&body, &name);
    let samples = shared.posts.run(length, read).await?;
    let quota = &shared.posted_quota;
    let counted = quota.reserve(&*shared.store, &samples, now).await?;
    let stored = shared.store.post(samples).await?;
    counted.keep();
    let answer =
        move || sample_stream::json_rows(stored.into_iter().map(|sample| old_form(sample, false)));
    let answer = shared.posts.run(length, answer).await;
    Ok(json_response(StatusCode::CREATED, answer))
}
