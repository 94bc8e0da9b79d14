//! `GET /v2/rabbit/search`.

use http::StatusCode;
use metering::{SearchKind as K, SearchResult};
use serde_json::json;

use crate::support::{Account, COLLECTOR, FakeBroker, TestApp, local};

/// Queues, exchanges and connections in three vhosts.
fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    let of = |vhost: &str, name: &str| json!({"vhost": vhost, "name": name});
    fake.set_list(
        "queues",
        json!([
            of("a", "orders"),
            of("b", "reorder"),
            of("c", "Order/<b>\"")
        ]),
    );
    fake.set_list(
        "exchanges",
        json!([of("a", ""), of("a", "orders"), of("c", "x")]),
    );
    fake.set_list(
        "connections",
        json!([{"vhost": "a", "name": "1.2.3.4:5 -> order:5672", "user": "guest"}]),
    );
    let vhosts: Vec<_> = ["a", "b", "c"].map(|name| json!({"name": name})).into();
    fake.set_vhosts(vhosts.into());
    fake.set_users(json!([{"name": "ordering", "tags": []}]));
    fake.add(Account::new("anna", "secret", &["management"], &["a", "b"]));
    fake
}

/// Searches until everything could be searched.
async fn found(app: &TestApp, token: &str, query: &str) -> SearchResult {
    app.until_some("prod", async || {
        let answer = app.get(token, &format!("/v2/rabbit/search?{query}")).await;
        let result: SearchResult = serde_json::from_value(answer.ok()).expect("a result");
        result.gaps.is_empty().then_some(result)
    })
    .await
}

fn names(result: &SearchResult) -> Vec<(K, &str, Option<&str>)> {
    let hits = result.hits.iter();
    hits.map(|hit| (hit.kind, hit.name.as_str(), hit.vhost.as_deref()))
        .collect()
}

#[tokio::test]
async fn best_matches_of_each_kind_come_first() {
    let (app, token) = TestApp::ready(&fake()).await;
    let result = found(&app, &token, "q=ORDER").await;
    assert_eq!(
        names(&result),
        [
            (K::User, "ordering", None),
            (K::Queue, "orders", Some("a")),
            (K::Queue, "Order/<b>\"", Some("c")),
            (K::Exchange, "orders", Some("a")),
            (K::Connection, "1.2.3.4:5 -> order:5672", Some("a")),
            (K::Queue, "reorder", Some("b")),
        ]
    );
    assert_eq!((result.found, result.hits[0].broker.as_str()), (6, "prod"));
    assert!(result.observed_at.is_some());
    let node = found(&app, &token, "q=rabbit%40&limit=1").await;
    let node_or_warren = found(&app, &token, "q=warren%40").await;
    assert!(
        [node, node_or_warren]
            .iter()
            .any(|result| result.hits.iter().any(|hit| hit.kind == K::Node)),
        "the fixture's node"
    );
}

#[tokio::test]
async fn connections_are_found_by_their_client_provided_names() {
    let fake = fake();
    fake.set_list(
        "connections",
        json!([
            {"vhost": "a", "name": "1.2.3.4:5 -> 5672", "user": "guest",
             "client_properties": {"product": "billing library", "connection_name": "billing-worker"}},
            {"vhost": "a", "name": "1.2.3.4:6 -> 5672", "user": "guest",
             "client_properties": {"product": "billing library"}},
        ]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let result = found(&app, &token, "q=Billing").await;
    let hits: Vec<_> = result
        .hits
        .iter()
        .map(|hit| (hit.name.as_str(), hit.client_name.as_deref()))
        .collect();
    assert_eq!(hits, [("1.2.3.4:5 -> 5672", Some("billing-worker"))]);
    let by_address = found(&app, &token, "q=1.2.3.4%3A5").await;
    assert_eq!(by_address.hits[0].client_name, None);
}

#[tokio::test]
async fn account_of_one_vhost_finds_only_its_own_objects() {
    let (app, _) = TestApp::ready(&fake()).await;
    let anna = app.sign_in("anna", "secret").await;
    let result = found(&app, &anna, "q=order").await;
    let names: Vec<_> = result.hits.iter().map(|hit| hit.name.as_str()).collect();
    assert_eq!(names, ["orders", "orders", "reorder"]);
    assert_eq!(result.found, 3, "nothing else is counted");
}

#[tokio::test]
async fn without_a_broker_all_visible_brokers_are_searched() {
    let (one, two) = (fake(), fake());
    let app = TestApp::start(&[("prod", &one), ("test", &two)]);
    let token = app.sign_in("guest", "guest").await;
    for name in ["prod", "test"] {
        app.until(&token, name, |broker| {
            broker.state == metering::BrokerState::Ok
        })
        .await;
    }
    let result = found(&app, &token, "q=reorder").await;
    let brokers: Vec<_> = result.hits.iter().map(|hit| hit.broker.as_str()).collect();
    assert_eq!(brokers, ["prod", "test"]);
    let result = found(&app, &token, "q=reorder&broker=test").await;
    assert_eq!(result.hits.len(), 1);
}

#[tokio::test]
async fn searches_of_all_callers_share_one_cheap_request() {
    let fake = fake();
    let mut config = local(&[("prod", &fake)]);
    config.tick = std::time::Duration::from_mins(1);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    for query in ["q=", "q=o", "q=or", "q=ord"] {
        let path = format!("/v2/rabbit/search?{query}");
        let result: SearchResult =
            serde_json::from_value(app.get(&token, &path).await.ok()).expect("a result");
        assert!(result.gaps.is_empty(), "{:?}", result.gaps);
        assert_eq!(result.hits.is_empty(), query == "q=");
    }
    let asked = fake.asked_by(COLLECTOR);
    let queues: Vec<_> = asked
        .iter()
        .filter(|path| path.starts_with("/api/queues"))
        .collect();
    assert_eq!(queues.len(), 1, "{queues:?}");
    assert!(queues[0].contains("disable_stats=true"), "{queues:?}");
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn unusable_arguments_are_refused() {
    let (app, token) = TestApp::ready(&fake()).await;
    for query in ["q=a&limit=0", "q=a&limit=101", "q=a&sort=name", "q=a&q=b"] {
        let answer = app.get(&token, &format!("/v2/rabbit/search?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let long = format!("/v2/rabbit/search?q={}", "a".repeat(1025));
    assert_eq!(app.get(&token, &long).await.status, StatusCode::BAD_REQUEST);
    let unknown = app.get(&token, "/v2/rabbit/search?q=a&broker=nope").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
