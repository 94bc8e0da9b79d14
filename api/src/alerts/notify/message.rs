//! What is sent: Alertmanager's webhook format, version 4.
//!
//! Source: recorded from Alertmanager 0.25.0; `template.Data` and `webhook.Message` in its source.

use std::collections::BTreeMap;

use metering::{Alert, AlertSeverity, Timestamp};
use serde::Serialize;

/// The end of an alert that has none.
const NO_END: &str = "0001-01-01T00:00:00Z";

type Labels = BTreeMap<&'static str, String>;

/// What a notification says of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Firing,
    Resolved,
}

/// The body of a notification. The order of the fields is Alertmanager's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    receiver: &'static str,
    status: Status,
    alerts: Vec<Entry>,
    group_labels: Labels,
    common_labels: Labels,
    common_annotations: Labels,
    #[serde(rename = "externalURL")]
    external_url: &'a str,
    version: &'static str,
    group_key: String,
    truncated_alerts: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    status: Status,
    labels: Labels,
    annotations: Labels,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

impl Entry {
    fn new(status: Status, alert: &Alert, base: &str) -> Self {
        let mut labels = Labels::from([
            ("alertname", alert.rule.clone()),
            ("rabbitmq_cluster", alert.broker.clone()),
            ("severity", severity(alert.severity).to_owned()),
        ]);
        labels.extend(alert.node.clone().map(|node| ("rabbitmq_node", node)));
        let mut annotations = Labels::from([
            ("summary", alert.summary.clone()),
            ("description", alert.action.clone()),
            ("runbook_url", alert.docs.clone()),
        ]);
        if alert.flapping {
            annotations.insert("flapping", "true".to_owned());
        }
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("broker", &alert.broker), ("rule", &alert.rule)])
            .finish();
        Self {
            status,
            labels,
            annotations,
            starts_at: rfc3339(alert.started_at.unwrap_or(alert.since)),
            ends_at: match status {
                Status::Firing => NO_END.to_owned(),
                Status::Resolved => rfc3339(alert.since),
            },
            generator_url: format!("{base}/v2/rabbit/alerts?{query}"),
            fingerprint: alert.id.clone(),
        }
    }
}

/// The alerts of one rule and broker as JSON; `base` is the address of the API.
pub(crate) fn message(alerts: &[(Status, Alert)], base: &str) -> String {
    let entries: Vec<_> = alerts
        .iter()
        .map(|(status, alert)| Entry::new(*status, alert, base))
        .collect();
    let is_firing = entries.iter().any(|entry| entry.status == Status::Firing);
    let common = |of: fn(&Entry) -> &Labels| -> Labels {
        let mut entries = entries.iter().map(of);
        let mut common = entries.next().cloned().unwrap_or_default();
        for other in entries {
            common.retain(|name, value| other.get(name) == Some(value));
        }
        common
    };
    let common_labels = common(|entry| &entry.labels);
    let mut group_labels = common_labels.clone();
    group_labels.retain(|name, _| matches!(*name, "alertname" | "rabbitmq_cluster"));
    let pairs: Vec<_> = group_labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    let message = Message {
        receiver: "warren",
        status: if is_firing {
            Status::Firing
        } else {
            Status::Resolved
        },
        group_key: format!("{{}}:{{{}}}", pairs.join(", ")),
        group_labels,
        common_labels,
        common_annotations: common(|entry| &entry.annotations),
        alerts: entries,
        external_url: base,
        version: "4",
        truncated_alerts: 0,
    };
    // Structs of texts always serialize.
    serde_json::to_string(&message).unwrap_or_default()
}

/// The severity in the words of Prometheus' users.
fn severity(severity: AlertSeverity) -> &'static str {
    match severity {
        AlertSeverity::Low => "info",
        AlertSeverity::Moderate => "warning",
        AlertSeverity::Critical => "critical",
    }
}

fn rfc3339(time: Timestamp) -> String {
    format!("{time}Z")
}

#[cfg(test)]
mod tests {
    use metering::AlertState;
    use serde_json::{Value, json};

    use super::*;

    fn alert(node: &str) -> Alert {
        Alert {
            id: "0123456789abcdef".into(),
            rule: "memory-alarm".into(),
            broker: "pro\"d".into(),
            node: Some(node.into()),
            severity: AlertSeverity::Critical,
            state: AlertState::Firing,
            since: Timestamp::from_millis(1_420_113_660_000),
            last_known: None,
            reason: None,
            started_at: Some(Timestamp::from_millis(1_420_113_600_000)),
            value: None,
            threshold: None,
            summary: format!("Node {node}."),
            action: "Act.".into(),
            docs: "https://www.rabbitmq.com/docs/alarms".into(),
            inhibited_by: None,
            flapping: false,
            notified_at: None,
        }
    }

    #[test]
    fn message_has_the_keys_of_alertmanager_in_their_order() {
        let alerts = [(Status::Firing, alert("a")), (Status::Resolved, alert("b"))];
        let text = message(&alerts, "http://warren.example");
        let keys = [
            "receiver",
            "status",
            "alerts",
            "labels",
            "annotations",
            "startsAt",
            "endsAt",
            "generatorURL",
            "fingerprint",
            "groupLabels",
            "commonLabels",
            "commonAnnotations",
            "externalURL",
            "version",
            "groupKey",
            "truncatedAlerts",
        ];
        let places: Vec<_> = keys
            .iter()
            .map(|key| {
                text.find(&format!("\"{key}\":"))
                    .unwrap_or_else(|| panic!("no {key}"))
            })
            .collect();
        assert!(places.is_sorted(), "{text}");
        let message: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(message["status"], "firing", "while one fires");
        assert_eq!(message["version"], "4");
        assert_eq!(
            message["groupKey"],
            r#"{}:{alertname="memory-alarm", rabbitmq_cluster="pro\"d"}"#
        );
        assert_eq!(
            message["commonLabels"],
            json!({"alertname": "memory-alarm", "rabbitmq_cluster": "pro\"d", "severity": "critical"})
        );
        assert_eq!(
            message["commonAnnotations"].get("summary"),
            None,
            "nodes differ"
        );
        let [firing, resolved] = [0, 1].map(|n| &message["alerts"][n]);
        assert_eq!(firing["labels"]["rabbitmq_node"], "a");
        assert_eq!(
            (&firing["startsAt"], &firing["endsAt"]),
            (&json!("2015-01-01T12:00:00Z"), &json!(NO_END))
        );
        assert_eq!(resolved["endsAt"], "2015-01-01T12:01:00Z");
        assert_eq!(
            firing["generatorURL"],
            "http://warren.example/v2/rabbit/alerts?broker=pro%22d&rule=memory-alarm"
        );
    }

    #[test]
    fn message_of_ended_alerts_is_resolved() {
        let message: Value =
            serde_json::from_str(&message(&[(Status::Resolved, alert("a"))], "")).expect("JSON");
        assert_eq!(message["status"], "resolved");
    }
}
