//! Wrong passwords by account and by network: who waits, and who does not.

use http::StatusCode;

use crate::support::{Account, FakeBroker, TestApp, password_request};

const TOKENS: &str = "/identity/v3/auth/tokens";

/// A sign-in from an address, as a trusted proxy reports it.
async fn sign_in_from(app: &TestApp, address: &str, name: &str, password: &str) -> StatusCode {
    let from = [("x-forwarded-for", address)];
    let request = password_request(name, password);
    app.post(TOKENS, &request, &from).await.status
}

#[tokio::test]
async fn wrong_names_from_one_address_do_not_lock_out_its_other_users() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    let app = TestApp::start(&[("prod", &fake)]);
    let office = "203.0.113.9";
    let (known, unknown) = (("guest", "guest"), ("anna", "secret"));
    let status = sign_in_from(&app, office, known.0, known.1).await;
    assert_eq!(status, StatusCode::CREATED);
    for n in 0..51 {
        let status = sign_in_from(&app, office, &format!("user{n}"), "wrong").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "user{n}");
    }
    for (name, password) in [known, unknown] {
        let status = sign_in_from(&app, office, name, password).await;
        assert_eq!(status, StatusCode::CREATED, "{name}");
    }
}

#[tokio::test]
async fn guesses_from_many_addresses_count_for_the_account() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    let home = "198.51.100.7";
    assert_eq!(
        sign_in_from(&app, home, "guest", "guest").await,
        StatusCode::CREATED
    );
    let before = fake.asked_by("guest").len();
    for n in 0..400 {
        let address = format!("203.0.113.{}", n / 5);
        let from = [("x-forwarded-for", address.as_str())];
        let request = password_request("guest", "wrong");
        let answer = app.post(TOKENS, &request, &from).await;
        let is_late = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(is_late, answer.header("retry-after").is_some(), "guess {n}");
    }
    // The delay doubles from a second on, so that a slow machine tries a few more than 20.
    let tried = fake.asked_by("guest").len() - before;
    assert!(
        (20..30).contains(&tried),
        "{tried} of 400 guesses were tried"
    );
    assert_eq!(
        sign_in_from(&app, home, "guest", "guest").await,
        StatusCode::CREATED,
        "its owner, where it signed in before"
    );
}

#[tokio::test]
async fn ipv6_site_counts_as_one_address() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    let mut tried = 0;
    for n in 0..100 {
        let address = format!("2001:db8:1:{n:x}::{n:x}");
        let status = sign_in_from(&app, &address, "guest", "wrong").await;
        tried += usize::from(status == StatusCode::UNAUTHORIZED);
    }
    assert_eq!(tried, 5);
    let elsewhere = sign_in_from(&app, "2001:db8:2::1", "guest", "guest").await;
    assert_eq!(elsewhere, StatusCode::CREATED);
}
