//! A token for one vhost never sees another's data, by any request: every path of the document is
//! walked, with everything in it that could lead there.

use std::collections::BTreeSet;
use std::fmt::Write;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use metering::panel::Panel;
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;

use crate::support::app::Answer;
use crate::support::guest::{KEY, shop, with_portals};
use crate::support::{FakeBroker, TestApp, local};

/// Stands in everything that is of the own vhost …
const SEEN: &str = "seen-a";
/// … and in everything that is not. No request holds it, so that no refusal repeats it.
const LEAK: &str = "leak-b";
/// So begin all numbers that others' messages are part of. Longer than what a time happens to hold.
const NUMBER: &str = "9081726000";

fn queue(vhost: &str, name: &str, mark: &str, messages: i64) -> Value {
    json!({"vhost": vhost, "name": name, "messages": messages, "policy": mark,
        "consumer_details": [{"consumer_tag": mark, "channel_details": {"connection_name": mark}}]})
}

/// A broker whose vhosts `a` and `b` say in every field whose they are.
fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    let vhost = |name: &str, messages: i64| {
        json!({"name": name, "messages": messages, "messages_ready": messages,
            "message_stats": {"publish": messages, "publish_details": {"rate": messages}}})
    };
    fake.set_vhosts(json!([vhost("a", 11), vhost("b", 908_172_600_021_i64)]));
    let (ours, theirs) = (
        queue("a", "alpha", SEEN, 11),
        queue("b", "beta", LEAK, 908_172_600_021_i64),
    );
    fake.set_list("queues/a/alpha", ours.clone());
    fake.set_list("queues/b/beta", theirs.clone());
    fake.set_list("queues", json!([ours, theirs]));
    let row = |vhost: &str, mark: &str| {
        json!({"vhost": vhost, "name": "x", "user": mark, "type": mark, "source": mark, "destination": mark,
            "destination_type": "queue", "pattern": mark, "policy": mark, "apply-to": mark,
            "exchange": mark, "consumer_tag": mark, "state": mark, "node": mark, "peer_host": mark,
            "queue": {"vhost": vhost, "name": mark}, "channel_details": {"name": mark, "connection_name": mark},
            "connection_details": {"name": mark, "user": mark}, "reference": mark, "uri": mark,
            "upstream": mark, "id": mark, "src_uri": mark, "value": {"exchange": mark}})
    };
    for list in [
        "connections",
        "channels",
        "exchanges",
        "bindings",
        "consumers",
        "permissions",
        "topic-permissions",
        "policies",
        "operator-policies",
        "vhost-limits",
        "user-limits",
        "feature-flags",
        "deprecated-features",
        "shovels",
        "federation-links",
        "parameters/federation-upstream",
        "traces",
        "trace-files",
        "stream/publishers",
        "stream/consumers",
    ] {
        fake.set_list(list, json!([row("a", SEEN), row("b", LEAK)]));
    }
    fake.set_users(json!([{"name": LEAK, "tags": "administrator"}]));
    fake.change_overview(|overview| {
        overview["queue_totals"] = json!({"messages": 987_654_332, "messages_ready": 987_654_332});
        overview["node"] = json!(LEAK);
    });
    fake.change_nodes(|nodes| nodes[0]["name"] = json!(LEAK));
    fake
}

/// What stands for a parameter of a path: of ours, of theirs, and what leads elsewhere.
const NAMES: &[&str] = &[
    "a",
    "b",
    "alpha",
    "beta",
    "x",
    "prod",
    "other",
    "%2E%2E",
    "*",
    "rabbit.messages",
];

/// Every path, with every name in the place of every parameter.
fn addresses(document: &Value) -> Vec<(Method, String)> {
    let mut addresses = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let mut filled = vec![String::new()];
        for part in path.split_inclusive('/') {
            let is_parameter = part.starts_with('{');
            let slash = if part.ends_with('/') { "/" } else { "" };
            filled = filled
                .iter()
                .flat_map(|start| {
                    let parts: Vec<String> = if is_parameter {
                        NAMES.iter().map(|name| format!("{name}{slash}")).collect()
                    } else {
                        vec![part.to_owned()]
                    };
                    parts.into_iter().map(move |part| format!("{start}{part}"))
                })
                .collect();
        }
        let methods: BTreeSet<_> = item
            .as_object()
            .expect("methods")
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        for method in methods {
            let method: Method = method.parse().expect("a method");
            addresses.extend(filled.iter().map(|path| (method.clone(), path.clone())));
        }
    }
    addresses
}

