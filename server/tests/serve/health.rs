use std::time::Duration;

use http::StatusCode;

use crate::common::{Broker, Running, header};

async fn status(running: &Running, path: &str) -> (StatusCode, String) {
    let answer = running.get(path).send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("words"))
}

/// Asks until the program is ready; the test runner's own time-out ends a wait in vain.
async fn until_ready(running: &Running) {
    while status(running, "/readyz").await.0 != StatusCode::OK {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn service_is_live_before_it_is_ready_and_names_the_reason() {
    let broker = Broker::start().await;
    broker.polls.forget_permits(usize::MAX);
    let running = Running::with_broker(broker, &[]).await;
    assert_eq!(status(&running, "/healthz").await.0, StatusCode::OK);
    let (not_yet, reason) = status(&running, "/readyz").await;
    assert_eq!(not_yet, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reason.contains("not every broker"), "{reason}");
    running.broker.polls.add_permits(1000);
    until_ready(&running).await;
}

#[tokio::test]
async fn a_broker_that_is_down_does_not_keep_it_from_being_ready() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let mut broker = Broker::start().await;
    broker.url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    until_ready(&Running::with_broker(broker, &[]).await).await;
}

#[tokio::test]
async fn the_api_alone_has_its_probes_too() {
    let running = Running::start(&[]).await;
    let client = crate::common::browser();
    let answer = client
        .get(format!("{}/healthz", running.metering()))
        .send()
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(header(answer.headers(), name), value);
    }
}

#[tokio::test]
async fn the_dashboard_alone_is_ready_when_the_api_answers() {
    let api = Running::start(&[]).await;
    until_ready(&Running::web_only(&api.metering()).await).await;
}

#[tokio::test]
async fn the_dashboard_alone_is_not_ready_without_an_api() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let running = Running::web_only(&address).await;
    let (not_ready, reason) = status(&running, "/readyz").await;
    assert_eq!(not_ready, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reason.contains("the metering API"), "{reason}");
}
