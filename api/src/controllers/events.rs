//! `GET /v2/events`, `/v2/event_types` and their traits: the system log, by Ceilometer's protocol.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use http::header::CONTENT_LOCATION;
use http::{HeaderValue, Uri};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::event::{Event, Trait, TraitDescription};
use metering::requests::ConditionParams;
use serde::Serialize;
use store::{EventCursor, EventQuery, Page};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access_scope;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::tokens::TokenData;
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::{Error, shortened};
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::{body, events};

/// The body of a query is not longer than this, in bytes.
const LIMIT: usize = 64 << 10;
/// Events that are read without waiting for other queries.
const PLAIN: u64 = 1000;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(event_types))
        // As python-ceilometerclient asks.
        .route("/v2/event_types/", get(event_types))
        .routes(routes!(trait_descriptions))
        .routes(routes!(traits))
}

/// Events of a simple query, the oldest first.
///
/// An event is a line of the system log: a caller sees those of the lines that `/v2/logs` shows. The query may also
/// be the JSON body of the request: `{"q": [{"field", "op", "type", "value"}], "limit"}`.
///
/// `q.field`: `event_type`, `message_id`, `start_timestamp`, `end_timestamp`, or the name of a trait: `broker`, `node`,
/// `severity`, `source`, `id`. `q.op`: `eq` for `event_type` and `message_id`, `ge` for `start_timestamp`, `le` for
/// `end_timestamp`; traits accept all of them. `q.type`: of a trait, by default `string`; a trait of another type does
/// not match.
#[utoipa::path(
    get,
    path = "/v2/events",
    operation_id = "listEvents",
    tag = "telemetry",
    params(
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "Maximum number of events; by default 100"),
    ),
    responses(
        (status = 200, body = Vec<Event>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 415, body = ErrorBody, description = "A body that is not JSON"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    let uri = request.uri().clone();
    let body = if request.body().is_end_stream() {
        None
    } else {
        body::json(&body::bytes(request, LIMIT).await?)?
    };
    let query = events::read(arguments, body, access_scope::log_brokers(&shared, &caller))?;
    let answer = rows(&shared, &caller, query, Some).await?;
    Ok(located(&shared, &uri, answer))
}

/// One event.
#[utoipa::path(
    get,
    path = "/v2/events/{message_id}",
    operation_id = "getEvent",
    tag = "telemetry",
    params(("message_id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Event),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such event, or none that the caller may see"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    uri: Uri,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let query = EventQuery {
        id: Some(events::line_number(&id)),
        brokers: access_scope::log_brokers(&shared, &caller),
        limit: 1,
        ..EventQuery::default()
    };
    let page = shared
        .store
        .events_page(Arc::new(query), EventCursor::default());
    let event = page.await?.rows.pop().ok_or_else(|| Error::NotFound {
        what: "Event",
        id: shortened(&id),
    })?;
    Ok(located(&shared, &uri, uncached(&event)))
}

/// Names of the types that the events of the log have, sorted.
#[utoipa::path(
    get,
    path = "/v2/event_types",
    operation_id = "listEventTypes",
    tag = "telemetry",
    responses(
        (status = 200, body = Vec<String>),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or one without the role `admin`"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now"),
    )
)]
async fn event_types(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    uri: Uri,
    arguments: Arguments,
) -> Result<Response, Error> {
    access_scope::must_be_admin(&caller)?;
    arguments.finish()?;
    let every = every_event(None);
    let types = distinct(&shared, &caller, every, |event| vec![event.event_type]).await?;
    Ok(located(&shared, &uri, uncached(&types)))
}

