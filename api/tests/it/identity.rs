//! The embedded identity.

use std::time::Duration;

use http::{Method, StatusCode};
use metering::identity::TokenBody;
use serde_json::{Value, json};

use crate::support::{Account, FakeBroker, TestApp, local, password_request};

const TOKENS: &str = "/identity/v3/auth/tokens";

fn token_of(answer: &Value) -> TokenBody {
    serde_json::from_value(answer.clone()).expect("a token")
}

#[tokio::test]
async fn password_returns_a_token_with_roles_project_and_catalog() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(
        answer
            .header("x-subject-token")
            .is_some_and(|token| token.len() == 64)
    );
    let token = token_of(&answer.json()).token;
    assert!(token.has_role("admin"));
    assert_eq!(
        (token.user.name.as_str(), token.user.domain.name.as_str()),
        ("guest", "Default")
    );
    assert_eq!(token.project.expect("scoped").name, "warren");
    assert_eq!(token.methods, ["password"]);
    assert!(
        token.expires_at.ends_with('Z')
            && token.expires_at.len() == "2015-01-01T12:00:00.000000Z".len()
    );
    let metering = token
        .catalog
        .iter()
        .find(|service| service.service_type == "metering")
        .expect("metering");
    let interfaces: Vec<_> = metering
        .endpoints
        .iter()
        .map(|endpoint| (endpoint.interface.as_str(), endpoint.url.as_str()))
        .collect();
    let url = "http://127.0.0.1:8777";
    assert_eq!(
        interfaces,
        [("public", url), ("internal", url), ("admin", url)]
    );
}

#[tokio::test]
async fn tags_determine_the_role() {
    let fake = FakeBroker::start();
    for tag in [
        "administrator",
        "monitoring",
        "policymaker",
        "management",
        "own",
    ] {
        fake.add(Account::new(tag, "secret", &[tag], &["/"]));
    }
    let app = TestApp::start(&[("prod", &fake)]);
    for (name, role) in [
        ("administrator", "admin"),
        ("monitoring", "member"),
        ("policymaker", "member"),
        ("management", "member"),
    ] {
        let answer = app.try_sign_in(name, "secret").await.json();
        assert!(token_of(&answer).token.has_role(role), "{name}: {answer}");
    }
    let answer = app.try_sign_in("own", "secret").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.json()["error"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("administrator, monitoring"))
    );
}

#[tokio::test]
async fn wrong_password_is_401_without_details() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    let mut bodies = Vec::new();
    let mut scoped = password_request("guest", "guest");
    scoped["auth"]["scope"] =
        json!({"project": {"name": "no such project", "domain": {"id": "default"}}});
    let mut elsewhere = password_request("guest", "guest");
    elsewhere["auth"]["identity"]["password"]["user"]["domain"] = json!({"name": "Elsewhere"});
    for request in [
        password_request("guest", "wrong"),
        password_request("nobody", "guest"),
        scoped,
        elsewhere,
    ] {
        let answer = app.post(TOKENS, &request, &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(
            answer.header("x-subject-token").is_none()
                && answer.header("www-authenticate").is_some()
        );
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn project_of_a_broker_opens_that_broker_only() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    for (project, count) in [("first", 1), ("second", 1), ("warren", 2)] {
        let mut request = password_request("guest", "guest");
        request["auth"]["scope"] =
            json!({"project": {"name": project, "domain": {"name": "Default"}}});
        let answer = app.post(TOKENS, &request, &[]).await;
        let id = answer.json()["token"]["project"]["id"].clone();
        let token = answer
            .header("x-subject-token")
            .expect("a token")
            .to_owned();
        let brokers = app.get(&token, "/v2/rabbit/brokers").await.ok();
        assert_eq!(brokers.as_array().map(Vec::len), Some(count), "{project}");
        request["auth"]["scope"] = json!({"project": {"id": id}});
        let answer = app.post(TOKENS, &request, &[]).await;
        assert_eq!(
            answer.json()["token"]["project"]["name"],
            project,
            "by its id"
        );
    }
    assert_eq!(
        first.asked_by("guest").len(),
        4,
        "the project's brokers alone are asked"
    );
}

#[tokio::test]
async fn a_token_can_be_validated_by_its_owner_and_by_admins() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    fake.add(Account::new("bert", "secret", &["management"], &["/"]));
    let app = TestApp::start(&[("prod", &fake)]);
    let anna = app.sign_in("anna", "secret").await;
    let bert = app.sign_in("bert", "secret").await;
    let admin = app.sign_in("guest", "guest").await;
    for (method, has_body) in [(Method::GET, true), (Method::HEAD, false)] {
        for (caller, status) in [(&anna, 200), (&admin, 200), (&bert, 403)] {
            let headers = [
                ("x-auth-token", caller.as_str()),
                ("x-subject-token", &anna),
            ];
            let answer = app.request(method.clone(), TOKENS, &headers).await;
            assert_eq!(
                (answer.status.as_u16(), !answer.body.is_empty()),
                (status, has_body)
            );
            if status == 200 {
                assert_eq!(answer.header("x-subject-token"), Some(anna.as_str()));
            }
        }
    }
    let answer = app
        .request(
            Method::GET,
            TOKENS,
            &[("x-auth-token", &admin), ("x-subject-token", "unknown")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.json()["error"]["code"], 404);
    let answer = app
        .request(Method::GET, TOKENS, &[("x-subject-token", &anna)])
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn revoked_token_is_refused() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["monitoring"], &["/"]));
    let app = TestApp::start(&[("prod", &fake)]);
    let anna = app.sign_in("anna", "secret").await;
    let admin = app.sign_in("guest", "guest").await;
    let revoke = async |caller: &str, subject: &str| {
        app.request(
            Method::DELETE,
            TOKENS,
            &[("x-auth-token", caller), ("x-subject-token", subject)],
        )
        .await
    };
    assert_eq!(
        revoke(&anna, &admin).await.status,
        StatusCode::FORBIDDEN,
        "the tag monitoring only looks"
    );
    assert_eq!(revoke(&anna, &anna).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        app.get(&anna, "/v2/rabbit/brokers").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(revoke(&anna, &anna).await.status, StatusCode::UNAUTHORIZED);
    let another = app.sign_in("anna", "secret").await;
    assert_eq!(
        revoke(&admin, &another).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        app.get(&another, "/v2/rabbit/brokers").await.status,
        StatusCode::UNAUTHORIZED
    );
    app.get(&admin, "/v2/rabbit/brokers").await.ok();
}

