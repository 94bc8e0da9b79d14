//! `GET /v2/rabbit/brokers`.

use http::{Method, StatusCode};
use metering::BrokerState;

use crate::support::{Account, FakeBroker, TestApp, local};

#[tokio::test]
async fn each_broker_has_its_version_and_state() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.brokers[0].description = Some("The one that matters".into());
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    let broker = app
        .until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    assert_eq!(broker.description.as_deref(), Some("The one that matters"));
    assert_eq!(broker.rabbitmq_version.as_deref(), Some("3.10.8"));
    assert!(broker.cluster_name.is_some() && broker.last_seen.is_some());
    assert_eq!((broker.tick, broker.reason), (50, None));
}

#[tokio::test]
async fn brokers_that_refused_the_account_are_absent() {
    let (ours, theirs) = (FakeBroker::start(), FakeBroker::start());
    ours.add(Account::new("anna", "secret", &["monitoring"], &[]));
    let app = TestApp::start(&[("theirs", &theirs), ("ours", &ours)]);
    let token = app.sign_in("anna", "secret").await;
    let answer = app.get(&token, "/v2/rabbit/brokers").await.ok();
    let names: Vec<_> = answer
        .as_array()
        .expect("list")
        .iter()
        .map(|broker| broker["name"].clone())
        .collect();
    assert_eq!(names, ["ours"]);
    for path in [
        "overview?",
        "nodes?",
        "users?",
        "series?meter=rabbit.queues&",
    ] {
        let answer = app
            .get(&token, &format!("/v2/rabbit/{path}broker=theirs"))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn caller_with_several_brokers_must_name_one() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    let token = app.sign_in("guest", "guest").await;
    for path in ["overview", "nodes", "users", "series?meter=rabbit.queues"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let fault = answer.json()["error_message"]["faultstring"].to_string();
        assert!(fault.contains("first, second"), "{fault}");
    }
    app.until(&token, "second", |broker| broker.state == BrokerState::Ok)
        .await;
    app.get(&token, "/v2/rabbit/overview?broker=second")
        .await
        .ok();
    let answer = app.get(&token, "/v2/rabbit/overview?broker=third").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = app
        .get(&token, "/v2/rabbit/overview?broker=first&broker=second")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unchanged_list_is_304() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    // Slow enough that two requests fall between two ticks.
    config.tick = std::time::Duration::from_secs(2);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    for path in [
        "brokers",
        "overview",
        "nodes",
        "users",
        "series?meter=rabbit.queues",
    ] {
        app.polls("prod", 1).await;
        let path = format!("/v2/rabbit/{path}");
        let first = app.get(&token, &path).await;
        assert_eq!(first.status, StatusCode::OK);
        let etag = first.header("etag").expect("a validator").to_owned();
        assert_eq!(first.header("cache-control"), Some("private, no-cache"));
        assert_eq!(first.header("vary"), Some("X-Auth-Token"));
        let headers = [("x-auth-token", token.as_str()), ("if-none-match", &etag)];
        let again = app.request(Method::GET, &path, &headers).await;
        assert_eq!(
            (again.status, again.body.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{path}"
        );
        assert_eq!(again.header("etag"), Some(etag.as_str()));
        if !path.ends_with("users") {
            app.polls("prod", 1).await;
            let later = app.request(Method::GET, &path, &headers).await;
            assert_eq!(later.status, StatusCode::OK, "{path} after a tick");
        }
    }
}

#[tokio::test]
async fn ready_after_every_broker_was_polled_once() {
    let (good, absent) = (FakeBroker::start(), FakeBroker::absent());
    let app = TestApp::start(&[("good", &good), ("absent", &absent)]);
    assert!(!app.api.is_ready());
    app.polls("good", 1).await;
    app.polls("absent", 1).await;
    assert!(app.api.is_ready());
}
