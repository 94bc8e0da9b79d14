//! Brokers that do not answer, or answer badly: the last values stay, and answers are marked.

use std::time::Duration;

use http::StatusCode;
use metering::BrokerState;

use crate::collector::{connections, end_of};
use crate::support::{COLLECTOR, FakeBroker, Mode, TestApp, local};

/// A broker that goes bad: stale at once, then down, the last values all the while; and well again.
async fn goes_bad(mode: Mode, words: &[&str]) {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    if mode == Mode::Hang {
        // Long enough for a busy machine, short enough to be waited for three times.
        config.answer_timeout = Duration::from_secs(2);
    }
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let before = app.get(&token, "/v2/rabbit/overview").await.ok();

    fake.set_mode(mode);
    let stale = app
        .until(&token, "prod", |broker| broker.state != BrokerState::Ok)
        .await;
    assert_eq!(stale.state, BrokerState::Stale, "at the first miss");
    let down = app
        .until(&token, "prod", |broker| broker.state == BrokerState::Down)
        .await;
    let reason = down.reason.expect("a reason");
    for word in words {
        assert!(reason.contains(word), "{reason:?} lacks {word:?}");
    }
    assert!(
        !reason.contains("collects"),
        "the password is in the reason"
    );
    assert!(down.last_seen.is_some_and(|seen| seen <= down.since));
    for path in ["overview", "nodes"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(
            answer.header("warning"),
            Some("110 - \"Response is Stale\""),
            "{path}"
        );
    }
    let after = app.get(&token, "/v2/rabbit/overview").await.ok();
    assert_eq!(
        after["object_totals"], before["object_totals"],
        "the last values stay"
    );

    fake.set_mode(Mode::Good);
    let well = app
        .until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    assert_eq!(well.reason, None);
    assert_eq!(
        app.get(&token, "/v2/rabbit/overview")
            .await
            .header("warning"),
        None
    );
}

#[tokio::test]
async fn refused_password_is_reported() {
    goes_bad(
        Mode::WrongPassword,
        &["user name or password", "Login failed"],
    )
    .await;
}

#[tokio::test]
async fn status_500_is_reported() {
    goes_bad(Mode::Status(500), &["500", "/api/overview"]).await;
}

#[tokio::test]
async fn status_403_is_reported() {
    goes_bad(Mode::Status(403), &["does not permit"]).await;
}

#[tokio::test]
async fn a_web_page_hints_at_the_wrong_port() {
    goes_bad(Mode::Html, &["text/html", "15672"]).await;
}

#[tokio::test]
async fn answer_without_the_json_content_type_is_refused() {
    goes_bad(Mode::WrongType, &["text/plain"]).await;
}

#[tokio::test]
async fn truncated_json_is_reported() {
    goes_bad(Mode::CutOff, &["cannot be read", "EOF"]).await;
}

#[tokio::test]
async fn endless_answer_is_cut_at_the_size_limit() {
    goes_bad(Mode::Endless, &["longer than 1048576 bytes"]).await;
}

#[tokio::test]
async fn frozen_broker_times_out() {
    goes_bad(Mode::Hang, &["No complete answer", "within 2.0 s"]).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    goes_bad(
        Mode::Redirect,
        &[
            "302",
            "it is at http://127.0.0.1:",
            "/api/elsewhere now",
            "--broker",
        ],
    )
    .await;
}

#[tokio::test]
async fn broker_with_oauth_2_only_is_reported() {
    goes_bad(
        Mode::OauthOnly,
        &["OAuth 2 tokens alone", "--broker-token-file"],
    )
    .await;
}

#[tokio::test]
async fn sign_in_at_a_broker_with_oauth_2_only_is_no_wrong_password() {
    let fake = FakeBroker::start();
    let (app, _) = TestApp::ready(&fake).await;
    fake.set_mode(Mode::OauthOnly);
    for _ in 0..20 {
        let answer = app.try_sign_in("guest", "guest").await;
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{:?}",
            answer.body
        );
        let body = answer.json().to_string();
        assert!(body.contains("OAuth 2 tokens alone"), "{body}");
    }
    fake.set_mode(Mode::Good);
    app.sign_in("guest", "guest").await;
}

