//! What the collector asks a broker for, and what not.

use std::time::Duration;

use metering::{BrokerState, Series};
use serde_json::json;

use crate::support::{COLLECTOR, FakeBroker, TestApp, local};

#[tokio::test]
async fn viewers_add_no_requests_to_the_broker() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for _ in 0..200 {
        for path in ["brokers", "overview", "nodes", "series?meter=rabbit.queues"] {
            app.get(&token, &format!("/v2/rabbit/{path}")).await.ok();
        }
    }
    // One picture may be in the making.
    let pictures = *app.api.changes("prod").expect("known").borrow() as usize + 1;
    for path in ["/api/overview", "/api/nodes"] {
        let asked = fake
            .asked_by(COLLECTOR)
            .iter()
            .filter(|asked| *asked == path)
            .count();
        assert!(
            asked <= pictures,
            "{path}: {asked} requests for {pictures} polls"
        );
    }
    assert_eq!(
        fake.asked_by("guest"),
        ["/api/whoami"],
        "a viewer's account signs in, and that is all"
    );
}

#[tokio::test]
async fn the_brokers_own_samples_are_requested_once() {
    let fake = FakeBroker::start();
    let (app, _) = TestApp::ready(&fake).await;
    app.polls("prod", 5).await;
    let asked = fake.asked_by(COLLECTOR);
    let ranged: Vec<_> = asked
        .iter()
        .filter(|path| path.contains("age"))
        .map(String::as_str)
        .collect();
    assert_eq!(
        ranged,
        [
            "/api/overview?lengths_age=600&lengths_incr=5&msg_rates_age=600&msg_rates_incr=5",
            "/api/overview?lengths_age=3600&lengths_incr=60&msg_rates_age=3600&msg_rates_incr=60",
        ]
    );
    assert!(
        !asked
            .iter()
            .any(|path| path.starts_with("/api/vhosts") || path.starts_with("/api/users"))
    );
}

#[tokio::test]
async fn there_is_one_request_in_flight_at_any_time() {
    let fake = FakeBroker::start();
    fake.set_delay(Duration::from_millis(5));
    let (app, token) = TestApp::ready(&fake).await;
    for _ in 0..5 {
        app.polls("prod", 1).await;
        let looks = (0..20).map(|_| app.get(&token, "/v2/rabbit/users"));
        futures_util::future::join_all(looks).await;
    }
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn slow_broker_is_polled_less_often() {
    let fake = FakeBroker::start();
    fake.set_delay(Duration::from_millis(40));
    let (app, token) = TestApp::ready(&fake).await;
    // Two requests of 40 ms cost 80 ms, a fifth of 400 ms: eight ticks of 50 ms.
    let broker = app.until(&token, "prod", |broker| broker.tick >= 400).await;
    assert_eq!((broker.state, broker.tick % 50), (BrokerState::Ok, 0));
}

#[tokio::test]
async fn long_poll_intervals_leave_no_gaps() {
    let fake = FakeBroker::start();
    fake.set_delay(Duration::from_millis(40));
    let (app, token) = TestApp::ready(&fake).await;
    app.until(&token, "prod", |broker| broker.tick >= 400).await;
    app.polls("prod", 1).await;
    let from = end_of(&app, &token).await;
    app.polls("prod", 3).await;
    let series = connections(&app, &token, from, end_of(&app, &token).await).await;
    assert!(series.timestamps.len() > 6, "{:?}", series.timestamps);
    assert_eq!(
        series.columns[0].avg.known().count(),
        series.timestamps.len()
    );
}

#[tokio::test]
async fn no_tick_is_empty_while_the_broker_answers() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.tick = Duration::from_millis(200);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let from = end_of(&app, &token).await;
    app.polls("prod", 8).await;
    let series = connections(&app, &token, from, end_of(&app, &token).await).await;
    assert!(series.timestamps.len() >= 7, "{:?}", series.timestamps);
    assert_eq!(
        series.columns[0].avg.known().count(),
        series.timestamps.len(),
        "{:?}",
        series.columns[0]
    );
}

#[tokio::test]
async fn a_restart_of_the_broker_makes_no_spike() {
    let fake = FakeBroker::start();
    let counting = |publish: i64| json!({"publish": publish, "publish_details": {"rate": 0.0}});
    let restart = |uptime: i64, publish: i64| {
        fake.change_nodes(|nodes| nodes[0]["uptime"] = uptime.into());
        fake.change_overview(|overview| overview["message_stats"] = counting(publish));
    };
    restart(86_400_000, 1_000_000);
    fake.change_samples(|samples| samples["message_stats"] = counting(1_000_000));
    let (app, token) = TestApp::ready(&fake).await;
    app.polls("prod", 2).await;
    // Down to a few, and on another restart beyond what there was before.
    for (uptime, publish) in [(5000, 3), (4000, 2_000_000)] {
        restart(uptime, publish);
        fake.change_overview(|overview| {
            overview["message_stats"]["publish_details"]["rate"] = 400_000.0.into();
        });
        app.until_some("prod", async || {
            let shown = app.get(&token, "/v2/rabbit/overview").await.ok();
            (shown["message_stats"]["publish"] == publish).then_some(())
        })
        .await;
        fake.change_overview(|overview| overview["message_stats"] = counting(publish));
        app.polls("prod", 2).await;
    }
    let answer = app
        .get(
            &token,
            "/v2/rabbit/series?meter=rabbit.publish.rate&points=10000",
        )
        .await;
    let series: Series = serde_json::from_value(answer.ok()).expect("series");
    let most = series.columns[0]
        .max
        .as_ref()
        .expect("asked for")
        .known()
        .fold(0.0, f64::max);
    assert!(most < 1000.0, "a rate of {most}");
}

#[tokio::test]
async fn removed_node_has_a_gap() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    fake.change_nodes(|nodes| {
        let name = nodes[0]["name"].clone();
        nodes[0] = json!({"name": name, "type": "disc", "running": false, "mem_used": 0});
    });
    app.until_some("prod", async || {
        let nodes = app.get(&token, "/v2/rabbit/nodes").await.ok();
        (nodes[0]["running"] == false).then_some(())
    })
    .await;
    let from = end_of(&app, &token).await;
    app.polls("prod", 3).await;
    let path = format!(
        "/v2/rabbit/series?meter=rabbit.node.memory&from={from}&to={}",
        from + 10_000
    );
    let series: Series = serde_json::from_value(app.get(&token, &path).await.ok()).expect("series");
    assert_eq!(
        series.columns[0].avg.known().count(),
        0,
        "no nought is made up"
    );
}

/// The end of what is known now, in milliseconds since the epoch.
pub(crate) async fn end_of(app: &TestApp, token: &str) -> i64 {
    let answer = app
        .get(
            token,
            "/v2/rabbit/series?meter=rabbit.connections&points=10000",
        )
        .await;
    let series: Series = serde_json::from_value(answer.ok()).expect("series");
    series.timestamps.last().copied().expect("a step") + i64::from(series.step)
}

/// The connections at tick resolution.
pub(crate) async fn connections(app: &TestApp, token: &str, from: i64, to: i64) -> Series {
    let path = format!(
        "/v2/rabbit/series?meter=rabbit.connections&columns=avg&points=10000&from={from}&to={to}"
    );
    serde_json::from_value(app.get(token, &path).await.ok()).expect("series")
}
