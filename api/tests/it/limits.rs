//! What one caller may use: memory, the store's room.

use std::num::NonZeroU64;
use std::sync::Arc;

use api::{Api, ApiConfig, Clock};
use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use metering::Timestamp;
use serde_json::{Value, json};
use store::SqliteStore;
use tower::ServiceExt;

use crate::support::{FakeBroker, TestApp, faultstring, local, sample, sqlite};

const DAY: i64 = 86_400_000_000;
const ENDLESS: &str = "9223372036854775807";

/// Samples of a meter, one second apart.
fn samples(count: usize) -> Vec<Value> {
    let one = |number: usize| {
        let time = format!(
            "2015-01-01T{:02}:{:02}:{:02}",
            number / 3600,
            number / 60 % 60,
            number % 60
        );
        sample("m", "r", number as f64, &json!({ "timestamp": time }))
    };
    (0..count).map(one).collect()
}

async fn answer(api: &Api, request: Request<Body>) -> Response<Body> {
    api.router().oneshot(request).await.expect("infallible")
}

fn request(method: &str, path: &str, token: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("x-auth-token", token)
        .header(CONTENT_TYPE, "application/json")
        .body(body)
        .expect("a request")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_answer_is_complete_in_chunks() {
    const COUNT: usize = 5500;
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    app.store(&token, "m", &samples(COUNT)).await;
    let filter = json!({ "filter": "{\"=\": {\"meter\": \"m\"}}", "limit": ENDLESS,
        "orderby": "[{\"volume\": \"desc\"}]" });
    for (method, path, body, volume) in [
        (
            "GET",
            format!("/v2/samples?q.field=meter&q.value=m&limit={ENDLESS}"),
            Body::empty(),
            "volume",
        ),
        (
            "GET",
            format!("/v2/meters/m?limit={ENDLESS}"),
            Body::empty(),
            "counter_volume",
        ),
        (
            "POST",
            "/v2/query/samples".into(),
            filter.to_string().into(),
            "volume",
        ),
    ] {
        let response = answer(&app.api, request(method, &path, &token, body)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers().get(CONTENT_LENGTH), None, "{path}");
        let parts: Vec<_> = StreamExt::collect(response.into_body().into_data_stream()).await;
        let parts: Result<Vec<Bytes>, _> = parts.into_iter().collect();
        let parts = parts.expect("not cut");
        assert_eq!(parts.len(), COUNT.div_ceil(1000), "{path}");
        let rows: Vec<Value> = serde_json::from_slice(&parts.concat()).expect("a list");
        // Newest first, which is the largest first.
        let volumes: Vec<_> = rows.iter().map(|row| row[volume].as_f64()).collect();
        let expected: Vec<_> = (0..COUNT).rev().map(|number| Some(number as f64)).collect();
        assert_eq!(volumes, expected, "{path}");
    }
}

#[tokio::test]
async fn small_answer_has_a_content_length_at_any_limit() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    app.store(&token, "m", &samples(3)).await;
    for limit in ["100", ENDLESS] {
        let path = format!("/v2/meters/m?limit={limit}");
        let response = answer(&app.api, request("GET", &path, &token, Body::empty())).await;
        let body = response.into_body();
        let length = axum::body::HttpBody::size_hint(&body).exact();
        let bytes = body.collect().await.expect("a body").to_bytes();
        assert_eq!(length, Some(bytes.len() as u64), "{limit}");
        let rows: Vec<Value> = serde_json::from_slice(&bytes).expect("a list");
        assert_eq!(rows.len(), 3);
    }
}

