//! `GET /v2/rabbit/health`: what is wrong with a broker, and what was looked at.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::health::{Checked, Health, HealthState};
use metering::lists::ListKind;
use metering::{Node, Overview};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::health::{self, ListRows};
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::json::json;
use crate::http::params::Arguments;
use crate::lists::select::Scope;
use crate::state::ApiState;
use crate::vhost_set::BrokerScope;

/// A request waits this long for lists that were not read yet.
const FIRST_ANSWER_WAIT: Duration = Duration::from_millis(700);

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What is wrong with a broker, and what was looked at.
///
/// Alarms and nodes are those of the last poll; vhosts and features those of the last minute. Accounts
/// without the tag `monitoring` or `administrator` see the checks of the broker's answers, of its
/// statistics and of their own vhosts.
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
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller, name.as_deref())?;
    let snapshot = authorized.broker.snapshot();
    let mut checks = vec![health::answers(&snapshot.broker)];
    if let Some(poll_data) = &snapshot.poll_data {
        checks.extend(match authorized.scope {
            BrokerScope::All => {
                let nodes: Vec<Node> =
                    serde_json::from_slice(&poll_data.nodes_json).unwrap_or_default();
                let overview: Overview =
                    serde_json::from_slice(&poll_data.overview_json).unwrap_or_default();
                let mut checks = health::nodes(&nodes, overview.disable_stats != Some(true));
                checks.push(health::statistics(&overview, &nodes));
                checks
            }
            BrokerScope::Only(_) => vec![health::statistics(&poll_data.common, &[])],
        });
    }
    if matches!(authorized.scope, BrokerScope::All) {
        let exposed = shared.config.exposed_passwords.iter();
        let exposed = exposed.filter(|exposed| exposed.broker == authorized.broker.name);
        checks.push(health::passwords(exposed));
    }
    checks.extend(of_lists(&authorized).await);
    checks.sort_by_key(|checked| checked.check);
    // What cannot be looked at is no trouble by itself: the account may lack a tag for it.
    let states = checks.iter().map(|checked| checked.state);
    let worst = states.filter(|&state| state != HealthState::Unknown).max();
    let health = Health {
        broker: authorized.broker.name.clone(),
        state: worst.unwrap_or_default(),
        checks,
        observed_at: snapshot
            .poll_data
            .as_ref()
            .map(|poll_data| poll_data.observed_at),
    };
    let body = json(&health);
    Ok(ConditionalResponse {
        etag: authorized.etag(&shared).part("health").hash_of(&body),
        body,
        stale: snapshot.is_stale(),
    }
    .respond(&headers))
}

/// What stands in lists: vhosts, and for those who see all the features.
async fn of_lists(authorized: &AuthorizedBroker<'_>) -> Vec<Checked> {
    let until = Instant::now() + FIRST_ANSWER_WAIT;
    let mut checks = Vec::new();
    if let Ok(scope) = authorized.scope(ListKind::Vhosts) {
        checks.push(health::vhosts(
            fresh_rows(authorized, ListKind::Vhosts, &scope, until).await,
        ));
    }
    if matches!(authorized.scope, BrokerScope::All) {
        let (flags, in_use) = tokio::join!(
            fresh_rows(authorized, ListKind::FeatureFlags, &Scope::All, until),
            fresh_rows(
                authorized,
                ListKind::DeprecatedFeaturesUsed,
                &Scope::All,
                until
            ),
        );
        checks.push(health::feature_flags(flags));
        checks.push(health::deprecated_features(in_use));
    }
    checks
}

/// A list's rows, as far as the caller may see them.
async fn fresh_rows<T: DeserializeOwned>(
    authorized: &AuthorizedBroker<'_>,
    kind: ListKind,
    scope: &Scope,
    until: Instant,
) -> ListRows<T> {
    let broker = authorized.broker;
    let Some(table) = broker.names(kind, until).await else {
        return Err(broker.lists.failure(kind));
    };
    let rows = &table.rows;
    let seen = rows.all().filter(|&row| scope.holds(rows, row));
    Ok(seen
        .filter_map(|row| serde_json::from_slice(rows.json(row)).ok())
        .collect())
}
