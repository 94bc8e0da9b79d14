//! Sign-ins that Keystone refuses for another reason than a wrong password.

use axum::Json;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{StatusCode, header};
use serde_json::json;
use tokio::net::TcpListener;

use crate::common::Running;

/// An identity API that gives one answer, as Keystone 22 does.
async fn keystone(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> String {
    let router = Router::new().route("/identity/v3/auth/tokens", post(async move || answer()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// The form that a viewer gets after a refused sign-in.
async fn form_after_sign_in(url: &str) -> String {
    let running = Running::web_only(url).await;
    let refused = running.sign_in("").send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::FOUND);
    let location = refused.headers()[header::LOCATION].to_str();
    let form = running.get(location.expect("text")).send().await;
    form.expect("an answer").text().await.expect("a page")
}

#[tokio::test]
async fn form_says_that_the_password_has_expired() {
    let message = "The password is expired and needs to be changed for user: 0f6c.";
    let url = keystone(move || {
        let body = json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}});
        (StatusCode::UNAUTHORIZED, Json(body)).into_response()
    })
    .await;
    let form = form_after_sign_in(&url).await;
    assert!(form.contains("Your password has expired"), "{form}");
    assert!(form.contains("name=\"password\""), "{form}");
}

#[tokio::test]
async fn form_says_that_a_second_factor_is_needed() {
    let url = keystone(|| {
        let body = json!({"receipt": {"methods": ["password"]}, "required_auth_methods": [["totp", "password"]]});
        let receipt = [("openstack-auth-receipt", "gAAA")];
        (StatusCode::UNAUTHORIZED, receipt, Json(body)).into_response()
    })
    .await;
    let form = form_after_sign_in(&url).await;
    assert!(form.contains("needs a second factor"), "{form}");
}
