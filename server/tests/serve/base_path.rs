use http::StatusCode;

use crate::common::{Running, SCRIPT, header, session_cookie};

#[tokio::test]
async fn every_path_is_below_the_base_path() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    for path in [
        "/warren/sign-in",
        &format!("/warren/pkg/{SCRIPT}"),
        "/warren/healthz",
    ] {
        let answer = running.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    for path in [
        "/",
        "/sign-in",
        "/warrenette/sign-in",
        &format!("/pkg/{SCRIPT}"),
    ] {
        let answer = running.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_start_is_found_with_and_without_a_slash() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    for path in ["/warren", "/warren/"] {
        let answer = running.get(path).send().await.expect("an answer");
        // Nobody is signed in.
        assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
        let location = header(answer.headers(), "location");
        assert!(
            location.starts_with("/warren/sign-in"),
            "{path}: {location}"
        );
    }
}

#[tokio::test]
async fn probes_need_no_base_path() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    let answer = running.get("/healthz").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn pages_and_cookies_use_the_base_path() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    let page = running
        .get("/warren/sign-in")
        .send()
        .await
        .expect("an answer")
        .text()
        .await;
    assert!(
        page.expect("a page")
            .contains(&format!("/warren/pkg/{SCRIPT}"))
    );
    let answer = running.sign_in("/warren").send().await.expect("an answer");
    assert_eq!(header(answer.headers(), "location"), "/warren/");
    assert!(session_cookie(answer.headers()).contains("; Path=/warren"));
}

#[tokio::test]
async fn reads_below_the_base_path_need_own_scripts() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    let read = running
        .get("/warren/fn/viewer")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        read.send().await.expect("an answer").status(),
        StatusCode::FORBIDDEN
    );
}
