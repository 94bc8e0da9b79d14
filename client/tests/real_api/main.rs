//! The client against the real metering API, both ways.

mod example;
mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use api::{Api, ApiConfig, BrokerConfig};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use client::{Client, ClientError, Credentials, Endpoints, HttpTransport, InProcess, Session};
use http::{HeaderMap, StatusCode, header};
use metering::BrokerState;
use metering::requests::SeriesQuery;
use serde_json::json;
use store::testing::NaiveStore;
use telemetry::{
    a_sample_and_a_resource_are_found_by_their_ids, alarms_are_created_changed_and_deleted,
    complex_queries_are_understood, events_and_their_types_are_read,
    posted_samples_are_found_by_simple_queries, refused_requests_have_a_message,
    statistics_are_computed_as_asked, the_log_and_the_capabilities_are_read,
};
use test_fixtures::broker_answer;

/// A broker whose figures never change: what was asked a tick ago is still so.
async fn broker() -> String {
    let recorded = |name: &'static str| {
        move || async move {
            let text = broker_answer("4.0.5", name);
            ([(header::CONTENT_TYPE, "application/json")], text)
        }
    };
    let router = Router::new()
        .route("/api/whoami", get(whoami))
        .route("/api/overview", get(recorded("overview")))
        .route("/api/nodes", get(recorded("nodes")))
        .route(
            "/api/users",
            get(|| async { Json(json!([{"name": "monitor", "tags": ["monitoring"]}])) }),
        )
        .route(
            "/api/vhosts",
            get(|| async { Json(json!([{"name": "/"}])) }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn whoami(headers: HeaderMap) -> Response {
    // base64 of monitor:right
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|value| value != "Basic bW9uaXRvcjpyaWdodA==")
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // The role admin, which reads all of the log, needs this tag.
    Json(json!({"name": "monitor", "tags": ["administrator"]})).into_response()
}

struct TestSetup {
    client: Client,
    /// Where it listens, if it does.
    address: String,
    _api: Api,
}

impl TestSetup {
    async fn start(in_process: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let config = ApiConfig {
            brokers: vec![BrokerConfig {
                name: "prod".to_owned(),
                url: broker().await.parse().expect("a URL"),
                username: "monitor".to_owned(),
                password: "right".into(),
                description: None,
                projects: Vec::new(),
            }],
            // One tick for the whole test.
            tick: Duration::from_mins(1),
            public_url: address.parse().ok(),
            ..ApiConfig::default()
        };
        let api = Api::start(config, Arc::new(NaiveStore::new())).expect("the API");
        let client = if in_process {
            Client::new(InProcess::new(api.router()), Endpoints::in_process(""))
        } else {
            let router = api.router();
            let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
            tokio::spawn(async move { axum::serve(listener, service).await });
            // Nothing but the sign-in's address is given: the catalog has the rest.
            let identity = format!("{address}/identity/v3").parse().expect("a URL");
            let transport = HttpTransport::new().expect("a transport");
            Client::new(transport, Endpoints::from_catalog(identity))
        };
        Self {
            client,
            address,
            _api: api,
        }
    }

    /// A session, once the collector has its first picture of the broker.
    async fn session(&self) -> Session {
        let credentials = Credentials::new("monitor", "right");
        let session = self
            .client
            .sign_in(&credentials)
            .await
            .expect("signed in")
            .session;
        while let Err(error) = session.overview("prod").await {
            assert!(matches!(error, ClientError::Unavailable { .. }), "{error}");
            tokio::task::yield_now().await;
        }
        session
    }
}

async fn every_resource_is_read(setup: TestSetup) {
    let session = setup.session().await;
    let brokers = session.brokers().await.expect("brokers");
    assert_eq!(
        (brokers[0].name.as_str(), brokers[0].state),
        ("prod", BrokerState::Ok)
    );
    let overview = session.overview("prod").await.expect("an overview");
    assert_eq!(overview.rabbitmq_version.as_deref(), Some("4.0.5"));
    assert!(!session.nodes("prod").await.expect("nodes").is_empty());
    session.users("prod").await.expect("users");
    let query = SeriesQuery {
        broker: Some("prod".to_owned()),
        meters: vec!["rabbit.connections".to_owned()],
        ..SeriesQuery::default()
    };
    let series = session.series(&query).await.expect("a series");
    assert!(series.column("rabbit.connections", "prod").is_some());
}

async fn one_tick_is_parsed_once(setup: TestSetup) {
    let (one, two) = (setup.session().await, setup.session().await);
    let nodes = one.nodes("prod").await.expect("nodes");
    assert!(Arc::ptr_eq(
        &nodes,
        &two.nodes("prod").await.expect("nodes")
    ));
}

async fn failures_have_a_message(setup: TestSetup) {
    let wrong = setup
        .client
        .sign_in(&Credentials::new("monitor", "wrong"))
        .await;
    assert!(matches!(wrong, Err(ClientError::Unauthorized)), "{wrong:?}");
    let session = setup.session().await;
    let unknown = session.overview("nowhere").await;
    assert!(
        matches!(unknown, Err(ClientError::NotFound { .. })),
        "{unknown:?}"
    );
    let query = SeriesQuery {
        broker: Some("prod".to_owned()),
        meters: vec!["rabbit.nothing".to_owned()],
        ..SeriesQuery::default()
    };
    let refused = session.series(&query).await;
    let Err(ClientError::Refused { status, message }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message.contains("rabbit.nothing"), "{message}");
}

async fn a_revoked_token_is_refused(setup: TestSetup) {
    let credentials = Credentials::new("monitor", "right");
    let signed_in = setup.client.sign_in(&credentials).await.expect("signed in");
    signed_in.session.revoke().await.expect("revoked");
    let answer = setup.client.session(signed_in.token).brokers().await;
    assert!(
        matches!(answer, Err(ClientError::Unauthorized)),
        "{answer:?}"
    );
}

macro_rules! both {
    ($($test:ident)*) => {
        mod over_http {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::TestSetup::start(false).await).await;
                }
            )*
        }

        mod in_process {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::TestSetup::start(true).await).await;
                }
            )*
        }
    };
}

both! {
    every_resource_is_read
    one_tick_is_parsed_once
    failures_have_a_message
    a_revoked_token_is_refused
    posted_samples_are_found_by_simple_queries
    a_sample_and_a_resource_are_found_by_their_ids
    statistics_are_computed_as_asked
    complex_queries_are_understood
    the_log_and_the_capabilities_are_read
    events_and_their_types_are_read
    alarms_are_created_changed_and_deleted
    refused_requests_have_a_message
}
