//! `GET /` and `GET /openapi.json`.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{FakeBroker, TestApp, local};

#[tokio::test]
async fn version_document_needs_no_token_and_is_what_clients_expect() {
    let app = TestApp::start(&[("prod", &FakeBroker::absent())]);
    let answer = app.request(Method::GET, "/", &[]).await;
    let expected = json!({"versions": {"values": [{
        "id": "v2",
        "links": [
            {"href": "http://127.0.0.1:8777/v2", "rel": "self"},
            {"href": "http://docs.openstack.org/", "rel": "describedby", "type": "text/html"},
        ],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.telemetry-v2+json"}],
        "status": "stable",
        "updated": "2013-02-13T00:00:00Z",
    }]}});
    assert_eq!(answer.ok(), expected);
}

#[tokio::test]
async fn links_have_public_address_and_prefix() {
    let mut config = local(&[("prod", &FakeBroker::absent())]);
    config.public_url = Some("https://mq.example".parse().expect("URL"));
    config.path_prefix = "/telemetry".into();
    let app = TestApp::with(config);
    for path in ["/telemetry", "/telemetry/"] {
        let document = app.request(Method::GET, path, &[]).await.ok();
        assert_eq!(
            document["versions"]["values"][0]["links"][0]["href"],
            "https://mq.example/telemetry/v2"
        );
    }
}

#[tokio::test]
async fn openapi_document_needs_no_token() {
    let app = TestApp::start(&[("prod", &FakeBroker::absent())]);
    let answer = app.request(Method::GET, "/openapi.json", &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        std::str::from_utf8(&answer.body).expect("text"),
        api::openapi_json()
    );
}