/// A body that sends some bytes and never ends; `sent` counts them.
fn unending(bytes: usize) -> (Body, Arc<tokio::sync::Semaphore>) {
    const CHUNK: usize = 64 << 10;
    let sent = Arc::new(tokio::sync::Semaphore::new(0));
    let count = Arc::clone(&sent);
    let chunks = stream::iter(0..bytes / CHUNK).map(move |_| {
        count.add_permits(1);
        Ok::<_, std::io::Error>(Bytes::from(vec![b' '; CHUNK]))
    });
    let body = Body::from_stream(chunks.chain(stream::pending()));
    (body, sent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_never_end_are_bounded_and_small_posts_pass() {
    const MEGABYTES: usize = 10;
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let post = |body: Body| request("POST", "/v2/meters/m", &token, body);
    let (body, sent) = unending(MEGABYTES << 20);
    let held = tokio::spawn(app.api.router().oneshot(post(body)));
    // Every chunk was taken once the last one was asked for.
    let all = sent.acquire_many((MEGABYTES << 4) as u32).await;
    all.expect("never closed").forget();

    // It says that it is small.
    let (body, _) = unending(MEGABYTES << 20);
    let mut lying = post(body);
    lying.headers_mut().insert(CONTENT_LENGTH, 20.into());
    let refused = answer(&app.api, lying).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[RETRY_AFTER], "2");
    let body = refused
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["error_message"]["faultcode"], "Server", "{body}");

    app.store(&token, "m", &samples(10)).await;
    held.abort();
    let _ = held.await;
    let (body, _) = unending(MEGABYTES << 20);
    let next = tokio::spawn(app.api.router().oneshot(post(body)));
    tokio::task::yield_now().await;
    next.abort();
    app.store(&token, "m", &samples(5000)).await;
}

/// A configuration with a quota, at noon of today.
fn with_quota(fake: &FakeBroker, quota: u64) -> ApiConfig {
    let now = Clock::System.now().as_micros();
    ApiConfig {
        posted_quota: NonZeroU64::new(quota),
        clock: Clock::Fixed {
            start: Timestamp::from_micros(now.div_euclid(DAY) * DAY + DAY / 2),
            origin: tokio::time::Instant::now(),
        },
        ..local(&[("prod", fake)])
    }
}

#[tokio::test]
async fn a_project_posts_no_more_than_its_quota_in_a_day() {
    let fake = FakeBroker::start();
    let store = sqlite();
    let app = TestApp::with_store(with_quota(&fake, 10), Arc::clone(&store));
    let token = app.sign_in("guest", "guest").await;
    app.store(&token, "m", &samples(6)).await;

    let refused = app.post_samples(&token, "m", &json!(samples(5))).await;
    let words = faultstring(&refused, StatusCode::TOO_MANY_REQUESTS);
    assert!(words.contains("has posted 6 samples"), "{words}");
    assert!(words.contains("10 are accepted a day"), "{words}");
    assert!(words.contains("--posted-quota"), "{words}");
    let seconds: i64 = refused
        .header("retry-after")
        .expect("when to come back")
        .parse()
        .expect("seconds");
    assert!((43_000..=43_200).contains(&seconds), "{seconds}");

    // A post that is refused for another reason is not counted.
    let bad = app.post_samples(&token, "m", &json!([{}])).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    app.store(&token, "m", &samples(4)).await;

    // A restart does not reset it.
    let again = TestApp::with_store(with_quota(&fake, 10), Arc::clone(&store));
    let token = again.sign_in("guest", "guest").await;
    let refused = again.post_samples(&token, "m", &json!(samples(1))).await;
    let words = faultstring(&refused, StatusCode::TOO_MANY_REQUESTS);
    assert!(words.contains("has posted 10 samples"), "{words}");
}

#[tokio::test]
async fn new_series_beyond_a_projects_bound_are_refused() {
    let fake = FakeBroker::start();
    let options = store::Options {
        max_posted_series: 1,
        ..store::Options::default()
    };
    let store = SqliteStore::in_memory(options).expect("opens");
    // A refused post does not count for the day.
    let app = TestApp::with_store(with_quota(&fake, 6), Arc::new(store));
    let token = app.sign_in("guest", "guest").await;
    app.store(&token, "m", &samples(3)).await;
    let other = json!([sample("n", "r", 1.0, &json!({}))]);
    let refused = app.post_samples(&token, "n", &other).await;
    let words = faultstring(&refused, StatusCode::TOO_MANY_REQUESTS);
    assert!(words.contains("more than 1 series"), "{words}");
    assert!(words.contains("--max-posted-series"), "{words}");
    assert_eq!(refused.header("retry-after"), Some("600"));
    app.store(&token, "m", &samples(3)).await;
}

#[tokio::test]
async fn without_a_quota_any_number_is_accepted() {
    let fake = FakeBroker::start();
    let config = ApiConfig {
        posted_quota: None,
        ..with_quota(&fake, 1)
    };
    let app = TestApp::with_store(config, sqlite());
    let token = app.sign_in("guest", "guest").await;
    app.store(&token, "m", &samples(20)).await;
}
