//! Every row of every list of every broker version is read, and what is absent stays absent.

use metering::{
    Binding, Channel, ChannelDetails, Connection, Consumer, Exchange, FeatureFlag, FederationLink,
    FederationUpstream, NodeInternals, Page, Permission, Policy, Queue, QueueDetails, Shovel,
    StreamConsumer, StreamPublisher, Table, Trace, TraceFile, Vhost,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use test_fixtures::{broker_answer, broker_answer_as};

/// What a fixture's rows become, beside what they were.
fn rows<T: DeserializeOwned + Serialize>(json: &str) -> Vec<(Value, Value)> {
    let read: Value = serde_json::from_str(json).expect("JSON");
    let rows = read.get("items").unwrap_or(&read).as_array().expect("rows");
    assert!(!rows.is_empty(), "nothing to read");
    let ours = |row: &Value| {
        let typed: T = serde_json::from_value(row.clone()).expect("a real broker's row");
        serde_json::to_value(typed).expect("serialises")
    };
    rows.iter().map(|row| (ours(row), row.clone())).collect()
}

/// The first path at which `ours` has something that `theirs` has not.
fn invented(ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => ours.iter().find_map(|(key, value)| {
            let within = invented(value, theirs.get(key).unwrap_or(&Value::Null))?;
            Some(format!("{key}.{within}"))
        }),
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).find_map(|(a, b)| invented(a, b))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!(" {a} instead of {b}")),
    }
}

/// Every row is read, nothing is invented, and of what the broker says only `dropped` is.
fn check<T: DeserializeOwned + Serialize>(json: &str, dropped: &[&str]) {
    for (ours, theirs) in rows::<T>(json) {
        assert_eq!(invented(&ours, &theirs), None, "{theirs:#}");
        let theirs = theirs.as_object().expect("a row");
        for (key, value) in theirs.iter().filter(|(_, value)| !value.is_null()) {
            let kept = ours.get(key).is_some();
            assert!(
                kept != dropped.contains(&key.as_str()),
                "{key}: {value} is {}",
                if kept { "kept" } else { "lost" }
            );
        }
    }
}

/// The answers of both versions of which there are lists.
fn answers(name: &str) -> [String; 2] {
    ["3.10.8", "4.0.5"].map(|version| broker_answer(version, name))
}

#[test]
fn queues() {
    // What a broker's own pages show on a queue's page alone, or nowhere.
    const DROPPED: [&str; 6] = [
        "backing_queue_status",
        "garbage_collection",
        "messages_ready_ram",
        "messages_unacknowledged_ram",
        "reductions",
        "reductions_details",
    ];
    for json in answers("queues-page") {
        for (ours, theirs) in rows::<Queue>(&json) {
            assert_eq!(invented(&ours, &theirs), None);
            let lost = theirs
                .as_object()
                .expect("a row")
                .iter()
                .filter(|(key, value)| !value.is_null() && ours.get(key.as_str()).is_none());
            let lost: Vec<_> = lost.map(|(key, _)| key.as_str()).collect();
            assert!(
                lost.iter().all(|key| DROPPED.contains(key)),
                "{lost:?} are lost"
            );
        }
    }
}

#[test]
fn connections_channels_and_consumers() {
    for json in answers("connections-page") {
        check::<Connection>(
            &json,
            &[
                "garbage_collection",
                "reductions_details",
                "user_who_performed_action",
            ],
        );
    }
    for json in answers("channels-page") {
        let dropped = [
            "garbage_collection",
            "reductions",
            "reductions_details",
            "user_who_performed_action",
        ];
        check::<Channel>(&json, &dropped);
    }
    for json in answers("consumers") {
        check::<Consumer>(&json, &[]);
    }
}

#[test]
fn exchanges_bindings_and_vhosts() {
    for json in answers("exchanges-page") {
        check::<Exchange>(&json, &[]);
    }
    for json in answers("bindings") {
        check::<Binding>(&json, &[]);
    }
    for json in answers("vhosts") {
        check::<Vhost>(&json, &["metadata"]);
    }
}

