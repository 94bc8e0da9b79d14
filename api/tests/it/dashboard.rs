//! `GET /v2/rabbit/dashboard`: the other answers about a broker, in one.

use http::{Method, StatusCode};
use metering::dashboard::Dashboard;
use serde_json::Value;

use crate::support::{Account, FakeBroker, Mode, TestApp};

const DASHBOARD: &str = "/v2/rabbit/dashboard";

/// Both at the same picture: asked for again where a poll came in between.
async fn with(app: &TestApp, token: &str, path: &str) -> (Value, Value) {
    for _ in 0..20 {
        let generation = || *app.api.changes("prod").expect("known").borrow();
        let before = generation();
        let whole = app.get(token, DASHBOARD).await.ok();
        let part = app.get(token, path).await.ok();
        if generation() == before {
            return (whole, part);
        }
    }
    panic!("there was a poll each time");
}

#[tokio::test]
async fn parts_equal_the_answers_of_their_own_paths() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for part in ["overview", "nodes"] {
        let (whole, alone) = with(&app, &token, &format!("/v2/rabbit/{part}")).await;
        assert_eq!(whole[part], alone, "{part}");
    }
    let (whole, brokers) = with(&app, &token, "/v2/rabbit/brokers").await;
    assert_eq!(whole["broker"], brokers[0]);
    serde_json::from_value::<Dashboard>(whole).expect("a dashboard");
}

#[tokio::test]
async fn series_cover_the_hour_or_start_at_the_callers_last_time() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let read = async |query: &str| {
        let answer = app.get(&token, &format!("{DASHBOARD}?{query}")).await.ok();
        serde_json::from_value::<Dashboard>(answer).expect("a dashboard")
    };
    let hour = read("").await;
    assert_eq!(hour.series.step, 5000);
    assert!(hour.series.timestamps.len() >= 720, "of a whole hour");
    assert!(hour.charts.is_none());
    let last = *hour.series.timestamps.last().expect("a step");
    let since = read(&format!("since={last}")).await;
    assert_eq!(since.series.timestamps.first(), Some(&last));
    let day = read(&format!("length=86400000&end={last}")).await;
    let charts = day.charts.expect("asked for");
    assert!(charts.timestamps.len() <= 601);
    assert!(charts.timestamps[0] <= last - 86_000_000);
}

#[tokio::test]
async fn forbidden_parts_are_absent() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    let (app, _) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let whole = app.get(&anna, DASHBOARD).await.ok();
    assert!(whole.get("nodes").is_none());
    assert!(whole["overview"].get("object_totals").is_none());
    let columns = whole["series"]["columns"].as_array().expect("columns");
    let meters: Vec<_> = columns.iter().map(|column| &column["meter"]).collect();
    assert!(
        !meters.iter().any(|meter| **meter == "rabbit.connections"),
        "{meters:?}"
    );
}

#[tokio::test]
async fn silent_broker_keeps_its_last_values() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    fake.set_mode(Mode::Status(500));
    app.until(&token, "prod", |broker| {
        broker.state != metering::BrokerState::Ok
    })
    .await;
    let stale = app.get(&token, DASHBOARD).await;
    assert!(
        stale
            .header("warning")
            .is_some_and(|it| it.starts_with("110"))
    );
    assert!(stale.ok()["overview"].is_object(), "the last known");
}

#[tokio::test]
async fn unchanged_dashboard_is_304() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    // Where a tick passes in between it is another one, and the next two are tried.
    for _ in 0..20 {
        let answer = app.get(&token, DASHBOARD).await;
        let etag = answer.header("etag").expect("a validator");
        let headers = [("x-auth-token", token.as_str()), ("if-none-match", etag)];
        let again = app.request(Method::GET, DASHBOARD, &headers).await;
        if again.status == StatusCode::NOT_MODIFIED {
            assert!(again.body.is_empty());
            return;
        }
        assert_ne!(again.header("etag"), Some(etag));
    }
    panic!("it was sent again each time");
}

#[tokio::test]
async fn unusable_arguments_are_refused_with_the_accepted_values() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for query in [
        "since=soon",
        "end=-1",
        "length=0",
        "length=-5",
        "length=9999999999999999",
        "foo=1",
    ] {
        let answer = app.get(&token, &format!("{DASHBOARD}?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let said = answer.json()["error_message"]["faultstring"].to_string();
        let name = query.split('=').next().unwrap_or_default();
        assert!(said.contains(name), "{query}: {said}");
    }
    let other = app.get(&token, &format!("{DASHBOARD}?broker=other")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
