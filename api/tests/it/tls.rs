//! Brokers behind TLS: private authorities, self-signed certificates, certificates for both sides.
//! Brokers that take a token.

use api::{ApiConfig, BrokerAccess, PrometheusConfig, TlsFiles};
use axum::Router;
use axum::routing::get;
use http::StatusCode;

use crate::support::tls_listener::{self, path};
use crate::support::{FakeBroker, TOKEN, TestApp, broker_files as files, local};

/// A TLS listener in front of a broker.
async fn listen(name: &str, fake: &FakeBroker, mutual: bool) -> u16 {
    let behind = fake.url().port().expect("a port");
    tls_listener::listen(name, behind, mutual).await
}

/// The service with one broker, which is reached at this port over TLS.
fn app(fake: &FakeBroker, port: u16, tls: TlsFiles) -> TestApp {
    let mut config = local(&[("prod", fake)]);
    let url = format!("https://localhost:{port}/");
    config.brokers[0].url = url.parse().expect("a URL");
    config.broker_access = vec![BrokerAccess {
        broker: "prod".into(),
        tls,
        token_file: None,
    }];
    TestApp::with(config)
}

/// Signs in, which the broker answers, and gets an overview, which the collector did.
async fn works(app: &TestApp) {
    let token = app.sign_in("guest", "guest").await;
    app.until_some("prod", async || {
        let answer = app.get(&token, "/v2/rabbit/overview").await;
        (answer.status == StatusCode::OK).then_some(())
    })
    .await;
}

/// Why nobody can sign in.
async fn refusal(app: &TestApp) -> String {
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    answer.json()["error"]["message"]
        .as_str()
        .expect("a text")
        .to_owned()
}

