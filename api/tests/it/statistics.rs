//! `/v2/meters/{name}/statistics`.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp, sample};

/// Samples of two resources: one each ten minutes from noon on, with the volumes 1, 2, 3 …
async fn with_samples(app: &TestApp, token: &str) {
    let samples: Vec<_> = (0..6)
        .map(|n| {
            let more = json!({
                "timestamp": format!("2015-01-01T12:{:02}:00", n * 10),
                "project_id": "p",
                "resource_metadata": {"instance_type": if n < 2 { "small" } else { "large" }},
            });
            sample(
                "m",
                if n % 2 == 0 { "even" } else { "odd" },
                f64::from(n + 1),
                &more,
            )
        })
        .collect();
    app.store(token, "m", &samples).await;
}

async fn ask(app: &TestApp, token: &str, query: &str) -> Value {
    app.get(token, &format!("/v2/meters/m/statistics?{query}"))
        .await
        .ok()
}

#[tokio::test]
async fn without_arguments_one_row_covers_all_samples() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_samples(&app, &token).await;
    let expected = json!([{
        "groupby": null, "unit": "B", "min": 1.0, "max": 6.0, "avg": 3.5, "sum": 21.0, "count": 6,
        "duration": 3000.0, "duration_start": "2015-01-01T12:00:00", "duration_end": "2015-01-01T12:50:00",
        "period": 0, "period_start": "2015-01-01T12:00:00", "period_end": "2015-01-01T12:50:00",
    }]);
    assert_eq!(ask(&app, &token, "").await, expected);
    let nothing = app.get(&token, "/v2/meters/none/statistics").await.ok();
    assert_eq!(nothing, json!([]));
}

#[tokio::test]
async fn periods_start_at_the_query_and_contain_each_sample_once() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_samples(&app, &token).await;
    // The last sample stands exactly on a period's end.
    let rows = ask(
        &app,
        &token,
        "period=1500&q.field=timestamp&q.op=ge&q.value=2015-01-01T12:00:00",
    )
    .await;
    let pick = |row: &Value| {
        json!([
            row["period_start"],
            row["period_end"],
            row["count"],
            row["period"]
        ])
    };
    let picked: Value = rows.as_array().expect("rows").iter().map(pick).collect();
    assert_eq!(
        picked,
        json!([
            ["2015-01-01T12:00:00", "2015-01-01T12:25:00", 3, 1500],
            ["2015-01-01T12:25:00", "2015-01-01T12:50:00", 2, 1500],
            ["2015-01-01T12:50:00", "2015-01-01T13:15:00", 1, 1500],
        ])
    );
}

#[tokio::test]
async fn each_group_has_its_own_rows() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_samples(&app, &token).await;
    let rows = ask(&app, &token, "groupby=resource_id").await;
    let pick = |row: &Value| json!([row["groupby"], row["sum"]]);
    let picked: Value = rows.as_array().expect("rows").iter().map(pick).collect();
    assert_eq!(
        picked,
        json!([[{"resource_id": "even"}, 9.0], [{"resource_id": "odd"}, 12.0]])
    );
    let rows = ask(
        &app,
        &token,
        "groupby=resource_metadata.instance_type&groupby=project_id",
    )
    .await;
    assert_eq!(
        rows[1]["groupby"],
        json!({"resource_metadata.instance_type": "small", "project_id": "p"})
    );
}

#[tokio::test]
async fn only_selected_functions_are_returned() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_samples(&app, &token).await;
    let rows = ask(
        &app,
        &token,
        "aggregate.func=cardinality&aggregate.param=resource_id&aggregate.func=max&aggregate.func=stddev",
    )
    .await;
    let row = rows[0].as_object().expect("a row");
    assert_eq!(row["max"], 6.0);
    for hidden in ["min", "avg", "sum", "count"] {
        assert!(!row.contains_key(hidden), "{hidden}");
    }
    let aggregate = &row["aggregate"];
    assert_eq!(aggregate["cardinality/resource_id"], 2.0);
    assert_eq!(aggregate["max"], 6.0);
    let stddev = aggregate["stddev"].as_f64().expect("a number");
    assert!((stddev - (35.0_f64 / 12.0).sqrt()).abs() < 1e-9, "{stddev}");
}

#[tokio::test]
async fn search_offset_finds_more_samples_within_the_requested_duration() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_samples(&app, &token).await;
    let rows = ask(
        &app,
        &token,
        "q.field=timestamp&q.op=ge&q.value=2015-01-01T12:25:00&q.field=search_offset&q.op=eq&q.value=10",
    )
    .await;
    assert_eq!(rows[0]["count"], 4);
    assert_eq!(rows[0]["duration_start"], "2015-01-01T12:25:00");
    assert_eq!(rows[0]["duration"], 1500.0);
}

#[tokio::test]
async fn statistics_that_cannot_be_computed_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    for (query, words) in [
        ("foo=1", "Unknown argument: \"foo\""),
        ("limit=1", "Unknown argument: \"limit\""),
        ("period=-1", "Period must be positive."),
        ("period=x", "unable to convert to int"),
        ("period=99999999999999999999", "Invalid period"),
        ("groupby=flavor", "Invalid groupby fields"),
        ("aggregate.func=x", "Invalid aggregation function: x"),
        (
            "aggregate.func=cardinality",
            "Bad aggregate: cardinality.None",
        ),
        ("aggregate.param=user_id", "aggregate.param"),
        (
            "q.field=search_offset&q.value=5",
            "search_offset cannot be used without timestamp",
        ),
        (
            "q.field=timestamp&q.op=eq&q.value=2015-01-01",
            "unimplemented operator for timestamp",
        ),
        (
            "q.field=timestamp&q.op=ge&q.value=noon",
            "invalid timestamp format",
        ),
    ] {
        let path = format!("/v2/meters/m/statistics?{query}");
        let message = app.refused(&token, &path, StatusCode::BAD_REQUEST).await;
        assert!(message.contains(words), "{query}: {message}");
    }
}

#[tokio::test]
async fn statistics_of_any_finite_volumes_are_finite() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let query = "aggregate.func=avg&aggregate.func=sum&aggregate.func=stddev";
    for (meter, volumes, expected) in [
        ("large", [1e308, 1e308], [1e308, f64::MAX, 0.0]),
        ("apart", [1e200, -1e200], [0.0, 0.0, 1e200]),
        ("small", [1e-200, 3e-200], [2e-200, 4e-200, 1e-200]),
    ] {
        let samples = volumes.map(|volume| sample(meter, "r", volume, &json!({})));
        app.store(&token, meter, &samples).await;
        let path = format!("/v2/meters/{meter}/statistics?{query}");
        let rows = app.get(&token, &path).await.ok();
        let row = &rows[0]["aggregate"];
        for (name, expected) in ["avg", "sum", "stddev"].into_iter().zip(expected) {
            let found = row[name].as_f64().expect("a number");
            let near = (found - expected).abs() <= expected.abs() * 1e-12;
            assert!(near, "{meter}: {name}: {found}");
        }
    }
}

#[tokio::test]
async fn cost_of_many_periods_depends_on_their_samples() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let years = ["2000-01-01", "2020-01-01"];
    let samples = years.map(|year| sample("m", "r", 1.0, &json!({"timestamp": year})));
    app.store(&token, "m", &samples).await;
    let start = Instant::now();
    let rows = ask(&app, &token, "period=60").await;
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    // Ten million periods.
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}
