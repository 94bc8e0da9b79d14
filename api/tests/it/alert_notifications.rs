//! Notifications of alerts: a receiver gets each, whatever it answered before.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::{AlertConfig, ApiConfig, Webhook};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::support::{FakeBroker, TestApp, local, sqlite};

/// A test fails after this long.
const DEADLINE: Duration = Duration::from_secs(20);
/// The receiver is given up after this long.
const TIMEOUT: Duration = Duration::from_millis(500);

/// What a receiver does with a request.
#[derive(Clone, Copy, Debug)]
enum Reply {
    Status(u16),
    /// 429, and when to come again, in seconds.
    Busy(u64),
    Hang,
}

/// A request to a receiver.
#[derive(Clone, Debug)]
struct Received {
    at: Instant,
    key: String,
    message: Value,
}

#[derive(Debug)]
struct Receiver {
    replies: Mutex<VecDeque<Reply>>,
    received: watch::Sender<Vec<Received>>,
}

impl Receiver {
    /// Answers like this, and then with 200. Gives its address, too.
    async fn start(replies: &[Reply]) -> (Arc<Self>, Webhook) {
        let receiver = Arc::new(Self {
            replies: Mutex::new(replies.iter().copied().collect()),
            received: watch::Sender::new(Vec::new()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/hook", post(take))
            .with_state(Arc::clone(&receiver));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}/hook?token=secret");
        (
            receiver,
            Webhook {
                url: url.parse().expect("an address"),
            },
        )
    }

    /// Waits until so many requests came.
    async fn requests(&self, count: usize) -> Vec<Received> {
        let mut changes = self.received.subscribe();
        let arrival = changes.wait_for(|received| received.len() >= count);
        let received = tokio::time::timeout(DEADLINE, arrival).await;
        let received =
            received.unwrap_or_else(|_| panic!("fewer than {count} requests in {DEADLINE:?}"));
        received.expect("the receiver runs").clone()
    }
}

async fn take(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> Response {
    let request = Received {
        at: Instant::now(),
        key: headers["idempotency-key"]
            .to_str()
            .expect("text")
            .to_owned(),
        message: serde_json::from_slice(&body).expect("JSON"),
    };
    receiver.received.send_modify(|all| all.push(request));
    let reply = receiver.replies.lock().expect("whole").pop_front();
    match reply.unwrap_or(Reply::Status(200)) {
        Reply::Status(status) => StatusCode::from_u16(status)
            .expect("a status")
            .into_response(),
        Reply::Busy(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            [(RETRY_AFTER, seconds.to_string())],
        )
            .into_response(),
        Reply::Hang => std::future::pending().await,
    }
}

fn config(fake: &FakeBroker, webhook: &Webhook) -> ApiConfig {
    ApiConfig {
        alerts: AlertConfig {
            webhooks: vec![webhook.clone()],
            webhook_timeout: TIMEOUT,
            webhook_retry: Duration::from_millis(10),
            ..AlertConfig::default()
        },
        ..local(&[("prod", fake)])
    }
}

fn set_memory_alarm(fake: &FakeBroker, raised: bool) {
    fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = json!(raised));
}

#[tokio::test]
async fn notification_is_sent_again_until_the_receiver_takes_it() {
    let fake = FakeBroker::start();
    let replies = [Reply::Status(500), Reply::Busy(1), Reply::Hang];
    let (receiver, webhook) = Receiver::start(&replies).await;
    set_memory_alarm(&fake, true);
    let store = sqlite();
    let app = TestApp::with_store(config(&fake, &webhook), Arc::clone(&store));
    let requests = receiver.requests(4).await;
    let message = &requests[0].message;
    assert_eq!(
        (&message["version"], &message["status"]),
        (&json!("4"), &json!("firing"))
    );
    assert_eq!(message["alerts"][0]["labels"]["alertname"], "memory-alarm");
    assert_eq!(message["alerts"][0]["labels"]["severity"], "critical");
    for again in &requests[1..] {
        assert_eq!((&again.key, &again.message), (&requests[0].key, message));
    }
    let waited = requests[2].at - requests[1].at;
    assert!(
        waited >= Duration::from_secs(1),
        "Retry-After says 1 s, and not {waited:?}"
    );
    let waited = requests[3].at - requests[2].at;
    // The first request was on its way for a part of that time.
    assert!(
        waited >= TIMEOUT / 2,
        "the hanging receiver was given {waited:?}"
    );
    app.until_some("prod", async || {
        let waiting = store.notifications().await.expect("notifications");
        waiting.is_empty().then_some(())
    })
    .await;
    app.polls("prod", 3).await;
    assert_eq!(receiver.received.borrow().len(), 4, "it was taken");
}

#[tokio::test]
async fn refused_notification_does_not_stop_the_next() {
    let fake = FakeBroker::start();
    let (receiver, webhook) = Receiver::start(&[Reply::Status(400)]).await;
    set_memory_alarm(&fake, true);
    let app = TestApp::with(config(&fake, &webhook));
    receiver.requests(1).await;
    fake.change_nodes(|nodes| nodes[0]["disk_free_alarm"] = json!(true));
    let requests = receiver.requests(2).await;
    assert_ne!(requests[0].key, requests[1].key);
    assert_eq!(
        requests[1].message["groupLabels"]["alertname"],
        "disk-alarm"
    );
    drop(app);
}

#[tokio::test]
async fn notification_that_waits_is_sent_after_a_restart() {
    let fake = FakeBroker::start();
    let store = sqlite();
    let (receiver, webhook) = Receiver::start(&[Reply::Busy(600)]).await;
    set_memory_alarm(&fake, true);
    let app = TestApp::with_store(config(&fake, &webhook), Arc::clone(&store));
    let first = receiver.requests(1).await.remove(0);
    app.api.shutdown().await;
    let app = TestApp::with_store(config(&fake, &webhook), store);
    let requests = receiver.requests(2).await;
    assert_eq!(
        (&requests[1].key, &requests[1].message),
        (&first.key, &first.message)
    );
    app.polls("prod", 3).await;
    assert_eq!(
        receiver.received.borrow().len(),
        2,
        "no further notification"
    );
}

#[test]
fn webhook_is_printed_without_its_secrets() {
    let webhook = Webhook {
        url: "https://hooks.example:8443/T1/secret?token=secret"
            .parse()
            .expect("an address"),
    };
    assert_eq!(webhook.to_string(), "https://hooks.example:8443");
    assert!(!format!("{webhook:?}").contains("secret"));
}
