//! `GET /v2/rabbit/health`.

use api::{ExposedPassword, Exposure};
use metering::{Health, HealthCheck, HealthState};
use serde_json::json;

use crate::support::{Account, FakeBroker, Mode, TestApp, local};

async fn health(app: &TestApp, token: &str) -> Health {
    let answer = app.get(token, "/v2/rabbit/health").await;
    serde_json::from_value(answer.ok()).expect("a health")
}

/// Waits until a check stands so.
async fn until(app: &TestApp, token: &str, check: HealthCheck, state: HealthState) -> Health {
    app.until_some("prod", async || {
        let health = health(app, token).await;
        let stands = health
            .check(check)
            .is_some_and(|found| found.state == state);
        stands.then_some(health)
    })
    .await
}

#[tokio::test]
async fn every_check_of_a_healthy_broker_is_reported() {
    let fake = FakeBroker::start();
    fake.set_list(
        "feature-flags",
        json!([{"name": "quorum_queue", "state": "enabled", "stability": "stable"}]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let health = until(&app, &token, HealthCheck::FeatureFlags, HealthState::Ok).await;
    let deprecated = health.check(HealthCheck::DeprecatedFeatures);
    assert_eq!(
        deprecated.map(|found| found.state),
        Some(HealthState::NotOffered),
        "3.10 knows of none"
    );
    let wrong: Vec<_> = health
        .checks
        .iter()
        .filter(|found| found.state > HealthState::Ok)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!((health.state, health.checks.len()), (HealthState::Ok, 14));
    assert!(health.observed_at.is_some());
}

#[tokio::test]
async fn failed_checks_name_their_objects() {
    let fake = FakeBroker::start();
    fake.set_list(
        "feature-flags",
        json!([{"name": "stream_queue", "state": "disabled", "stability": "stable"}]),
    );
    fake.set_list(
        "deprecated-features/used",
        json!([{"name": "ram_node_type", "deprecation_phase": "permitted_by_default"}]),
    );
    fake.set_vhosts(json!([{"name": "a", "cluster_state": {"rabbit@one": "stopped"}}]));
    fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = json!(true));
    fake.change_overview(|overview| overview["statistics_db_event_queue"] = json!(5000));
    let (app, token) = TestApp::ready(&fake).await;
    until(
        &app,
        &token,
        HealthCheck::FeatureFlags,
        HealthState::Warning,
    )
    .await;
    until(
        &app,
        &token,
        HealthCheck::DeprecatedFeatures,
        HealthState::Warning,
    )
    .await;
    until(
        &app,
        &token,
        HealthCheck::VhostsRunning,
        HealthState::Critical,
    )
    .await;
    let health = until(
        &app,
        &token,
        HealthCheck::MemoryAlarm,
        HealthState::Critical,
    )
    .await;
    assert_eq!(health.state, HealthState::Critical);
    let name = |check| {
        let found = health.check(check).expect("reported").findings.first();
        found
            .and_then(|finding| finding.name.clone())
            .unwrap_or_default()
    };
    assert_eq!(name(HealthCheck::FeatureFlags), "stream_queue");
    assert_eq!(name(HealthCheck::DeprecatedFeatures), "ram_node_type");
    assert_eq!(name(HealthCheck::VhostsRunning), "stopped");
    assert_eq!(name(HealthCheck::Statistics), "statistics_db_event_queue");
}

#[tokio::test]
async fn silent_broker_is_critical_and_keeps_its_last_findings() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    fake.set_mode(Mode::Status(500));
    let health = until(&app, &token, HealthCheck::Answers, HealthState::Critical).await;
    let answers = health.check(HealthCheck::Answers).expect("reported");
    assert!(answers.findings[0].desc.is_some());
    assert!(health.check(HealthCheck::MemoryAlarm).is_some());
    let answer = app.get(&token, "/v2/rabbit/health").await;
    assert!(answer.header("warning").is_some());
}

#[tokio::test]
async fn account_of_one_vhost_sees_findings_of_its_vhosts_and_of_no_node() {
    let fake = FakeBroker::start();
    fake.set_vhosts(json!([
        {"name": "hers", "cluster_state": {"rabbit@one": "running"}},
        {"name": "theirs", "cluster_state": {"rabbit@one": "stopped"}},
    ]));
    fake.add(Account::new("anna", "secret", &["management"], &["hers"]));
    let (app, admin) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    until(
        &app,
        &admin,
        HealthCheck::VhostsRunning,
        HealthState::Critical,
    )
    .await;
    let health = until(&app, &anna, HealthCheck::VhostsRunning, HealthState::Ok).await;
    let checks: Vec<_> = health.checks.iter().map(|found| found.check).collect();
    assert_eq!(
        checks,
        [
            HealthCheck::Answers,
            HealthCheck::VhostsRunning,
            HealthCheck::Statistics
        ]
    );
}

#[tokio::test]
async fn exposed_passwords_are_a_warning_that_names_the_file_or_address() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &[]));
    let mut config = local(&[("prod", &fake)]);
    let exposed = |broker: &str, how, place: &str| ExposedPassword {
        broker: broker.to_owned(),
        how,
        place: place.to_owned(),
    };
    config.exposed_passwords = vec![
        exposed("prod", Exposure::PlainHttp, "http://mq.example:15672/"),
        exposed("prod", Exposure::ReadableFile, "/etc/warren/monitor"),
        exposed("other", Exposure::ReadableFile, "/etc/warren/other"),
    ];
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    let health = until(&app, &token, HealthCheck::Passwords, HealthState::Warning).await;
    let found = health.check(HealthCheck::Passwords).expect("looked at");
    let found = found.findings.iter();
    let found = found.map(|found| (found.name.as_deref(), found.desc.as_deref()));
    let found: Vec<_> = found.collect();
    assert_eq!(
        found,
        [
            (Some("plain_http"), Some("http://mq.example:15672/")),
            (Some("readable_file"), Some("/etc/warren/monitor")),
        ]
    );
    let anna = app.sign_in("anna", "secret").await;
    let health = app.get(&anna, "/v2/rabbit/health").await.ok().to_string();
    assert!(!health.contains("passwords"), "{health}");
}
