//! Faults of a real broker, and the alerts of them.

mod common;
#[path = "it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{AlertConfig, ApiConfig, RuleOverride};
use common::{blocking, prod};
use metering::{Alert, AlertState, BrokerState};
use support::TestApp;
use test_brokers::{Options, PrivateBroker};
use tokio::sync::Mutex;

/// An alert that does not come within this never does.
const DEADLINE: Duration = Duration::from_mins(1);

/// A rule whose alerts start and end at once.
fn at_once(rule: &str) -> RuleOverride {
    RuleOverride {
        rule: rule.into(),
        broker: None,
        enabled: None,
        hold: Some(Duration::ZERO),
        keep: Some(Duration::ZERO),
        threshold: None,
    }
}

/// Waits for an alert of a rule that is in a state.
async fn until(app: &TestApp, token: &str, rule: &str, state: AlertState) -> Alert {
    let path = format!("/v2/rabbit/alerts?rule={rule}&state={}", state.as_str());
    let deadline = Instant::now() + DEADLINE;
    loop {
        let alerts = app.get(token, &path).await.ok();
        let alerts: Vec<Alert> = serde_json::from_value(alerts).expect("alerts");
        if let Some(alert) = alerts.into_iter().next() {
            return alert;
        }
        assert!(
            Instant::now() < deadline,
            "{rule} is not {}",
            state.as_str()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_a_broker_fire_alerts_and_end_them() {
    let broker = blocking(|| PrivateBroker::start(Options::default()).expect("the broker starts"));
    let broker = broker.await;
    let app = TestApp::with(ApiConfig {
        brokers: vec![prod(&broker)],
        tick: Duration::from_secs(1),
        alerts: AlertConfig {
            overrides: vec![at_once("memory-alarm"), at_once("broker-unreachable")],
            ..AlertConfig::default()
        },
        ..ApiConfig::default()
    });
    let token = app
        .sign_in(PrivateBroker::USER, PrivateBroker::PASSWORD)
        .await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let broker = Arc::new(Mutex::new(broker));
    let control = async |arguments: &'static [&'static str]| {
        let broker = Arc::clone(&broker).lock_owned().await;
        blocking(move || broker.control(arguments).expect("rabbitmqctl")).await;
    };

    control(&["set_vm_memory_high_watermark", "0.0001"]).await;
    let alert = until(&app, &token, "memory-alarm", AlertState::Firing).await;
    assert_eq!(alert.node.as_deref(), Some(broker.lock().await.node_name()));
    control(&["set_vm_memory_high_watermark", "0.6"]).await;
    until(&app, &token, "memory-alarm", AlertState::Resolved).await;

    control(&["set_disk_free_limit", "1000000GB"]).await;
    until(&app, &token, "disk-alarm", AlertState::Firing).await;

    broker.lock().await.freeze().expect("frozen");
    let alert = until(&app, &token, "broker-unreachable", AlertState::Firing).await;
    assert!(
        alert.summary.contains("does not answer"),
        "{}",
        alert.summary
    );
    let unknown = until(&app, &token, "disk-alarm", AlertState::Unknown).await;
    assert!(
        unknown
            .reason
            .is_some_and(|reason| reason.contains("does not answer"))
    );
    broker.lock().await.thaw().expect("thawed");
    until(&app, &token, "broker-unreachable", AlertState::Resolved).await;
    until(&app, &token, "disk-alarm", AlertState::Firing).await;
    control(&["set_disk_free_limit", "1MB"]).await;
    until(&app, &token, "disk-alarm", AlertState::Recovering).await;

    control(&["stop_app"]).await;
    until(&app, &token, "broker-unreachable", AlertState::Firing).await;
    control(&["start_app"]).await;
    until(&app, &token, "broker-unreachable", AlertState::Resolved).await;
}