#[tokio::test]
async fn a_private_authority_is_trusted_where_its_file_is_named() {
    let fake = FakeBroker::start();
    let port = listen("broker", &fake, false).await;
    works(&app(&fake, port, files(Some("ca.pem"), None))).await;

    let why = refusal(&app(&fake, port, files(None, None))).await;
    assert!(why.contains("--broker-ca-file"), "{why}");

    let why = refusal(&app(&fake, port, files(Some("other-ca.pem"), None))).await;
    assert!(
        why.contains("other-ca.pem") && why.contains("--broker-ca-file"),
        "{why}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_with_what_to_do() {
    let fake = FakeBroker::start();
    let port = listen("elsewhere", &fake, false).await;
    let why = refusal(&app(&fake, port, files(Some("ca.pem"), None))).await;
    assert!(
        why.contains("mq.example.com") && why.contains("host name"),
        "{why}"
    );
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_where_it_is_named_itself() {
    let fake = FakeBroker::start();
    let port = listen("self-signed", &fake, false).await;
    works(&app(&fake, port, files(Some("self-signed.pem"), None))).await;

    let why = refusal(&app(&fake, port, files(Some("stranger.pem"), None))).await;
    assert!(why.contains("stranger.pem"), "{why}");
}

#[tokio::test]
async fn a_broker_that_wants_a_certificate_gets_the_named_one() {
    let fake = FakeBroker::start();
    let port = listen("broker", &fake, true).await;
    works(&app(&fake, port, files(Some("ca.pem"), Some("client")))).await;

    let why = refusal(&app(&fake, port, files(Some("ca.pem"), None))).await;
    assert!(why.contains("--broker-cert-file"), "{why}");
    let why = refusal(&app(&fake, port, files(Some("ca.pem"), Some("stranger")))).await;
    assert!(why.contains("stranger.pem"), "{why}");
}

/// The service with a broker whose statistics are off, and its Prometheus plugin behind TLS.
fn app_with_plugin(fake: &FakeBroker, port: u16, tls: TlsFiles) -> TestApp {
    let mut config = local(&[("prod", fake)]);
    config.prometheus = vec![PrometheusConfig {
        broker: "prod".into(),
        url: format!("https://localhost:{port}").parse().expect("a URL"),
        login: None,
    }];
    config.broker_access = vec![BrokerAccess {
        broker: "prod".into(),
        tls,
        token_file: None,
    }];
    TestApp::with(config)
}

#[tokio::test]
async fn a_prometheus_plugin_is_read_with_the_authority_and_certificate_of_its_broker() {
    let plugin = Router::new().route("/metrics", get(|| async { "rabbitmq_channels 3\n" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let behind = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, plugin).await });
    let fake = FakeBroker::start();
    fake.change_overview(|overview| {
        overview["disable_stats"] = true.into();
        overview["object_totals"] = serde_json::json!({});
    });
    let port = tls_listener::listen("broker", behind, true).await;
    let channels = async |app: &TestApp, token: &str| {
        let overview = app.get(token, "/v2/rabbit/overview").await.ok();
        overview["object_totals"]["channels"].as_u64()
    };

    let app = app_with_plugin(&fake, port, files(Some("ca.pem"), Some("client")));
    let token = app.sign_in("guest", "guest").await;
    let shown = app
        .until_some("prod", async || channels(&app, &token).await)
        .await;
    assert_eq!(shown, 3);

    for (authority, certificate) in [(None, Some("client")), (Some("ca.pem"), None)] {
        let app = app_with_plugin(&fake, port, files(authority, certificate));
        let token = app.sign_in("guest", "guest").await;
        app.polls("prod", 3).await;
        assert_eq!(channels(&app, &token).await, None, "{authority:?}");
    }
}

#[tokio::test]
async fn a_file_without_a_certificate_is_refused_at_the_start() {
    let fake = FakeBroker::start();
    for (name, reason) in [
        ("README.md", "BEGIN CERTIFICATE"),
        ("absent.pem", "No such file"),
    ] {
        let config = ApiConfig {
            broker_access: vec![BrokerAccess {
                broker: "prod".into(),
                tls: files(Some(name), None),
                token_file: None,
            }],
            ..local(&[("prod", &fake)])
        };
        let refused = api::Api::start(config, crate::support::sqlite());
        let why = refused.expect_err("refused").to_string();
        for word in ["--broker-ca-file", name, reason] {
            assert!(why.contains(word), "{why}");
        }
    }
}

#[tokio::test]
async fn a_certificate_or_key_that_cannot_be_used_is_refused_at_the_start() {
    let fake = FakeBroker::start();
    for (cert, key, words) in [
        (
            "README.md",
            "client.key",
            ["--broker-cert-file", "README.md", "BEGIN CERTIFICATE"],
        ),
        (
            "client.pem",
            "client.pem",
            ["--broker-key-file", "client.pem", "BEGIN PRIVATE KEY"],
        ),
        (
            "client.pem",
            "absent.key",
            ["--broker-key-file", "absent.key", "No such file"],
        ),
        (
            "client.pem",
            "broker.key",
            ["--broker-key-file", "broker.key", "client.pem"],
        ),
    ] {
        // With the system's authorities and with others.
        for ca in [None, Some("ca.pem")] {
            let tls = TlsFiles {
                cert: Some(path(cert)),
                key: Some(path(key)),
                ..files(ca, None)
            };
            let config = ApiConfig {
                broker_access: vec![BrokerAccess {
                    broker: "prod".into(),
                    tls,
                    token_file: None,
                }],
                ..local(&[("prod", &fake)])
            };
            let refused = api::Api::start(config, crate::support::sqlite());
            let why = refused.expect_err("refused").to_string();
            for word in words {
                assert!(why.contains(word), "{ca:?}: {why}");
            }
        }
    }
}

#[tokio::test]
async fn the_collector_shows_the_token_of_its_file() {
    let fake = FakeBroker::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "an.old.token").expect("written");
    let mut config = local(&[("prod", &fake)]);
    config.brokers[0].password = "".into();
    config.broker_access = vec![BrokerAccess {
        broker: "prod".into(),
        token_file: Some(path.clone()),
        ..BrokerAccess::default()
    }];
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    let broker = app
        .until(&token, "prod", |broker| broker.reason.is_some())
        .await;
    let reason = broker.reason.expect("a reason");
    assert!(reason.contains("token"), "{reason}");
    assert!(!reason.contains("an.old.token"), "{reason}");
    std::fs::write(&path, format!("{TOKEN}\n")).expect("written");
    app.until(&token, "prod", |broker| {
        broker.state == metering::BrokerState::Ok
    })
    .await;
}
