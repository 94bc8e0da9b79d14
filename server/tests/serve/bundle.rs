use http::StatusCode;
use server::{Server, StartError};

use crate::common::{Running, SCRIPT, configuration, header};

#[tokio::test]
async fn hashed_files_are_cached_for_ever() {
    let running = Running::start(&[]).await;
    let answer = running
        .get(&format!("/pkg/{SCRIPT}"))
        .send()
        .await
        .expect("an answer");
    let headers = answer.headers();
    assert_eq!(
        header(headers, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(headers, "content-type"), "text/javascript");
    assert_eq!(answer.text().await.expect("a script"), "// script");
}

#[tokio::test]
async fn files_without_a_hash_are_revalidated() {
    let running = Running::start(&[]).await;
    let answer = running
        .get("/pkg/robots.txt")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        header(answer.headers(), "cache-control"),
        "public, no-cache"
    );
}

#[tokio::test]
async fn precompressed_file_is_sent_as_it_is() {
    let running = Running::start(&[]).await;
    let answer = running
        .get(&format!("/pkg/{SCRIPT}"))
        .header("accept-encoding", "br");
    let answer = answer.send().await.expect("an answer");
    assert_eq!(header(answer.headers(), "content-encoding"), "br");
    assert_eq!(answer.text().await.expect("a script"), "packed script");
}

#[tokio::test]
async fn missing_file_is_an_uncached_404() {
    let running = Running::start(&[]).await;
    for path in [
        "/pkg/frontend-ffffffffffffffff.js",
        "/pkg/",
        "/pkg/..%2f..%2fetc/passwd",
    ] {
        let answer = running.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        // Where the answer is a page, proxies may not change it either.
        let kept = header(answer.headers(), "cache-control");
        assert!(
            ["no-store", "no-store, no-transform"].contains(&kept),
            "{path}: {kept}"
        );
    }
}

#[tokio::test]
async fn the_page_names_the_files() {
    let running = Running::start(&[]).await;
    let page = running
        .get("/sign-in")
        .send()
        .await
        .expect("an answer")
        .text()
        .await;
    let page = page.expect("a page");
    for file in [
        SCRIPT,
        "frontend-0123456789abcdef_bg.wasm",
        "main-0123456789abcdef.css",
    ] {
        assert!(page.contains(&format!("/pkg/{file}")), "{file}");
    }
}

#[tokio::test]
async fn without_a_bundle_there_is_no_start() {
    let arguments = [
        "warren",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--api-listen",
        "127.0.0.1:0",
    ];
    let arguments = arguments.into_iter().chain(["--site", "/nowhere/at/all"]);
    let Err(error) = Server::start(configuration(arguments)).await else {
        panic!("it started");
    };
    assert!(matches!(error, StartError::Bundle(_)));
    assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    assert!(error.to_string().contains("--site"), "{error}");
}
