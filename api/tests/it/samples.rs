//! `/v2/samples`, and what holds for every path of Ceilometer's protocol.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{FakeBroker, TestApp, sample};

const PATHS: [&str; 6] = [
    "/v2/meters",
    "/v2/meters/m",
    "/v2/meters/m/statistics",
    "/v2/samples",
    "/v2/resources",
    "/v2/capabilities",
];

#[tokio::test]
async fn sample_is_found_in_the_list_and_by_its_id() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let more = json!({
        "project_id": "p", "user_id": "u", "timestamp": "2015-01-01T12:00:00.5", "resource_metadata": {"a": "b"},
    });
    let stored = app
        .store(&token, "m", &[sample("m", "r", 5.0, &more)])
        .await;
    let id = stored[0]["message_id"].as_str().expect("an id");
    let listed = app
        .get(&token, "/v2/samples?q.field=resource&q.value=r")
        .await
        .ok();
    let expected = json!({
        "id": id, "meter": "m", "type": "gauge", "unit": "B", "volume": 5.0, "user_id": "u", "project_id": "p",
        "resource_id": "r", "source": "p:openstack", "timestamp": "2015-01-01T12:00:00.500000",
        "recorded_at": listed[0]["recorded_at"], "metadata": {"a": "b"},
    });
    assert_eq!(listed, json!([expected]));
    assert_eq!(
        app.get(&token, &format!("/v2/samples/{id}")).await.ok(),
        expected
    );
    let found = app
        .get(
            &token,
            &format!("/v2/samples?q.field=message_id&q.value={id}"),
        )
        .await;
    assert_eq!(found.ok(), json!([expected]));
}

#[tokio::test]
async fn an_unknown_sample_is_not_found_by_its_id() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let words = app
        .refused(&token, "/v2/samples/none", StatusCode::NOT_FOUND)
        .await;
    assert_eq!(words, "Sample none Not Found");
}

#[tokio::test]
async fn default_limit_is_100() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let samples = vec![sample("m", "r", 1.0, &json!({})); 150];
    app.store(&token, "m", &samples).await;
    let count = async |query: &str| {
        let path = format!("/v2/samples?q.field=meter&q.value=m{query}");
        let listed = app.get(&token, &path).await.ok();
        listed.as_array().expect("a list").len()
    };
    assert_eq!(count("").await, 100);
    assert_eq!(count("&limit=120").await, 120);
    assert_eq!(count("&limit=99999999999999999999").await, 150);
}

#[tokio::test]
async fn protocol_rules_apply_to_every_path() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let auth = ("x-auth-token", token.as_str());
    for path in PATHS {
        let answer = app.request(Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let answer = app
            .request(Method::GET, path, &[auth, ("accept", "text/html")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{path}");
        let answer = app.request(Method::HEAD, path, &[auth]).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::OK, 0),
            "{path}"
        );
        let answer = app.request(Method::GET, path, &[auth]).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let answer = app.request(Method::DELETE, path, &[auth]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = answer.header("allow").expect("methods");
        assert!(
            allowed.contains("GET") && allowed.contains("HEAD"),
            "{allowed}"
        );
        assert_eq!(
            allowed.contains("POST"),
            path == "/v2/meters/m",
            "{path}: {allowed}"
        );
    }
    let answer = app.request(Method::GET, "/v2/query/samples", &[auth]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), Some("POST"));
    for path in ["/v2/meters/m/none", "/v2/resources/", "/v2/query"] {
        let answer = app.request(Method::GET, path, &[auth]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
