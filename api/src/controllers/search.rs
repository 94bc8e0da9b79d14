//! `GET /v2/rabbit/search`: things by a few letters of their names.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use futures_util::future::join_all;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::lists::ListKind;
use metering::{Node, SearchKind, SearchResult};
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::json::json;
use crate::http::params::Arguments;
use crate::lists::select::{Filter, LONGEST_FILTER};
use crate::search::{Names, SearchedNames, search};
use crate::state::ApiState;
use crate::vhost_set::BrokerScope;

/// Hits by default …
const LIMIT: usize = 20;
/// Most hits.
const MAX_LIMIT: usize = 100;
/// A search waits this long for lists that were not read yet.
const FIRST_ANSWER_WAIT: Duration = Duration::from_millis(700);

/// The lists that are searched.
const LISTS: [(SearchKind, ListKind); 5] = [
    (SearchKind::Vhost, ListKind::Vhosts),
    (SearchKind::User, ListKind::Users),
    (SearchKind::Queue, ListKind::Queues),
    (SearchKind::Exchange, ListKind::Exchanges),
    (SearchKind::Connection, ListKind::Connections),
];

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Queues, exchanges, connections, nodes, accounts and vhosts by a few letters of their names.
///
/// Searches what the caller may see, in memory: names may be a minute old. Lists that were not read yet
/// are in `gaps`; they are being read, and a search a moment later finds them.
#[utoipa::path(
    get,
    path = "/v2/rabbit/search",
    operation_id = "search",
    tag = "rabbit",
    params(
        ("broker" = Option<String>, Query, description = "Its name; without one all brokers that the caller sees"),
        ("q" = String, Query, description = "What the name must have in it, whatever the case; \
            where it is empty nothing is found, but the lists are read for the next search"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 100; by default 20"),
    ),
    responses(
        (status = 200, body = SearchResult),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let broker = arguments.one("broker")?;
    let text = arguments.one("q")?.unwrap_or_default();
    let accepted = "is a number from 1 to 100";
    let limit: usize = arguments.read("limit", accepted)?.unwrap_or(LIMIT);
    arguments.finish()?;
    let bad = |name: &str, accepted: &str| {
        Error::BadArgument(format!("Invalid value for \"{name}\": accepted {accepted}"))
    };
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(bad("limit", accepted));
    }
    if text.len() > LONGEST_FILTER {
        return Err(bad("q", "are at most 1024 bytes"));
    }
    let filter = Filter {
        is_regex: false,
        text,
    };
    let letters = filter
        .compile()
        .map_err(|error| bad("q", &error.to_string()))?;
    let brokers = match &broker {
        Some(name) => vec![shared.authorized_broker(&caller, Some(name))?],
        None => shared.authorized_brokers(&caller),
    };
    let until = Instant::now() + FIRST_ANSWER_WAIT;
    let places = join_all(brokers.iter().map(|authorized| places(authorized, until)));
    let places: Vec<_> = places.await.into_iter().flatten().collect();
    let stale = brokers
        .iter()
        .any(|authorized| authorized.broker.snapshot().is_stale());
    let found = tokio::task::spawn_blocking(move || {
        let letters = (!filter.text.is_empty()).then_some(&letters);
        search(&places, letters, limit)
    });
    // It has no other error than a panic, which is logged by whoever handles panics.
    let body = json(&found.await.unwrap_or_default());
    let etag = shared.etag.clone().part("search").hash_of(&body);
    Ok(ConditionalResponse { body, etag, stale }.respond(&headers))
}

/// Where names of a broker are looked for: what the caller may see.
async fn places(authorized: &AuthorizedBroker<'_>, until: Instant) -> Vec<SearchedNames> {
    let broker = authorized.broker;
    let place = |kind, names| SearchedNames {
        kind,
        broker: broker.name.clone(),
        names,
    };
    let lists = LISTS.iter().filter_map(|&(found, kind)| {
        let scope = authorized.scope(kind).ok()?;
        Some(async move {
            let table = broker.names(kind, until).await;
            place(found, table.map(|table| Names::List(table, scope)))
        })
    });
    let mut places = join_all(lists).await;
    if matches!(authorized.scope, BrokerScope::All) {
        let snapshot = broker.snapshot();
        let names = snapshot.poll_data.as_ref().map(|poll_data| {
            let nodes: Vec<Node> =
                serde_json::from_slice(&poll_data.nodes_json).unwrap_or_default();
            Names::Plain(nodes.into_iter().map(|node| node.name).collect())
        });
        places.push(place(SearchKind::Node, names));
    }
    places
}
