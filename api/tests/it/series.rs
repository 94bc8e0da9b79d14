//! `GET /v2/rabbit/series`.

use http::StatusCode;
use metering::Series;
use metering::meter;
use test_fixtures::broker_answer_as;

use crate::support::{FakeBroker, TestApp};

async fn series(app: &TestApp, token: &str, query: &str) -> Series {
    let answer = app.get(token, &format!("/v2/rabbit/series?{query}")).await;
    serde_json::from_value(answer.ok()).expect("series")
}

/// A query for every meter there is.
fn all_meters() -> String {
    let names: Vec<_> = meter::all()
        .map(|definition| format!("meter={}", definition.name))
        .collect();
    names.join("&")
}

#[tokio::test]
async fn series_have_a_regular_grid_of_equal_columns() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    app.polls("prod", 3).await;
    let series = series(&app, &token, &format!("{}&points=50", all_meters())).await;
    assert!(
        series.step.is_multiple_of(50) && series.step >= 72_000,
        "{}",
        series.step
    );
    let step = i64::from(series.step);
    assert!(
        series.timestamps.len() <= 51
            && series
                .timestamps
                .windows(2)
                .all(|pair| pair[1] - pair[0] == step)
    );
    assert_eq!(series.timestamps[0] % step, 0);
    assert!(
        series.columns.len() > 30,
        "{} columns",
        series.columns.len()
    );
    for column in &series.columns {
        let lengths =
            [&column.min, &column.max].map(|values| values.as_ref().expect("asked for").len());
        assert_eq!(lengths, [series.timestamps.len(); 2], "{}", column.meter);
        assert_eq!(column.avg.len(), series.timestamps.len());
        assert!(column.avg.last().is_some(), "{} has no value", column.meter);
        let unit = meter::find(&column.meter).expect("known").unit;
        assert_eq!(column.unit, unit);
    }
}

#[tokio::test]
async fn series_hold_the_brokers_values() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let query =
        "meter=rabbit.connections&meter=rabbit.messages&meter=rabbit.node.memory&columns=avg";
    let series = series(&app, &token, query).await;
    assert_eq!(
        series
            .column("rabbit.connections", "prod")
            .and_then(|column| column.avg.last()),
        Some(24.0)
    );
    let nodes: serde_json::Value = broker_answer_as("3.10.8", "nodes");
    let name = nodes[0]["name"].as_str().expect("name");
    let memory = series
        .column("rabbit.node.memory", &format!("prod/{name}"))
        .expect("the node's column");
    assert_eq!(memory.avg.last(), nodes[0]["mem_used"].as_f64());
    assert_eq!((&memory.min, &memory.max), (&None, &None));
}

#[tokio::test]
async fn series_begin_with_the_brokers_own_samples() {
    let fake = FakeBroker::start();
    // The fixture's ten minutes, from a node with a long uptime.
    fake.change_nodes(|nodes| nodes[0]["uptime"] = 86_400_000.into());
    let mut config = crate::support::local(&[("prod", &fake)]);
    config.tick = std::time::Duration::from_secs(5);
    config.history = std::time::Duration::from_mins(15);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.last_seen.is_some())
        .await;
    let query = "meter=rabbit.publish.rate&meter=rabbit.messages&meter=rabbit.connections&points=1000&columns=avg";
    let series = series(&app, &token, query).await;
    assert_eq!(series.step, 5000);
    let known = |meter: &str| {
        series
            .column(meter, "prod")
            .expect("a column")
            .avg
            .known()
            .count()
    };
    assert!(
        known("rabbit.messages") >= 119,
        "{} of 120",
        known("rabbit.messages")
    );
    assert!(
        known("rabbit.publish.rate") >= 118,
        "{} of 120",
        known("rabbit.publish.rate")
    );
    assert_eq!(known("rabbit.connections"), 1, "no broker keeps those");
    let rates = &series
        .column("rabbit.publish.rate", "prod")
        .expect("a column")
        .avg;
    let most = rates.known().fold(0.0, f64::max);
    assert!(
        (700.0..800.0).contains(&most),
        "no spike, and no rate lost: {most}"
    );
}

#[tokio::test]
async fn series_are_of_the_named_resources() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let nodes: serde_json::Value = broker_answer_as("3.10.8", "nodes");
    let node = format!("prod/{}", nodes[0]["name"].as_str().expect("name"));
    let resources = |series: Series| {
        series
            .columns
            .into_iter()
            .map(|column| column.resource_id)
            .collect::<Vec<_>>()
    };
    let meters = "meter=rabbit.queues&meter=rabbit.node.memory";
    assert_eq!(
        resources(series(&app, &token, meters).await),
        ["prod".to_owned(), node.clone()]
    );
    assert_eq!(
        resources(series(&app, &token, &format!("{meters}&resource=prod")).await),
        ["prod"]
    );
    assert_eq!(
        resources(series(&app, &token, &format!("{meters}&resource={node}")).await),
        [node]
    );
    assert!(
        resources(series(&app, &token, &format!("{meters}&resource=prod/gone")).await).is_empty()
    );
    let answer = app
        .get(
            &token,
            &format!("/v2/rabbit/series?{meters}&resource=other"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn series_can_be_fetched_from_their_last_time() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    app.polls("prod", 4).await;
    // A window that keeps its step: four hundred ticks of 50 ms.
    let query = |from: i64| {
        format!(
            "meter=rabbit.channels&columns=avg&from={from}&to={}",
            from + 20_000
        )
    };
    let now = series(&app, &token, "meter=rabbit.channels")
        .await
        .timestamps
        .last()
        .copied()
        .expect("a step");
    let start = now - 10_000;
    let mut ours = series(&app, &token, &query(start)).await;
    assert_eq!(ours.step, 50);
    app.polls("prod", 4).await;
    let last = *ours.timestamps.last().expect("a step");
    let newer = series(&app, &token, &query(last)).await;
    assert!(
        newer.timestamps.len() < ours.timestamps.len(),
        "only the rest came"
    );
    ours.merge(newer, 3_600_000);
    let end = *ours.timestamps.last().expect("a step") + 1;
    let at_once = series(
        &app,
        &token,
        &format!("meter=rabbit.channels&columns=avg&from={start}&to={end}"),
    )
    .await;
    assert_eq!(ours.timestamps, at_once.timestamps);
    assert_eq!(ours.columns, at_once.columns);
}

#[tokio::test]
async fn series_of_an_unknown_meter_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let answer = app
        .get(&token, "/v2/rabbit/series?meter=rabbit.nothing")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let fault = answer.json()["error_message"]["faultstring"].to_string();
    assert!(
        fault.contains("rabbit.nothing") && fault.contains("/openapi.json"),
        "{fault}"
    );
    let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).expect("JSON");
    let parameters = document["paths"]["/v2/rabbit/series"]["get"]["parameters"]
        .as_array()
        .expect("parameters");
    let meters = parameters
        .iter()
        .find(|parameter| parameter["name"] == "meter")
        .expect("meter");
    assert_eq!(
        meters["schema"]["items"]["enum"].as_array().map(Vec::len),
        Some(meter::all().count())
    );
}
