//! `/v2/alarms`: alarms of Ceilometer's protocol.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use metering::alarm::{Alarm, AlarmChange, AlarmState};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::ConditionParams;
use store::AlarmSelection;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alarms::ceilometer::changes;
use crate::alarms::ceilometer::complex_query::ComplexQuery;
use crate::alarms::ceilometer::list_query::ListQuery;
use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::controllers::alarm_rows::{Position, all, cut, own_project, rows};
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::{Error, shortened};
use crate::http::json::{json, json_response, uncached};
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::{arguments, body, terms};

/// The body of an alarm is not longer than this, in bytes.
const LIMIT: usize = 1 << 20;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, replace, delete))
        .routes(routes!(state, set_state))
        .routes(routes!(history))
}

/// Alarms of a simple query, the last changed first.
///
/// `q.field`: `alarm_id`, `enabled`, `meter`, `name`, `project`, `severity`, `state`, `type` or `user`, each with `eq`.
#[utoipa::path(
    get,
    path = "/v2/alarms",
    operation_id = "listAlarms",
    tag = "telemetry",
    params(
        ConditionParams,
        ("sort" = Option<Vec<String>>, Query, description = "A field of an alarm and `:asc` or `:desc`; may be repeated"),
        ("marker" = Option<String>, Query, description = "The id of an alarm: those that follow it"),
        ("limit" = Option<u64>, Query, description = "Maximum number of alarms; by default all"),
    ),
    responses(
        (status = 200, body = Vec<Alarm>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's alarms"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let conditions = terms::read(&mut arguments)?;
    let sort = arguments.many("sort");
    let marker = arguments.one("marker")?;
    let limit = match arguments::integer(&mut arguments, "limit")? {
        Some(limit) => arguments::positive_limit(limit)?,
        None => u64::MAX,
    };
    arguments.finish()?;
    let scope = AccessScope::for_caller(&shared, &caller);
    let query = ListQuery::of_alarms(&conditions, &scope)?;
    let selection = AlarmSelection {
        project_id: own_project(&caller).or_else(|| query.project.clone()),
        alarm_id: None,
    };
    if sort.is_empty() && marker.is_none() {
        return rows(&shared, &caller, selection, limit, move |alarm| {
            query.includes(alarm)
        })
        .await;
    }
    let order = ComplexQuery::sorted(&sort)?;
    let mut found =
        order.select(all(&shared, &caller, selection, |alarm| query.includes(alarm)).await?);
    if let Some(marker) = marker {
        let at = found.iter().position(|alarm| alarm.alarm_id == marker);
        let at = at.ok_or_else(|| {
            let marker = shortened(&marker);
            Error::NoAlarm(format!("Alarm {marker} not found"))
        })?;
        found.drain(..=at);
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(uncached(&found))
}

/// Creates an alarm.
///
/// The body is an alarm with at least `name`, `type` and the rule of that type, `{type}_rule`. The alarm is evaluated
/// with what its creator may see.
#[utoipa::path(
    post,
    path = "/v2/alarms",
    operation_id = "createAlarm",
    tag = "telemetry",
    request_body = serde_json::Value,
    responses(
        (status = 201, body = Alarm),
        (status = 400, body = ErrorBody, description = "An alarm that cannot be used, and why"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, another project, or an action for the role `admin`"),
        (status = 403, body = ErrorBody, description = "The project has as many alarms as it may have"),
        (status = 404, body = ErrorBody, description = "An alarm that the rule names does not exist"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn create(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let body = body::json(&body::bytes(request, LIMIT).await?)?;
    let alarm = changes::create(&shared, &caller, body).await?;
    let mut answer = json_response(StatusCode::CREATED, json(&alarm));
    let location = format!("{}/v2/alarms/{}", shared.base, alarm.alarm_id);
    if let Ok(location) = HeaderValue::try_from(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    Ok(answer)
}

/// One alarm.
#[utoipa::path(
    get,
    path = "/v2/alarms/{alarm_id}",
    operation_id = "getAlarm",
    tag = "telemetry",
    params(("alarm_id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Alarm),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
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
    Ok(uncached(&changes::find(&shared, &caller, &id).await?.alarm))
}

/// Replaces an alarm. What the body leaves out gets its default.
#[utoipa::path(
    put,
    path = "/v2/alarms/{alarm_id}",
    operation_id = "replaceAlarm",
    tag = "telemetry",
    params(("alarm_id" = String, Path, description = "Its id")),
    request_body = serde_json::Value,
    responses(
        (status = 200, body = Alarm),
        (status = 400, body = ErrorBody, description = "An alarm that cannot be used, and why"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, another project, or an action for the role `admin`"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn replace(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let body = body::json(&body::bytes(request, LIMIT).await?)?;
    Ok(uncached(
        &changes::replace(&shared, &caller, &id, body).await?,
    ))
}

/// Deletes an alarm and its history.
#[utoipa::path(
    delete,
    path = "/v2/alarms/{alarm_id}",
    operation_id = "deleteAlarm",
    tag = "telemetry",
    params(("alarm_id" = String, Path, description = "Its id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn delete(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
) -> Result<StatusCode, Error> {
    arguments.finish()?;
    changes::delete(&shared, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The state of an alarm, a JSON text.
#[utoipa::path(
    get,
    path = "/v2/alarms/{alarm_id}/state",
    operation_id = "getAlarmState",
    tag = "telemetry",
    params(("alarm_id" = String, Path, description = "The alarm's id")),
    responses(
        (status = 200, body = AlarmState),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn state(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let found = changes::find(&shared, &caller, &id).await?;
    Ok(uncached(&found.alarm.state))
}

/// Sets the state of an alarm until it is evaluated. No action is called.
#[utoipa::path(
    put,
    path = "/v2/alarms/{alarm_id}/state",
    operation_id = "setAlarmState",
    tag = "telemetry",
    params(("alarm_id" = String, Path, description = "The alarm's id")),
    request_body = AlarmState,
    responses(
        (status = 200, body = AlarmState),
        (status = 400, body = ErrorBody, description = "Not a state"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn set_state(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let body = body::json(&body::bytes(request, LIMIT).await?)?;
    Ok(uncached(
        &changes::set_state(&shared, &caller, &id, body).await?,
    ))
}

/// Changes of an alarm, the last first.
///
/// `q.field`: `project`, `search_offset`, `severity`, `timestamp`, `type` or `user`, each with `eq`, and `timestamp` with
/// `lt`, `le`, `ge` and `gt`.
#[utoipa::path(
    get,
    path = "/v2/alarms/{alarm_id}/history",
    operation_id = "listAlarmHistory",
    tag = "telemetry",
    params(
        ("alarm_id" = String, Path, description = "The alarm's id"),
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "Maximum number of changes; by default all"),
    ),
    responses(
        (status = 200, body = Vec<AlarmChange>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such alarm, or another project's"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn history(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let conditions = terms::read(&mut arguments)?;
    let limit = match arguments::integer(&mut arguments, "limit")? {
        Some(limit) => arguments::positive_limit(limit)?,
        None => u64::MAX,
    };
    arguments.finish()?;
    let found = changes::find(&shared, &caller, &id).await?;
    let scope = AccessScope::for_caller(&shared, &caller);
    let query = ListQuery::of_changes(&conditions, &scope)?;
    let selection = AlarmSelection {
        alarm_id: Some(found.alarm.alarm_id),
        project_id: None,
    };
    let store = Arc::clone(&shared.store);
    let read = move |Position { cursor, count }| {
        let (store, selection, query) = (Arc::clone(&store), selection.clone(), query.clone());
        async move {
            let page = store.alarm_changes_page(selection, cursor).await?;
            let found = page
                .rows
                .into_iter()
                .filter(|record| query.includes_change(record));
            let rows = found.map(|record| record.change).collect();
            Ok(cut(rows, page.next, count, limit))
        }
    };
    paged_answer::rows(
        &shared,
        caller.user_id(),
        Cost::Small,
        read,
        |row: AlarmChange| row,
    )
    .await
}