/// Traits that the events of a type have, by type and name; none for an unknown type.
#[utoipa::path(
    get,
    path = "/v2/event_types/{event_type}/traits",
    operation_id = "listTraitDescriptions",
    tag = "telemetry",
    params(("event_type" = String, Path, description = "The name of the type")),
    responses(
        (status = 200, body = Vec<TraitDescription>),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or one without the role `admin`"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now"),
    )
)]
async fn trait_descriptions(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(event_type): Path<String>,
    uri: Uri,
    arguments: Arguments,
) -> Result<Response, Error> {
    access_scope::must_be_admin(&caller)?;
    arguments.finish()?;
    let described = |event: Event| {
        let traits = event.traits.into_iter();
        traits
            .map(
                |Trait {
                     name, value_type, ..
                 }| TraitDescription { value_type, name },
            )
            .collect()
    };
    let query = every_event(Some(event_type));
    let descriptions = distinct(&shared, &caller, query, described).await?;
    Ok(located(&shared, &uri, uncached(&descriptions)))
}

/// Values of a trait in all events of a type; none for an unknown type or name.
#[utoipa::path(
    get,
    path = "/v2/event_types/{event_type}/traits/{trait_name}",
    operation_id = "listTraits",
    tag = "telemetry",
    params(
        ("event_type" = String, Path, description = "The name of the type"),
        ("trait_name" = String, Path, description = "The name of the trait"),
    ),
    responses(
        (status = 200, body = Vec<Trait>),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or one without the role `admin`"),
        (status = 503, body = ErrorBody, description = "The log cannot be read now"),
    )
)]
async fn traits(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path((event_type, name)): Path<(String, String)>,
    uri: Uri,
    arguments: Arguments,
) -> Result<Response, Error> {
    access_scope::must_be_admin(&caller)?;
    arguments.finish()?;
    let named = move |event: Event| event.traits.into_iter().find(|found| found.name == name);
    let answer = rows(&shared, &caller, every_event(Some(event_type)), named).await?;
    Ok(located(&shared, &uri, answer))
}

/// All events of a type, or of any, for a caller who may see all of them.
fn every_event(event_type: Option<String>) -> EventQuery {
    EventQuery {
        event_type,
        limit: u64::MAX,
        ..EventQuery::default()
    }
}

/// Answers with a row for each event that has one, page by page.
async fn rows<T: Serialize + Send + 'static>(
    shared: &Arc<ApiState>,
    caller: &TokenData,
    query: EventQuery,
    row: impl Fn(Event) -> Option<T> + Clone + Send + Sync + 'static,
) -> Result<Response, Error> {
    let cost = if query.limit > PLAIN {
        Cost::Large
    } else if query.traits.is_empty() {
        Cost::Small
    } else {
        Cost::Heavy
    };
    let (store, query) = (Arc::clone(&shared.store), Arc::new(query));
    let read = move |cursor| {
        let (store, query, row) = (Arc::clone(&store), Arc::clone(&query), row.clone());
        async move {
            let page: Page<_, EventCursor> = store.events_page(query, cursor).await?;
            Ok(Page {
                rows: page.rows.into_iter().filter_map(row).collect(),
                next: page.next,
            })
        }
    };
    paged_answer::rows(shared, caller.user_id(), cost, read, |row: T| row).await
}

/// Each value once that the events of a query give, in order.
async fn distinct<T: Ord>(
    shared: &ApiState,
    caller: &TokenData,
    query: EventQuery,
    values: impl Fn(Event) -> Vec<T>,
) -> Result<BTreeSet<T>, Error> {
    let _permit = shared.queries.heavy(&caller.user_id()).await?;
    let (query, mut found) = (Arc::new(query), BTreeSet::new());
    let mut cursor = Some(EventCursor::default());
    while let Some(next) = cursor {
        let page = shared.store.events_page(Arc::clone(&query), next).await?;
        found.extend(page.rows.into_iter().flat_map(&values));
        cursor = page.next;
    }
    Ok(found)
}

/// An answer that names its own address, as the old service's do.
fn located(shared: &ApiState, uri: &Uri, mut answer: Response) -> Response {
    let path = uri
        .path_and_query()
        .map_or(uri.path(), |path| path.as_str());
    if let Ok(location) = HeaderValue::try_from(format!("{}{path}", shared.base)) {
        answer.headers_mut().insert(CONTENT_LOCATION, location);
    }
    answer
}
