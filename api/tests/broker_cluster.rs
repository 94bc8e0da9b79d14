//! A real cluster of three of which one node hangs, dies, or is partitioned: what the others report is
//! served within a second, and marked where it is old.

mod common;
#[path = "it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

use std::time::{Duration, Instant};

use api::ApiConfig;
use common::{blocking, prod};
use http::StatusCode;
use metering::{BrokerState, Health, HealthCheck, HealthState};
use serde_json::json;
use support::TestApp;
use support::app::Answer;
use test_brokers::{Options, PrivateBroker, PrivateCluster};

/// Seconds without a sign of life after which nodes count each other as gone: a quarter of the
/// default, so that the test need not wait a minute.
const TICK_TIME: u64 = 15;
/// For one answer while a node hangs.
const BAR: Duration = Duration::from_secs(1);
/// What somebody looked at before.
const SEEN: [&str; 5] = [
    "/v2/rabbit/overview",
    "/v2/rabbit/nodes",
    "/v2/rabbit/queues?page=1&sort=messages",
    "/v2/rabbit/vhosts",
    "/v2/rabbit/health",
];
/// A list that nobody has requested, and that each node reports by itself.
const UNSEEN: &str = "/v2/rabbit/exchanges?page=1";

async fn start() -> PrivateCluster {
    blocking(|| {
        let options = Options::default().conf(format!("net_ticktime = {TICK_TIME}"));
        let cluster = PrivateCluster::start(&options, 3).expect("the cluster starts");
        for (n, node) in cluster.nodes().iter().enumerate() {
            let path = format!("/api/queues/%2F/q{n}");
            let declared = node.management().put(&path, &json!({"durable": true}));
            declared.expect("a queue");
        }
        cluster
    })
    .await
}

fn watching(cluster: &PrivateCluster) -> TestApp {
    TestApp::with(ApiConfig {
        brokers: vec![prod(&cluster.nodes()[0])],
        tick: Duration::from_secs(1),
        ..ApiConfig::default()
    })
}

/// An answer, which must come in time.
async fn timely(app: &TestApp, token: &str, path: &str) -> Answer {
    let started = Instant::now();
    let answer = app.get(token, path).await;
    let took = started.elapsed();
    assert!(took <= BAR, "{path} took {took:?}");
    answer
}

async fn state(app: &TestApp, token: &str, check: HealthCheck) -> HealthState {
    let health = timely(app, token, "/v2/rabbit/health").await.ok();
    let health: Health = serde_json::from_value(health).expect("a health");
    health
        .check(check)
        .map_or(HealthState::Unknown, |found| found.state)
}

async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !condition().await {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_node_hangs_dies_or_is_partitioned_answers_come_within_a_second() {
    let mut cluster = start().await;
    let app = watching(&cluster);
    let token = app
        .sign_in(PrivateBroker::USER, PrivateBroker::PASSWORD)
        .await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    for path in SEEN {
        until(path, async || {
            app.get(&token, path).await.status == StatusCode::OK
        })
        .await;
    }

    cluster.node(2).freeze().expect("frozen");
    let frozen = Instant::now();
    let mut marked = false;
    // The others count it as gone after three quarters of that time, at the earliest.
    while !marked {
        assert!(
            frozen.elapsed() < Duration::from_secs(TICK_TIME) * 3 / 4,
            "what is old is marked"
        );
        for path in SEEN {
            let answer = timely(&app, &token, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
            marked |= path == "/v2/rabbit/overview" && answer.header("warning").is_some();
        }
        // Not requested before: served as soon as another node answers.
        let unseen = timely(&app, &token, UNSEEN).await;
        assert!(
            !marked || unseen.status == StatusCode::OK || unseen.header("retry-after").is_some(),
            "{:?}",
            unseen.body
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    until(
        "a list that was not requested before is served too",
        async || timely(&app, &token, UNSEEN).await.status == StatusCode::OK,
    )
    .await;

    // The others count it as gone, and answer again.
    until("the node is reported as down", async || {
        state(&app, &token, HealthCheck::NodesRunning).await == HealthState::Critical
    })
    .await;
    cluster.node(2).thaw().expect("thawed");
    until("the partition is reported", async || {
        state(&app, &token, HealthCheck::Partitions).await == HealthState::Critical
    })
    .await;

    let mut cluster = blocking(move || {
        // A partitioned node goes on only after a restart.
        cluster.node(2).restart().expect("restarted");
        cluster
            .until_whole(Duration::from_mins(1))
            .expect("it is one of them again");
        cluster
    })
    .await;
    // The others report the partition until they are restarted too.
    until("all nodes are reported as running", async || {
        state(&app, &token, HealthCheck::NodesRunning).await == HealthState::Ok
    })
    .await;
    cluster.node(1).kill().expect("killed");
    for _ in 0..10 {
        for path in SEEN {
            let answer = timely(&app, &token, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    until("the node is reported as down", async || {
        state(&app, &token, HealthCheck::NodesRunning).await == HealthState::Critical
    })
    .await;
    drop(app);
    blocking(move || drop(cluster)).await;
}
