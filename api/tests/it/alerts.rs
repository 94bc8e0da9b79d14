//! `GET /v2/rabbit/alerts` and its history: what the built-in rules report, and to whom.

use std::sync::Arc;

use http::StatusCode;
use metering::{Alert, AlertChange, AlertSeverity, AlertState};
use serde_json::json;

use crate::support::{Account, FakeBroker, Mode, TestApp, faultstring, local, sqlite};

async fn alerts(app: &TestApp, token: &str, query: &str) -> Vec<Alert> {
    let answer = app.get(token, &format!("/v2/rabbit/alerts?{query}")).await;
    serde_json::from_value(answer.ok()).expect("alerts")
}

async fn changes(app: &TestApp, token: &str, query: &str) -> Vec<AlertChange> {
    let path = format!("/v2/rabbit/alerts/history?{query}");
    serde_json::from_value(app.get(token, &path).await.ok()).expect("changes")
}

/// Waits for an alert of a rule that is in a state.
async fn until_alert(app: &TestApp, token: &str, rule: &str, state: AlertState) -> Alert {
    let query = format!("rule={rule}&state={}", state.as_str());
    app.until_some("prod", async || alerts(app, token, &query).await.pop())
        .await
}

/// Raises or clears the memory alarm of the broker's node.
fn set_memory_alarm(fake: &FakeBroker, raised: bool) {
    fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = json!(raised));
}

#[tokio::test]
async fn memory_alarm_fires_and_recovers() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    app.polls("prod", 2).await;
    assert_eq!(alerts(&app, &token, "severity=moderate").await, []);
    set_memory_alarm(&fake, true);
    let alert = until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
    assert_eq!(alert.severity, AlertSeverity::Critical);
    assert_eq!(alert.started_at, Some(alert.since));
    let node = alert.node.clone().expect("a node");
    assert!(alert.summary.contains(&node), "{}", alert.summary);
    assert!(alert.docs.starts_with("https://www.rabbitmq.com/"));
    assert_eq!(
        alerts(&app, &token, "state=pending&rule=memory-alarm").await,
        []
    );

    set_memory_alarm(&fake, false);
    let recovering = until_alert(&app, &token, "memory-alarm", AlertState::Recovering).await;
    assert_eq!(
        (recovering.id, recovering.started_at),
        (alert.id.clone(), alert.started_at)
    );
    let seen = app
        .until_some("prod", async || {
            let seen = changes(&app, &token, "broker=prod&severity=critical").await;
            (seen.len() == 2).then_some(seen)
        })
        .await;
    let states: Vec<_> = seen.iter().map(|change| (change.from, change.to)).collect();
    assert_eq!(
        states,
        [
            (AlertState::Firing, AlertState::Recovering),
            (AlertState::Inactive, AlertState::Firing)
        ]
    );
    assert_eq!((seen[1].time, &seen[1].alert), (alert.since, &alert.id));
    let before = alert.since.as_millis();
    let earlier = changes(&app, &token, &format!("rule=memory-alarm&to={before}")).await;
    assert_eq!(earlier, []);
}

#[tokio::test]
async fn silent_broker_leaves_its_alerts_unknown() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    set_memory_alarm(&fake, true);
    until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
    fake.set_mode(Mode::Status(500));
    let alert = until_alert(&app, &token, "memory-alarm", AlertState::Unknown).await;
    assert!(alert.reason.is_some());
    let all = app
        .until_some("prod", async || {
            let all = alerts(&app, &token, "rule=memory-alarm").await;
            let is_of_node = |alert: &&Alert| alert.node.is_some();
            let of_node = all.iter().find(is_of_node).cloned();
            of_node.filter(|alert| alert.state == AlertState::Unknown)
        })
        .await;
    assert_eq!(all.last_known, Some(AlertState::Firing));
    until_alert(&app, &token, "broker-unreachable", AlertState::Pending).await;
    fake.set_mode(Mode::Good);
    until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
}

#[tokio::test]
async fn accounts_without_the_whole_broker_see_only_that_it_is_unreachable() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "a", &["management"], &["a"]));
    let (app, token) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "a").await;
    set_memory_alarm(&fake, true);
    until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
    app.until_some("prod", async || {
        let seen = changes(&app, &token, "rule=memory-alarm").await;
        (!seen.is_empty()).then_some(())
    })
    .await;
    assert_eq!(alerts(&app, &anna, "").await, []);
    assert_eq!(changes(&app, &anna, "").await, []);
    fake.set_mode(Mode::Status(500));
    until_alert(&app, &anna, "broker-unreachable", AlertState::Pending).await;
    let seen = alerts(&app, &anna, "").await;
    let rules: Vec<_> = seen.iter().map(|alert| alert.rule.as_str()).collect();
    assert_eq!(rules, ["broker-unreachable"]);
}

#[tokio::test]
async fn alerts_continue_after_a_restart() {
    let fake = FakeBroker::start();
    let store = sqlite();
    set_memory_alarm(&fake, true);
    let app = TestApp::with_store(local(&[("prod", &fake)]), Arc::clone(&store));
    let token = app.sign_in("guest", "guest").await;
    let before = until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
    app.until_some("prod", async || {
        let seen = changes(&app, &token, "rule=memory-alarm").await;
        (!seen.is_empty()).then_some(())
    })
    .await;
    app.api.shutdown().await;
    let app = TestApp::with_store(local(&[("prod", &fake)]), store);
    let token = app.sign_in("guest", "guest").await;
    app.polls("prod", 2).await;
    let after = until_alert(&app, &token, "memory-alarm", AlertState::Firing).await;
    assert_eq!(
        (after.since, after.started_at),
        (before.since, before.started_at)
    );
    assert_eq!(changes(&app, &token, "rule=memory-alarm").await.len(), 1);
}

#[tokio::test]
async fn wrong_arguments_are_refused_by_name() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for (path, words) in [
        ("alerts?state=inactive", "accepted are pending, firing"),
        (
            "alerts?severity=warning",
            "accepted are low, moderate and critical",
        ),
        (
            "alerts?rule=nope",
            "accepted are broker-unreachable, memory-alarm",
        ),
        ("alerts?limit=5", "Unknown argument: \"limit\""),
        ("alerts/history?limit=0", "a number from 1 to 1000"),
        ("alerts/history?from=noon", "milliseconds since 1970"),
    ] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        let text = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(text.contains(words), "{path}: {text}");
    }
    let answer = app.get(&token, "/v2/rabbit/alerts?broker=nope").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
