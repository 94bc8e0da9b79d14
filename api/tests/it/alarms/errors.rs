//! Refusals, in the words of the old service.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::threshold;
use crate::support::{FakeBroker, TestApp, faultstring};

fn rule(more: &Value) -> Value {
    let mut rule = json!({"meter_name": "m", "threshold": 5});
    for (field, value) in more.as_object().into_iter().flatten() {
        rule[field] = value.clone();
    }
    threshold("a", &json!({"threshold_rule": rule}))
}

fn invalid(field: &str, value: &str, why: &str) -> String {
    format!("Invalid input for field/attribute {field}. Value: '{value}'. {why}")
}

#[tokio::test]
async fn unusable_alarms_are_refused_with_the_reason() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let missing = |field: &str| invalid(field, "None", "Mandatory field missing.");
    let query = |field: &str| json!({"query": [{"field": field, "op": "eq", "value": "1"}]});
    for (body, expected) in [
        (json!({"type": "threshold"}), missing("name")),
        (json!({"name": "a"}), missing("type")),
        (
            threshold("a", &json!({"threshold_rule": {"threshold": 1}})),
            missing("meter_name"),
        ),
        (
            threshold("a", &json!({"threshold_rule": {"meter_name": "m"}})),
            missing("threshold"),
        ),
        (
            json!({"name": "a", "type": "combination", "combination_rule": {}}),
            missing("alarm_ids"),
        ),
        (
            rule(&json!({"period": 0})),
            invalid("period", "0", "Value should be greater or equal to 1"),
        ),
        (
            rule(&json!({"evaluation_periods": "0"})),
            invalid(
                "evaluation_periods",
                "0",
                "Value should be greater or equal to 1",
            ),
        ),
        (
            rule(&json!({"comparison_operator": "bad"})),
            invalid(
                "comparison_operator",
                "bad",
                "Value should be one of: lt, le, eq, ne, ge, gt",
            ),
        ),
        (
            rule(&json!({"statistic": "magic"})),
            invalid(
                "statistic",
                "magic",
                "Value should be one of: max, min, avg, sum, count",
            ),
        ),
        (
            threshold("a", &json!({"severity": "x"})),
            invalid(
                "severity",
                "x",
                "Value should be one of: low, moderate, critical",
            ),
        ),
        (
            threshold("a", &json!({"state": "x"})),
            invalid(
                "state",
                "x",
                "Value should be one of: ok, alarm, insufficient data",
            ),
        ),
        (
            json!({"name": "a", "type": "threshold"}),
            "threshold_rule must be set for threshold type alarm".into(),
        ),
        (
            threshold("a", &json!({"combination_rule": {"alarm_ids": ["a", "b"]}})),
            "combination_rule and threshold_rule cannot be set at the same time".into(),
        ),
        (
            rule(&query("timestamp")),
            "Unknown argument: \"timestamp\": not valid for this resource".into(),
        ),
        (
            rule(&query("spam")),
            "Unknown argument: \"spam\": unrecognized field in query: [<Query 'spam' eq '1' Unset>], \
             valid keys: ['message_id', 'meter', 'project', 'resource', 'search_offset', 'source', 'timestamp', 'user']"
                .into(),
        ),
        (
            threshold("a", &json!({"alarm_actions": ["ftp://h/x"]})),
            "Unsupported action ftp://h/x".into(),
        ),
        (
            threshold("a", &json!({"ok_actions": ["trust+http://h/x"]})),
            "Unsupported action trust+http://h/x".into(),
        ),
        (
            json!({"name": "a", "type": "combination", "combination_rule": {"alarm_ids": ["a", "a"]}}),
            "Alarm combination rule should contain at least two different alarm ids.".into(),
        ),
        (
            json!({"name": "a", "type": "gnocchi_resources_threshold"}),
            "Unavailable alarm type".into(),
        ),
        (
            threshold("a", &json!({"spam": 1})),
            "Unknown attribute for argument data: spam".into(),
        ),
    ] {
        let answer = app
            .call(&token, Method::POST, "/v2/alarms", Some(&body))
            .await;
        let words = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert_eq!(words, expected, "{body}");
    }
    let unknown = threshold("a", &json!({"type": "nope"}));
    let answer = app
        .call(&token, Method::POST, "/v2/alarms", Some(&unknown))
        .await;
    let words = faultstring(&answer, StatusCode::BAD_REQUEST);
    let start = invalid(
        "type",
        "nope",
        "Value should be one of: threshold, combination",
    );
    assert!(words.starts_with(&start), "{words}");
    // Aodh answers 500.
    let list = json!([threshold("a", &json!({}))]);
    let answer = app
        .call(&token, Method::POST, "/v2/alarms", Some(&list))
        .await;
    faultstring(&answer, StatusCode::BAD_REQUEST);
    assert_eq!(app.get(&token, "/v2/alarms").await.ok(), json!([]));
}

