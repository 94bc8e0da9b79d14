//! The traffic, as a real broker sees it.

mod common;

use common::{eventually, installed};
use serde_json::Value;
use test_brokers::{
    Options, PrivateBroker,
    traffic::{self, Traffic},
};

fn start() -> (PrivateBroker, Traffic) {
    // Statistics every second, so that the tests need not wait for them.
    let options = Options::default().conf("collect_statistics_interval = 1000");
    let broker = PrivateBroker::start(options).expect("the broker starts");
    broker.management().add_vhost("telemetry").expect("added");
    let options = traffic::Options {
        amqp_url: broker.amqp_url(),
        vhosts: vec!["/".into(), "telemetry".into()],
    };
    let traffic = Traffic::start(&options).expect("the traffic starts");
    (broker, traffic)
}

fn overview(broker: &PrivateBroker) -> Value {
    broker
        .management()
        .get("/api/overview")
        .expect("it answers")
}

#[test]
fn moves_every_figure_of_the_overview() {
    if !installed() {
        return;
    }
    let (broker, _traffic) = start();
    let wanted = [
        "/message_stats/publish",
        "/message_stats/confirm",
        "/message_stats/deliver",
        "/message_stats/deliver_no_ack",
        "/message_stats/redeliver",
        "/message_stats/ack",
        "/message_stats/get",
        "/message_stats/return_unroutable",
        "/queue_totals/messages_ready",
        "/queue_totals/messages_unacknowledged",
        "/churn_rates/connection_closed",
    ];
    let mut missing = wanted.to_vec();
    eventually("every figure has been above zero", || {
        let overview = overview(&broker);
        missing.retain(|path| overview.pointer(path).and_then(Value::as_u64).unwrap_or(0) == 0);
        eprintln!("still zero: {missing:?}");
        missing.is_empty().then_some(())
    });
}

#[test]
fn comes_back_with_the_broker() {
    if !installed() {
        return;
    }
    let (mut broker, _traffic) = start();
    let published = |overview: &Value| overview["message_stats"]["publish"].as_u64();
    eventually("there is traffic", || published(&overview(&broker)));
    broker.kill().expect("killed");
    broker.restart().expect("it comes up again");
    eventually("there is traffic again", || published(&overview(&broker)));
}

#[test]
fn removes_its_queues_when_it_ends() {
    if !installed() {
        return;
    }
    let (broker, traffic) = start();
    let queues = || broker.management().get("/api/queues").expect("it answers");
    eventually("all queues are there", || {
        (queues().as_array().is_some_and(|queues| queues.len() >= 10)).then_some(())
    });
    drop(traffic);
    eventually("no queue is left", || {
        queues().as_array().is_some_and(Vec::is_empty).then_some(())
    });
}