#[tokio::test]
async fn token_expires_at_its_stated_time() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.token_lifetime = Duration::from_millis(300);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.get(&token, "/v2/rabbit/brokers").await.ok();
    app.until_some("prod", async || {
        (app.get(&token, "/v2/rabbit/brokers").await.status == StatusCode::UNAUTHORIZED)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn narrower_token_keeps_the_expiry_of_its_source() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    let answer = app.try_sign_in("guest", "guest").await;
    let token = answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned();
    let mut request = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}});
    request["auth"]["scope"] = json!({"project": {"name": "second", "domain": {"id": "default"}}});
    let narrower = app.post(TOKENS, &request, &[]).await;
    assert_eq!(narrower.status, StatusCode::CREATED);
    assert_eq!(
        narrower.json()["token"]["expires_at"],
        answer.json()["token"]["expires_at"]
    );
    let narrower = narrower
        .header("x-subject-token")
        .expect("a token")
        .to_owned();
    let brokers = app.get(&narrower, "/v2/rabbit/brokers").await.ok();
    assert_eq!(brokers.as_array().map(Vec::len), Some(1));
    // It does not widen again.
    request["auth"]["identity"]["token"]["id"] = narrower.into();
    request["auth"]["scope"]["project"]["name"] = "first".into();
    assert_eq!(
        app.post(TOKENS, &request, &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn malformed_token_requests_are_refused() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    for (request, status) in [
        (json!({}), 400),
        (
            json!({"auth": {"identity": {"methods": ["password"]}}}),
            400,
        ),
        (
            json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "1", "password": "x"}}}}}),
            400,
        ),
        (json!({"auth": {"identity": {"methods": ["oauth1"]}}}), 401),
        (
            json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "unknown"}}}}),
            401,
        ),
        (password_request("gu:est", "guest"), 401),
        (password_request("", ""), 401),
        (password_request(&"x".repeat(70_000), "guest"), 413),
    ] {
        let answer = app.post(TOKENS, &request, &[]).await;
        let shown: String = request.to_string().chars().take(200).collect();
        assert_eq!(answer.status.as_u16(), status, "{shown}");
        assert_eq!(answer.json()["error"]["code"], status, "{shown}");
    }
    let broken = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "a", "password": {"hunter2": 1}}}}}});
    let answer = app.post(TOKENS, &broken, &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        !String::from_utf8_lossy(&answer.body).contains("hunter2"),
        "a refusal quotes no password"
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_415() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    for (content_type, status) in [
        ("text/plain", 415),
        ("application/json; charset=utf-8", 201),
    ] {
        let request = http::Request::post(TOKENS).header("content-type", content_type);
        let body = password_request("guest", "guest").to_string();
        let answer = app
            .send(request.body(body.into()).expect("a request"))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{content_type}");
    }
}

#[tokio::test]
async fn discovery_documents_link_to_the_token_path() {
    let app = TestApp::start(&[("prod", &FakeBroker::absent())]);
    for path in ["/identity", "/identity/"] {
        let answer = app.request(Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::MULTIPLE_CHOICES);
        let values = answer.json()["versions"]["values"].clone();
        assert_eq!(values.as_array().map(Vec::len), Some(2), "v3 and v2.0");
        assert_eq!(
            values[0]["links"][0]["href"],
            "http://127.0.0.1:8777/identity/v3/"
        );
        assert_eq!(
            values[1]["links"][0]["href"],
            "http://127.0.0.1:8777/identity/v2.0/"
        );
    }
    for (path, status) in [
        ("/identity/v3", "stable"),
        ("/identity/v3/", "stable"),
        ("/identity/v2.0", "deprecated"),
        ("/identity/v2.0/", "deprecated"),
    ] {
        let version = app.request(Method::GET, path, &[]).await.ok();
        assert_eq!(version["version"]["status"], status);
    }
}
