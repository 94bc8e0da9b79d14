//! `/v2/rabbit/portals`: what use is made of portals, and their revocation.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::guest::{KEY, TOKENS, only, shop, with_portals};
use crate::support::{Account, FakeBroker, TestApp, local};

const PORTALS: &str = "/v2/rabbit/portals";

async fn ready(fake: &FakeBroker) -> (TestApp, String) {
    let app = TestApp::with(with_portals(local(&[("prod", fake)]), vec![shop()]));
    let admin = app.sign_in("guest", "guest").await;
    app.polls("prod", 1).await;
    (app, admin)
}

async fn put(app: &TestApp, token: &str, portal: &str, body: Value) -> Answer {
    let request = http::Request::put(format!("{PORTALS}/{portal}"))
        .header("x-auth-token", token)
        .header("content-type", "application/json");
    let body = axum::body::Body::from(body.to_string());
    app.send(request.body(body).expect("a request")).await
}

async fn status(app: &TestApp, token: &str) -> StatusCode {
    app.get(token, "/v2/rabbit/brokers").await.status
}

#[tokio::test]
async fn usage_is_counted_and_reported() {
    let fake = FakeBroker::start();
    let (app, admin) = ready(&fake).await;
    let token = app.guest(json!({"panels": ["nodes"]})).await;
    for _ in 0..3 {
        app.get(&token, &format!("{TOKENS}?panel=nodes")).await.ok();
    }
    app.get(&token, &format!("{TOKENS}?panel=churn")).await.ok();
    app.get(&token, "/v2/rabbit/users").await;
    let portals = app.get(&admin, PORTALS).await.ok();
    let shop = &portals[0];
    assert_eq!(shop["name"], "shop");
    assert_eq!(
        (&shop["issued"], &shop["reads"], &shop["refused"]),
        (&json!(1), &json!(4), &json!(2))
    );
    assert_eq!(shop["shown"][0]["panel"], "nodes");
    assert_eq!(shop["shown"][0]["updates"], 3);
    assert_eq!(shop["shown"].as_array().map(Vec::len), Some(1));
    assert!(
        shop["last_reason"]
            .as_str()
            .is_some_and(|why| why.contains("opens what its panels are made of"))
    );
    assert!(!portals.to_string().contains(KEY));
    let lines = app
        .get(&admin, "/v2/logs?q.field=source&q.value=portal")
        .await;
    let lines = lines.ok().to_string();
    assert_eq!(lines.matches("shows the panel").count(), 1, "{lines}");
}

#[tokio::test]
async fn revoked_portal_and_its_old_tokens_are_refused() {
    let fake = FakeBroker::start();
    let (app, admin) = ready(&fake).await;
    let token = app.guest(json!({})).await;
    assert_eq!(status(&app, &token).await, StatusCode::OK);
    let answer = put(&app, &admin, "shop", json!({"revoked": true})).await;
    assert_eq!(answer.ok()["revoked"], true);
    assert_eq!(status(&app, &token).await, StatusCode::UNAUTHORIZED);
    let refused = app.ask_for_guest(("x-service-key", KEY), json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = app.ask_for_guest(("x-auth-token", &admin), json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    put(&app, &admin, "shop", json!({"revoked": false}))
        .await
        .ok();
    assert_eq!(status(&app, &token).await, StatusCode::UNAUTHORIZED);
    let next = app.guest(json!({})).await;
    assert_eq!(status(&app, &next).await, StatusCode::OK);
}

#[tokio::test]
async fn one_token_can_be_revoked_alone() {
    let fake = FakeBroker::start();
    let (app, admin) = ready(&fake).await;
    let (one, other) = (app.guest(json!({})).await, app.guest(json!({})).await);
    let id = app.get(&one, TOKENS).await.ok()["id"].clone();
    // Ids compare without case.
    let id = id.as_str().expect("an id").to_ascii_uppercase();
    let path = format!("{TOKENS}/{id}");
    let by = async |token: &str| {
        let headers = [("x-auth-token", token)];
        app.request(Method::DELETE, &path, &headers).await.status
    };
    assert_eq!(by(&other).await, StatusCode::FORBIDDEN);
    assert_eq!(by(&admin).await, StatusCode::NO_CONTENT);
    assert_eq!(status(&app, &one).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&app, &other).await, StatusCode::OK);
}

#[tokio::test]
async fn portal_removed_from_the_configuration_is_refused() {
    let fake = FakeBroker::start();
    let (app, _) = ready(&fake).await;
    let token = app.guest(json!({})).await;
    let mut narrower = shop();
    narrower.vhosts = only(&["/"]);
    app.api.register_portals(vec![narrower]).expect("accepted");
    let nodes = app.get(&token, "/v2/rabbit/nodes").await;
    assert_eq!(nodes.status, StatusCode::FORBIDDEN, "it may show less now");
    let mut elsewhere = shop();
    elsewhere.origins.remove(0);
    app.api.register_portals(vec![elsewhere]).expect("accepted");
    assert_eq!(status(&app, &token).await, StatusCode::UNAUTHORIZED);
    app.api.register_portals(vec![]).expect("accepted");
    assert_eq!(status(&app, &token).await, StatusCode::UNAUTHORIZED);
    let refused = app.ask_for_guest(("x-service-key", KEY), json!({})).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    app.api.register_portals(vec![shop()]).expect("accepted");
    assert_eq!(status(&app, &token).await, StatusCode::OK);
}

#[tokio::test]
async fn portals_are_shown_only_to_accounts_that_see_everything() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    fake.add(Account::new("mona", "secret", &["monitoring"], &["/"]));
    let (app, admin) = ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let mona = app.sign_in("mona", "secret").await;
    assert_eq!(app.get(&anna, PORTALS).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get(&mona, PORTALS).await.status, StatusCode::OK);
    for token in [&anna, &mona] {
        let answer = put(&app, token, "shop", json!({"revoked": true})).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let unknown = put(&app, &admin, "wiki", json!({"revoked": true})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
