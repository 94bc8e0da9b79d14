//! Sign-in under load and at silent brokers: throttling, and who is not affected.

use std::time::Duration;

use http::StatusCode;
use metering::BrokerState;

use crate::support::{FakeBroker, Mode, TestApp, password_request};

const TOKENS: &str = "/identity/v3/auth/tokens";

#[tokio::test]
async fn too_many_wrong_passwords_are_throttled() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    for _ in 0..5 {
        assert_eq!(
            app.try_sign_in("guest", "wrong").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let before = fake.asked_by("guest").len();
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the right one too, from there"
    );
    let wait: u64 = answer
        .header("retry-after")
        .expect("a time")
        .parse()
        .expect("whole seconds");
    assert!((50..=60).contains(&wait), "{wait} s");
    assert_eq!(answer.json()["error"]["code"], 429);
    assert_eq!(
        fake.asked_by("guest").len(),
        before,
        "the broker is not asked"
    );
    let elsewhere = [("x-forwarded-for", "203.0.113.9")];
    let answer = app
        .post(TOKENS, &password_request("guest", "guest"), &elsewhere)
        .await;
    assert_eq!(
        answer.status,
        StatusCode::CREATED,
        "its owner elsewhere is not concerned"
    );
}

#[tokio::test]
async fn a_silent_broker_does_not_count_as_a_wrong_password() {
    let fake = FakeBroker::start();
    let app = TestApp::start(&[("prod", &fake)]);
    fake.set_mode(Mode::Status(500));
    for _ in 0..10 {
        assert_eq!(
            app.try_sign_in("guest", "guest").await.status,
            StatusCode::SERVICE_UNAVAILABLE
        );
    }
    fake.set_mode(Mode::Good);
    app.sign_in("guest", "guest").await;
}

#[tokio::test]
async fn silent_broker_does_not_block_sign_in_at_the_others() {
    let (silent, good) = (FakeBroker::absent(), FakeBroker::start());
    let app = TestApp::start(&[("silent", &silent), ("good", &good)]);
    let token = app.sign_in("guest", "guest").await;
    let broker = app
        .until(&token, "good", |broker| broker.state == BrokerState::Ok)
        .await;
    assert_eq!(broker.name, "good");
    let answer = app.try_sign_in("guest", "wrong").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("silent did not answer"), "{message}");
}

#[tokio::test]
async fn many_concurrent_sign_ins_succeed() {
    let fake = FakeBroker::start();
    fake.set_delay(Duration::from_millis(2));
    let app = TestApp::start(&[("prod", &fake)]);
    let all = (0..100).map(|_| app.try_sign_in("guest", "guest"));
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer.status, StatusCode::CREATED);
    }
}