/// The plugins' lists, of a broker that has all of them enabled.
#[test]
fn rows_of_plugins_are_read_without_loss() {
    macro_rules! plugin {
        ($name:literal, $type:ty, $dropped:expr) => {
            check::<$type>(&broker_answer("3.10.8", $name), &$dropped)
        };
    }
    plugin!("shovels", Shovel, []);
    plugin!("federation-upstreams", FederationUpstream, ["component"]);
    plugin!("trace-files", TraceFile, []);
    plugin!("stream-publishers", StreamPublisher, []);
    plugin!("stream-consumers", StreamConsumer, []);
    plugin!("federation-links", FederationLink, []);
    // It says some things twice.
    plugin!("traces", Trace, []);
    let node: NodeInternals = broker_answer_as("3.10.8", "top");
    let processes = node.processes.expect("processes");
    assert_eq!(processes.len(), 8);
    assert!(processes[0].pid.starts_with('<') && processes[0].memory > Some(0));
}

#[test]
fn permissions_and_feature_flags() {
    for json in answers("permissions") {
        check::<Permission>(&json, &[]);
    }
    for json in answers("feature-flags") {
        check::<FeatureFlag>(&json, &[]);
    }
}

#[test]
fn a_policy_is_read_with_its_dash() {
    let row = json!({"vhost": "a", "name": "p", "pattern": "^q", "apply-to": "queues",
        "definition": {"max-length": 10, "overflow": "reject-publish"}, "priority": 0});
    let policy: Policy = serde_json::from_value(row.clone()).expect("a policy");
    assert_eq!(policy.apply_to.as_deref(), Some("queues"));
    assert_eq!(serde_json::to_value(policy).expect("serialises"), row);
}

#[test]
fn a_queue_in_full_has_what_the_list_has_and_more() {
    for json in answers("queue-detail") {
        let queue: QueueDetails = serde_json::from_str(&json).expect("a queue");
        assert_eq!(queue.queue.name, "orders.1");
        let consumers = queue.consumer_details.as_deref().expect("consumers");
        assert_eq!(
            consumers[0].queue.as_ref().expect("its queue").name,
            "orders.1"
        );
        assert!(queue.reductions.is_some() && queue.garbage_collection.is_some());
        let depths = queue.queue.messages_details.expect("reported");
        assert_eq!(depths.samples.len(), 121);
    }
}

#[test]
fn a_channel_in_full_says_what_it_consumes() {
    let channel: ChannelDetails = serde_json::from_value(json!({"name": "c (1)", "number": 1,
        "publishes": [{"exchange": {"name": "x", "vhost": "/"}, "stats": {"publish": 3}}],
        "consumer_details": [{"consumer_tag": "t", "queue": {"name": "q", "vhost": "/"}}]}))
    .expect("a channel");
    assert_eq!(
        (channel.channel.name.as_str(), channel.channel.number),
        ("c (1)", Some(1))
    );
    let publishes = channel.publishes.expect("given");
    assert_eq!(
        publishes[0].stats.as_ref().and_then(|stats| stats.publish),
        Some(3)
    );
}

#[test]
fn placeholders_for_nothing_are_absent_fields() {
    let queue: Queue = serde_json::from_value(json!({"name": "q", "vhost": "/", "slave_nodes": "",
        "arguments": [], "policy": null, "consumer_utilisation": "", "messages": "unknown"}))
    .expect("a queue");
    assert_eq!(queue.arguments, Some(Table::default()));
    let written = serde_json::to_string(&queue).expect("serialises");
    assert_eq!(written, r#"{"name":"q","vhost":"/","arguments":{}}"#);
}

#[test]
fn columns_are_paths_to_values() {
    for path in [
        "name",
        "type",
        "messages",
        "message_stats.publish_details.rate",
        "arguments.x-max-length",
        "owner_pid_details.name",
        "members",
    ] {
        assert!(Queue::has_column(path), "{path}");
    }
    for path in [
        "",
        "nonsense",
        "queue_type",
        "message_stats",
        "message_stats.publish.rate",
        "messages.rate",
        "arguments",
        "arguments.",
        "message_stats.publish_details.samples",
    ] {
        assert!(!Queue::has_column(path), "{path}");
    }
    assert!(Policy::has_column("apply-to") && Consumer::has_column("queue.name"));
}

#[test]
fn a_page_is_rabbitmqs() {
    for json in answers("queues-page") {
        let page: Page<Queue> = serde_json::from_str(&json).expect("a page");
        assert_eq!(page.items.len() as u64, page.item_count);
        assert_eq!(
            (page.page, page.page_size, page.observed_at),
            (1, 100, None)
        );
    }
}
