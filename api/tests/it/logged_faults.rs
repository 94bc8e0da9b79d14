//! What the log has of faults that last.

use std::time::Duration;

use http::StatusCode;
use metering::BrokerState;
use serde_json::json;

use crate::support::captured_log::CapturedLog;
use crate::support::{COLLECTOR, FakeBroker, Mode, TestApp};

/// How many lines have all of these words.
fn lines_with(log: &CapturedLog, words: &[&str]) -> usize {
    let text = log.text();
    let lines = text.lines();
    lines
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .count()
}

/// How often a path was requested of the broker.
fn requests(fake: &FakeBroker, path: &str) -> usize {
    let asked = fake.asked_by(COLLECTOR);
    asked.iter().filter(|asked| asked.starts_with(path)).count()
}

// One thread: the subscriber is this thread's.
#[tokio::test]
async fn lasting_fault_is_logged_once_however_often_it_is_met() {
    let log = CapturedLog::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let fake = FakeBroker::start();
    fake.set_body(
        "channels",
        StatusCode::INTERNAL_SERVER_ERROR,
        br#"{"error":"internal"}"#,
    );
    fake.set_list(
        "exchanges",
        json!([null, {"name": "e", "vhost": "/", "type": "topic"}]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let enough = |path: &str, before: usize| requests(&fake, path) >= before + 5;
    while !(enough("/api/channels", 0) && enough("/api/exchanges", 0)) {
        for list in ["channels", "exchanges"] {
            app.get(&token, &format!("/v2/rabbit/{list}")).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let unreadable = ["list=\"channels\"", "a list could not be read"];
    assert_eq!(lines_with(&log, &unreadable), 1);
    let left_out = ["list=\"exchanges\"", "rows could not be read"];
    assert_eq!(lines_with(&log, &left_out), 1);

    fake.set_mode(Mode::Status(500));
    app.until(&token, "prod", |broker| broker.state == BrokerState::Down)
        .await;
    let before = requests(&fake, "/api/overview");
    while !enough("/api/overview", before) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for state in ["Stale", "Down"] {
        let state = format!("state={state}");
        assert_eq!(lines_with(&log, &[&state, "no answer"]), 1, "{state}");
    }
}
