//! What the built-in rules report of the brokers: `GET /v2/rabbit/alerts`, and its history.

use metering::requests::{AlertHistoryQuery, AlertQuery};
use metering::{Alert, AlertChange, AlertSeverity, Timestamp};

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

fn list_path(query: &AlertQuery) -> String {
    let mut parameters = path::parameters();
    let states = query.states.iter().map(|state| ("state", state.as_str()));
    let given = [
        ("broker", query.broker.as_deref()),
        ("severity", query.severity.map(AlertSeverity::as_str)),
        ("rule", query.rule.as_deref()),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    parameters.extend_pairs(given.chain(states));
    path::with("/v2/rabbit/alerts", parameters)
}

fn history_path(query: &AlertHistoryQuery) -> String {
    let mut parameters = path::parameters();
    let millis = |time: Option<Timestamp>| time.map(|time| time.as_millis().to_string());
    let given = [
        ("broker", query.broker.clone()),
        (
            "severity",
            query.severity.map(|severity| severity.as_str().to_owned()),
        ),
        ("rule", query.rule.clone()),
        ("from", millis(query.from)),
        ("to", millis(query.to)),
        ("limit", query.limit.map(|limit| limit.to_string())),
    ];
    parameters.extend_pairs(
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    path::with("/v2/rabbit/alerts/history", parameters)
}

impl Session {
    /// Alerts of the brokers that this account sees, the newest state first.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for a broker that is absent or hidden, and the others of [`ClientError`].
    pub async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>, ClientError> {
        self.read(list_path(query)).await
    }

    /// Changes of these alerts, the newest first.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for a broker that is absent or hidden, and the others of [`ClientError`].
    pub async fn alert_history(
        &self,
        query: &AlertHistoryQuery,
    ) -> Result<Vec<AlertChange>, ClientError> {
        self.read(history_path(query)).await
    }
}

#[cfg(test)]
mod tests {
    use metering::AlertState;

    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        assert_eq!(list_path(&AlertQuery::default()), "/v2/rabbit/alerts");
        let history = history_path(&AlertHistoryQuery::default());
        assert_eq!(history, "/v2/rabbit/alerts/history");
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = AlertQuery {
            broker: Some("prod".into()),
            states: vec![AlertState::Firing, AlertState::Unknown],
            severity: Some(AlertSeverity::Moderate),
            rule: Some("disk-low".into()),
        };
        assert_eq!(
            list_path(&query),
            "/v2/rabbit/alerts?broker=prod&severity=moderate&rule=disk-low&state=firing&state=unknown"
        );
        let query = AlertHistoryQuery {
            from: Some(Timestamp::from_millis(1000)),
            to: Some(Timestamp::from_millis(2000)),
            limit: Some(5),
            ..AlertHistoryQuery::default()
        };
        assert_eq!(
            history_path(&query),
            "/v2/rabbit/alerts/history?from=1000&to=2000&limit=5"
        );
    }
}
