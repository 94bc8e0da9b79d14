use serde_json::json;

use super::*;

fn read<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).expect("a broker's answer")
}

fn result_of(checks: &[Checked], check: HealthCheck) -> &Checked {
    let found = checks.iter().find(|checked| checked.check == check);
    found.expect("looked at")
}

fn healthy() -> serde_json::Value {
    json!({"name": "a", "running": true, "mem_used": 1, "mem_alarm": false, "disk_free_alarm": false,
        "fd_used": 1, "fd_total": 100, "proc_used": 1, "proc_total": 100, "net_ticktime": 60,
        "partitions": [], "rates_mode": "basic"})
}

/// A cluster of two, of which the second is another.
fn cluster(change: &serde_json::Value) -> Vec<Checked> {
    let mut other = healthy();
    for (key, value) in change.as_object().expect("changes") {
        other[key] = value.clone();
    }
    let cluster: Vec<Node> = read(json!([healthy(), other]));
    nodes(&cluster, true)
}

#[test]
fn healthy_broker_has_no_problems() {
    for checked in cluster(&json!({})) {
        assert_eq!(checked.state, HealthState::Ok, "{:?}", checked.check);
    }
}

#[test]
fn findings_name_their_node() {
    use HealthCheck as C;
    use HealthState as S;
    for (check, state, change) in [
        (C::NodesRunning, S::Critical, json!({"running": false})),
        (C::Maintenance, S::Warning, json!({"being_drained": true})),
        (
            C::MemoryAlarm,
            S::Critical,
            json!({"mem_alarm": true, "mem_limit": 1}),
        ),
        (C::DiskAlarm, S::Critical, json!({"disk_free_alarm": true})),
        (C::Partitions, S::Critical, json!({"partitions": ["a"]})),
        (C::FileDescriptors, S::Warning, json!({"fd_used": 95})),
        (C::Processes, S::Warning, json!({"proc_used": 75})),
    ] {
        let mut change = change;
        change["name"] = json!("b");
        let checks = cluster(&change);
        let checked = result_of(&checks, check);
        assert_eq!(
            (checked.state, checked.findings.len()),
            (state, 1),
            "{check:?}"
        );
        assert_eq!(checked.findings[0].node.as_deref(), Some("b"), "{check:?}");
    }
    let checks = cluster(&json!({"net_ticktime": 10}));
    let ticks = result_of(&checks, C::TickTimes).findings.iter();
    assert_eq!(
        ticks.filter_map(|tick| tick.value).collect::<Vec<_>>(),
        [60, 10]
    );
}

#[test]
fn node_without_alarm_fields_is_unknown() {
    let checks = cluster(&json!({"mem_alarm": null}));
    assert_eq!(
        result_of(&checks, HealthCheck::MemoryAlarm).state,
        HealthState::Unknown
    );
    assert_eq!(
        result_of(&checks, HealthCheck::DiskAlarm).state,
        HealthState::Ok
    );
}

#[test]
fn statistics_that_are_off_or_lag_are_reported() {
    let names = |overview| {
        let nodes: Vec<Node> = read(json!([healthy(), {"name": "b", "running": true}]));
        let findings = statistics(&read(overview), &nodes).findings;
        let names = findings.into_iter().filter_map(|finding| finding.name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(json!({"disable_stats": true})), ["disable_stats"]);
    assert_eq!(
        names(json!({"rates_mode": "none", "statistics_db_event_queue": 1001})),
        ["rates_mode", "statistics_db_event_queue", "node_statistics"]
    );
}

#[test]
fn lists_that_are_not_offered_are_no_trouble_and_silent_ones_are_unknown() {
    let absent = deprecated_features(Err(Some(Failure::Absent)));
    assert_eq!(absent.state, HealthState::NotOffered);
    assert!(absent.state < HealthState::Ok);
    let silent = feature_flags(Err(Some(Failure::Silent("why".into()))));
    assert_eq!(
        (silent.state, silent.reason.as_deref()),
        (HealthState::Unknown, Some("why"))
    );
    let flags = read(
        json!([{"name": "on", "state": "enabled"}, {"name": "off", "state": "disabled"},
        {"name": "try", "state": "disabled", "stability": "experimental"}]),
    );
    let flags = feature_flags(Ok(flags)).findings;
    assert_eq!(flags.len(), 1, "{flags:?}");
    let stopped = read(json!([{"name": "v", "cluster_state": {"a": "running", "b": "stopped"}}]));
    let stopped = vhosts(Ok(stopped));
    assert_eq!(stopped.findings[0].node.as_deref(), Some("b"));
}
