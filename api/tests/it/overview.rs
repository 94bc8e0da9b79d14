//! `GET /v2/rabbit/overview`.

use http::{Method, StatusCode};
use metering::{BrokerOverview, BrokerState, Overview};
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;

use crate::support::{FakeBroker, TestApp};

#[tokio::test]
async fn overview_equals_the_brokers_and_has_its_time() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let shown = app.get(&token, "/v2/rabbit/overview").await.ok();
    assert!(shown["observed_at"].is_string());
    let mut shown: Overview = serde_json::from_value(shown).expect("overview");
    let mut expected: Overview = broker_answer_as("3.10.8", "overview");
    shown.observed_at = None;
    // Their rates are held against what the counters do: see the collector's tests.
    for overview in [&mut shown, &mut expected] {
        let stats = overview.message_stats.as_mut().expect("reported");
        stats.iter_mut().for_each(|(_, details)| *details = None);
        let churn = overview.churn_rates.as_mut().expect("reported");
        churn.iter_mut().for_each(|(_, details)| *details = None);
    }
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn every_version_of_the_broker_is_read() {
    for version in ["3.2.4", "3.10.8", "4.0.5"] {
        let fake = FakeBroker::start();
        let answer: Value = broker_answer_as(version, "overview");
        fake.change_overview(|overview| *overview = answer.clone());
        fake.change_samples(|samples| *samples = answer.clone());
        let (app, token) = TestApp::ready(&fake).await;
        let shown = app.get(&token, "/v2/rabbit/overview").await.ok();
        assert_eq!(shown["rabbitmq_version"], version);
        assert_eq!(shown["object_totals"], answer["object_totals"], "{version}");
        assert_eq!(
            shown["queue_totals"]["messages"], answer["queue_totals"]["messages"],
            "{version}"
        );
    }
}

#[tokio::test]
async fn unreported_fields_are_absent() {
    let fake = FakeBroker::start();
    let answer: Value = broker_answer_as("3.10.8", "overview-disable-stats");
    fake.change_overview(|overview| *overview = answer.clone());
    fake.change_samples(|samples| *samples = answer.clone());
    let (app, token) = TestApp::ready(&fake).await;
    let shown = app.get(&token, "/v2/rabbit/overview").await.ok();
    for absent in ["message_stats", "churn_rates", "listeners"] {
        assert!(shown.get(absent).is_none(), "{absent} was made up");
    }
    assert!(!shown.to_string().contains("null"), "{shown}");
}

#[tokio::test]
async fn rate_that_its_counter_contradicts_is_hidden() {
    let fake = FakeBroker::start();
    let spike = json!({"publish": 3, "publish_details": {"rate": 740.0}});
    fake.change_overview(|overview| overview["message_stats"] = spike.clone());
    fake.change_samples(|samples| samples["message_stats"] = spike.clone());
    let (app, token) = TestApp::ready(&fake).await;
    let shown = app.get(&token, "/v2/rabbit/overview").await.ok();
    assert_eq!(shown["message_stats"]["publish"], 3);
    assert_ne!(shown["message_stats"]["publish_details"]["rate"], 740.0);
}

/// Two brokers, of which one takes sign-ins but has never given an overview.
#[tokio::test]
async fn overviews_are_a_list_with_a_record_for_each_broker() {
    let (one, other) = (FakeBroker::start(), FakeBroker::start());
    other.change_overview(|overview| *overview = json!("none"));
    other.change_samples(|samples| *samples = json!("none"));
    let app = TestApp::start(&[("prod", &one), ("test", &other)]);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    let answer = app.get(&token, "/v2/rabbit/overviews").await;
    let etag = answer.header("etag").expect("a validator").to_owned();
    let rows = answer.ok();
    let prod = &rows[0];
    assert_eq!(
        (&prod["broker"], &prod["state"]),
        (&json!("prod"), &json!("ok"))
    );
    assert_eq!(rows[1], json!({"broker": "test", "state": "down"}));
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    let path = "/v2/rabbit/overview?broker=prod";
    let overview = app.get(&token, path).await.ok();
    for name in ["node", "rabbitmq_version", "listeners", "object_totals"] {
        assert_eq!(prod[name], overview[name], "{name}");
    }
    assert!(prod["observed_at"].is_string());
    let typed: Vec<BrokerOverview> = serde_json::from_value(rows).expect("overviews");
    assert_eq!(typed[1].overview, Overview::default());

    // With the next poll it is another answer.
    let headers = [("x-auth-token", token.as_str()), ("if-none-match", &etag)];
    app.until_some("prod", async || {
        let again = app
            .request(Method::GET, "/v2/rabbit/overviews", &headers)
            .await;
        (again.status == StatusCode::OK).then_some(())
    })
    .await;
    let refused = app.get(&token, "/v2/rabbit/overviews?broker=prod").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}
