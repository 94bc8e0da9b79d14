//! The service against a real broker: killed, frozen, restarted, and seen by a narrower account.

mod common;
#[path = "it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::ApiConfig;
use common::{blocking, prod};
use metering::{BrokerState, Overview, Series};
use serde_json::json;
use support::TestApp;
use test_brokers::{Options, PrivateBroker};

/// Messages published a second.
const PACE: u32 = 20;

async fn start() -> PrivateBroker {
    blocking(|| PrivateBroker::start(Options::default()))
        .await
        .expect("the broker starts")
}

/// Takes a broker to where its calls may block, and gives it back.
async fn with(
    broker: PrivateBroker,
    work: impl FnOnce(&mut PrivateBroker) + Send + 'static,
) -> PrivateBroker {
    blocking(move || {
        let mut broker = broker;
        work(&mut broker);
        broker
    })
    .await
}

fn config(broker: &PrivateBroker) -> ApiConfig {
    ApiConfig {
        brokers: vec![prod(broker)],
        tick: Duration::from_secs(1),
        answer_timeout: Duration::from_secs(3),
        backoff_limit: Duration::from_secs(2),
        ..ApiConfig::default()
    }
}

/// Publishes at a steady pace into a vhost's queue `work` until dropped, whatever the broker does.
struct Publisher(Arc<AtomicBool>);

