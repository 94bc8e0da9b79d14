use metering::{Node, Overview};
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;

use super::*;
use crate::alerts::rules::verdict::Verdict;

/// A node without anything wrong.
fn node(name: &str, changes: &Value) -> Value {
    let mut node = json!({"name": name, "running": true, "processors": 4, "run_queue": 1,
        "mem_used": 50, "mem_limit": 100, "mem_alarm": false,
        "disk_free": 1000, "disk_free_limit": 100, "disk_free_alarm": false,
        "fd_used": 1, "fd_total": 100, "sockets_used": 1, "sockets_total": 100,
        "proc_used": 1, "proc_total": 100, "partitions": []});
    for (key, value) in changes.as_object().into_iter().flatten() {
        node[key] = value.clone();
    }
    node
}

fn check(id: &str, overview: &Value, nodes: &[Value], versions: &[&str]) -> Vec<Finding> {
    let rule = find(id).unwrap_or_else(|| panic!("no rule {id}"));
    let overview: Overview = serde_json::from_value(overview.clone()).expect("an overview");
    let nodes: Vec<Node> = nodes
        .iter()
        .map(|node| serde_json::from_value(node.clone()).expect("a node"))
        .collect();
    let versions: Vec<_> = versions.iter().map(|&version| version.to_owned()).collect();
    let answer = Answer {
        overview: &overview,
        nodes: &nodes,
        versions: &versions,
    };
    (rule.check)(answer, rule.threshold.unwrap_or(Threshold::NONE))
}

/// The verdicts about each object, without the reasons of unknown ones.
fn verdicts(findings: &[Finding]) -> Vec<(Option<&str>, &'static str)> {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Violated => "violated",
        Verdict::Between => "between",
        Verdict::Ok => "ok",
        Verdict::Unknown(_) => "unknown",
    };
    let verdict = |finding: &Finding| word(&finding.verdict);
    findings
        .iter()
        .map(|finding| (finding.node.as_deref(), verdict(finding)))
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

#[test]
fn rules_of_nodes_find_the_node_that_is_wrong() {
    for (id, wrong) in [
        ("memory-alarm", json!({"mem_alarm": true})),
        ("disk-alarm", json!({"disk_free_alarm": true})),
        ("memory-high", json!({"mem_used": 91})),
        ("disk-low", json!({"disk_free": 149})),
        ("fd-high", json!({"fd_used": 81})),
        ("sockets-high", json!({"sockets_used": 81})),
        ("processes-high", json!({"proc_used": 81})),
        ("run-queue", json!({"run_queue": 17})),
        ("node-down", json!({"running": false})),
    ] {
        let nodes = [node("a", &json!({})), node("b", &wrong)];
        let findings = check(id, &json!({}), &nodes, &[]);
        assert_eq!(
            verdicts(&findings),
            [(Some("a"), "ok"), (Some("b"), "violated")],
            "{id}"
        );
        assert!(
            findings[1].summary.contains(" b "),
            "{id}: {}",
            findings[1].summary
        );
    }
}

#[test]
fn missing_fields_are_unknown_and_never_fine() {
    for id in [
        "memory-alarm",
        "disk-alarm",
        "memory-high",
        "disk-low",
        "fd-high",
        "sockets-high",
        "processes-high",
        "run-queue",
    ] {
        let bare = json!({"name": "a", "running": true});
        let found = check(id, &json!({}), &[bare], &[]);
        assert_eq!(
            verdicts(&found),
            [(Some("a"), "unknown"), (None, "unknown")],
            "{id}"
        );
    }
    let needs_nodes = [
        "memory-alarm",
        "node-down",
        "no-majority",
        "partition",
        "even-nodes",
    ];
    for id in needs_nodes
        .into_iter()
        .chain(["version-skew", "stats-behind", "connection-churn"])
    {
        assert_eq!(
            verdicts(&check(id, &json!({}), &[], &[])),
            [(None, "unknown")],
            "{id}"
        );
    }
    for id in ["unroutable", "redelivery-high", "basic-get"] {
        let off = json!({"disable_stats": true});
        assert_eq!(
            verdicts(&check(id, &off, &[], &[])),
            [(None, "unknown")],
            "{id}"
        );
    }
}

#[test]
fn node_that_is_down_makes_its_other_rules_unknown() {
    let nodes = [
        node("a", &json!({})),
        json!({"name": "b", "running": false}),
    ];
    let found = check("memory-alarm", &json!({}), &nodes, &[]);
    assert_eq!(
        verdicts(&found),
        [(Some("a"), "ok"), (Some("b"), "unknown")]
    );
}

#[test]
fn brokers_that_count_no_sockets_have_none_to_watch() {
    let nodes = [node("a", &json!({"sockets_used": 0, "sockets_total": 0}))];
    assert_eq!(check("sockets-high", &json!({}), &nodes, &[]), []);
}