/// What could widen an answer.
fn queries(path: &str) -> Vec<String> {
    let mut queries = vec![String::new(), "?broker=prod".into(), "?broker=other".into()];
    if path.ends_with("/series") {
        let meters = "meter=rabbit.messages&meter=rabbit.connections&meter=rabbit.publish.rate";
        for resource in [
            "",
            "&resource=prod",
            "&resource=prod/leak",
            "&resource=prod/b/beta",
            "&resource=other",
        ] {
            queries.push(format!("?broker=prod&{meters}{resource}"));
        }
        queries.push("?broker=prod&meter=rabbit.node.memory".into());
    }
    if path.ends_with("/queues") {
        for query in [
            "page=1",
            "page=1&name=b",
            "page=1&name=.*&use_regex=true",
            "sort=vhost&sort_reverse=true",
        ] {
            queries.push(format!("?broker=prod&{query}"));
        }
    }
    if path == "/v2/logs" {
        queries.push("?limit=500&q.field=text&q.value=e".into());
    }
    queries
}

async fn ask(app: &TestApp, token: &str, method: &Method, address: &str) -> Answer {
    let request = Request::builder()
        .method(method.clone())
        .uri(address)
        .header("x-auth-token", token)
        .header("content-type", "application/json");
    let body = if *method == Method::GET { "" } else { "{}" };
    app.send(request.body(Body::from(body)).expect("a request"))
        .await
}

struct Walk {
    /// All that was answered with a success, in one text.
    text: String,
    /// Method and path of what was answered with a success.
    open: BTreeSet<String>,
    asked: usize,
}

async fn walk(app: &TestApp, token: &str, methods: &[Method]) -> Walk {
    walk_some(app, token, methods, |_, _| true).await
}

/// Goes through the addresses that `wants` admits by method and path, and by query.
async fn walk_some(
    app: &TestApp,
    token: &str,
    methods: &[Method],
    wants: impl Fn(&str, &str) -> bool,
) -> Walk {
    let document: Value = serde_json::from_str(&api::openapi_json()).expect("JSON");
    let mut walk = Walk {
        text: String::new(),
        open: BTreeSet::new(),
        asked: 0,
    };
    for (method, path) in addresses(&document) {
        if !methods.contains(&method) {
            continue;
        }
        let name = format!("{method} {path}");
        for query in queries(&path) {
            if !wants(&name, &query) {
                continue;
            }
            let address = format!("{path}{query}");
            let answer = ask(app, token, &method, &address).await;
            walk.asked += 1;
            assert!(
                answer.status.as_u16() < 500 || answer.status == StatusCode::SERVICE_UNAVAILABLE,
                "{method} {address}: {}",
                answer.status
            );
            walk.text.push_str(&String::from_utf8_lossy(&answer.body));
            // Writing to a text does not fail.
            let _ = writeln!(walk.text, "{:?}", answer.headers);
            if answer.status.is_success() {
                walk.open.insert(name.clone());
            }
        }
    }
    walk
}

/// Two brokers, and a token of the portal for one vhost of the first.
async fn ready() -> (TestApp, [FakeBroker; 2], String, String) {
    let (fake, other) = (fake(), fake_of_others());
    let config = local(&[("prod", &fake), ("other", &other)]);
    let app = TestApp::with(with_portals(config, vec![shop()]));
    let admin = app.sign_in("guest", "guest").await;
    app.polls("prod", 2).await;
    app.polls("other", 2).await;
    let token = app
        .guest(json!({"brokers": ["prod"], "vhosts": ["a"]}))
        .await;
    (app, [fake, other], admin, token)
}

/// A broker that is none of the guest's at all.
fn fake_of_others() -> FakeBroker {
    let fake = FakeBroker::start();
    fake.set_vhosts(json!([{"name": "a", "messages": 908_172_600_000_i64}]));
    fake.set_list(
        "queues",
        json!([queue("a", "alpha", LEAK, 908_172_600_000_i64)]),
    );
    fake.set_list(
        "queues/a/alpha",
        queue("a", "alpha", LEAK, 908_172_600_000_i64),
    );
    fake.change_overview(|overview| {
        *overview = broker_answer_as("3.10.8", "overview");
        overview["cluster_name"] = json!(LEAK);
        overview["queue_totals"] = json!({"messages": 908_172_600_000_i64});
    });
    fake
}

