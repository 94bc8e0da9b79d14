//! `GET /v2/logs`: which entries it returns, page by page, and to whom.

use std::sync::Arc;

use http::StatusCode;
use metering::{BrokerState, EventType, LogEntry, LogLevel, Timestamp};
use serde_json::{Value, json};
use store::testing::NaiveStore;
use store::{LogRecord, Store};
use test_fixtures::broker_answer_as;

use crate::support::{Account, FakeBroker, Mode, TestApp, local};

async fn logs(app: &TestApp, token: &str, query: &str) -> Vec<LogEntry> {
    let answer = app.get(token, &format!("/v2/logs?{query}")).await;
    serde_json::from_value(answer.ok()).expect("lines")
}

/// The messages about a source, oldest first.
async fn messages(app: &TestApp, token: &str, source: &str) -> Vec<String> {
    let query = format!("q.field=source&q.value={source}&limit=500");
    let lines = logs(app, token, &query).await;
    let lines = lines.into_iter().rev().filter(|line| line.source == source);
    lines
        .map(|line| format!("{}: {}", line.level.as_str(), line.desc))
        .collect()
}

/// Waits until a message about a source contains some words.
async fn until_logged(app: &TestApp, token: &str, source: &str, words: &str) -> Vec<String> {
    app.until_some("prod", async || {
        let messages = messages(app, token, source).await;
        messages
            .iter()
            .any(|line| line.contains(words))
            .then_some(messages)
    })
    .await
}

/// So many lines, a second apart, about `shop`.
fn filled(count: i64) -> Arc<NaiveStore> {
    let store = NaiveStore::new();
    for n in 0..count {
        store.log(LogRecord {
            time: Timestamp::from_millis(1_420_113_600_000 + n * 1000),
            event: EventType::Other,
            level: LogLevel::ALL[n as usize % 3],
            source: "shop".into(),
            desc: format!("line {n}"),
            broker: Some("prod".into()),
        });
    }
    Arc::new(store)
}

#[tokio::test]
async fn logs_have_20_entries_a_page_newest_first() {
    let fake = FakeBroker::start();
    let app = TestApp::with_store(local(&[("prod", &fake)]), filled(45));
    let token = app.sign_in("guest", "guest").await;
    let page = async |page: &str| {
        let query = format!("q.field=page&q.field=source&q.value={page}&q.value=shop");
        let lines = logs(&app, &token, &query).await;
        let lines: Vec<_> = lines.into_iter().map(|line| line.desc).collect();
        (
            lines.len(),
            lines.first().cloned().unwrap_or_default(),
            lines.last().cloned().unwrap_or_default(),
        )
    };
    let line = |n: u32| format!("line {n}");
    assert_eq!(page("1").await, (20, line(44), line(25)));
    assert_eq!(page("2").await, (20, line(24), line(5)));
    assert_eq!(page("3").await, (5, line(4), line(0)));
    assert_eq!(page("4").await.0, 0);
    assert_eq!(page("0").await, page("1").await);
    assert_eq!(page("-3").await, page("1").await);
}

#[tokio::test]
async fn logs_match_the_contract() {
    let fake = FakeBroker::start();
    let app = TestApp::with_store(local(&[("prod", &fake)]), filled(1));
    let token = app.sign_in("guest", "guest").await;
    let answer = app
        .get(&token, "/v2/logs?q.field=source&q.value=shop")
        .await;
    assert_eq!(
        answer.ok(),
        json!([{"id": 1, "desc": "line 0", "time": "2015-01-01 12:00:00", "level": "info", "source": "shop"}])
    );
}

#[tokio::test]
async fn logs_are_filtered_by_level_text_and_time() {
    let fake = FakeBroker::start();
    let app = TestApp::with_store(local(&[("prod", &fake)]), filled(10));
    let token = app.sign_in("guest", "guest").await;
    let found = async |query: &str| {
        let query = format!("q.field=source&q.value=shop&{query}");
        let lines = logs(&app, &token, &query).await;
        lines.into_iter().map(|line| line.desc).collect::<Vec<_>>()
    };
    assert_eq!(
        found("q.field=level&q.value=error").await,
        ["line 8", "line 5", "line 2"]
    );
    assert_eq!(found("q.field=text&q.value=LINE%207").await, ["line 7"]);
    let span = "q.field=timestamp&q.field=timestamp&q.op=&q.op=ge&q.op=lt\
                &q.value=2015-01-01T12:00:03&q.value=2015-01-01T12:00:05";
    assert_eq!(found(span).await, ["line 4", "line 3"]);
}

#[tokio::test]
async fn unusable_log_queries_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for (query, words) in [
        ("q.field=page&q.value=two", "two"),
        ("q.field=harpoon&q.value=1", "unrecognized field in query"),
        ("foo=1", "Unknown argument: \"foo\""),
        ("limit=0", "Limit must be positive"),
    ] {
        let answer = app.get(&token, &format!("/v2/logs?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let fault = answer.json()["error_message"]["faultstring"].to_string();
        assert!(fault.replace('\\', "").contains(words), "{fault}");
    }
    let answer = app.get("wrong", "/v2/logs").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn unchanged_logs_are_304() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let path = "/v2/logs?q.field=source&q.value=prod";
    let answer = app.get(&token, path).await;
    let etag = answer.header("etag").expect("a validator").to_owned();
    let headers = [("x-auth-token", token.as_str()), ("if-none-match", &etag)];
    let again = app.request(http::Method::GET, path, &headers).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn broker_down_and_up_are_each_logged_once() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    fake.set_mode(Mode::Status(500));
    app.until(&token, "prod", |broker| broker.state == BrokerState::Down)
        .await;
    app.polls("prod", 3).await;
    fake.set_mode(Mode::Good);
    let messages = until_logged(&app, &token, "prod", "answers again").await;
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[0].starts_with("info: The broker answers: RabbitMQ 3.10.8"));
    assert!(messages[1].starts_with("warning: The broker did not answer: "));
    assert!(messages[2].starts_with("error: The broker is down: "));
    assert!(
        messages[1].contains("500") && messages[2].contains("500"),
        "{messages:?}"
    );
}