#[tokio::test]
async fn redirect_does_not_forward_credentials() {
    let fake = FakeBroker::start();
    let (app, _) = TestApp::ready(&fake).await;
    fake.set_mode(Mode::Redirect);
    app.polls("prod", 3).await;
    assert!(
        !fake
            .asked_by(COLLECTOR)
            .iter()
            .any(|path| path.contains("elsewhere"))
    );
}

#[tokio::test]
async fn an_unanswered_tick_is_a_gap_and_the_next_one_is_not() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    app.polls("prod", 3).await;
    fake.set_mode(Mode::Status(503));
    app.until(&token, "prod", |broker| broker.state == BrokerState::Down)
        .await;
    let from = end_of(&app, &token).await - 5000;
    let silent = connections(&app, &token, from, from + 10_000).await;
    assert!(
        silent.columns[0]
            .avg
            .get(silent.timestamps.len() - 1)
            .is_none(),
        "it goes on while the broker is silent"
    );

    fake.set_mode(Mode::Good);
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    app.polls("prod", 2).await;
    let series = connections(&app, &token, from, end_of(&app, &token).await).await;
    let values = &series.columns[0].avg;
    let first = (0..values.len())
        .find(|&n| values.get(n).is_some())
        .expect("before");
    let gap = (first..values.len())
        .find(|&n| values.get(n).is_none())
        .expect("a gap");
    assert!(
        (gap..values.len()).any(|n| values.get(n).is_some()),
        "and after: {values:?}"
    );
}

#[tokio::test]
async fn broker_absent_at_start_is_polled_until_it_answers() {
    let fake = FakeBroker::absent();
    let app = TestApp::start(&[("prod", &fake)]);
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), Some("5"));
    let message = answer.json()["error"]["message"].to_string();
    assert!(
        message.contains("prod") && message.contains("No connection"),
        "{message}"
    );

    app.polls("prod", 4).await;
    fake.appear();
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    app.get(&token, "/v2/rabbit/overview").await.ok();
}

#[tokio::test]
async fn broker_without_expected_tls_is_reported() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.brokers[0].url.set_scheme("https").expect("a scheme");
    let app = TestApp::with(config);
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("No trusted TLS connection"), "{message}");
}

#[tokio::test]
async fn there_are_no_values_before_the_brokers_first_answer() {
    let fake = FakeBroker::start();
    // The account that watches is refused, the viewer's is not.
    fake.add(crate::support::Account::new(
        COLLECTOR,
        "another",
        &["monitoring"],
        &[],
    ));
    let app = TestApp::start(&[("prod", &fake)]);
    let token = app.sign_in("guest", "guest").await;
    let broker = app
        .until(&token, "prod", |broker| {
            broker.reason.as_deref() != Some("It has not been asked yet.")
        })
        .await;
    assert_eq!((broker.state, broker.last_seen), (BrokerState::Down, None));
    for path in ["overview", "nodes"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), Some("1"));
        let body = answer.json();
        assert_eq!(body["error_message"]["faultcode"], "Server");
        assert!(
            body["error_message"]["faultstring"]
                .as_str()
                .is_some_and(|fault| fault.contains("user name or password"))
        );
    }
}

#[tokio::test]
async fn one_bad_broker_does_not_affect_the_others() {
    let (bad, good) = (FakeBroker::start(), FakeBroker::start());
    let mut config = local(&[("bad", &bad), ("good", &good)]);
    config.answer_timeout = Duration::from_secs(2);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    bad.set_mode(Mode::Hang);
    app.until(&token, "bad", |broker| broker.state == BrokerState::Down)
        .await;
    app.polls("good", 3).await;
    let answer = app.get(&token, "/v2/rabbit/overview?broker=good").await;
    assert_eq!(
        (answer.status, answer.header("warning")),
        (StatusCode::OK, None)
    );
}