#[tokio::test]
async fn token_for_one_vhost_never_sees_data_of_other_vhosts() {
    let (app, _fakes, admin, token) = ready().await;
    // What leaks to whoever may see it would be found.
    let one_broker = |_: &str, query: &str| query == "?broker=prod";
    let all = walk_some(&app, &admin, &[Method::GET], one_broker).await;
    assert!(all.text.contains(SEEN) && all.text.contains(LEAK) && all.text.contains(NUMBER));
    let every = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ];
    let seen = walk(&app, &token, &every).await;
    assert!(seen.asked > 500, "{} requests", seen.asked);
    assert!(seen.text.contains(SEEN), "its own vhost is shown");
    for leak in [LEAK, NUMBER, KEY] {
        let found = seen.text.find(leak);
        let around =
            found.map(|at| &seen.text[at.saturating_sub(300)..(at + 50).min(seen.text.len())]);
        assert_eq!(around, None, "{leak}");
    }
    let panels = Panel::ALL.map(|panel| {
        json!({"panel": panel.word(), "broker": "prod", "depth": 3_600_000, "length": 3_600_000,
            "vhost": "b", "queue": "beta", "node": "warren@localhost"})
    });
    let headers = [("x-auth-token", token.as_str())];
    let answers = app
        .post("/v2/rabbit/panels", &json!(panels), &headers)
        .await;
    let answers = answers.ok().to_string();
    assert_eq!(
        answers.matches("{\"Ok\":").count(),
        panels.len(),
        "{answers}"
    );
    assert!(!answers.contains(LEAK) && !answers.contains(NUMBER));
    // After ticks in which it was watched, too.
    app.polls("prod", 2).await;
    let is_open = |name: &str, _: &str| seen.open.contains(name);
    let again = walk_some(&app, &token, &[Method::GET], is_open).await;
    assert!(!again.text.contains(LEAK) && !again.text.contains(NUMBER));
    assert!(
        again.text.contains("\"messages\":11"),
        "the sum of its own vhost"
    );
}

#[tokio::test]
async fn guests_can_only_use_the_paths_of_panels() {
    let (app, _fakes, _, token) = ready().await;
    let every = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ];
    let seen = walk(&app, &token, &every).await;
    let open: Vec<_> = seen.open.iter().map(String::as_str).collect();
    assert_eq!(
        open,
        [
            "GET /",
            "GET /identity/v2.0",
            "GET /identity/v3",
            "GET /openapi.json",
            "GET /v2/logs",
            "GET /v2/rabbit/brokers",
            "GET /v2/rabbit/dashboard",
            "GET /v2/rabbit/guest-tokens",
            "GET /v2/rabbit/overview",
            "GET /v2/rabbit/queues/a/alpha",
            "GET /v2/rabbit/series",
        ]
    );
}

#[tokio::test]
async fn concurrent_tokens_of_two_vhosts_see_only_their_own_data() {
    let (app, _fakes, _, a) = ready().await;
    let b = app
        .guest(json!({"brokers": ["prod"], "vhosts": ["b"]}))
        .await;
    let asked = (0..20).map(|n| {
        let (token, queue, ours, theirs) = if n % 2 == 0 {
            (&a, "queues/a/alpha", "11", NUMBER)
        } else {
            (&b, "queues/b/beta", NUMBER, "seen-a")
        };
        let app = &app;
        async move {
            for path in ["overview", queue, "series?meter=rabbit.messages"] {
                let (path, separator) = (path, if path.contains('?') { '&' } else { '?' });
                let path = format!("/v2/rabbit/{path}{separator}broker=prod");
                let text = app.get(token, &path).await.ok().to_string();
                assert!(!text.contains(theirs), "{path}: {text}");
                if path != "series?meter=rabbit.messages" {
                    assert!(text.contains(ours), "{path}: {text}");
                }
            }
        }
    });
    futures_util::future::join_all(asked).await;
}