impl Publisher {
    fn start(broker: &PrivateBroker, vhost: &'static str) -> Self {
        let (stop, url) = (Arc::new(AtomicBool::new(false)), broker.management_url());
        let stopped = Arc::clone(&stop);
        tokio::spawn(async move {
            let client = reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(1))
                .build()
                .expect("a client");
            let url = format!("{url}/api/exchanges/{vhost}/amq.default/publish");
            let message = json!({"properties": {}, "routing_key": "work", "payload": "x", "payload_encoding": "string"});
            let mut pace = tokio::time::interval(Duration::from_secs(1) / PACE);
            pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            while !stopped.load(Ordering::Relaxed) {
                pace.tick().await;
                let request = client
                    .post(&url)
                    .basic_auth("guest", Some("guest"))
                    .body(message.to_string());
                // A broker that is away publishes nothing.
                let _ = request.send().await;
            }
        });
        Self(stop)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn series(app: &TestApp, token: &str, meter: &str) -> Series {
    let answer = app
        .get(
            token,
            &format!("/v2/rabbit/series?meter={meter}&points=10000"),
        )
        .await;
    serde_json::from_value(answer.ok()).expect("series")
}

async fn overview(app: &TestApp, token: &str) -> Overview {
    serde_json::from_value(app.get(token, "/v2/rabbit/overview").await.ok()).expect("overview")
}

/// Waits until messages are seen to be published.
async fn flowing(app: &TestApp, token: &str) {
    app.until_some("prod", async || {
        let stats = overview(app, token).await.message_stats?;
        stats.publish_details?.rate.filter(|&rate| rate > 1.0)
    })
    .await;
}

#[tokio::test]
async fn killed_and_frozen_broker_recovers_without_spikes() {
    let broker = start().await;
    let broker = with(broker, |broker| {
        let queue = json!({"durable": true});
        broker
            .management()
            .put("/api/queues/%2F/work", &queue)
            .expect("a queue");
    })
    .await;
    let publisher = Publisher::start(&broker, "%2F");
    let app = TestApp::with(config(&broker));
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    flowing(&app, &token).await;

    let broker = with(broker, |broker| broker.freeze().expect("freezes")).await;
    let stale = app
        .until(&token, "prod", |broker| broker.state != BrokerState::Ok)
        .await;
    assert!(
        stale
            .reason
            .is_some_and(|reason| reason.contains("No complete answer")),
        "frozen"
    );
    assert!(
        overview(&app, &token).await.message_stats.is_some(),
        "the last values stay"
    );
    let broker = with(broker, |broker| broker.thaw().expect("thaws")).await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    flowing(&app, &token).await;

    let broker = with(broker, |broker| broker.kill().expect("dies")).await;
    let down = app
        .until(&token, "prod", |broker| broker.state == BrokerState::Down)
        .await;
    assert!(
        down.reason
            .is_some_and(|reason| reason.contains("No connection")),
        "killed"
    );
    let broker = with(broker, |broker| broker.restart().expect("restarts")).await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    flowing(&app, &token).await;
    app.polls("prod", 10).await;

    let rates = series(&app, &token, "rabbit.publish.rate").await;
    let most = rates.columns[0]
        .max
        .as_ref()
        .expect("asked for")
        .known()
        .fold(0.0, f64::max);
    let bound = 2.0 * f64::from(PACE);
    assert!(
        most > 1.0 && most <= bound,
        "a rate of {most}/s where {PACE} are published"
    );
    let connections = series(&app, &token, "rabbit.connections").await;
    let values = &connections.columns[0].avg;
    let first = (0..values.len())
        .find(|&n| values.get(n).is_some())
        .expect("a value");
    assert!(
        (first..values.len()).any(|n| values.get(n).is_none()),
        "the outage is a gap"
    );
    drop((publisher, broker));
}

#[tokio::test]
async fn the_brokers_own_samples_fill_the_time_before_the_first_poll() {
    let broker = start().await;
    let broker = with(broker, |broker| {
        broker
            .management()
            .put("/api/queues/%2F/work", &json!({}))
            .expect("a queue");
    })
    .await;
    let publisher = Publisher::start(&broker, "%2F");
    // Another one has watched it for a while.
    let before = TestApp::with(config(&broker));
    let token = before.sign_in("guest", "guest").await;
    flowing(&before, &token).await;
    // Long enough for four of the broker's own five-second samples: the first of RabbitMQ 4.0 is a later one.
    before.polls("prod", 15).await;
    before.polls("prod", 12).await;
    drop(before);

    let app = TestApp::with(config(&broker));
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let messages = series(&app, &token, "rabbit.messages").await;
    let known: Vec<_> = messages.columns[0].avg.known().collect();
    assert!(
        (10..120).contains(&known.len()),
        "some of the time, and none from before the broker: {known:?}"
    );
    let rates = series(&app, &token, "rabbit.publish.rate").await;
    let known: Vec<_> = rates.columns[0].avg.known().collect();
    let most = known.iter().copied().fold(0.0, f64::max);
    assert!(
        known.len() >= 10 && most > 1.0 && most <= 2.0 * f64::from(PACE),
        "{known:?}"
    );
    drop((publisher, broker));
}

#[tokio::test]
async fn account_of_one_vhost_sees_what_the_broker_shows_it() {
    let broker = start().await;
    let broker = with(broker, |broker| {
        let management = broker.management();
        for vhost in ["anna", "bert"] {
            management.add_vhost(vhost).expect("a vhost");
            management
                .put(&format!("/api/queues/{vhost}/work"), &json!({}))
                .expect("a queue");
            broker
                .add_user(vhost, "secret", "management", &[vhost])
                .expect("a user");
        }
    })
    .await;
    let publisher = Publisher::start(&broker, "anna");
    let app = TestApp::with(config(&broker));
    let (anna, bert) = (
        app.sign_in("anna", "secret").await,
        app.sign_in("bert", "secret").await,
    );
    let messages = async |token: &str| {
        overview(&app, token)
            .await
            .queue_totals
            .and_then(|totals| totals.messages)
    };
    let hers = app
        .until_some("prod", async || {
            messages(&anna).await.filter(|&count| count > 0)
        })
        .await;
    assert!(
        matches!(messages(&bert).await, None | Some(0)),
        "bert sees anna's messages"
    );
    drop(publisher);

    let url = broker.management_url();
    let shown = blocking(move || {
        test_brokers::Management::new(&url, "anna", "secret").get("/api/overview")
    })
    .await;
    let shown = shown.expect("the broker answers")["queue_totals"]["messages"]
        .as_i64()
        .expect("messages");
    assert!(
        hers <= shown + i64::from(PACE),
        "the broker shows {shown}, we {hers}"
    );
    let answer = app.get(&bert, "/v2/rabbit/nodes").await;
    assert_eq!(answer.status, http::StatusCode::FORBIDDEN);
    drop(broker);
}

#[tokio::test]
async fn samples_are_of_the_queues_that_the_broker_lists_to_the_account() {
    const ACCOUNTS: [(&str, &str, bool); 3] = [
        ("anna", "management", false),
        ("mona", "monitoring", true),
        ("root", "administrator", true),
    ];
    let broker = with(start().await, |broker| {
        let management = broker.management();
        for vhost in ["a", "b/c"] {
            management.add_vhost(vhost).expect("a vhost");
            let vhost = vhost.replace('/', "%2F");
            management
                .put(&format!("/api/queues/{vhost}/work"), &json!({}))
                .expect("a queue");
        }
        for (name, tag, _) in ACCOUNTS {
            let vhosts: &[&str] = if tag == "administrator" {
                &["a", "b/c"]
            } else {
                &["a"]
            };
            broker
                .add_user(name, "secret", tag, vhosts)
                .expect("a user");
        }
    })
    .await;
    let app = TestApp::with(config(&broker));
    let admin = app.sign_in("guest", "guest").await;
    let queues = ["prod/a/work", "prod/b%2Fc/work"];
    let resources = async |token: &str| {
        let found = app.get(token, "/v2/resources?limit=100000").await.ok();
        let found = found.as_array().expect("a list").iter();
        let ids = found.map(|row| row["resource_id"].as_str().expect("an id").to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    app.until_some("prod", async || {
        // Whoever looks at a queue's chart gives it a history.
        for queue in queues {
            let queue = queue.replace('%', "%25");
            let path = format!("/v2/rabbit/series?meter=rabbit.messages&resource={queue}");
            app.get(&admin, &path).await.ok();
        }
        let known = resources(&admin).await;
        queues
            .iter()
            .all(|queue| known.contains(*queue))
            .then_some(())
    })
    .await;
    for (name, _, sees_nodes) in ACCOUNTS {
        let url = broker.management_url();
        let listed = blocking(move || {
            test_brokers::Management::new(&url, name, "secret")
                .get("/api/queues?columns=vhost,name")
        })
        .await
        .expect("the broker answers");
        let listed = listed.as_array().expect("queues").iter().map(|queue| {
            let text = |field: &str| queue[field].as_str().expect("a text").to_owned();
            metering::series::queue_resource("prod", &text("vhost"), &text("name"))
        });
        let listed: std::collections::BTreeSet<_> = listed.collect();
        let token = app.sign_in(name, "secret").await;
        let seen = resources(&token).await;
        let is_queue = |id: &&String| queues.contains(&id.as_str());
        let of_queues: std::collections::BTreeSet<_> =
            seen.iter().filter(is_queue).cloned().collect();
        assert_eq!(of_queues, listed, "{name}");
        assert_eq!(seen.contains("prod"), sees_nodes, "{name}: {seen:?}");
        let node = seen
            .iter()
            .any(|id| id.starts_with("prod/rabbit") || id.contains('@'));
        assert_eq!(node, sees_nodes, "{name}: {seen:?}");
    }
    drop(broker);
}
