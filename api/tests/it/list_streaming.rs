//! Large lists of meters and resources, and large statistics: sent in parts.

use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt;
use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{FakeBroker, TestApp, sample};

const COUNT: usize = 7300;
const ENDLESS: &str = "9223372036854775807";

/// One sample a resource, a second apart.
fn samples(count: usize) -> Vec<Value> {
    let one = |number: usize| {
        let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
        let time = format!("2015-01-01T{hour:02}:{minute:02}:{second:02}");
        let resource = format!("r{number:05}");
        sample("m", &resource, number as f64, &json!({ "timestamp": time }))
    };
    (0..count).map(one).collect()
}

async fn body(app: &TestApp, path: &str, token: &str) -> (bool, Body) {
    let request = Request::get(path).header("x-auth-token", token);
    let request = request.body(Body::empty()).expect("a request");
    let response = app.api.router().oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let has_length = response.headers().contains_key(CONTENT_LENGTH)
        || response.body().size_hint().exact().is_some();
    (has_length, response.into_body())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_lists_and_statistics_are_complete_in_chunks() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    app.store(&token, "m", &samples(COUNT)).await;
    for (path, key) in [
        (format!("/v2/meters?limit={ENDLESS}"), "/resource_id"),
        (format!("/v2/resources?limit={ENDLESS}"), "/resource_id"),
        (
            "/v2/meters/m/statistics?groupby=resource_id".to_owned(),
            "/groupby/resource_id",
        ),
        (
            "/v2/meters/m/statistics?period=1".to_owned(),
            "/period_start",
        ),
    ] {
        let (has_length, body) = body(&app, &path, &token).await;
        assert!(!has_length, "{path}");
        let parts: Vec<_> = StreamExt::collect(body.into_data_stream()).await;
        let parts: Result<Vec<Bytes>, _> = parts.into_iter().collect();
        let parts = parts.expect("not cut");
        // A thousand rows, then at most five thousand at a time.
        assert!(parts.len() >= 3, "{path}: {} parts", parts.len());
        let longest = parts.iter().map(Bytes::len).max();
        assert!(longest < Some(4 << 20), "{path}: {longest:?} bytes");
        let rows: Vec<Value> = serde_json::from_slice(&parts.concat()).expect("a list");
        let of_ours = |row: &&Value| {
            let number = |resource: &str| resource.strip_prefix('r')?.parse::<u32>().ok();
            let resource = row["resource_id"].as_str();
            resource.is_none_or(|resource| number(resource).is_some())
        };
        let keys: Vec<_> = rows
            .iter()
            .filter(of_ours)
            .map(|row| row.pointer(key).and_then(Value::as_str).expect("a key"))
            .collect();
        assert_eq!(keys.len(), COUNT, "{path}");
        assert!(keys.is_sorted_by(|a, b| a < b), "{path}");
    }
}

#[tokio::test]
async fn small_lists_and_statistics_have_a_content_length() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    app.store(&token, "m", &samples(3)).await;
    for path in [
        format!("/v2/meters?limit={ENDLESS}&q.field=resource&q.value=r00001"),
        format!("/v2/resources?limit={ENDLESS}&q.field=resource&q.value=r00001"),
        "/v2/meters/m/statistics?groupby=resource_id".to_owned(),
        "/v2/meters/none/statistics?period=1".to_owned(),
    ] {
        let (has_length, body) = body(&app, &path, &token).await;
        assert!(has_length, "{path}");
        let bytes = body.collect().await.expect("a body").to_bytes();
        let rows: Vec<Value> = serde_json::from_slice(&bytes).expect("a list");
        assert!(rows.len() <= 3, "{path}");
    }
}
