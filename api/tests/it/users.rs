//! `GET /v2/rabbit/users`.

use http::StatusCode;
use serde_json::json;

use crate::support::{Account, COLLECTOR, FakeBroker, Mode, TestApp, local};

#[tokio::test]
async fn users_have_names_and_tags_but_no_passwords() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let users = app.get(&token, "/v2/rabbit/users").await.ok();
    assert_eq!(
        users,
        json!([{"name": "guest", "tags": ["administrator"], "limits": {}, "has_password": true}])
    );
    let page = app
        .get(&token, "/v2/rabbit/users?page=1&sort=has_password")
        .await
        .ok();
    assert_eq!(page["items"], users);
}

#[tokio::test]
async fn tags_of_older_versions_are_a_list_too() {
    let fake = FakeBroker::start();
    fake.set_users(json!([{"name": "a", "tags": "monitoring,own", "password_hash": "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"}]));
    let (app, token) = TestApp::ready(&fake).await;
    let users = app.get(&token, "/v2/rabbit/users").await.ok();
    assert_eq!(
        users,
        json!([{"name": "a", "tags": ["monitoring", "own"], "has_password": true}])
    );
}

#[tokio::test]
async fn password_hashes_are_shown_only_if_configured_and_to_administrators() {
    let fake = FakeBroker::start();
    fake.add(Account::new("look", "secret", &["monitoring"], &["/"]));
    fake.set_users(json!([{"name": "a", "tags": "management", "password_hash": "kI3G"}]));
    let mut config = local(&[("prod", &fake)]);
    config.password_hashes = true;
    let app = TestApp::with(config);
    let [admin, monitor] = [
        app.sign_in("guest", "guest").await,
        app.sign_in("look", "secret").await,
    ];
    let shown = app.get(&admin, "/v2/rabbit/users").await;
    let plain = app.get(&monitor, "/v2/rabbit/users").await;
    assert_eq!(plain.status, StatusCode::FORBIDDEN);
    let with_hash = json!([{"name": "a", "tags": ["management"], "has_password": true, "password_hash": "kI3G"}]);
    assert_eq!(shown.ok(), with_hash);
}

#[tokio::test]
async fn users_are_hidden_from_other_accounts_than_administrators() {
    let fake = FakeBroker::start();
    fake.set_list(
        "users/guest",
        json!({"name": "guest", "tags": ["administrator"]}),
    );
    for tag in ["monitoring", "policymaker", "management"] {
        fake.add(Account::new(tag, "secret", &[tag], &["/"]));
    }
    let (app, admin) = TestApp::ready(&fake).await;
    let paths = ["/v2/rabbit/users", "/v2/rabbit/users/guest"];
    for path in paths {
        app.get(&admin, path).await.ok();
    }
    for tag in ["monitoring", "policymaker", "management"] {
        let token = app.sign_in(tag, "secret").await;
        for path in paths {
            let answer = app.get(&token, path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{tag} {path}");
        }
        let found = app.get(&token, "/v2/rabbit/search?q=guest").await.ok();
        assert!(!found.to_string().contains("\"user\""), "{tag}: {found}");
    }
}

#[tokio::test]
async fn users_are_requested_once_a_tick() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.tick = std::time::Duration::from_mins(1);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    let looks = (0..50).map(|_| app.get(&token, "/v2/rabbit/users"));
    for answer in futures_util::future::join_all(looks).await {
        assert_eq!(answer.status, StatusCode::OK);
    }
    let asked = fake
        .asked_by(COLLECTOR)
        .iter()
        .filter(|path| path.starts_with("/api/users"))
        .count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn missing_permission_to_read_users_is_reported() {
    let fake = FakeBroker::start();
    fake.add(Account::new(COLLECTOR, "collects", &["monitoring"], &[]));
    let (app, token) = TestApp::ready(&fake).await;
    let answer = app.get(&token, "/v2/rabbit/users").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let body = answer.json();
    assert_eq!(body["error_message"]["faultcode"], "Server");
    let fault = body["error_message"]["faultstring"].as_str().expect("text");
    assert!(
        fault.contains("tag administrator") && !fault.contains("collects."),
        "{fault}"
    );
}

#[tokio::test]
async fn silent_broker_keeps_its_last_users() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let before = app.get(&token, "/v2/rabbit/users").await;
    assert_eq!(before.status, StatusCode::OK);
    fake.set_mode(Mode::Status(500));
    // A list that is younger than a tick is answered as it is.
    app.polls("prod", 1).await;
    let after = app
        .until_some("prod", async || {
            let answer = app.get(&token, "/v2/rabbit/users").await;
            answer.headers.contains_key("warning").then_some(answer)
        })
        .await;
    assert_eq!((after.status, &after.body), (StatusCode::OK, &before.body));
    assert_eq!(
        after.header("etag"),
        before.header("etag"),
        "the content is the same"
    );
}
