//! `/v2/query/samples`.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp, faultstring, sample};

async fn volumes(app: &TestApp, token: &str, body: &Value) -> Value {
    let found = app.query(token, body).await.ok();
    let found = found.as_array().expect("a list").iter();
    found.map(|sample| sample["volume"].clone()).collect()
}

#[tokio::test]
async fn filter_order_and_limit_select_the_samples() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let samples: Vec<_> = (1..=5)
        .map(|n| {
            let more = json!({"timestamp": format!("2015-01-0{n}"), "resource_metadata": {"a.b.c": format!("x{n}")}});
            sample("m", if n < 4 { "low" } else { "high" }, f64::from(n), &more)
        })
        .collect();
    app.store(&token, "m", &samples).await;
    for (filter, expected) in [
        (
            json!({"=": {"meter": "m"}}),
            json!([5.0, 4.0, 3.0, 2.0, 1.0]),
        ),
        (
            json!({"AND": [{"=": {"resource": "low"}}, {">": {"volume": "1"}}]}),
            json!([3.0, 2.0]),
        ),
        (
            json!({"and": [
                {"=": {"meter": "m"}},
                {"or": [{"=<": {"volume": 1}}, {"=>": {"timestamp": "2015-01-05"}}]},
            ]}),
            json!([5.0, 1.0]),
        ),
        (
            json!({"and": [{"=": {"meter": "m"}}, {"not": {"in": {"resource_id": ["low", "none"]}}}]}),
            json!([5.0, 4.0]),
        ),
        (
            json!({"=~": {"metadata.a.b.c": "^x[23]$"}}),
            json!([3.0, 2.0]),
        ),
        (
            json!({"and": [{"=": {"counter_name": "m"}}, {"!=": {"counter_volume": 3.0}}]}),
            json!([5.0, 4.0, 2.0, 1.0]),
        ),
    ] {
        let body = json!({"filter": filter.to_string()});
        assert_eq!(volumes(&app, &token, &body).await, expected, "{filter}");
    }
    let body = json!({
        "filter": json!({"=": {"meter": "m"}}).to_string(),
        "orderby": r#"[{"resource_id": "ASC"}, {"volume": "asc"}]"#,
        "limit": "3",
    });
    assert_eq!(volumes(&app, &token, &body).await, json!([4.0, 5.0, 1.0]));
}

#[tokio::test]
async fn malformed_queries_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let like = |pattern: &str| json!({"=~": {"meter": pattern}});
    let patterns = |count: usize| {
        let all = vec![like("^m"); count];
        json!({"filter": json!({"and": all}).to_string()})
    };
    let heavy = like("(a{100}){120}").to_string();
    app.query(&token, &patterns(10)).await.ok();
    for (body, words) in [
        (patterns(11), "has 11 patterns; accepted are at most 10"),
        (json!({"filter": heavy}), "size limit"),
        (json!([]), "Value not a valid object"),
        (
            json!({"foo": 1}),
            "Unknown attribute for argument body: foo",
        ),
        (json!({"filter": "{"}), "Filter expression not valid: "),
        (
            json!({"filter": "{\"~\": {\"meter\": \"a\"}}"}),
            "unknown operator \"~\"",
        ),
        (
            json!({"filter": "{\"=~\": {\"meter\": \"(\"}}"}),
            "the pattern \"(\" cannot be used",
        ),
        (
            json!({"filter": "{\"=\": {\"timestamp\": \"x\"}}"}),
            "Failed to parse the timestamp value x",
        ),
        (
            json!({"orderby": "[{\"timestamp\": \"up\"}]"}),
            "Order-by expression not valid: ",
        ),
        (json!({"limit": 0}), "Limit must be positive"),
        (json!({"limit": "x"}), "unable to convert to int"),
    ] {
        let answer = app.query(&token, &body).await;
        let message = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(message.contains(words), "{body}: {message}");
    }
}
