//! `GET /v2/rabbit/alerts` and its history: what the built-in rules report of the brokers.

use std::cmp::Reverse;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::{AlertHistoryQuery, AlertQuery};
use metering::{Alert, AlertChange, AlertSeverity, AlertState, Timestamp};
use store::AlertScope;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alerts::rules::{UNREACHABLE, catalog};
use crate::auth::access_scope::broker_samples;
use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::tokens::TokenData;
use crate::http::error::Error;
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;

const SEVERITIES: &str = "are low, moderate and critical";
const MILLISECONDS: &str = "are milliseconds since 1970";

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(history))
}

/// Alerts of the built-in rules, the newest state first.
///
/// Of a broker that the caller sees all of, every alert; of others `broker-unreachable` alone. Rules whose condition
/// does not hold are not listed; resolved alerts are, for an hour.
#[utoipa::path(
    get,
    path = "/v2/rabbit/alerts",
    operation_id = "listAlerts",
    tag = "rabbit",
    params(
        ("broker" = Option<String>, Query, description = "A broker's name; by default all brokers"),
        ("state" = Option<Vec<AlertState>>, Query, description = "In this state; may be repeated; by default in any"),
        ("severity" = Option<AlertSeverity>, Query, description = "This severe, or more"),
        ("rule" = Option<String>, Query, description = "Of this rule, such as `memory-alarm`"),
    ),
    responses(
        (status = 200, body = Vec<Alert>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let query = AlertQuery {
        broker: arguments.one("broker")?,
        states: states(&mut arguments)?,
        severity: arguments.read("severity", SEVERITIES)?,
        rule: rule(&mut arguments)?,
    };
    arguments.finish()?;
    let mut alerts = Vec::new();
    for authorized in brokers(&shared, &caller, query.broker.as_deref())? {
        let only = only_rule(&authorized);
        let known = authorized.broker.alerts();
        let seen = known.iter().filter(|alert| {
            only.is_none_or(|rule| alert.rule == rule)
                && (query.states.is_empty() || query.states.contains(&alert.state))
                && query
                    .severity
                    .is_none_or(|severity| alert.severity >= severity)
                && query.rule.as_ref().is_none_or(|rule| alert.rule == *rule)
        });
        alerts.extend(seen.cloned());
    }
    alerts.sort_by_key(|alert| Reverse((alert.since, alert.severity)));
    Ok(uncached(&alerts))
}

/// Changes of alerts, the newest first.
///
/// Who sees an alert sees its changes. Warren keeps the last 100,000 changes.
#[utoipa::path(
    get,
    path = "/v2/rabbit/alerts/history",
    operation_id = "listAlertChanges",
    tag = "rabbit",
    params(
        ("broker" = Option<String>, Query, description = "A broker's name; by default all brokers"),
        ("severity" = Option<AlertSeverity>, Query, description = "This severe, or more"),
        ("rule" = Option<String>, Query, description = "Of this rule, such as `memory-alarm`"),
        ("from" = Option<i64>, Query, description = "Milliseconds since 1970: at this time and later"),
        ("to" = Option<i64>, Query, description = "Milliseconds since 1970: before this time"),
        ("limit" = Option<u64>, Query, description = "Maximum number of changes, 1 to 1000; by default 100"),
    ),
    responses(
        (status = 200, body = Vec<AlertChange>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "The history cannot be read now"),
    )
)]
async fn history(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let query = AlertHistoryQuery {
        broker: arguments.one("broker")?,
        severity: arguments.read("severity", SEVERITIES)?,
        rule: rule(&mut arguments)?,
        from: time(arguments.read("from", MILLISECONDS)?),
        to: time(arguments.read("to", MILLISECONDS)?),
        limit: arguments.read("limit", "is a number from 1 to 1000")?,
    };
    arguments.finish()?;
    if let Some(limit) = query.limit
        && !(1..=AlertHistoryQuery::MAX_LIMIT).contains(&limit)
    {
        return Err(refused(
            "limit",
            &limit.to_string(),
            "is a number from 1 to 1000",
        ));
    }
    let brokers = brokers(&shared, &caller, query.broker.as_deref())?;
    let scopes = brokers.iter().map(|authorized| AlertScope {
        broker: authorized.broker.name.clone(),
        rule: only_rule(authorized).map(str::to_owned),
    });
    let changes = shared.store.alert_history(query, scopes.collect()).await?;
    Ok(uncached(&changes))
}

/// The brokers that a request is about.
fn brokers<'a>(
    shared: &'a ApiState,
    caller: &'a TokenData,
    name: Option<&str>,
) -> Result<Vec<AuthorizedBroker<'a>>, Error> {
    match name {
        Some(name) => Ok(vec![shared.authorized_broker(caller, Some(name))?]),
        None => Ok(shared.authorized_brokers(caller)),
    }
}

/// The only rule that a caller sees of a broker; `None`: every rule.
fn only_rule(authorized: &AuthorizedBroker<'_>) -> Option<&'static str> {
    let sees_all = broker_samples(authorized.grant).whole;
    (!sees_all).then_some(UNREACHABLE)
}

fn states(arguments: &mut Arguments) -> Result<Vec<AlertState>, Error> {
    let read = |text: String| {
        let accepted = "are pending, firing, recovering, resolved and unknown";
        AlertState::from_str(&text)
            .ok()
            .filter(|state| *state != AlertState::Inactive)
            .ok_or_else(|| refused("state", &text, accepted))
    };
    arguments.many("state").into_iter().map(read).collect()
}

fn rule(arguments: &mut Arguments) -> Result<Option<String>, Error> {
    let rule = arguments.one("rule")?;
    match &rule {
        Some(id) if catalog::find(id).is_none() => {
            let ids: Vec<_> = catalog::RULES.iter().map(|rule| rule.id).collect();
            Err(refused("rule", id, &format!("are {}", ids.join(", "))))
        }
        _ => Ok(rule),
    }
}

fn refused(name: &str, value: &str, accepted: &str) -> Error {
    Error::BadArgument(format!(
        "Invalid value {value:?} for \"{name}\": accepted {accepted}"
    ))
}
