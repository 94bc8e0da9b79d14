//! `GET /v2/events` and `/v2/event_types`: the system log by Ceilometer's protocol.

use std::sync::Arc;

use http::{Method, Request, StatusCode};
use metering::{BrokerState, EventType, Timestamp};
use serde_json::{Value, json};
use store::testing::NaiveStore;
use store::{LogRecord, Store};
use test_fixtures::broker_answer_as;

use crate::support::{Account, FakeBroker, TestApp, local};

/// A line of each of these types, a second apart, from 2015-01-01T12:00:00 on.
fn filled() -> Arc<NaiveStore> {
    let store = NaiveStore::new();
    for (second, event) in (0..).zip([
        EventType::NodeDown,
        EventType::SignInFailed,
        EventType::NodeUp,
        EventType::NodeDown,
    ]) {
        let is_of_node = event != EventType::SignInFailed;
        store.log(LogRecord {
            time: Timestamp::from_millis(1_420_113_600_000 + second * 1000),
            event,
            level: event.level(),
            source: if is_of_node {
                "prod/rabbit@one"
            } else {
                "identity"
            }
            .into(),
            desc: format!("line {second}"),
            broker: is_of_node.then(|| "prod/".into()),
        });
    }
    Arc::new(store)
}

async fn app(fake: &FakeBroker) -> (TestApp, String) {
    let app = TestApp::with_store(local(&[("prod", fake)]), filled());
    let token = app.sign_in("guest", "guest").await;
    (app, token)
}

/// The sentences of events of 2015.
async fn found(app: &TestApp, token: &str, query: &str) -> Vec<String> {
    let path =
        format!("/v2/events?q.field=end_timestamp&q.op=le&q.type=&q.value=2016-01-01&{query}");
    let events = app.get(token, &path).await.ok();
    let events = events.as_array().expect("a list").iter();
    events
        .map(|event| event["raw"]["desc"].as_str().expect("a text").to_owned())
        .collect()
}

fn condition(field: &str, op: &str, value_type: &str, value: &str) -> String {
    format!("q.field={field}&q.op={op}&q.type={value_type}&q.value={value}")
}

