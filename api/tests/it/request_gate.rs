//! Who asks a broker first: the collector, whatever viewers ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::StatusCode;
use metering::BrokerState;
use serde_json::json;

use crate::support::guest::{shop, with_portals};
use crate::support::{COLLECTOR, FakeBroker, TestApp, local};

/// Polls of the broker that nobody asks, while somebody asks the other one.
const QUIET_POLLS: usize = 6;
const TICK: Duration = Duration::from_secs(1);

/// Both brokers are polled by the same process on the same machine: load delays the polls of both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polls_are_on_time_under_200_concurrent_requests_for_absent_queues() {
    let (fake, quiet) = (FakeBroker::start(), FakeBroker::start());
    // 200 waiting requests in front of it would delay a poll by four seconds.
    fake.set_delay_of("/api/queues/", Duration::from_millis(20));
    let brokers = local(&[("prod", &fake), ("quiet", &quiet)]);
    let mut config = with_portals(brokers, vec![shop()]);
    config.tick = TICK;
    let app = Arc::new(TestApp::with(config));
    let admin = app.sign_in("guest", "guest").await;
    for name in ["prod", "quiet"] {
        app.until(&admin, name, |broker| broker.state == BrokerState::Ok)
            .await;
    }
    let token = app.guest(json!({"brokers": ["prod"]})).await;
    app.polls("prod", 1).await;
    let started = Instant::now();
    let ended = Arc::new(AtomicBool::new(false));
    let floods = (0..200).map(|n| {
        let (app, token, ended) = (Arc::clone(&app), token.clone(), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut statuses = Vec::new();
            for round in 0.. {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let path = format!("/v2/rabbit/queues/%2F/absent-{n}-{round}?broker=prod");
                let answer = app.get(&token, &path).await;
                assert!(
                    answer.status != StatusCode::SERVICE_UNAVAILABLE
                        || answer.header("retry-after").is_some()
                );
                statuses.push(answer.status);
                // The broker is what is busy, not the machine: in this process each request costs
                // what a poll does.
                tokio::time::sleep(Duration::from_millis(400)).await;
            }
            statuses
        })
    });
    let floods: Vec<_> = floods.collect();
    for _ in 0..QUIET_POLLS {
        app.polls("quiet", 1).await;
    }
    let until = Instant::now();
    ended.store(true, Ordering::Relaxed);
    let statuses: Vec<_> = join_all(floods)
        .await
        .into_iter()
        .flat_map(|statuses| statuses.expect("no panic"))
        .collect();
    let polls_of = |fake: &FakeBroker| {
        let polls = fake.times_of("/api/overview").into_iter();
        polls.filter(|&at| at > started && at < until).count()
    };
    let (polls, expected) = (polls_of(&fake), polls_of(&quiet));
    // The first poll that was waited for may have started before.
    assert!(
        expected + 1 >= QUIET_POLLS && polls * 2 > expected,
        "{polls} polls, and {expected} of the broker that nobody asks"
    );
    let count = |status: StatusCode| statuses.iter().filter(|&&s| s == status).count();
    let (absent, busy) = (
        count(StatusCode::NOT_FOUND),
        count(StatusCode::SERVICE_UNAVAILABLE),
    );
    assert_eq!(absent + busy, statuses.len());
    assert!(absent > 20 && busy > 20, "{absent} absent, {busy} refused");
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn name_missing_from_a_recent_list_is_not_found_without_a_request() {
    let fake = FakeBroker::start();
    fake.set_list("queues", json!([{"name": "here", "vhost": "/"}]));
    let mut config = local(&[("prod", &fake)]);
    // No list of this test grows older than a tick.
    config.tick = Duration::from_secs(30);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    app.get(&token, "/v2/rabbit/queues").await.ok();
    let asked = async |path: &str| {
        let before = fake.asked_by(COLLECTOR).len();
        let answer = app.get(&token, path).await;
        (answer.status, fake.asked_by(COLLECTOR).len() - before)
    };
    let absent = StatusCode::NOT_FOUND;
    assert_eq!(asked("/v2/rabbit/queues/%2F/gone").await, (absent, 0));
    // What the list holds, and what it may not show to the collector's account, is asked for.
    assert_eq!(asked("/v2/rabbit/queues/%2F/here").await, (absent, 1));
    assert_eq!(asked("/v2/rabbit/queues/hidden/gone").await, (absent, 1));
    // No list of exchanges was read.
    assert_eq!(asked("/v2/rabbit/exchanges/%2F/gone").await, (absent, 1));
}

#[tokio::test]
async fn object_declared_after_the_list_was_read_is_found_soon() {
    let fake = FakeBroker::start();
    fake.set_list("policies", json!([{"name": "here", "vhost": "/"}]));
    let (app, token) = TestApp::ready(&fake).await;
    app.get(&token, "/v2/rabbit/policies").await.ok();
    let new = json!({"name": "new", "vhost": "/", "pattern": "x"});
    fake.set_list("policies", json!([{"name": "here", "vhost": "/"}, new]));
    fake.set_list("policies/%2F/new", new);
    let found = app
        .until_some("prod", async || {
            let answer = app.get(&token, "/v2/rabbit/policies/%2F/new").await;
            (answer.status == StatusCode::OK).then(|| answer.json())
        })
        .await;
    assert_eq!(found["pattern"], "x");
}

#[tokio::test]
async fn broker_with_an_old_poll_is_stale_without_a_failure() {
    let fake = FakeBroker::start();
    // A list of this length may take long.
    fake.change_overview(|overview| overview["object_totals"]["queues"] = 50_000.into());
    fake.set_delay_of("/api/queues?", Duration::from_mins(1));
    let mut config = local(&[("prod", &fake)]);
    config.answer_timeout = Duration::from_mins(1);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let list = app.get(&token, "/v2/rabbit/queues");
    let stale = app.until(&token, "prod", |broker| broker.state == BrokerState::Stale);
    let (_, broker) = futures_util::future::join(list, stale).await;
    let reason = broker.reason.unwrap_or_default();
    assert!(reason.starts_with("No poll was answered for"), "{reason}");
}
