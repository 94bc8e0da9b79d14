//! The answers that a dashboard is composed of. Each has a path of its own, too.

use std::fmt::Write;

use metering::panel::{self, Panel};
use metering::requests::LogQuery;
use metering::{Overview, Timestamp};

use crate::auth::access_scope;
use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::guest::shown::not_shown;
use crate::auth::identity::tokens::TokenData;
use crate::broker::snapshot::PollData;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::json::json;
use crate::http::response_cache::ResponseKey;
use crate::series::query::ResolvedQuery;
use crate::series::reader::SeriesReader;
use crate::state::ApiState;
use crate::vhost_set::BrokerScope;

/// The overview of a broker, as far as the caller may see it.
///
/// # Errors
/// Before the broker's first answer.
pub(crate) async fn overview(
    shared: &ApiState,
    authorized: &AuthorizedBroker<'_>,
) -> Result<ConditionalResponse, Error> {
    let (mut part, _) = whole_overview(shared, authorized).await?;
    if let Some(shown) = &authorized.grant.shown {
        part.body = shown.overview(&part.body);
    }
    Ok(part)
}

/// What a panel shows of the overview, parsed and written once at most.
///
/// # Errors
/// As [`overview`], and for a panel that a guest is not shown.
pub(super) async fn overview_of_panel(
    shared: &ApiState,
    authorized: &AuthorizedBroker<'_>,
    panel: Panel,
) -> Result<ConditionalResponse, Error> {
    if panel == Panel::Overview {
        return overview(shared, authorized).await;
    }
    let shown = authorized.grant.shown.as_ref();
    if shown.is_some_and(|shown| !shown.shows(panel)) {
        return Err(not_shown());
    }
    let (mut part, observed_at) = whole_overview(shared, authorized).await?;
    let overview = if panel.needs_overview() {
        serde_json::from_slice(&part.body).unwrap_or_default()
    } else {
        Overview {
            observed_at: Some(observed_at),
            ..Overview::default()
        }
    };
    part.body = json(&panel::overview_of(&[panel], &overview));
    Ok(part)
}

/// The overview in full, and when it was read.
async fn whole_overview(
    shared: &ApiState,
    authorized: &AuthorizedBroker<'_>,
) -> Result<(ConditionalResponse, Timestamp), Error> {
    let (snapshot, scoped) = match authorized.scope {
        BrokerScope::All => (authorized.broker.snapshot(), None),
        BrokerScope::Only(vhost_set) => authorized.broker.overview_of(vhost_set).await,
    };
    let Some(poll_data) = &snapshot.poll_data else {
        return Err(authorized.not_answered(shared, snapshot.broker.reason.clone()));
    };
    let (body, observed_at) = match (authorized.scope, scoped) {
        (BrokerScope::All, _) => (poll_data.overview_json.clone(), poll_data.observed_at),
        (BrokerScope::Only(_), Some(scoped)) => (scoped.overview_json, scoped.observed_at),
        // Its sums are not known: they are absent, not nought.
        (BrokerScope::Only(_), None) => (json(&poll_data.common), poll_data.observed_at),
    };
    let stale = snapshot.is_stale() || is_older(poll_data, observed_at);
    let etag = authorized.etag(shared).part(snapshot.generation);
    let whole = ConditionalResponse { body, etag, stale };
    Ok((whole, observed_at))
}

/// Whether a vhost set's sums are from an earlier poll than the rest.
fn is_older(poll_data: &PollData, observed_at: Timestamp) -> bool {
    observed_at < poll_data.observed_at
}

/// The nodes of a broker.
///
/// # Errors
/// For who may not see them, and before the broker's first answer.
pub(crate) fn nodes(
    shared: &ApiState,
    authorized: &AuthorizedBroker<'_>,
) -> Result<ConditionalResponse, Error> {
    authorized.require_all()?;
    let snapshot = authorized.broker.snapshot();
    let Some(poll_data) = &snapshot.poll_data else {
        return Err(authorized.not_answered(shared, snapshot.broker.reason.clone()));
    };
    let etag = authorized.etag(shared).part(snapshot.generation);
    let body = match &authorized.grant.shown {
        Some(shown) => shown.nodes(&poll_data.nodes_json)?,
        None => poll_data.nodes_json.clone(),
    };
    Ok(ConditionalResponse {
        body,
        etag,
        stale: snapshot.is_stale(),
    })
}

/// The series that a query is about, as far as the caller may see them.
///
/// # Errors
/// For resources that are none or not the caller's, spans that cannot be, and where the store is
/// needed and cannot be read.
pub(crate) async fn series(
    shared: &ApiState,
    authorized: &AuthorizedBroker<'_>,
    query: &ResolvedQuery,
) -> Result<ConditionalResponse, Error> {
    if let BrokerScope::Only(vhost_set) = authorized.scope {
        // Its series are kept while somebody looks.
        authorized.broker.recent_vhost_sets.note(vhost_set);
    }
    let named = query.named(&authorized.broker.name)?;
    let narrowed = match &authorized.grant.shown {
        Some(shown) => Some(shown.series(query, &named, &authorized.broker.name)?),
        None => None,
    };
    let query = narrowed.as_ref().unwrap_or(query);
    for node in named.nodes.iter().flatten() {
        access_scope::must_see(authorized, node)?;
    }
    for path in &named.objects {
        access_scope::must_see(authorized, path)?;
        authorized.broker.note_chart(path);
    }
    let snapshot = authorized.broker.snapshot();
    let end = authorized.broker.end(shared.config.clock.now());
    let grid = query.grid(end, shared.config.tick)?;

    let mut key = format!(
        "{}.{}.{}.{}",
        authorized.scope.id(),
        grid.start,
        grid.step,
        grid.count
    );
    let _ = write!(
        key,
        ".{:?}.{:?}",
        query.request.columns, query.request.resources
    );
    if !query.all_gauges {
        let _ = write!(key, ".{:?}", query.meters);
    }
    let etag = authorized
        .etag(shared)
        .part(snapshot.generation)
        .hash_of(&key);
    let compute = async {
        let series = SeriesReader {
            broker: authorized.broker,
            scope: authorized.scope,
            query,
            nodes: named.nodes.as_deref(),
            objects: &named.objects,
            grid,
        };
        let series = series.read(&*shared.store).await?;
        Ok::<_, Error>(json(&series))
    };
    let cache = &authorized.broker.series;
    let body = cache
        .get(snapshot.generation, ResponseKey(key), compute)
        .await?;
    Ok(ConditionalResponse {
        body,
        etag,
        stale: snapshot.is_stale(),
    })
}

/// The lines of a query that the caller may read.
///
/// # Errors
/// Where the log cannot be read.
pub(crate) async fn log(
    shared: &ApiState,
    caller: &TokenData,
    mut query: LogQuery,
) -> Result<ConditionalResponse, Error> {
    // All grants of a guest show the same.
    let shown = caller.grants.first().and_then(|grant| grant.shown.as_ref());
    if let Some(shown) = shown {
        shown.log(&mut query)?;
    }
    let brokers = access_scope::log_brokers(shared, caller);
    let (generation, key) = (
        shared.store.log_generation(),
        ResponseKey(format!("{query:?} {brokers:?}")),
    );
    let read = async {
        let page = shared.store.logs(query, brokers).await?;
        Ok::<_, Error>(json(&page.entries))
    };
    let body = shared.log_pages.get(generation, key, read).await?;
    Ok(ConditionalResponse {
        // Of the lines themselves: it stays while none comes.
        etag: shared.etag.clone().hash_of(&body),
        body,
        stale: false,
    })
}