#[tokio::test]
async fn events_match_the_contract() {
    let fake = FakeBroker::start();
    let (app, token) = app(&fake).await;
    let expected = json!({
        "message_id": "1",
        "event_type": "rabbitmq.node.down",
        "traits": [
            {"name": "broker", "type": "string", "value": "prod"},
            {"name": "node", "type": "string", "value": "rabbit@one"},
            {"name": "severity", "type": "string", "value": "error"},
            {"name": "source", "type": "string", "value": "prod/rabbit@one"},
            {"name": "id", "type": "integer", "value": "1"},
        ],
        "generated": "2015-01-01T12:00:00",
        "raw": {"id": 1, "desc": "line 0", "time": "2015-01-01 12:00:00", "level": "error", "source": "prod/rabbit@one"},
    });
    let answer = app.get(&token, "/v2/events?limit=1").await;
    let location = answer
        .header("content-location")
        .expect("an address")
        .to_owned();
    assert!(location.starts_with("http://"), "{location}");
    assert!(location.ends_with("/v2/events?limit=1"), "{location}");
    assert_eq!(answer.ok(), json!([expected]));
    assert_eq!(app.get(&token, "/v2/events/1").await.ok(), expected);
    for id in ["4711", "fea1b15a-1d47-4175-85a5-a4bb2c729240", "01"] {
        let answer = app.get(&token, &format!("/v2/events/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let fault = answer.json()["error_message"]["faultstring"].clone();
        assert_eq!(fault, format!("Event {id} Not Found"));
    }
}

#[tokio::test]
async fn queries_select_events_by_fields_and_typed_traits() {
    let fake = FakeBroker::start();
    let (app, token) = app(&fake).await;
    for (query, expected) in [
        (String::new(), vec!["line 0", "line 1", "line 2", "line 3"]),
        ("limit=2".into(), vec!["line 0", "line 1"]),
        (
            condition("event_type", "eq", "string", "rabbitmq.node.down"),
            vec!["line 0", "line 3"],
        ),
        (condition("message_id", "", "", "3"), vec!["line 2"]),
        (
            condition("start_timestamp", "ge", "", "2015-01-01T12:00:02"),
            vec!["line 2", "line 3"],
        ),
        (
            condition("end_timestamp", "le", "", "2015-01-01T12:00:01"),
            vec!["line 0", "line 1"],
        ),
        (
            condition("severity", "ne", "", "error"),
            vec!["line 1", "line 2"],
        ),
        (
            condition("node", "eq", "string", "rabbit@one")
                + "&"
                + &condition("id", "gt", "integer", "1"),
            vec!["line 2", "line 3"],
        ),
        (condition("id", "gt", "string", "0"), vec![]),
        (condition("bad_field", "eq", "string", "x"), vec![]),
        (
            condition(
                "start_timestamp",
                "ge",
                "datetime",
                "2015-01-01T14:00:03%2B02:00",
            ),
            vec!["line 3"],
        ),
    ] {
        assert_eq!(found(&app, &token, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn json_body_of_a_get_is_a_query() {
    let fake = FakeBroker::start();
    let (app, token) = app(&fake).await;
    let ask = async |body: Value| {
        let request = Request::builder()
            .method(Method::GET)
            .uri("/v2/events")
            .header("x-auth-token", &token)
            .header("content-type", "application/json; charset=UTF-8")
            .body(body.to_string().into());
        app.send(request.expect("a request")).await
    };
    let node_up = json!({"q": [{"field": "event_type", "op": "eq", "type": "string", "value": "rabbitmq.node.up"}]});
    let events = ask(node_up).await.ok();
    assert_eq!(events.as_array().map(Vec::len), Some(1));
    assert_eq!(events[0]["raw"]["desc"], "line 2");
    for body in [
        json!([{"field": "a", "value": "1"}]),
        json!({"q": 5}),
        json!({"harpoon": 1}),
    ] {
        assert_eq!(
            ask(body.clone()).await.status,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
}

#[tokio::test]
async fn unusable_event_queries_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = app(&fake).await;
    for (query, words) in [
        ("bad_Stuff".to_owned(), "Unknown argument: \"bad_Stuff\""),
        ("limit=0".to_owned(), "Limit must be positive"),
        (
            condition("severity", "like", "", "x"),
            "Value should be one of: lt, le, eq, ne, ge, gt",
        ),
        (
            condition("event_type", "ne", "", "x"),
            "Operator ne is not supported. Only `eq' operator is available for field event_type",
        ),
        (
            condition("message_id", "gt", "", "1"),
            "Only `eq' operator is available for field message_id",
        ),
        (
            condition("start_timestamp", "eq", "", "2015-01-01"),
            "Only `ge' operator is available for field start_timestamp",
        ),
        (
            condition("end_timestamp", "ge", "", "2015-01-01"),
            "Only `le' operator is available for field end_timestamp",
        ),
        (
            condition("end_timestamp", "le", "", "today"),
            "invalid timestamp format",
        ),
        (
            condition("id", "eq", "integer", "x"),
            "Unable to convert the value x to the expected data type integer.",
        ),
        (
            condition("id", "eq", "boolean", "1"),
            "The supported data type list is: ['integer', 'float', 'string', 'datetime']",
        ),
    ] {
        let answer = app.get(&token, &format!("/v2/events?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let answer = answer.json();
        let fault = answer["error_message"]["faultstring"]
            .as_str()
            .expect("words");
        assert!(fault.contains(words), "{fault}");
    }
    assert_eq!(
        app.get("wrong", "/v2/events").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn types_and_traits_are_those_of_the_log() {
    let fake = FakeBroker::start();
    let (app, token) = app(&fake).await;
    for path in ["/v2/event_types", "/v2/event_types/"] {
        let types = app.get(&token, path).await.ok();
        let types: Vec<String> = serde_json::from_value(types).expect("names");
        assert!(types.is_sorted(), "{types:?}");
        for name in [
            "rabbitmq.node.down",
            "rabbitmq.node.up",
            "warren.signin.failed",
            "warren.signin.succeeded",
        ] {
            assert!(types.contains(&name.to_owned()), "{name} in {types:?}");
        }
    }
    let of_type = async |path: &str| {
        let path = format!("/v2/event_types/{path}");
        app.get(&token, &path).await.ok()
    };
    assert_eq!(
        of_type("rabbitmq.node.down/traits").await,
        json!([
            {"type": "string", "name": "broker"},
            {"type": "string", "name": "node"},
            {"type": "string", "name": "severity"},
            {"type": "string", "name": "source"},
            {"type": "integer", "name": "id"},
        ])
    );
    let node = json!({"name": "node", "type": "string", "value": "rabbit@one"});
    assert_eq!(
        of_type("rabbitmq.node.down/traits/node").await,
        json!([node, node])
    );
    for path in [
        "nothing/traits",
        "nothing/traits/node",
        "warren.signin.failed/traits/node",
    ] {
        assert_eq!(of_type(path).await, json!([]), "{path}");
    }
    let single = app.get(&token, "/v2/event_types/rabbitmq.node.down").await;
    assert_eq!(single.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn callers_see_events_of_the_lines_that_they_see() {
    let (ours, theirs) = (FakeBroker::start(), FakeBroker::start());
    ours.add(Account::new("anna", "secret", &["management"], &["/"]));
    ours.add(Account::new("otto", "secret", &["monitoring"], &["/"]));
    for fake in [&ours, &theirs] {
        fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = true.into());
    }
    let app = TestApp::start(&[("prod", &ours), ("other", &theirs)]);
    let admin = app.sign_in("guest", "guest").await;
    for name in ["prod", "other"] {
        app.until(&admin, name, |broker| broker.state == BrokerState::Ok)
            .await;
    }
    let ids = async |token: &str, path: &str| {
        let answer = app.get(token, path).await.ok();
        let events = answer.as_array().expect("a list").iter();
        let id = |event: &Value| event.get("raw").unwrap_or(event)["id"].as_u64();
        let mut ids: Vec<_> = events.map(|event| id(event).expect("a number")).collect();
        ids.sort_unstable();
        ids
    };
    // Signed in before the comparison, so that no line comes in the middle.
    let (anna, otto) = (
        app.sign_in("anna", "secret").await,
        app.sign_in("otto", "secret").await,
    );
    let mut counts = Vec::new();
    for token in [&anna, &otto, &admin] {
        let events = ids(token, "/v2/events?limit=500").await;
        assert_eq!(events, ids(token, "/v2/logs?limit=500").await);
        counts.push(events.len());
    }
    assert!(
        counts[0] > 0 && counts.is_sorted_by(|less, more| less < more),
        "{counts:?}"
    );
    let all = ids(&admin, "/v2/events?limit=500").await;
    let seen = ids(&anna, "/v2/events?limit=500").await;
    let hidden = all.iter().find(|id| !seen.contains(id)).expect("one");
    let answer = app.get(&anna, &format!("/v2/events/{hidden}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    for path in ["", "/x/traits", "/x/traits/node"] {
        let answer = app.get(&anna, &format!("/v2/event_types{path}")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let fault = answer.json()["error_message"]["faultstring"].to_string();
        assert!(
            fault.contains("Not Authorized to access project "),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn changes_of_a_broker_have_types_and_traits() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let nodes: Value = broker_answer_as("3.10.8", "nodes");
    let node = nodes[0]["name"].as_str().expect("name").to_owned();
    let by_type = async |name: &str| {
        let path = format!("/v2/events?{}", condition("event_type", "eq", "", name));
        app.get(&token, &path).await.ok()
    };
    assert_eq!(
        by_type("rabbitmq.broker.up").await[0]["traits"][0]["value"],
        "prod"
    );
    for (field, value, name) in [
        ("mem_alarm", json!(true), "rabbitmq.alarm.memory.set"),
        ("mem_alarm", json!(false), "rabbitmq.alarm.memory.cleared"),
        ("disk_free_alarm", json!(true), "rabbitmq.alarm.disk.set"),
        (
            "disk_free_alarm",
            json!(false),
            "rabbitmq.alarm.disk.cleared",
        ),
        (
            "partitions",
            json!(["rabbit@other"]),
            "rabbitmq.partition.detected",
        ),
        ("partitions", json!([]), "rabbitmq.partition.healed"),
        ("uptime", json!(1), "rabbitmq.restart"),
        ("running", json!(false), "rabbitmq.node.down"),
        ("running", json!(true), "rabbitmq.node.up"),
    ] {
        fake.change_nodes(|nodes| nodes[0][field] = value.clone());
        let found = app
            .until_some("prod", async || {
                let found = by_type(name).await;
                found.get(0).cloned()
            })
            .await;
        assert_eq!(found["traits"][1]["value"], node.as_str(), "{name}");
    }
}