#[tokio::test]
async fn alarms_nodes_versions_and_partitions_are_logged() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let nodes: Value = broker_answer_as("3.10.8", "nodes");
    let name = nodes[0]["name"].as_str().expect("name");
    let node = format!("prod/{name}");
    let set = |field: &str, value: Value| fake.change_nodes(|nodes| nodes[0][field] = value);

    set("mem_alarm", true.into());
    until_logged(&app, &token, &node, "memory alarm is raised").await;
    set("mem_alarm", false.into());
    until_logged(&app, &token, &node, "memory alarm is cleared").await;
    set("disk_free_alarm", true.into());
    until_logged(&app, &token, &node, "disk alarm is raised").await;
    set("disk_free_alarm", false.into());
    set("partitions", json!(["rabbit@other"]));
    until_logged(&app, &token, &node, "partitioned from rabbit@other").await;
    set("partitions", json!([]));
    until_logged(&app, &token, &node, "no longer partitioned").await;
    fake.change_overview(|overview| overview["rabbitmq_version"] = "3.11.0".into());
    until_logged(
        &app,
        &token,
        "prod",
        "RabbitMQ is now 3.11.0; it was 3.10.8",
    )
    .await;
    set("running", false.into());
    until_logged(&app, &token, &node, "is down").await;
    set("running", true.into());
    let messages = until_logged(&app, &token, &node, "is up again").await;
    assert_eq!(messages.len(), 8, "each once: {messages:#?}");
}

#[tokio::test]
async fn sign_ins_and_refusals_are_logged() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for _ in 0..40 {
        app.try_sign_in("mallory", "guess").await;
    }
    let headers = [
        ("x-auth-token", token.as_str()),
        ("x-subject-token", token.as_str()),
    ];
    let path = "/identity/v3/auth/tokens";
    app.request(http::Method::DELETE, path, &headers).await;
    let token = app.sign_in("guest", "guest").await;
    let messages = messages(&app, &token, "identity").await;
    let count = |words: &str| messages.iter().filter(|line| line.contains(words)).count();
    assert_eq!(count("info: \"guest\" signed in"), 2, "{messages:#?}");
    assert_eq!(count("info: \"guest\" signed out"), 1, "{messages:#?}");
    assert_eq!(
        count("warning: A sign-in as \"mallory\""),
        10,
        "a flood: {messages:#?}"
    );
    assert!(
        !messages.iter().any(|line| line.contains("guess")),
        "a password"
    );
}

#[tokio::test]
async fn untrusted_proxy_is_logged_once() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let ask = async |peer: [u8; 4]| {
        let mut request = http::Request::get("/v2/rabbit/brokers")
            .header("x-auth-token", &token)
            .header("x-forwarded-for", "203.0.113.9")
            .body(axum::body::Body::empty())
            .expect("a request");
        let peer = std::net::SocketAddr::from((peer, 4711));
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        assert_eq!(app.send(request).await.status, http::StatusCode::OK);
    };
    for _ in 0..3 {
        ask([192, 0, 2, 7]).await;
    }
    let messages = until_logged(&app, &token, "identity", "X-Forwarded-For from 192.0.2.7").await;
    let warnings = messages
        .iter()
        .filter(|line| line.contains("--trusted-proxy"));
    assert_eq!(warnings.count(), 1, "{messages:#?}");
}

#[tokio::test]
async fn logs_are_limited_to_the_callers_scope() {
    let (ours, theirs) = (FakeBroker::start(), FakeBroker::start());
    ours.add(Account::new("anna", "secret", &["management"], &["/"]));
    ours.add(Account::new("otto", "secret", &["monitoring"], &["/"]));
    for fake in [&ours, &theirs] {
        fake.add(Account::new("mona", "secret", &["monitoring"], &["/"]));
    }
    for fake in [&ours, &theirs] {
        fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = true.into());
    }
    let app = TestApp::start(&[("prod", &ours), ("other", &theirs)]);
    let admin = app.sign_in("guest", "guest").await;
    for name in ["prod", "other"] {
        app.until(&admin, name, |broker| broker.state == BrokerState::Ok)
            .await;
    }
    let sources = async |token: &str| {
        let lines = logs(&app, token, "limit=500").await;
        let mut sources: Vec<_> = lines
            .into_iter()
            .map(|line| match line.source.split_once('/') {
                Some((broker, _)) => format!("{broker}/node"),
                None => line.source,
            })
            .collect();
        sources.sort();
        sources.dedup();
        sources
    };
    let all = ["identity", "other", "other/node", "prod", "prod/node"];
    assert_eq!(sources(&admin).await, all);
    let otto = app.sign_in("otto", "secret").await;
    assert_eq!(sources(&otto).await, ["prod", "prod/node"]);
    let mona = app.sign_in("mona", "secret").await;
    let of_brokers = ["other", "other/node", "prod", "prod/node"];
    assert_eq!(sources(&mona).await, of_brokers, "no line without a broker");
    let anna = app.sign_in("anna", "secret").await;
    assert_eq!(sources(&anna).await, ["prod"]);
    let identity = logs(&app, &anna, "q.field=source&q.value=identity").await;
    assert_eq!(identity, []);
}
