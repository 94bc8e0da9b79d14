use http::StatusCode;

use crate::common::{Running, SCRIPT, header, session_cookie};

/// The nonce of a policy.
fn nonce(policy: &str) -> &str {
    let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
    rest.split_once('\'').expect("its end").0
}

#[tokio::test]
async fn every_answer_has_security_headers() {
    let running = Running::start(&[]).await;
    for path in [
        "/sign-in",
        "/nowhere",
        "/healthz",
        "/fn/nothing",
        &format!("/pkg/{SCRIPT}"),
    ] {
        let answer = running.get(path).send().await.expect("an answer");
        let headers = answer.headers();
        assert_eq!(
            header(headers, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert_eq!(header(headers, "referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            header(headers, "cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(
            header(headers, "permissions-policy").contains("camera=()"),
            "{path}"
        );
        let policy = header(headers, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; "),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(headers.get("strict-transport-security").is_none(), "{path}");
        assert!(headers.get("server").is_none(), "{path}");
    }
}

#[tokio::test]
async fn opener_is_isolated_except_for_own_pages() {
    let running = Running::start(&[]).await;
    for (site, policy) in [
        (Some("cross-site"), Some("same-origin")),
        (Some("same-site"), Some("same-origin")),
        (None, Some("same-origin")),
        (Some("none"), None),
        (Some("same-origin"), None),
    ] {
        let mut request = running.get("/sign-in");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let answer = request.send().await.expect("an answer");
        let said = answer.headers().get("cross-origin-opener-policy");
        assert_eq!(
            said.map(http::HeaderValue::as_bytes),
            policy.map(str::as_bytes),
            "{site:?}"
        );
    }
}

#[tokio::test]
async fn a_page_allows_its_own_scripts_alone() {
    let running = Running::start(&[]).await;
    let answer = running.get("/sign-in").send().await.expect("an answer");
    let policy = header(answer.headers(), "content-security-policy").to_owned();
    for part in [
        "'wasm-unsafe-eval'",
        "style-src 'self';",
        "img-src 'self' data:;",
        "connect-src 'self';",
        "object-src 'none';",
        "base-uri 'none';",
        "form-action 'self';",
    ] {
        assert!(policy.contains(part), "{part} is missing in {policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let page = answer.text().await.expect("a page");
    assert!(
        page.contains(&format!("nonce=\"{}\"", nonce(&policy))),
        "{page}"
    );
    assert!(
        !page.contains("style=\""),
        "an inline style breaks the policy: {page}"
    );
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own() {
    let running = Running::start(&[]).await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let answer = running.get("/sign-in").send().await.expect("an answer");
        nonces.push(nonce(header(answer.headers(), "content-security-policy")).to_owned());
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn pages_are_not_cached() {
    let running = Running::start(&[]).await;
    for path in ["/sign-in", "/nowhere"] {
        let answer = running.get(path).send().await.expect("an answer");
        assert_eq!(
            header(answer.headers(), "cache-control"),
            "no-store, no-transform",
            "{path}"
        );
    }
}

#[tokio::test]
async fn answers_of_server_functions_are_not_cached() {
    let running = Running::start(&[]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers())
        .split(';')
        .next()
        .expect("a pair")
        .to_owned();
    for path in ["/fn/viewer", "/fn/overview?broker=prod"] {
        let answer = running.read(path).header("cookie", &cookie).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let caching = header(answer.headers(), "cache-control");
        assert!(caching.contains("no-store"), "{path}: {caching}");
    }
}

#[tokio::test]
async fn an_address_without_a_page_is_the_apps_404() {
    let running = Running::start(&[]).await;
    let answer = running
        .get("/nowhere/at/all")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(header(answer.headers(), "content-type").starts_with("text/html"));
    assert!(answer.text().await.expect("a page").contains("</html>"));
}

#[tokio::test]
async fn an_address_without_a_page_takes_no_post() {
    let running = Running::start(&[]).await;
    let answer = running
        .post("/nowhere", "")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn pages_are_compressed_if_the_browser_accepts_it() {
    let running = Running::start(&[]).await;
    for coding in ["br", "gzip"] {
        let answer = running.get("/sign-in").header("accept-encoding", coding);
        let answer = answer.send().await.expect("an answer");
        assert_eq!(header(answer.headers(), "content-encoding"), coding);
    }
    let small = running
        .get("/healthz")
        .header("accept-encoding", "br")
        .send()
        .await;
    assert_eq!(
        header(small.expect("an answer").headers(), "content-encoding"),
        ""
    );
}

#[tokio::test]
async fn body_size_is_limited() {
    let running = Running::start(&[]).await;
    let form = format!("user=a&password={}", "x".repeat(1024 * 1024));
    let answer = running
        .post("/fn/sign_in", "")
        .body(form)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
