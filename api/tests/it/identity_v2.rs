//! The embedded identity in the form of v2.0.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Account, FakeBroker, TestApp};

const TOKENS: &str = "/identity/v2.0/tokens";

fn password(name: &str, password: &str) -> Value {
    json!({"auth": {"passwordCredentials": {"username": name, "password": password}}})
}

#[tokio::test]
async fn password_returns_access_with_token_roles_and_catalog() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    let mut request = password("guest", "guest");
    request["auth"]["tenantName"] = "warren".into();
    let answer = app.post(TOKENS, &request, &[]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let access = answer.ok()["access"].clone();
    assert_eq!(access["token"]["tenant"]["name"], "warren");
    assert_eq!(access["token"]["tenant"]["enabled"], true);
    assert_eq!(access["user"]["username"], "guest");
    assert_eq!(access["user"]["roles"], json!([{"name": "admin"}]));
    assert_eq!(access["metadata"]["is_admin"], 1);
    let url = "http://127.0.0.1:8777";
    let service = &access["serviceCatalog"][0];
    assert_eq!(service["type"], "metering");
    for interface in ["publicURL", "internalURL", "adminURL"] {
        assert_eq!(service["endpoints"][0][interface], url, "{interface}");
    }
    let token = access["token"]["id"].as_str().expect("a token");
    app.get(token, "/v2/rabbit/brokers").await.ok();
}

#[tokio::test]
async fn tenant_may_be_absent_empty_or_an_id() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    let tenant = async |key: &str, value: &str| {
        let mut request = password("guest", "guest");
        request["auth"][key] = value.into();
        app.post(TOKENS, &request, &[]).await.ok()["access"]["token"]["tenant"].clone()
    };
    assert_eq!(tenant("tenantName", "").await["name"], "warren");
    let named = tenant("tenantName", "second").await;
    assert_eq!(named["name"], "second");
    let id = named["id"].as_str().expect("an id");
    assert_eq!(tenant("tenantId", id).await["name"], "second");
}

#[tokio::test]
async fn token_returns_a_narrower_token() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    let token = app.sign_in("guest", "guest").await;
    let request = json!({"auth": {"token": {"id": token}, "tenantName": "second"}});
    let access = app.post(TOKENS, &request, &[]).await.ok()["access"].clone();
    let narrower = access["token"]["id"].as_str().expect("a token");
    let brokers = app.get(narrower, "/v2/rabbit/brokers").await.ok();
    assert_eq!(brokers.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn refusals_are_those_of_v3() {
    let fake = FakeBroker::start();
    fake.add(Account::new("own", "secret", &["own"], &["/"]));
    let app = TestApp::start(&[("prod", &fake)]);
    let mut elsewhere = password("guest", "guest");
    elsewhere["auth"]["tenantName"] = "no such tenant".into();
    for (request, status) in [
        (password("guest", "wrong"), 401),
        (elsewhere, 401),
        (json!({"auth": {"token": {"id": "unknown"}}}), 401),
        (password("own", "secret"), 403),
        (json!({"auth": {}}), 400),
        (
            json!({"auth": {"passwordCredentials": {"userId": "1", "password": "x"}}}),
            400,
        ),
        (json!({}), 400),
    ] {
        let answer = app.post(TOKENS, &request, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{request}");
        assert_eq!(answer.json()["error"]["code"], status, "{request}");
    }
    let request = http::Request::post(TOKENS).header("content-type", "text/plain");
    let body = password("guest", "guest").to_string();
    let answer = app
        .send(request.body(body.into()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn wrong_passwords_are_counted_with_those_of_v3() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    for n in 0..5 {
        if n % 2 == 0 {
            app.post(TOKENS, &password("guest", "wrong"), &[]).await;
        } else {
            app.try_sign_in("guest", "wrong").await;
        }
    }
    let answer = app.post(TOKENS, &password("guest", "guest"), &[]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}
