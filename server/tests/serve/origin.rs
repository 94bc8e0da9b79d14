use http::StatusCode;

use crate::common::{RIGHT, Running, browser};

async fn post(running: &Running, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = browser()
        .post(running.url("/fn/sign_in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(RIGHT);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let running = Running::start(&[]).await;
    assert_eq!(post(&running, &[]).await, StatusCode::FORBIDDEN);
    let evil = [("origin", "https://evil.example")];
    assert_eq!(post(&running, &evil).await, StatusCode::FORBIDDEN);
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(post(&running, &cross).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn own_form_is_accepted() {
    let running = Running::start(&[]).await;
    assert_ne!(
        post(&running, &[("sec-fetch-site", "same-origin")]).await,
        StatusCode::FORBIDDEN
    );
    let origin = running.url("").origin().ascii_serialization();
    assert_ne!(
        post(&running, &[("origin", &origin)]).await,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn reads_need_own_scripts() {
    let running = Running::start(&[]).await;
    let read = running
        .get("/fn/viewer")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        read.send().await.expect("an answer").status(),
        StatusCode::FORBIDDEN
    );
    let link = running
        .get("/sign-in")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        link.send().await.expect("an answer").status(),
        StatusCode::OK
    );
}
