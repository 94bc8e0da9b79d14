//! Evaluation of alarms, and the calls of their actions.

mod receiver;

use std::sync::Arc;
use std::time::Duration;

use api::ApiConfig;
use http::{Method, StatusCode};
use metering::{Timestamp, meter};
use serde_json::{Value, json};
use store::{Collected, Options, SqliteStore, Store};
use tempfile::tempdir;

use super::ownership::members_of;
use super::threshold;
use crate::support::{FakeBroker, TestApp, local, sample};
use receiver::Receiver;

/// Alarms are evaluated often, and may call this machine.
pub(super) fn often(fake: &FakeBroker) -> ApiConfig {
    let mut config = local(&[("prod", fake)]);
    config.alarm_interval = Duration::from_millis(100);
    config.alarm_retry = Duration::from_millis(50);
    config.alarm_allowed_networks = vec!["127.0.0.1".parse().expect("a network")];
    config
}

fn sqlite_in(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    let path = folder.path().join("warren.db");
    Arc::new(SqliteStore::open(&path, Options::default()).expect("opens"))
}

/// More than 5 of the meter `m`, in a long period.
fn rule(more: &Value) -> Value {
    let mut rule = json!({"meter_name": "m", "threshold": 5, "comparison_operator": "gt", "period": 3600,
        "statistic": "max"});
    for (field, value) in more.as_object().into_iter().flatten() {
        rule[field] = value.clone();
    }
    rule
}

impl TestApp {
    /// Waits until an alarm has a state.
    pub(super) async fn until_alarm(&self, token: &str, id: &Value, state: &str) -> Value {
        let path = format!("/v2/alarms/{}", id.as_str().expect("an id"));
        self.until_some("prod", async || {
            let alarm = self.get(token, &path).await.ok();
            (alarm["state"] == state).then_some(alarm)
        })
        .await
    }
}

#[tokio::test]
async fn thresholds_and_combinations_change_and_call_their_actions() {
    let fake = FakeBroker::start();
    let receiver = Receiver::start().await;
    let app = TestApp::with_store(often(&fake), crate::support::sqlite());
    let token = app.sign_in("guest", "guest").await;
    let high = threshold(
        "high",
        &json!({
            "threshold_rule": rule(&json!({})),
            "severity": "critical",
            "alarm_actions": [receiver.url("/alarm")],
            "ok_actions": [receiver.url("/ok")],
        }),
    );
    let high = app.create_alarm(&token, &high).await;
    let other = threshold(
        "any",
        &json!({"threshold_rule": rule(&json!({"statistic": "count", "threshold": 0}))}),
    );
    let other = app.create_alarm(&token, &other).await;
    let both = json!({
        "name": "both",
        "type": "combination",
        "combination_rule": {"operator": "and", "alarm_ids": [high["alarm_id"], other["alarm_id"]]},
        "alarm_actions": [receiver.url("/both")],
    });
    let both = app.create_alarm(&token, &both).await;
    assert_eq!(
        both["description"],
        format!(
            "Combined state of alarms {} and {}",
            high["alarm_id"].as_str().expect("an id"),
            other["alarm_id"].as_str().expect("an id")
        )
    );
    app.store(&token, "m", &[sample("m", "r", 7.5, &json!({}))])
        .await;
    app.until_alarm(&token, &both["alarm_id"], "alarm").await;
    let call = receiver.call("/alarm").await;
    assert_eq!(call.content_type, "application/json");
    assert!(call.request_id.starts_with("req-"), "{}", call.request_id);
    assert_eq!(
        call.body,
        json!({
            "alarm_name": "high",
            "alarm_id": high["alarm_id"],
            "severity": "critical",
            "previous": "insufficient data",
            "current": "alarm",
            "reason": "Transition to alarm due to 1 samples outside threshold, most recent: 7.5",
            "reason_data": {"type": "threshold", "disposition": "outside", "count": 1, "most_recent": 7.5},
        })
    );
    let ids = [&high["alarm_id"], &other["alarm_id"]];
    assert_eq!(
        receiver.call("/both").await.body["reason_data"],
        json!({"type": "combination", "alarm_ids": ids})
    );
    let history = format!(
        "/v2/alarms/{}/history?q.field=type&q.value=state%20transition",
        high["alarm_id"].as_str().expect("an id")
    );
    let history = app.get(&token, &history).await.ok();
    let detail: Value =
        serde_json::from_str(history[0]["detail"].as_str().expect("a text")).expect("JSON");
    assert_eq!(
        detail,
        json!({"state": "alarm", "transition_reason": call.body["reason"]})
    );
    assert_eq!(
        (&history[0]["user_id"], &history[0]["on_behalf_of"]),
        (&Value::Null, &high["project_id"])
    );
    // The rule no longer holds.
    let path = format!("/v2/alarms/{}", high["alarm_id"].as_str().expect("an id"));
    let mut changed = app.get(&token, &path).await.ok();
    changed["threshold_rule"]["threshold"] = json!(100);
    app.call(&token, Method::PUT, &path, Some(&changed))
        .await
        .ok();
    assert_eq!(
        receiver.call("/ok").await.body["reason"],
        "Transition to ok due to 1 samples inside threshold, most recent: 7.5"
    );
    app.until_alarm(&token, &both["alarm_id"], "ok").await;
    assert_eq!(receiver.count("/alarm"), 1);
}

