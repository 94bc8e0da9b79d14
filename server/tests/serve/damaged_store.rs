//! A start on a store whose file is damaged.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use client::{Client, Credentials, Endpoints, HttpTransport};
use http::StatusCode;

use crate::common::{PASSWORD, Running, USER, browser};

#[tokio::test]
async fn damaged_store_disables_history_but_not_the_live_view() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("warren.db");
    let garbage = b"this was a database before the disk broke".repeat(200);
    fs::write(&file, &garbage).expect("written");
    let data_dir = folder.path().to_str().expect("UTF-8");
    let running = Running::start(&["--data-dir", data_dir]).await;

    let endpoints = Endpoints::at(running.metering().parse().expect("a URL"));
    let client = Client::new(HttpTransport::new().expect("a client"), endpoints);
    let signed_in = client.sign_in(&Credentials::new(USER, PASSWORD)).await;
    let token = signed_in.expect("signed in").token;
    let get = async |path: &str| {
        let url = format!("{}{path}", running.metering());
        let request = browser().get(url).header("x-auth-token", token.expose());
        request.send().await.expect("an answer")
    };
    // The broker is seen,
    let mut tries = 0..50;
    while get("/v2/rabbit/overview").await.status() != StatusCode::OK {
        tries.next().expect("an overview within 5 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after 1970").as_millis();
    let hour = format!("from={}&to={now}", now - 3_600_000);
    let series = get(&format!(
        "/v2/rabbit/series?meter=rabbit.connections&{hour}"
    ))
    .await;
    assert_eq!(series.status(), StatusCode::OK);
    // and what only the store knows is refused, with what to do.
    let log = get("/v2/logs").await;
    assert_eq!(log.status(), StatusCode::SERVICE_UNAVAILABLE);
    let message = log.text().await.expect("a text");
    assert!(message.contains("move the file away"), "{message}");

    running.server.shutdown().await;
    assert_eq!(fs::read(&file).expect("read"), garbage, "left as it is");
}
