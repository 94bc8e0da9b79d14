//! Queries that take long: those of one account wait for each other, and for nobody else.

use axum::body::Body;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use crate::support::{Account, FakeBroker, TestApp, faultstring, sample};

/// Queries of one account that run or wait at once, and some more.
const MORE_THAN_WAIT: usize = 80;
/// A pattern that takes long to compile.
const SLOW: &str = "(q{50}){25}";

fn post(token: &str, pattern: &str) -> Request<Body> {
    let filter = json!({"=~": {"meter": pattern}}).to_string();
    Request::post("/v2/query/samples")
        .header("x-auth-token", token)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(json!({ "filter": filter }).to_string()))
        .expect("a request")
}

fn get(token: &str, path: &str) -> Request<Body> {
    let request = Request::get(path).header("x-auth-token", token);
    request.body(Body::empty()).expect("a request")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heavy_queries_of_one_account_wait_while_other_requests_are_answered() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["monitoring"], &["/"]));
    fake.set_list("queues", json!([{"name": "q", "vhost": "/"}]));
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    app.store(&token, "m", &[sample("m", "r", 1.0, &json!({}))])
        .await;
    app.get(&token, "/v2/rabbit/queues?page=1").await.ok();
    let by_pattern = format!("/v2/rabbit/queues?page=1&use_regex=true&name={SLOW}");
    for of_list in [false, true] {
        let query = |token: &str| {
            if of_list {
                get(token, &by_pattern)
            } else {
                post(token, SLOW)
            }
        };
        let mut answers: FuturesUnordered<_> = (0..MORE_THAN_WAIT)
            .map(|_| tokio::spawn(app.api.router().oneshot(query(&token))))
            .collect();
        let mut statuses = Vec::new();
        // Once one is refused, as many as may wait do so.
        while !statuses.contains(&StatusCode::SERVICE_UNAVAILABLE) {
            let answer = answers.next().await.expect("one is refused");
            let answer = answer.expect("no panic").expect("infallible");
            assert!(
                answer.status() == StatusCode::OK || answer.headers().contains_key(RETRY_AFTER),
                "{answer:?}"
            );
            statuses.push(answer.status());
        }
        app.get(&token, "/v2/meters?limit=1").await.ok();
        app.get(&token, "/v2/rabbit/overview").await.ok();
        let others = app.api.router().oneshot(query(&anna)).await;
        assert_eq!(others.expect("infallible").status(), StatusCode::OK);
        assert!(
            answers.iter().any(|answer| !answer.is_finished()),
            "the account's own queries were over before those of others"
        );
        while let Some(answer) = answers.next().await {
            let answer = answer.expect("no panic").expect("infallible");
            statuses.push(answer.status());
        }
        let answered = statuses
            .iter()
            .filter(|&&status| status == StatusCode::OK)
            .count();
        assert!(answered >= 64, "those that waited are answered: {answered}");
    }
}

#[tokio::test]
async fn patterns_are_read_after_the_right_to_ask() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let foreign = json!({"and": [{"=~": {"meter": "("}}, {"=": {"project_id": "of-others"}}]});
    let refused = app
        .query(&anna, &json!({ "filter": foreign.to_string() }))
        .await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let path = "/v2/rabbit/permissions?page=1&use_regex=true&name=(";
    let refused = app.get(&anna, path).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let unreadable = app.get(&token, path).await;
    let why = faultstring(&unreadable, StatusCode::BAD_REQUEST);
    assert!(why.contains("name"), "{why}");
}
