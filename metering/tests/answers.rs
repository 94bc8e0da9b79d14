//! Every recorded overview, node and account of every broker version is read, and what is absent stays absent.

use metering::identity::{AuthRequest, TokenBody};
use metering::{Node, Overview, User};
use serde::de::DeserializeOwned;
use serde_json::Value;
use test_fixtures::broker_answer_as;

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("a real broker's answer")
}

/// Versions, and names of their answers.
const OVERVIEWS: &[(&str, &str)] = &[
    ("3.2.4", "overview"),
    ("3.10.8", "overview"),
    ("3.10.8", "overview-disable-stats"),
    ("3.10.8", "overview-with-samples"),
    ("4.0.5", "overview"),
    ("4.0.5", "overview-disable-stats"),
    ("4.0.5", "overview-with-samples"),
];

/// Whether all that `ours` holds stands in `theirs` too, with the same value, though perhaps
/// otherwise written (a port as a text, tags as a list).
fn is_part_of(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => ours.iter().all(|(key, value)| {
            theirs
                .get(key)
                .is_some_and(|other| is_part_of(value, other))
        }),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| is_part_of(a, b))
        }
        (Value::Number(ours), Value::String(theirs)) => ours.to_string() == *theirs,
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::String(theirs)) => {
            ours.iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(",")
                == *theirs
        }
        _ => ours == theirs,
    }
}

#[test]
fn every_overview_is_read_and_nothing_is_invented() {
    for (version, name) in OVERVIEWS {
        let overview: Overview = broker_answer_as(version, name);
        assert_eq!(overview.rabbitmq_version.as_deref(), Some(*version));
        let ours = serde_json::to_value(&overview).expect("serialises");
        assert!(
            is_part_of(&ours, &broker_answer_as(version, name)),
            "{version}: {ours:#}"
        );
    }
}

#[test]
fn every_statistic_of_every_overview_is_kept() {
    for (version, name) in OVERVIEWS {
        let theirs: Value = broker_answer_as(version, name);
        let ours: Overview = broker_answer_as(version, name);
        let ours = serde_json::to_value(ours).expect("serialises");
        for group in [
            "object_totals",
            "queue_totals",
            "message_stats",
            "churn_rates",
        ] {
            let keys = |value: &Value| -> Option<Vec<String>> {
                let mut keys: Vec<_> = value.get(group)?.as_object()?.keys().cloned().collect();
                keys.sort_unstable();
                Some(keys)
            };
            assert_eq!(keys(&ours), keys(&theirs), "{version} {group}");
        }
    }
}

#[test]
fn unreported_fields_are_absent() {
    let oldest: Overview = broker_answer_as("3.2.4", "overview");
    assert_eq!(oldest.cluster_name, None);
    assert_eq!(oldest.churn_rates, None);
    assert_eq!(oldest.message_stats.expect("reported").confirm, None);

    let without_stats: Overview = broker_answer_as("4.0.5", "overview-disable-stats");
    assert_eq!(without_stats.message_stats, None);
    assert_eq!(
        without_stats.object_totals.expect("reported").channels,
        None
    );
    let written = serde_json::to_string(&read::<Overview>("{}")).expect("serialises");
    assert_eq!(written, "{}");
}

#[test]
fn a_fresh_broker_has_empty_statistics_not_absent_ones() {
    let fresh: Overview = read(r#"{"message_stats":{},"queue_totals":{}}"#);
    let written = serde_json::to_string(&fresh).expect("serialises");
    assert_eq!(written, r#"{"queue_totals":{},"message_stats":{}}"#);
}

#[test]
fn samples_are_read_and_can_be_dropped() {
    let mut overview: Overview = broker_answer_as("4.0.5", "overview-with-samples");
    let details = |overview: &Overview| {
        let totals = overview.queue_totals.clone().expect("reported");
        totals.messages_ready_details.expect("reported")
    };
    let samples = details(&overview).samples;
    assert_eq!(samples.len(), 121);
    assert!(samples[0].timestamp > samples[1].timestamp, "newest first");
    overview.drop_samples();
    assert_eq!(details(&overview).samples, []);
    assert_eq!(details(&overview).rate, Some(90.6));
}

#[test]
fn every_node_is_read_and_nothing_is_invented() {
    for version in ["3.10.8", "4.0.5"] {
        let nodes: Vec<Node> = broker_answer_as(version, "nodes");
        let ours = serde_json::to_value(&nodes).expect("serialises");
        assert!(
            is_part_of(&ours, &broker_answer_as(version, "nodes")),
            "{ours:#}"
        );
        assert!(
            nodes
                .iter()
                .all(|node| node.mem_used.is_some() && node.uptime.is_some())
        );
    }
}

#[test]
fn sockets_count_only_where_the_broker_counts_them() {
    let before: Vec<Node> = broker_answer_as("3.10.8", "nodes");
    let since_4_0: Vec<Node> = broker_answer_as("4.0.5", "nodes");
    assert!(before[0].counts_sockets());
    assert!(!since_4_0[0].counts_sockets());
}

#[test]
fn a_node_that_is_down_says_so_and_no_more() {
    let down: Node = read(r#"{"name":"rabbit@b","type":"disc","running":false}"#);
    assert_eq!(down.running, Some(false));
    assert_eq!(down.mem_used, None);
}

#[test]
fn a_node_that_knows_not_its_disk_leaves_it_out() {
    let odd: Node = read(
        r#"{"name":"rabbit@a","disk_free":"disk_free_monitoring_disabled","fd_used":"unknown"}"#,
    );
    assert_eq!((odd.disk_free, odd.fd_used), (None, None));
}

#[test]
fn tags_are_a_list_whoever_wrote_them() {
    for version in ["3.2.4", "3.10.8", "4.0.5"] {
        let users: Vec<User> = broker_answer_as(version, "users");
        assert_eq!(users[0].name, "guest");
        assert_eq!(users[0].tags, ["administrator"]);
    }
    for version in ["3.10.8", "4.0.5"] {
        let user: User = broker_answer_as(version, "whoami");
        assert_eq!(user.tags, ["administrator"]);
    }
}

#[test]
fn keystones_own_examples_are_read() {
    let request: AuthRequest = read(
        r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"admin",
        "domain":{"name":"Default"},"password":"s"}}},"scope":{"project":{"name":"demo",
        "domain":{"id":"default"}}}}}"#,
    );
    let user = request.auth.identity.password.expect("given").user;
    assert_eq!(user.name.as_deref(), Some("admin"));

    let answer: TokenBody = read(
        r#"{"token":{"methods":["password"],"user":{"id":"1","name":"admin","domain":{"id":"default",
        "name":"Default"},"password_expires_at":null},"audit_ids":["x"],"expires_at":
        "2015-11-07T02:58:43.578887Z","issued_at":"2015-11-07T01:58:43.578929Z","roles":[{"id":"2",
        "name":"admin"}],"catalog":[{"endpoints":[{"id":"3","interface":"public","region_id":"R",
        "region":"R","url":"http://127.0.0.1:8777"}],"type":"metering","id":"4","name":"warren"}]}}"#,
    );
    assert!(answer.token.has_role("admin"));
    assert_eq!(
        answer.token.catalog[0].endpoints[0].url,
        "http://127.0.0.1:8777"
    );
}