#[tokio::test]
async fn unusable_requests_are_refused_with_the_reason() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let alarm = app.create_alarm(&token, &threshold("a", &json!({}))).await;
    let id = alarm["alarm_id"].as_str().expect("an id");
    let path = format!("/v2/alarms/{id}");
    let keys = "['alarm_id', 'enabled', 'exclude', 'meter', 'name', 'project', 'severity', 'state', 'type', 'user']";
    for (query, expected) in [
        ("spam=1", "Unknown argument: \"spam\"".to_owned()),
        (
            "q.field=spam&q.op=eq&q.value=1",
            format!(
                "Unknown argument: \"spam\": unrecognized field in query: [<Query 'spam' eq '1' Unset>], valid keys: {keys}"
            ),
        ),
        (
            "q.field=name&q.op=ne&q.value=1",
            invalid("op", "ne", "unimplemented operator for name"),
        ),
        ("limit=0", "Limit must be positive".to_owned()),
    ] {
        let path = format!("/v2/alarms?{query}");
        let words = app.refused(&token, &path, StatusCode::BAD_REQUEST).await;
        assert_eq!(words, expected, "{query}");
    }
    let history = format!("{path}/history?q.field=spam&q.value=1");
    let words = app.refused(&token, &history, StatusCode::BAD_REQUEST).await;
    let keys = "valid keys: ['project', 'search_offset', 'severity', 'timestamp', 'type', 'user']";
    assert!(words.ends_with(keys), "{words}");
    let state = format!("{path}/state");
    let answer = app
        .call(&token, Method::PUT, &state, Some(&json!("not valid")))
        .await;
    assert_eq!(
        faultstring(&answer, StatusCode::BAD_REQUEST),
        "state invalid"
    );
    let itself =
        json!({"name": "a", "type": "combination", "combination_rule": {"alarm_ids": [id, "x"]}});
    let answer = app.call(&token, Method::PUT, &path, Some(&itself)).await;
    assert_eq!(
        faultstring(&answer, StatusCode::BAD_REQUEST),
        format!("Cannot specify alarm {id} itself in combination rule")
    );
    for (method, path, allowed) in [
        (Method::PUT, "/v2/alarms".to_owned(), ["GET", "POST"]),
        (Method::DELETE, "/v2/alarms".to_owned(), ["GET", "POST"]),
        (Method::POST, state, ["GET", "PUT"]),
    ] {
        let answer = app.call(&token, method, &path, Some(&json!({}))).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        let allow = answer.header("allow").expect("methods");
        assert!(
            allowed.iter().all(|method| allow.contains(method)),
            "{allow}"
        );
    }
    let send = async |content_type: &str, body: &'static str| {
        let request = Request::post("/v2/alarms")
            .header("content-type", content_type)
            .header("x-auth-token", &token);
        app.send(request.body(body.into()).expect("a request"))
            .await
    };
    let answer = send("text/plain", "{}").await;
    assert_eq!(
        faultstring(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        "Unknown mimetype: text/plain"
    );
    let words = faultstring(
        &send("application/json", "{").await,
        StatusCode::BAD_REQUEST,
    );
    assert!(
        words.starts_with("Request is not in valid JSON format"),
        "{words}"
    );
}