#[tokio::test]
async fn failed_calls_are_repeated_and_survive_a_restart() {
    let (fake, folder) = (FakeBroker::start(), tempdir().expect("a folder"));
    let receiver = Receiver::start().await;
    receiver.answer(StatusCode::SERVICE_UNAVAILABLE);
    let app = TestApp::with_store(often(&fake), sqlite_in(&folder));
    let token = app.sign_in("guest", "guest").await;
    app.store(&token, "m", &[sample("m", "r", 7.5, &json!({}))])
        .await;
    let more = json!({"threshold_rule": rule(&json!({})), "alarm_actions": [receiver.url("/a")]});
    app.create_alarm(&token, &threshold("a", &more)).await;
    let first = receiver.call("/a").await;
    receiver.until(|calls| calls.len() > 1).await;
    // What the store has outlives the process.
    drop(app);
    let store = test_fixtures_store(&folder).await;
    receiver.answer(StatusCode::OK);
    let seen = receiver.count("/a");
    let app = TestApp::with_store(often(&fake), store);
    receiver.until(|calls| calls.len() > seen).await;
    let last = receiver.last();
    assert_eq!(last.request_id, first.request_id);
    assert_eq!(last.body, first.body);
    app.polls("prod", 10).await;
    let delivered = receiver.count("/a");
    app.polls("prod", 10).await;
    assert_eq!(receiver.count("/a"), delivered, "delivered once");
}

/// The store of a folder, once the one before let go of it.
async fn test_fixtures_store(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    let path = folder.path().join("warren.db");
    let opened = async {
        loop {
            if let Ok(store) = SqliteStore::open(&path, Options::default()) {
                return store;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let opened = tokio::time::timeout(Duration::from_secs(20), opened).await;
    Arc::new(opened.expect("the store is free"))
}

#[tokio::test]
async fn addresses_that_are_not_public_are_not_called() {
    let fake = FakeBroker::start();
    let (allowed, hidden) = (
        Receiver::start().await,
        Receiver::start_at("127.0.0.2").await,
    );
    allowed.redirect(&hidden.url("/secret"));
    let app = TestApp::with_store(often(&fake), crate::support::sqlite());
    let token = app.sign_in("guest", "guest").await;
    app.store(&token, "m", &[sample("m", "r", 7.5, &json!({}))])
        .await;
    let actions = [
        allowed.url("/redirects"),
        hidden.url("/secret"),
        "http://169.254.169.254/latest".to_owned(),
        "log://".to_owned(),
    ];
    let more = json!({"threshold_rule": rule(&json!({})), "alarm_actions": actions});
    app.create_alarm(&token, &threshold("a", &more)).await;
    let lines = app
        .until_some("prod", async || {
            let events = "/v2/events?limit=1000&q.field=source&q.value=alarm";
            let events = app.get(&token, events).await.ok();
            let events = events.as_array().expect("a list").clone();
            (events.len() == 4).then_some(events)
        })
        .await;
    let of = |event_type: &str| {
        let found = lines.iter().filter(|line| line["event_type"] == event_type);
        found
            .map(|line| line["raw"]["desc"].as_str().expect("a text"))
            .collect::<Vec<_>>()
    };
    let refused = of("warren.alarm.action_failed");
    assert_eq!(refused.len(), 3, "{refused:?}");
    for line in refused {
        assert!(line.contains("--alarm-allow-network"), "{line}");
    }
    let [logged] = of("warren.alarm.notified")[..] else {
        panic!("one line: {lines:?}");
    };
    assert!(logged.contains("\"current\":\"alarm\""), "{logged}");
    assert_eq!(allowed.count("/redirects"), 1);
    assert_eq!(hidden.count("/secret"), 0);
}

#[tokio::test]
async fn alarm_sees_what_its_creator_sees() {
    let fakes = [FakeBroker::start(), FakeBroker::start()];
    let mut config = local(&[("of-anna", &fakes[0]), ("of-bert", &fakes[1])]);
    config.alarm_interval = Duration::from_millis(100);
    let store = crate::support::sqlite();
    let now = api::Clock::System.now().as_millis();
    for broker in ["of-anna", "of-bert"] {
        store.collect(Collected {
            resource_id: Arc::from(format!("{broker}/%2F/q")),
            project_id: None,
            timestamp: Timestamp::from_millis(now - 60_000),
            values: vec![(meter::find("rabbit.messages").expect("known"), 7.0)],
        });
    }
    let app = TestApp::with_store(config, store);
    let [(anna, _), (bert, _)] = members_of(&app, &fakes).await;
    app.store(&bert, "m", &[sample("m", "r", 7.5, &json!({}))])
        .await;
    let posted = json!({"threshold_rule": rule(&json!({}))});
    let collected = |broker: &str| {
        json!({"threshold_rule": {"meter_name": "rabbit.messages", "threshold": 0, "comparison_operator": "ge",
            "period": 3600, "query": [{"field": "resource_id", "value": broker}]}})
    };
    let mut expected = Vec::new();
    for (token, more, state) in [
        (&bert, posted.clone(), "alarm"),
        (&anna, posted, "insufficient data"),
        (&anna, collected("of-anna/%2F/q"), "alarm"),
        (&anna, collected("of-bert/%2F/q"), "insufficient data"),
    ] {
        let alarm = app.create_alarm(token, &threshold("a", &more)).await;
        let id = alarm["alarm_id"].as_str().expect("an id").to_owned();
        expected.push((token, id, state));
    }
    let states = async || {
        let mut states = Vec::new();
        for (token, id, _) in &expected {
            let path = format!("/v2/alarms/{id}/state");
            states.push(app.get(token, &path).await.ok());
        }
        states
    };
    let wanted: Vec<_> = expected.iter().map(|(_, _, state)| json!(state)).collect();
    app.until_some("of-anna", async || (states().await == wanted).then_some(()))
        .await;
    app.polls("of-anna", 10).await;
    assert_eq!(states().await, wanted);
}
