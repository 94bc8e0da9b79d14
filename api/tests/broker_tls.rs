//! A real broker whose management API listens over TLS, with a certificate of a private authority.

#[path = "it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

use std::net::TcpListener;
use std::time::Duration;

use api::{ApiConfig, BrokerAccess, BrokerConfig, TlsFiles};
use http::StatusCode;
use metering::BrokerState;
use support::tls_listener::path;
use support::{TestApp, broker_files};
use test_brokers::{Options, PrivateBroker};

/// A broker, and the port of its TLS listener. It asks for a certificate of the authority if `mutual`.
async fn start(mutual: bool) -> (PrivateBroker, u16) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let mut options = Options::default()
        .conf("management.ssl.ip = 127.0.0.1")
        .conf(format!("management.ssl.port = {port}"));
    for (key, file) in [
        ("cacertfile", "ca.pem"),
        ("certfile", "broker.pem"),
        ("keyfile", "broker.key"),
    ] {
        let line = format!("management.ssl.{key} = {}", path(file).display());
        options = options.conf(line);
    }
    if mutual {
        options = options
            .conf("management.ssl.verify = verify_peer")
            .conf("management.ssl.fail_if_no_peer_cert = true");
    }
    let started = tokio::task::spawn_blocking(|| PrivateBroker::start(options));
    let broker = started.await.expect("no panic");
    (broker.expect("the broker starts"), port)
}

/// The service with the broker, asked over TLS.
fn app(port: u16, tls: TlsFiles) -> TestApp {
    TestApp::with(ApiConfig {
        brokers: vec![BrokerConfig {
            name: "prod".into(),
            url: format!("https://localhost:{port}").parse().expect("a URL"),
            username: PrivateBroker::USER.into(),
            password: PrivateBroker::PASSWORD.into(),
            description: None,
            projects: Vec::new(),
        }],
        broker_access: vec![BrokerAccess {
            broker: "prod".into(),
            tls,
            token_file: None,
        }],
        tick: Duration::from_secs(1),
        ..ApiConfig::default()
    })
}

/// The broker lets the account in, and the collector gets an overview.
async fn works(port: u16, tls: TlsFiles) {
    let app = app(port, tls);
    let token = app
        .sign_in(PrivateBroker::USER, PrivateBroker::PASSWORD)
        .await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let overview = app.get(&token, "/v2/rabbit/overview?broker=prod").await;
    assert!(overview.ok()["rabbitmq_version"].is_string());
}

/// Nobody can sign in, and the reason contains these words.
async fn fails(port: u16, tls: TlsFiles, words: &[&str]) {
    let app = app(port, tls);
    let answer = app
        .try_sign_in(PrivateBroker::USER, PrivateBroker::PASSWORD)
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let message = answer.json()["error"]["message"].to_string();
    for word in words {
        assert!(message.contains(word), "{word} is missing: {message}");
    }
}

#[tokio::test]
async fn tls_listener_with_a_private_authority_is_trusted_through_its_file() {
    let (_broker, port) = start(false).await;
    works(port, broker_files(Some("ca.pem"), None)).await;
    // The broker's own certificate is enough.
    works(port, broker_files(Some("broker.pem"), None)).await;
    fails(port, broker_files(None, None), &["--broker-ca-file"]).await;
    fails(
        port,
        broker_files(Some("other-ca.pem"), None),
        &["other-ca.pem", "--broker-ca-file"],
    )
    .await;
}

#[tokio::test]
async fn tls_listener_that_asks_for_a_certificate_gets_the_named_one() {
    let (_broker, port) = start(true).await;
    works(port, broker_files(Some("ca.pem"), Some("client"))).await;
    fails(
        port,
        broker_files(Some("ca.pem"), None),
        &["client certificate", "--broker-cert-file"],
    )
    .await;
    fails(
        port,
        broker_files(Some("ca.pem"), Some("stranger")),
        &["stranger.pem", "--broker-cert-file"],
    )
    .await;
}
