use http::StatusCode;

use crate::common::{Running, header, session_cookie};

const TLS: [(&str, &str); 2] = [
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "portal.example"),
];

async fn sign_in(running: &Running, base: &str, origin: &str) -> reqwest::Response {
    let mut request = running.sign_in(base);
    for (name, value) in TLS {
        request = request.header(name, value);
    }
    let mut request = request.build().expect("a request");
    request
        .headers_mut()
        .insert("origin", origin.parse().expect("a header"));
    reqwest::Client::execute(&crate::common::browser(), request)
        .await
        .expect("an answer")
}

#[tokio::test]
async fn a_trusted_proxys_tls_makes_cookies_secure() {
    let flags = [
        "--trusted-proxy",
        "127.0.0.1",
        "--allowed-host",
        "portal.example",
    ];
    let running = Running::start(&flags).await;
    let answer = sign_in(&running, "", "https://portal.example").await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let cookie = session_cookie(answer.headers());
    assert!(cookie.starts_with("__Host-warren_session="), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(
        header(answer.headers(), "strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn below_a_base_path_the_cookie_has_another_prefix() {
    let flags = [
        "--trusted-proxy",
        "127.0.0.1",
        "--base-path",
        "/warren",
        "--allowed-host",
        "portal.example",
    ];
    let running = Running::start(&flags).await;
    let answer = sign_in(&running, "/warren", "https://portal.example").await;
    let cookie = session_cookie(answer.headers());
    assert!(cookie.starts_with("__Secure-warren_session="), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; Path=/warren"),
        "{cookie}"
    );
}

#[tokio::test]
async fn forwarded_headers_of_untrusted_peers_are_ignored() {
    let running = Running::start(&[]).await;
    let answer = sign_in(&running, "", "https://portal.example").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let own = running.url("").origin().ascii_serialization();
    let answer = sign_in(&running, "", &own).await;
    assert!(session_cookie(answer.headers()).starts_with("warren_session="));
    assert_eq!(header(answer.headers(), "strict-transport-security"), "");
}

#[tokio::test]
async fn public_address_with_tls_needs_no_forwarded_header() {
    let running = Running::start(&["--public-url", "https://mq.example"]).await;
    let request = running.sign_in("").header("sec-fetch-site", "same-origin");
    let answer = request.send().await.expect("an answer");
    assert!(session_cookie(answer.headers()).starts_with("__Host-warren_session="));
    assert_eq!(
        header(answer.headers(), "strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn a_secure_cookie_is_taken_back_securely() {
    let running = Running::start(&["--public-url", "https://mq.example"]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers()).to_owned();
    let (cookie, _) = cookie.split_once(';').expect("flags");
    let out = running
        .post("/fn/sign_out", "")
        .header("cookie", cookie)
        .send()
        .await;
    let out = out.expect("an answer");
    let removal = session_cookie(out.headers());
    assert!(removal.starts_with("__Host-warren_session=;"), "{removal}");
    assert!(removal.contains("; Secure"), "{removal}");
}
