//! `GET /v2/rabbit/health`: what is wrong with a broker, and what was looked at.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::health::{Checked, Health, HealthState};
use metering::{Node, Overview};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::audience::View;
use crate::collector::lists::kind::Kind;
use crate::collector::lists::select::Scope;
use crate::error::Error;
use crate::health_of::{self, Told};
use crate::identity::auth::Caller;
use crate::protocol::answer::Answer;
use crate::protocol::query::Arguments;
use crate::snapshot::json;
use crate::state::{Picked, Shared};

/// So long it is waited for lists that are not there yet.
const FIRST_LOOK: Duration = Duration::from_millis(700);

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What is wrong with a broker, and what was looked at.
///
/// From what the broker told of late: alarms and nodes of the last poll; vhosts and features of the
/// last minute. Accounts without the tag `monitoring` or `administrator` are told whether the broker
/// answers, of its statistics and of their own vhosts.
#[utoipa::path(
    get,
    path = "/v2/rabbit/health",
    operation_id = "getHealth",
    tag = "rabbit",
    params(("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone")),
    responses(
        (status = 200, body = Health, headers(("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
    )
)]
async fn show(
    State(shared): State<Arc<Shared>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let picked = shared.pick(&caller, name.as_deref())?;
    let snapshot = picked.broker.snapshot();
    let mut checks = vec![health_of::answers(&snapshot.broker)];
    if let Some(facts) = &snapshot.facts {
        checks.extend(match picked.view {
            View::All => {
                let nodes: Vec<Node> =
                    serde_json::from_slice(&facts.nodes_json).unwrap_or_default();
                let overview: Overview =
                    serde_json::from_slice(&facts.overview_json).unwrap_or_default();
                let mut checks = health_of::nodes(&nodes, overview.disable_stats != Some(true));
                checks.push(health_of::statistics(&overview, &nodes));
                checks
            }
            View::Only(_) => vec![health_of::statistics(&facts.common, &[])],
        });
    }
    if matches!(picked.view, View::All) {
        let exposed = shared.config.exposed_passwords.iter();
        let exposed = exposed.filter(|exposed| exposed.broker == picked.broker.name);
        checks.push(health_of::passwords(exposed));
    }
    checks.extend(of_lists(&picked).await);
    checks.sort_by_key(|checked| checked.check);
    // What cannot be looked at is no trouble by itself: the account may lack a tag for it.
    let states = checks.iter().map(|checked| checked.state);
    let worst = states.filter(|&state| state != HealthState::Unknown).max();
    let health = Health {
        broker: picked.broker.name.clone(),
        state: worst.unwrap_or_default(),
        checks,
        observed_at: snapshot.facts.as_ref().map(|facts| facts.observed_at),
    };
    let body = json(&health);
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let etag = picked.etag(&shared, &format!("health.{:016x}", hasher.finish()));
    Ok(Answer {
        body,
        etag,
        stale: snapshot.is_stale(),
    }
    .to(&headers))
}

/// What stands in lists: vhosts, and for those who see all the features.
async fn of_lists(picked: &Picked<'_>) -> Vec<Checked> {
    let until = Instant::now() + FIRST_LOOK;
    let mut checks = Vec::new();
    if let Ok(scope) = picked.scope(Kind::Vhosts) {
        checks.push(health_of::vhosts(
            told(picked, Kind::Vhosts, &scope, until).await,
        ));
    }
    if matches!(picked.view, View::All) {
        let (flags, in_use) = tokio::join!(
            told(picked, Kind::FeatureFlags, &Scope::All, until),
            told(picked, Kind::DeprecatedFeaturesUsed, &Scope::All, until),
        );
        checks.push(health_of::feature_flags(flags));
        checks.push(health_of::deprecated_features(in_use));
    }
    checks
}

/// A list's rows, as far as the caller may see them.
async fn told<T: DeserializeOwned>(
    picked: &Picked<'_>,
    kind: Kind,
    scope: &Scope,
    until: Instant,
) -> Told<T> {
    let broker = picked.broker;
    let Some(table) = broker.names(kind, until).await else {
        return Err(broker.lists.failure(kind));
    };
    let rows = &table.rows;
    let seen = rows.all().filter(|&row| scope.holds(rows, row));
    Ok(seen
        .filter_map(|row| serde_json::from_slice(rows.json(row)).ok())
        .collect())
}