#[test]
fn rules_of_clusters_compare_nodes() {
    let (up, down) = (
        node("a", &json!({})),
        json!({"name": "b", "running": false}),
    );
    let parted = node("c", &json!({"partitions": ["rabbit@a"]}));
    for (id, nodes, versions, verdict) in [
        ("no-majority", vec![up.clone()], vec![], "ok"),
        (
            "no-majority",
            vec![up.clone(), up.clone(), down.clone()],
            vec![],
            "ok",
        ),
        (
            "no-majority",
            vec![up.clone(), down.clone()],
            vec![],
            "violated",
        ),
        ("partition", vec![up.clone()], vec![], "ok"),
        ("partition", vec![up.clone(), parted], vec![], "violated"),
        ("even-nodes", vec![up.clone()], vec![], "ok"),
        (
            "even-nodes",
            vec![up.clone(), up.clone()],
            vec![],
            "violated",
        ),
        (
            "even-nodes",
            vec![up.clone(), up.clone(), down],
            vec![],
            "violated",
        ),
        (
            "version-skew",
            vec![up.clone()],
            vec!["3.10.8", "3.10.8"],
            "ok",
        ),
        (
            "version-skew",
            vec![up],
            vec!["3.10.8", "3.11.0"],
            "violated",
        ),
    ] {
        let found = check(id, &json!({}), &nodes, &versions);
        assert_eq!(verdicts(&found), [(None, verdict)], "{id} {}", nodes.len());
    }
}

#[test]
fn rules_of_traffic_compare_rates() {
    let rates = |names: &[(&str, f64)]| {
        let pairs = names
            .iter()
            .map(|(name, rate)| (format!("{name}_details"), json!({"rate": rate})));
        Value::Object(pairs.collect())
    };
    let messages = |names: &[(&str, f64)]| json!({"message_stats": rates(names)});
    let churn = |names: &[(&str, f64)], there: i64| json!({"churn_rates": rates(names), "object_totals": {"connections": there, "channels": there}});
    for (id, overview, verdict) in [
        (
            "connection-churn",
            churn(
                &[("connection_created", 6.0), ("connection_closed", 5.0)],
                100,
            ),
            "violated",
        ),
        (
            "connection-churn",
            churn(
                &[("connection_created", 5.0), ("connection_closed", 5.0)],
                100,
            ),
            "ok",
        ),
        (
            "connection-churn",
            churn(&[("connection_created", 60.0)], 99),
            "ok",
        ),
        (
            "channel-churn",
            churn(&[("channel_created", 11.0)], 100),
            "violated",
        ),
        (
            "queue-churn",
            churn(&[("queue_created", 0.6), ("queue_deleted", 0.5)], 0),
            "violated",
        ),
        ("queue-churn", churn(&[("queue_declared", 50.0)], 0), "ok"),
        ("unroutable", messages(&[]), "ok"),
        ("unroutable", json!({}), "ok"),
        (
            "unroutable",
            messages(&[("drop_unroutable", 0.2)]),
            "violated",
        ),
        (
            "unroutable",
            messages(&[("return_unroutable", 0.2)]),
            "violated",
        ),
        (
            "redelivery-high",
            messages(&[("redeliver", 21.0), ("deliver_get", 100.0)]),
            "violated",
        ),
        (
            "redelivery-high",
            messages(&[("redeliver", 21.0), ("deliver_get", 1000.0)]),
            "ok",
        ),
        (
            "redelivery-high",
            messages(&[("redeliver", 20.0), ("deliver_get", 20.0)]),
            "ok",
        ),
        ("basic-get", messages(&[("get_empty", 1.0)]), "violated"),
        ("basic-get", messages(&[("deliver", 1.0)]), "ok"),
        (
            "stats-behind",
            json!({"statistics_db_event_queue": 1001}),
            "violated",
        ),
        (
            "stats-behind",
            json!({"statistics_db_event_queue": 1000}),
            "ok",
        ),
    ] {
        assert_eq!(
            verdicts(&check(id, &overview, &[], &[])),
            [(None, verdict)],
            "{id} {overview}"
        );
    }
}

#[test]
fn healthy_broker_violates_no_rule() {
    for version in ["3.10.8", "4.0.5"] {
        let overview: Value = broker_answer_as(version, "overview");
        let nodes: Vec<Value> = broker_answer_as(version, "nodes");
        for rule in RULES.iter() {
            let found = check(rule.id, &overview, &nodes, &[version]);
            let fine = found
                .iter()
                .all(|finding| matches!(finding.verdict, Verdict::Ok | Verdict::Between));
            assert!(fine, "{version}, {}: {found:?}", rule.id);
        }
    }
}

#[test]
fn every_rule_is_documented_and_has_a_name_of_its_own() {
    let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    let page = std::fs::read_to_string(test_fixtures::checkout().join("docs/alarms.md"))
        .expect("docs/alarms.md");
    for rule in RULES.iter() {
        assert!(
            rule.docs.starts_with("https://www.rabbitmq.com/docs/"),
            "{}",
            rule.id
        );
        assert!(
            !rule.action.is_empty() && !rule.source.is_empty(),
            "{}",
            rule.id
        );
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
        let row = row.unwrap_or_else(|| panic!("docs/alarms.md has no row for {}", rule.id));
        for text in [rule.severity.as_str(), rule.source, rule.docs] {
            assert!(
                row.contains(text),
                "docs/alarms.md: the row of {} lacks {text:?}",
                rule.id
            );
        }
    }
}
