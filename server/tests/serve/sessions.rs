use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Request;
use http::{HeaderMap, Method, StatusCode};

use crate::common::{Running, WRONG, browser, header, session_cookie};

/// The name and value of the session cookie that an answer sets.
fn cookie(headers: &HeaderMap) -> String {
    let cookie = session_cookie(headers);
    let (pair, _) = cookie
        .split_once(';')
        .unwrap_or_else(|| panic!("no cookie in {headers:?}"));
    pair.to_owned()
}

#[tokio::test]
async fn a_sign_in_sets_a_cookie_that_scripts_cannot_read() {
    let running = Running::start(&[]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(header(answer.headers(), "location"), "/");
    let cookie = session_cookie(answer.headers());
    assert!(cookie.starts_with("warren_session="), "{cookie}");
    for flag in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=28"] {
        assert!(cookie.contains(flag), "{flag} is missing in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn session_cookie_grants_access() {
    let running = Running::start(&[]).await;
    let out = running.read("/fn/viewer").send().await.expect("an answer");
    assert_eq!(out.status(), StatusCode::UNAUTHORIZED);
    let answer = running.sign_in("").send().await.expect("an answer");
    let viewer = running.read("/fn/viewer");
    let viewer = viewer
        .header("cookie", cookie(answer.headers()))
        .send()
        .await;
    let viewer = viewer.expect("an answer");
    assert_eq!(viewer.status(), StatusCode::OK);
    assert!(viewer.text().await.expect("a viewer").contains("monitor"));
}

#[tokio::test]
async fn wrong_password_sets_no_cookie() {
    let running = Running::start(&[]).await;
    let answer = running
        .post("/fn/sign_in", WRONG)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert!(header(answer.headers(), "location").starts_with("/sign-in?error=credentials"));
    assert_eq!(session_cookie(answer.headers()), "");
}

#[tokio::test]
async fn planted_session_id_is_replaced_at_sign_in() {
    let running = Running::start(&[]).await;
    let first = running.sign_in("").send().await.expect("an answer");
    let planted = cookie(first.headers());
    let second = running
        .sign_in("")
        .header("cookie", &planted)
        .send()
        .await
        .expect("an answer");
    assert_ne!(cookie(second.headers()), planted);
    let viewer = running.read("/fn/viewer").header("cookie", planted);
    assert_eq!(
        viewer.send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_sign_out_ends_the_session() {
    let running = Running::start(&[]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = cookie(answer.headers());
    let out = running
        .post("/fn/sign_out", "")
        .header("cookie", &cookie)
        .send()
        .await;
    let out = out.expect("an answer");
    assert_eq!(header(out.headers(), "location"), "/sign-in");
    assert!(session_cookie(out.headers()).contains("Max-Age=0"));
    let viewer = running.read("/fn/viewer").header("cookie", cookie);
    assert_eq!(
        viewer.send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn unknown_session_cookie_is_ignored() {
    let running = Running::start(&[]).await;
    for made_up in [
        "warren_session=AAAAAAAAAAAAAAAAAAAAAA",
        "warren_session=%%%",
    ] {
        let viewer = running.read("/fn/viewer").header("cookie", made_up);
        let status = viewer.send().await.expect("an answer").status();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{made_up}");
    }
}

/// A metering API that passes requests on to another one, and counts the tokens that are revoked.
async fn counting(api: String, revoked: Arc<AtomicUsize>) -> String {
    let http = browser();
    let pass_on = move |request: Request| {
        let (api, http, revoked) = (api.clone(), http.clone(), Arc::clone(&revoked));
        async move {
            let (parts, body) = request.into_parts();
            if parts.method == Method::DELETE {
                revoked.fetch_add(1, Ordering::SeqCst);
            }
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            let mut headers = parts.headers;
            headers.remove("host");
            let url = format!("{api}{}", parts.uri);
            let request = http.request(parts.method, url).headers(headers).body(body);
            let answer = request.send().await.expect("an answer");
            let (status, headers) = (answer.status(), answer.headers().clone());
            (status, headers, answer.bytes().await.expect("a body"))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = axum::Router::new().fallback(pass_on);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

#[tokio::test]
async fn a_sign_in_keeps_nothing_of_the_session_before_it() {
    let api = Running::start(&[]).await;
    let revoked = Arc::new(AtomicUsize::new(0));
    let metering = counting(api.metering(), Arc::clone(&revoked)).await;
    let running = Running::web_only(&metering).await;
    let first = running.sign_in("").send().await.expect("an answer");
    let first = cookie(first.headers());
    let share = "view=%2Fbrokers%2Fprod&page=overview&broker=prod&days=1";
    let shared = running.post("/fn/share", share).header("cookie", &first);
    let shared = shared.send().await.expect("an answer");
    assert_eq!(shared.status(), StatusCode::FOUND);
    let sharing = async |cookie: &str| {
        let page = running.read("/fn/sharing").header("cookie", cookie);
        let page = page.send().await.expect("an answer");
        assert_eq!(page.status(), StatusCode::OK);
        page.text().await.expect("a page")
    };
    assert!(sharing(&first).await.contains("/shared/"));
    assert_eq!(revoked.load(Ordering::SeqCst), 0);
    let second = running.sign_in("").header("cookie", &first).send().await;
    let second = cookie(second.expect("an answer").headers());
    assert!(
        !sharing(&second).await.contains("/shared/"),
        "the secret of an earlier session's link is shown"
    );
    assert_eq!(revoked.load(Ordering::SeqCst), 1, "the earlier token");
    let out = running.post("/fn/sign_out", "").header("cookie", &second);
    let out = out.send().await.expect("an answer");
    assert_eq!(header(out.headers(), "location"), "/sign-in");
    assert_eq!(revoked.load(Ordering::SeqCst), 2, "the token signed out");
}
