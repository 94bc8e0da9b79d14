use http::{HeaderMap, StatusCode};

use crate::common::{Running, WRONG, header};

/// The name and value of the session cookie that an answer sets.
fn cookie(headers: &HeaderMap) -> String {
    let cookie = header(headers, "set-cookie");
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
    let cookie = header(answer.headers(), "set-cookie");
    assert!(cookie.starts_with("warren_session="), "{cookie}");
    for flag in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=28"] {
        assert!(cookie.contains(flag), "{flag} is missing in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn the_cookie_is_the_way_in() {
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
async fn a_wrong_password_sets_none() {
    let running = Running::start(&[]).await;
    let answer = running
        .post("/fn/sign_in", WRONG)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert!(header(answer.headers(), "location").starts_with("/sign-in?error=credentials"));
    assert!(answer.headers().get("set-cookie").is_none());
}

#[tokio::test]
async fn a_planted_id_is_worth_nothing_after_sign_in() {
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
    assert!(header(out.headers(), "set-cookie").contains("Max-Age=0"));
    let viewer = running.read("/fn/viewer").header("cookie", cookie);
    assert_eq!(
        viewer.send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_made_up_cookie_is_none() {
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
