//! Vhosts, accounts, policies, queues and exchanges of a real broker that are named `.` and `..`.

mod common;
#[path = "it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

use std::time::Duration;

use api::ApiConfig;
use common::{blocking, prod};
use http::StatusCode;
use metering::BrokerState;
use serde_json::{Value, json};
use support::TestApp;
use test_brokers::{Options, PrivateBroker};

/// The broker's own paths cannot name them either: they are imported.
fn definitions() -> Value {
    let all = json!({"configure": ".*", "write": ".*", "read": ".*"});
    let permission = |user: &str, vhost: &str| {
        let mut permission = all.clone();
        permission["user"] = user.into();
        permission["vhost"] = vhost.into();
        permission
    };
    let queue = |vhost: &str, name: &str| json!({"vhost": vhost, "name": name, "durable": true, "auto_delete": false, "arguments": {}});
    let exchange = |vhost: &str, name: &str| json!({"vhost": vhost, "name": name, "type": "topic", "durable": true, "auto_delete": false, "internal": false, "arguments": {}});
    let policy = |vhost: &str, name: &str| json!({"vhost": vhost, "name": name, "pattern": "^q", "apply-to": "all", "priority": 0, "definition": {"max-length": 10}});
    let binding = |vhost: &str, source: &str, kind: &str, destination: &str| json!({"vhost": vhost, "source": source, "destination_type": kind, "destination": destination, "routing_key": "a.b", "arguments": {}});
    let user = |name: &str| json!({"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "management"});
    json!({
        "vhosts": [{"name": "."}, {"name": ".."}, {"name": "~.."}],
        "users": [user("."), user("..")],
        "permissions": [
            permission(".", "."), permission(".", ".."), permission("..", "/"),
            permission("guest", "."), permission("guest", ".."),
        ],
        "topic_permissions": [
            {"user": ".", "vhost": "..", "exchange": "amq.topic", "write": "^w", "read": ".*"},
        ],
        "policies": [policy(".", "."), policy("..", "."), policy("/", "..")],
        "parameters": [{"component": "operator_policy", "vhost": "..", "name": "..",
            "value": {"pattern": "^q", "apply-to": "queues", "priority": 0, "definition": {"max-length": 5}}}],
        "queues": [queue(".", "q1"), queue("..", "q1"), queue("..", "Q1"), queue("/", "q1"), queue("/", "..")],
        "exchanges": [exchange("..", "."), exchange("..", "q2"), exchange("/", "q2"), exchange("/", "..")],
        "bindings": [
            binding("..", ".", "queue", "q1"), binding("..", "q2", "exchange", "."), binding("..", "q2", "queue", "Q1"),
            binding("/", "..", "queue", "q1"), binding("/", "..", "queue", ".."), binding("/", "q2", "exchange", ".."),
        ],
    })
}

async fn start() -> (PrivateBroker, TestApp, String) {
    let broker = blocking(|| {
        let broker = PrivateBroker::start(Options::default()).expect("the broker starts");
        let management = broker.management();
        management
            .post("/api/definitions", &definitions())
            .expect("imported");
        broker
    })
    .await;
    let app = TestApp::with(ApiConfig {
        brokers: vec![prod(&broker)],
        tick: Duration::from_secs(1),
        ..ApiConfig::default()
    });
    let token = app
        .sign_in(PrivateBroker::USER, PrivateBroker::PASSWORD)
        .await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    (broker, app, token)
}

/// Values of a field of rows, sorted.
fn sorted(rows: &Value, field: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("{rows}")).iter();
    let text = |row: &Value| row[field].as_str().expect("a text").to_owned();
    let mut texts: Vec<_> = rows.map(text).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn objects_named_like_dot_segments_are_found_with_their_related_lists() {
    let (_broker, app, token) = start().await;
    let get = async |path: &str| app.get(&token, &format!("/v2/rabbit/{path}")).await;
    let ok = async |path: &str| {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
        answer.json()
    };

    let vhost = ok("vhosts/~.").await;
    assert_eq!(vhost["name"], ".");
    assert_eq!(sorted(&vhost["permissions"], "user"), [".", "guest"]);
    assert_eq!(vhost["topic_permissions"], json!([]));
    let vhost = ok("vhosts/~..").await;
    assert_eq!(vhost["name"], "..");
    assert_eq!(sorted(&vhost["permissions"], "user"), [".", "guest"]);
    assert_eq!(vhost["topic_permissions"][0]["write"], "^w");
    assert_eq!(ok("vhosts/~~..").await["name"], "~..");

    let user = ok("users/~.").await;
    assert_eq!(user["name"], ".");
    assert_eq!(sorted(&user["permissions"], "vhost"), [".", ".."]);
    assert_eq!(user["topic_permissions"][0]["vhost"], "..");
    assert!(user.get("password_hash").is_none(), "{user}");
    let user = ok("users/~..").await;
    assert_eq!(sorted(&user["permissions"], "vhost"), ["/"]);

    for (path, vhost, name) in [
        ("policies/~./~.", ".", "."),
        ("policies/~../~.", "..", "."),
        ("policies/%2F/~..", "/", ".."),
        ("operator-policies/~../~..", "..", ".."),
    ] {
        let policy = ok(path).await;
        assert_eq!(
            (&policy["vhost"], &policy["name"]),
            (&json!(vhost), &json!(name))
        );
        let queues = sorted(&policy["matched_queues"], "vhost");
        assert_eq!(queues, [vhost], "{path}: {policy}");
    }
    let policy = ok("policies/~../~.").await;
    assert_eq!(sorted(&policy["matched_exchanges"], "name"), ["q2"]);

    for (path, vhost, name) in [
        ("queues/~./q1", ".", "q1"),
        ("queues/~../q1", "..", "q1"),
        ("queues/~../Q1", "..", "Q1"),
        ("queues/%2F/~..", "/", ".."),
        ("exchanges/~../~.", "..", "."),
        ("exchanges/~../q2", "..", "q2"),
    ] {
        let object = ok(path).await;
        assert_eq!(
            (&object["vhost"], &object["name"]),
            (&json!(vhost), &json!(name))
        );
    }
    let default = ok("exchanges/~./amq.default").await;
    assert_eq!(default["vhost"], ".");
    assert_eq!(sorted(&default["bindings_source"], "destination"), ["q1"]);
    assert_eq!(default["bindings_destination"], json!([]));

    for (path, to, from) in [
        ("exchanges/~../~.", vec!["q1"], vec!["q2"]),
        ("exchanges/~../q2", vec![".", "Q1"], vec![]),
        ("exchanges/%2F/~..", vec!["..", "q1"], vec!["q2"]),
    ] {
        let exchange = ok(path).await;
        assert_eq!(
            sorted(&exchange["bindings_source"], "destination"),
            to,
            "{path}"
        );
        assert_eq!(
            sorted(&exchange["bindings_destination"], "source"),
            from,
            "{path}"
        );
    }

    for path in [
        "vhosts/~~.",
        "users/~~..",
        "policies/~./~..",
        "policies/%2F/~.",
        "operator-policies/~./~..",
        "queues/~./Q1",
        "queues/~~./q1",
        "exchanges/~./q2",
        "connections/~.",
        "channels/~..",
        "nodes/~.",
        "node-internals/~..",
    ] {
        assert_eq!(get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
