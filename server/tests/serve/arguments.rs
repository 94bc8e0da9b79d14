//! Server functions whose arguments cannot be read.

use http::{StatusCode, header};
use serde_json::Value;

use crate::common::{RIGHT, Running, header as text};

async fn refused(request: reqwest::RequestBuilder, argument: &str) {
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{argument}");
    let body = answer.text().await.expect("an error");
    let error: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}"));
    assert_eq!(error["BadArgument"]["argument"], argument, "{body}");
}

/// What a script of our own page posts.
fn post(
    running: &Running,
    path: &str,
    kind: &'static str,
    body: &'static str,
) -> reqwest::RequestBuilder {
    let mut request = running.post(path, body).build().expect("a request");
    let headers = request.headers_mut();
    headers.insert(
        header::ACCEPT,
        http::HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    reqwest::RequestBuilder::from_parts(crate::common::browser(), request)
}

#[tokio::test]
async fn unreadable_argument_in_a_query_is_400_and_named() {
    let running = Running::start(&[]).await;
    for (address, argument) in [
        ("/fn/health", "broker"),
        ("/fn/list?broker=prod", "kind"),
        ("/fn/detail?broker=prod&kind=queues&length=many", "length"),
        ("/fn/detail?broker=prod&kind=queues&length=1&end=x", "end"),
        ("/fn/log?page=-1", "page"),
        ("/fn/log?page=99999999999999999999999", "page"),
        ("/fn/overview?broker=prod&since=1.5", "since"),
        ("/fn/csv?broker=prod", "kind"),
    ] {
        refused(running.read(address), argument).await;
    }
}

#[tokio::test]
async fn unreadable_argument_in_a_body_is_400_and_named() {
    let running = Running::start(&[]).await;
    let form = "application/x-www-form-urlencoded";
    for (path, body, argument) in [
        ("/fn/sign_in", "user=a", "password"),
        (
            "/fn/share",
            "view=%2F&page=overview&broker=prod&days=-1",
            "days",
        ),
        ("/fn/revoke_portal", "id=shop&revoked=perhaps", "revoked"),
    ] {
        refused(post(&running, path, form, body), argument).await;
    }
    for body in ["", "{", "[1]", "{\"wants\":7}", "\u{feff}[]"] {
        refused(
            post(&running, "/fn/panels", "application/json", body),
            "wants",
        )
        .await;
    }
}

#[tokio::test]
async fn next_with_control_characters_leads_to_the_start() {
    let running = Running::start(&[]).await;
    for next in ["%2F%01", "%2F%7F", "%2Fa%00b", "%2F%C2%85"] {
        for (path, form) in [
            ("/fn/sign_in", format!("{RIGHT}&next={next}")),
            ("/fn/language", format!("language=en&next={next}")),
        ] {
            let answer = running.post(path, form).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::FOUND, "{path}: {next}");
            assert_eq!(text(answer.headers(), "location"), "/", "{path}: {next}");
        }
    }
}

#[tokio::test]
async fn next_beyond_ascii_is_encoded() {
    let running = Running::start(&[]).await;
    let form = format!("{RIGHT}&next=%2Fbrokers%2F%C3%A9");
    let answer = running.post("/fn/sign_in", form).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(text(answer.headers(), "location"), "/brokers/%C3%A9");
}
