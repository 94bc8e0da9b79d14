//! One object in full, where a broker's version or its cost decides what is asked.

use serde_json::json;

use crate::support::{COLLECTOR, FakeBroker, TestApp};

/// A broker with an AMQP 1.0 connection, as 4.1 reports it.
fn with_sessions(version: &str) -> FakeBroker {
    let fake = FakeBroker::start();
    fake.change_overview(|overview| overview["rabbitmq_version"] = version.into());
    fake.set_list(
        "connections/c",
        json!({"name": "c", "protocol": "AMQP 1-0", "user": "ops"}),
    );
    fake.set_list("connections/c/channels", json!([]));
    fake.set_list(
        "connections/c/sessions",
        json!([{"channel_number": 0, "handle_max": 255, "incoming_window": 400,
            "outgoing_unsettled_deliveries": 2,
            "incoming_links": [{"handle": 0, "link_name": "sender", "target_address": "/queues/orders",
                "snd_settle_mode": "mixed", "credit": 128, "unconfirmed_messages": 0}],
            "outgoing_links": [{"handle": 1, "link_name": "receiver", "queue_name": "orders",
                "send_settled": false, "filter": []}]}]),
    );
    fake
}

fn asked(fake: &FakeBroker, part: &str) -> usize {
    let asked = fake.asked_by(COLLECTOR);
    asked.iter().filter(|path| path.contains(part)).count()
}

#[tokio::test]
async fn a_connection_of_amqp_1_0_has_sessions_and_their_links() {
    let fake = with_sessions("4.1.0");
    let (app, token) = TestApp::ready(&fake).await;
    let connection = app.get(&token, "/v2/rabbit/connections/c").await.ok();
    let session = &connection["sessions"][0];
    assert_eq!(session["outgoing_unsettled_deliveries"], 2, "{connection}");
    assert_eq!(
        session["incoming_links"][0]["target_address"],
        "/queues/orders"
    );
    assert_eq!(session["outgoing_links"][0]["queue_name"], "orders");
}

#[tokio::test]
async fn an_older_broker_is_not_asked_for_sessions() {
    let fake = with_sessions("4.0.5");
    let (app, token) = TestApp::ready(&fake).await;
    let connection = app.get(&token, "/v2/rabbit/connections/c").await.ok();
    assert!(connection.get("sessions").is_none(), "{connection}");
    assert_eq!(asked(&fake, "/sessions"), 0);
}

#[tokio::test]
async fn node_internals_are_requested_once_a_minute() {
    let fake = FakeBroker::start();
    let node = "nodes/warren%40localhost";
    fake.set_list(
        &format!("{node}/memory/ets"),
        json!({"ets_tables_memory": {"rabbit_queue": 4096, "total": 9000}}),
    );
    fake.set_list(node, json!({"binary": {"mgmt_db": 77}}));
    let (app, token) = TestApp::ready(&fake).await;
    let path = "/v2/rabbit/node-internals/warren%40localhost";
    let internals = app.get(&token, path).await.ok();
    assert_eq!(internals["ets_tables_memory"]["rabbit_queue"], 4096);
    assert_eq!(internals["binary"]["mgmt_db"], 77);
    app.polls("prod", 3).await;
    assert_eq!(app.get(&token, path).await.ok(), internals);
    assert_eq!(asked(&fake, "/memory/ets"), 1);
    let unknown = app.get(&token, "/v2/rabbit/node-internals/nope").await;
    assert_eq!(unknown.status, http::StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn policy_shows_its_matches_at_the_next_tick() {
    let fake = FakeBroker::start();
    let policy =
        json!({"vhost": "/", "name": "long", "pattern": "^d\\.", "apply-to": "classic_queues"});
    fake.set_list("policies/%2F/long", policy);
    let queue =
        |policy: &str| json!({"vhost": "/", "name": "d.a", "type": "classic", "policy": policy});
    let other = json!({"vhost": "/", "name": "d.b", "type": "quorum"});
    fake.set_list("queues/%2F", json!([queue(""), other]));
    let (app, token) = TestApp::ready(&fake).await;
    let path = "/v2/rabbit/policies/%2F/long";
    let shown = app.get(&token, path).await.ok();
    let matched = shown["matched_queues"].as_array().expect("queues");
    assert_eq!(matched.len(), 1, "of its type: {shown}");
    assert_eq!(shown.get("matched_exchanges"), None, "it applies to none");
    let pattern = asked(&fake, "name=%28%3F%2Di%3A%5Ed%5C%2E%29");
    assert_eq!(pattern, 1, "{:?}", fake.asked_by(COLLECTOR));
    fake.set_list("queues/%2F", json!([queue("long"), other]));
    app.polls("prod", 2).await;
    let shown = app.get(&token, path).await.ok();
    assert_eq!(shown["matched_queues"][0]["policy"], "long");
    assert_eq!(asked(&fake, "/api/queues?"), 0, "no whole list is needed");
}

#[tokio::test]
async fn policy_without_reported_matches_is_shown() {
    let fake = FakeBroker::start();
    fake.set_list(
        "policies/%2F/all",
        json!({"vhost": "/", "name": "all", "pattern": "x", "apply-to": "all"}),
    );
    // The exchanges of the vhost are there, the queues are refused.
    fake.set_list(
        "exchanges/%2F",
        json!([{"vhost": "/", "name": "ex", "policy": "all"}]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let shown = app.get(&token, "/v2/rabbit/policies/%2F/all").await.ok();
    assert_eq!(shown["pattern"], "x");
    assert_eq!(shown.get("matched_queues"), None, "{shown}");
    assert_eq!(shown["matched_exchanges"][0]["name"], "ex");
}

#[tokio::test]
async fn malformed_related_list_does_not_hide_the_object() {
    let fake = FakeBroker::start();
    fake.set_list("connections/c", json!({"name": "c", "user": "ops"}));
    fake.set_list(
        "connections/c/channels",
        json!([null, {"name": "c (1)", "connection_details": []}, 7]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let connection = app.get(&token, "/v2/rabbit/connections/c").await.ok();
    let channels = connection["channel_details"].as_array().expect("channels");
    assert_eq!(channels.len(), 1, "{connection}");
    assert_eq!(channels[0]["name"], "c (1)");
}

#[tokio::test]
async fn name_like_a_dot_segment_is_found_in_the_list() {
    let fake = FakeBroker::start();
    for name in [".", "..", "~.."] {
        let kind = match name {
            ".." => "queues/a",
            "." => "exchanges/a",
            _ => "queues/b/~%2E%2E",
        };
        let row = json!({"vhost": "a", "name": name, "messages": 3});
        let held = if name == "~.." { row } else { json!([row]) };
        fake.set_list(&kind.replace('~', "%7E"), held);
    }
    fake.set_list("queues/empty", json!([]));
    let (app, token) = TestApp::ready(&fake).await;
    let get = async |path: &str| app.get(&token, &format!("/v2/rabbit/{path}")).await;
    for path in ["queues/a/~%2E%2E", "queues/a/%2E%2E", "queues/a/~.."] {
        let queue = get(path).await.ok();
        assert_eq!(
            (&queue["name"], &queue["messages"]),
            (&json!(".."), &json!(3)),
            "{path}"
        );
    }
    assert_eq!(get("exchanges/a/~.").await.ok()["name"], ".");
    assert_eq!(get("queues/b/~~..").await.ok()["name"], "~..");
    let absent = get("queues/empty/~..").await;
    assert_eq!(absent.status, http::StatusCode::NOT_FOUND);
}
