//! `POST /v2/query/…`: samples, alarms and changes of alarms, each of a complex query.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use metering::alarm::{Alarm, AlarmChange};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::telemetry::{ComplexQuery, Sample};
use store::AlarmSelection;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alarms::ceilometer::complex_query::{self, Subject};
use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::tokens::TokenData;
use crate::controllers::alarm_rows::{all, all_changes, own_project};
use crate::controllers::sample_stream;
use crate::http::error::Error;
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::{body, complex};

/// A complex query is not longer than this, in bytes.
const LIMIT: usize = 1 << 20;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(samples))
        .routes(routes!(alarms))
        .routes(routes!(alarm_history))
}

/// Samples of any filter, in any order; newest first where none is given.
#[utoipa::path(
    post,
    path = "/v2/query/samples",
    operation_id = "querySamples",
    tag = "telemetry",
    request_body = ComplexQuery,
    responses(
        (status = 200, body = Vec<Sample>),
        (status = 400, body = ErrorBody, description = "A query that cannot be understood"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or a filter that names another project"),
        (status = 413, body = ErrorBody, description = "Longer than a query"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn samples(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let body = body::bytes(request, LIMIT).await?;
    let (length, scope) = (body.len(), AccessScope::for_caller(&shared, &caller));
    // A parsed body takes several times its bytes: of long ones one at a time.
    let read = move || complex::read(body::json(&body)?, &scope);
    let query = shared.posts.run(length, read).await?;
    sample_stream::samples(&shared, &caller, query, |sample| sample).await
}

async fn alarm_query(
    shared: &ApiState,
    caller: &TokenData,
    request: Request,
    subject: Subject,
) -> Result<complex_query::ComplexQuery, Error> {
    let body = body::bytes(request, LIMIT).await?;
    let (length, scope) = (body.len(), AccessScope::for_caller(shared, caller));
    let read = move || complex_query::ComplexQuery::read(body::json(&body)?, subject, &scope);
    shared.posts.run(length, read).await
}

/// Alarms of any filter, in any order; the last changed first by default.
#[utoipa::path(
    post,
    path = "/v2/query/alarms",
    operation_id = "queryAlarms",
    tag = "telemetry",
    request_body = ComplexQuery,
    responses(
        (status = 200, body = Vec<Alarm>),
        (status = 400, body = ErrorBody, description = "A query that cannot be understood"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or a filter that names another project"),
        (status = 413, body = ErrorBody, description = "Longer than a query"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn alarms(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let query = alarm_query(&shared, &caller, request, Subject::Alarms).await?;
    let selection = AlarmSelection {
        project_id: own_project(&caller),
        alarm_id: None,
    };
    let found = all(&shared, &caller, selection, |row| query.admits(row)).await?;
    Ok(uncached(&query.select(found)))
}

/// Changes of alarms of any filter, in any order; the last first by default.
#[utoipa::path(
    post,
    path = "/v2/query/alarms/history",
    operation_id = "queryAlarmHistory",
    tag = "telemetry",
    request_body = ComplexQuery,
    responses(
        (status = 200, body = Vec<AlarmChange>),
        (status = 400, body = ErrorBody, description = "A query that cannot be understood"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or a filter that names another project"),
        (status = 413, body = ErrorBody, description = "Longer than a query"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn alarm_history(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let query = alarm_query(&shared, &caller, request, Subject::Changes).await?;
    let selection = AlarmSelection {
        project_id: own_project(&caller),
        alarm_id: None,
    };
    let found = all_changes(&shared, &caller, selection, |row| query.admits(row)).await?;
    Ok(uncached(&query.select(found)))
}
