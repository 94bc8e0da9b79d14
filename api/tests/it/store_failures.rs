//! Failures of the real store below the running service: the live view continues, and requests that
//! cannot be stored or read are refused.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use store::{Options, SqliteStore, Store};

use crate::support::app::Answer;
use crate::support::{FakeBroker, TestApp, local, sample};

/// The service on a file, with the token of an administrator.
async fn on(file: &Path, options: Options, fake: &FakeBroker) -> (TestApp, String) {
    let store = SqliteStore::open(file, options).expect("opens");
    let store: Arc<dyn Store> = Arc::new(store);
    let app = TestApp::with_store(local(&[("prod", fake)]), store);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.rabbitmq_version.is_some())
        .await;
    (app, token)
}

/// The overview and the last minute's charts, of polls that came just now.
async fn must_be_live(app: &TestApp, token: &str) {
    let overview = app.get(token, "/v2/rabbit/overview").await.ok();
    app.polls("prod", 2).await;
    let later = app.get(token, "/v2/rabbit/overview").await.ok();
    assert_ne!(overview["observed_at"], later["observed_at"]);
    let end = api::Clock::System.now().as_millis();
    let path = format!(
        "/v2/rabbit/series?meter=rabbit.connections&from={}&to={end}",
        end - 10_000
    );
    let series = app.get(token, &path).await.ok();
    let last = series["columns"][0]["avg"]
        .as_array()
        .expect("a column")
        .last();
    assert!(last.is_some_and(serde_json::Value::is_number), "{series}");
}

fn must_be_refused(answer: &Answer, words: &str) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{:?}",
        answer.body
    );
    assert!(answer.header("retry-after").is_some());
    let fault = &answer.json()["error_message"];
    assert_eq!(fault["faultcode"], "Server");
    let message = fault["faultstring"].as_str().expect("a text");
    assert!(message.contains(words), "{message}");
}

#[tokio::test]
async fn full_disk_does_not_stop_the_live_view() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        max_size: Some(400 << 10),
        queued_polls: 5,
        ..Options::default()
    };
    let fake = FakeBroker::start();
    let (app, token) = on(&folder.path().join("warren.db"), options, &fake).await;
    let mut posted = 0;
    let refused = loop {
        let samples: Vec<_> = (0..200)
            .map(|n| {
                sample(
                    "m",
                    &format!("r{n}"),
                    1.0 / f64::from(n + 1),
                    &json!({"timestamp": format!("2015-01-01T00:00:{:02}", n % 60)}),
                )
            })
            .collect();
        let answer = app.post_samples(&token, "m", &json!(samples)).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        posted += samples.len();
    };
    must_be_refused(&refused, "no room left");
    must_be_live(&app, &token).await;
    // What was taken can be read.
    let listed = app.get(&token, "/v2/meters/m?limit=1000000").await.ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(posted));
}

#[tokio::test]
async fn locked_file_does_not_stop_the_live_view_and_is_written_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("warren.db");
    let fake = FakeBroker::start();
    let (app, token) = on(&file, Options::default(), &fake).await;
    let other = rusqlite::Connection::open(&file).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let posted = json!([sample("m", "r", 1.0, &json!({}))]);
    let refused = app.post_samples(&token, "m", &posted).await;
    must_be_refused(&refused, "locked by another program");
    must_be_live(&app, &token).await;
    other.execute_batch("ROLLBACK").expect("lets go");
    app.store(&token, "m", &[sample("m", "r", 1.0, &json!({}))])
        .await;
}

#[tokio::test]
async fn file_damaged_while_open_does_not_stop_the_live_view() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("warren.db");
    let fake = FakeBroker::start();
    let (app, token) = on(&file, Options::default(), &fake).await;
    app.store(&token, "m", &[sample("m", "r", 1.0, &json!({}))])
        .await;
    for name in ["warren.db", "warren.db-wal"] {
        let path = folder.path().join(name);
        let length = fs::metadata(&path).map_or(0, |file| file.len());
        let mut open = fs::OpenOptions::new();
        let mut file = open.write(true).open(&path).expect("opens");
        file.seek(SeekFrom::Start(0)).expect("at its start");
        file.write_all(&vec![0x5a; length as usize])
            .expect("damaged");
    }
    // Sooner or later a page is read that was not at hand.
    let mut refused = None;
    for n in 0..200 {
        let posted = json!([sample("m", &format!("r{n}"), 1.0, &json!({}))]);
        let written = app.post_samples(&token, "m", &posted).await;
        let read = app.get(&token, "/v2/meters/m?limit=100000").await;
        let trouble = [written, read];
        refused = trouble
            .into_iter()
            .find(|answer| answer.status.is_server_error());
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("the damage is noticed");
    assert_eq!(
        refused.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{:?}",
        refused.body
    );
    must_be_live(&app, &token).await;
}
