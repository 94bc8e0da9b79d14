use http::StatusCode;

use crate::common::{Running, header};

#[tokio::test]
async fn every_page_may_load_the_element_and_its_files() {
    let running = Running::start(&[]).await;
    for path in [
        "/embed.js",
        "/frame.js",
        "/pkg/embed/frontend-1123456789abcdef.js",
        "/pkg/embed/embed-0123456789abcdef.css",
    ] {
        let answer = running.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        assert_eq!(
            header(headers, "access-control-allow-origin"),
            "*",
            "{path}"
        );
        let policy = header(headers, "cross-origin-resource-policy");
        assert_eq!(policy, "cross-origin", "{path}");
    }
}

#[tokio::test]
async fn the_dashboards_own_files_stay_its_own() {
    let running = Running::start(&[]).await;
    let answer = running.get("/pkg/robots.txt").send().await;
    let answer = answer.expect("an answer");
    assert!(
        answer
            .headers()
            .get("access-control-allow-origin")
            .is_none()
    );
}

#[tokio::test]
async fn the_element_names_the_files_of_this_build() {
    let running = Running::start(&[]).await;
    let answer = running.get("/embed.js").send().await.expect("an answer");
    let script = answer.text().await.expect("a script");
    for file in [
        "frontend-1123456789abcdef.js",
        "frontend-1123456789abcdef_bg.wasm",
        "main-0123456789abcdef.css",
        "embed-0123456789abcdef.css",
    ] {
        assert!(script.contains(file), "{file}");
    }
    assert!(script.contains("\"queued-messages\":340"), "heights");
}

#[tokio::test]
async fn unchanged_element_is_304() {
    let running = Running::start(&[]).await;
    let first = running.get("/embed.js").send().await.expect("an answer");
    let tag = header(first.headers(), "etag").to_owned();
    assert!(header(first.headers(), "cache-control").contains("max-age=300"));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let again = running.get("/embed.js").header("if-none-match", &known);
        let again = again.send().await.expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
    }
}

#[tokio::test]
async fn a_frame_without_a_portal_is_framed_by_nobody() {
    let running = Running::start(&[]).await;
    let answer = running
        .get("/embed/nodes?portal=unknown&broker=prod")
        .send()
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = header(answer.headers(), "content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header(answer.headers(), "x-frame-options"), "DENY");
}

#[tokio::test]
async fn panels_are_for_those_who_are_signed_in() {
    let running = Running::start(&[]).await;
    let ask = |token: Option<&str>| {
        let origin = running.url("").origin().ascii_serialization();
        let body = r#"{"wants":[{"panel":"nodes","broker":"prod"}]}"#;
        let mut request = reqwest::Client::new()
            .post(running.url("/fn/panels"))
            .header("origin", origin)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(body);
        if let Some(token) = token {
            request = request.header("x-auth-token", token);
        }
        request.send()
    };
    for token in [None, Some("forged")] {
        let answer = ask(token).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token:?}");
    }
}
