//! Requests under names that are not ours: a browser that was led here by somebody else's name.

use http::StatusCode;
use reqwest::{Method, Response};

use crate::common::{RIGHT, Running, browser};

async fn ask(running: &Running, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = browser().request(method, running.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

async fn status(running: &Running, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    ask(running, Method::GET, path, headers).await.status()
}

#[tokio::test]
async fn sign_in_under_a_foreign_name_is_refused_and_names_the_settings() {
    let running = Running::start(&[]).await;
    let answer = browser()
        .post(running.url("/fn/sign_in"))
        .header("host", "evil.example:8080")
        .header("origin", "http://evil.example:8080")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(RIGHT)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(answer.headers().get("set-cookie").is_none());
    assert!(answer.headers().contains_key("x-content-type-options"));
    let text = answer.text().await.expect("words");
    for part in ["\"evil.example:8080\"", "--public-url", "--allowed-host"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn pages_and_files_under_a_foreign_name_are_refused_too() {
    let running = Running::start(&[]).await;
    for path in [
        "/",
        "/sign-in",
        "/fn/viewer",
        "/pkg/robots.txt",
        "/embed.js",
    ] {
        let status = status(&running, path, &[("host", "evil.example")]).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn addresses_loopback_names_and_allowed_names_are_served() {
    let flags = [
        "--public-url",
        "http://portal.example",
        "--allowed-host",
        "warren.internal",
    ];
    let running = Running::start(&flags).await;
    for host in [
        "127.0.0.1:8080",
        "[::1]:8080",
        "192.0.2.7",
        "localhost:8080",
        "portal.example",
        "portal.example:8443",
        "warren.internal:8080",
    ] {
        let status = status(&running, "/sign-in", &[("host", host)]).await;
        assert_eq!(status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn probes_are_answered_under_any_name() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    for path in ["/healthz", "/warren/healthz"] {
        let host = [("host", "warren-7f9c.cluster.example")];
        assert_eq!(
            status(&running, path, &host).await,
            StatusCode::OK,
            "{path}"
        );
    }
    let ready = status(&running, "/readyz", &[("host", "10-0-0-1.pod")]).await;
    assert_ne!(ready, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn behind_a_proxy_the_host_that_the_viewer_asked_counts() {
    let flags = [
        "--trusted-proxy",
        "127.0.0.1",
        "--public-url",
        "https://portal.example",
    ];
    let running = Running::start(&flags).await;
    let known = [
        ("host", "warren:8080"),
        ("x-forwarded-host", "portal.example"),
    ];
    assert_eq!(status(&running, "/sign-in", &known).await, StatusCode::OK);
    let foreign = [("x-forwarded-host", "evil.example")];
    let answer = ask(&running, Method::GET, "/sign-in", &foreign).await;
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    let text = answer.text().await.expect("words");
    assert!(text.contains("X-Forwarded-Host"), "{text}");
}

#[tokio::test]
async fn forwarded_host_of_a_stranger_does_not_count() {
    let running = Running::start(&["--public-url", "https://portal.example"]).await;
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "portal.example"),
    ];
    let status = status(&running, "/sign-in", &headers).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn form_behind_a_proxy_that_rewrites_host_is_refused_with_the_setting() {
    let running = Running::start(&[]).await;
    let origin = [("origin", "https://portal.example")];
    let answer = ask(&running, Method::POST, "/fn/sign_in", &origin).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let text = answer.text().await.expect("words");
    assert!(text.contains("--public-url"), "{text}");
}

#[tokio::test]
async fn api_refuses_scripts_of_pages_under_foreign_names_and_serves_programs() {
    let running = Running::start(&["--cors-origin", "https://portal.example"]).await;
    let ask = async |headers: &[(&str, &str)]| {
        let url = format!("{}/identity/v3/auth/tokens", running.metering());
        let mut request = browser()
            .post(url)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body("{}").send().await.expect("an answer");
        answer.status()
    };
    let rebound = [("host", "evil.example"), ("origin", "http://evil.example")];
    assert_eq!(ask(&rebound).await, StatusCode::MISDIRECTED_REQUEST);
    let bad_request = StatusCode::BAD_REQUEST;
    assert_eq!(ask(&[("host", "warren-api:8777")]).await, bad_request);
    let listed = [
        ("host", "warren-api:8777"),
        ("origin", "https://portal.example"),
    ];
    assert_eq!(ask(&listed).await, bad_request);
    assert_eq!(ask(&[("origin", "http://127.0.0.1:1")]).await, bad_request);
}
