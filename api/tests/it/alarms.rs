//! `/v2/alarms`, their state and history, and complex queries of them.

mod errors;
mod evaluation;
mod ownership;

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, FakeBroker, TestApp, faultstring};

impl TestApp {
    /// Sends a body, or none.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("x-auth-token", token);
        self.send(request.body(body.into()).expect("a request"))
            .await
    }

    /// Creates an alarm.
    pub(crate) async fn create_alarm(&self, token: &str, alarm: &Value) -> Value {
        let answer = self
            .call(token, Method::POST, "/v2/alarms", Some(alarm))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()
    }
}

/// A threshold alarm, with what a test wants to be different.
pub(crate) fn threshold(name: &str, more: &Value) -> Value {
    let mut alarm = json!({
        "name": name,
        "type": "threshold",
        "threshold_rule": {"meter_name": "m", "threshold": 5},
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        alarm[field] = value.clone();
    }
    alarm
}

async fn administrator(fake: &FakeBroker) -> (TestApp, String) {
    TestApp::ready_on_sqlite(fake).await
}

fn names(alarms: &Value) -> Vec<&str> {
    let alarms = alarms.as_array().expect("a list").iter();
    alarms
        .map(|alarm| alarm["name"].as_str().expect("a name"))
        .collect()
}

fn keys(object: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    for part in object.split_inclusive(['{', '}', '[', ']', ',']) {
        if depth == 1
            && let Some((key, _)) = part.trim_start_matches(',').split_once("\":")
        {
            found.push(key.trim_start_matches('"').to_owned());
        }
        match part.chars().last() {
            Some('{' | '[') => depth += 1,
            Some('}' | ']') => depth -= 1,
            _ => {}
        }
    }
    found
}

#[tokio::test]
async fn created_alarm_has_aodhs_fields_order_and_defaults() {
    let fake = FakeBroker::start();
    let (app, token) = administrator(&fake).await;
    let body = threshold("cpu", &json!({"ok_actions": null}));
    let answer = app
        .call(&token, Method::POST, "/v2/alarms", Some(&body))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    let created = answer.json();
    let id = created["alarm_id"].as_str().expect("an id");
    let location = answer.header("location").expect("an address");
    assert!(
        location.ends_with(&format!("/v2/alarms/{id}")),
        "{location}"
    );
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(
        keys(&text),
        [
            "alarm_id",
            "name",
            "description",
            "enabled",
            "ok_actions",
            "alarm_actions",
            "insufficient_data_actions",
            "repeat_actions",
            "type",
            "time_constraints",
            "project_id",
            "user_id",
            "timestamp",
            "state",
            "state_timestamp",
            "severity",
            "threshold_rule",
        ]
    );
    assert!(
        text.contains(
            r#""threshold_rule":{"meter_name":"m","query":[],"period":60,"comparison_operator":"eq","threshold":5.0,"statistic":"avg","evaluation_periods":1,"exclude_outliers":false}"#
        ),
        "{text}"
    );
    for (field, value) in [
        (
            "description",
            json!("Alarm when m is eq a avg of 5.0 over 60 seconds"),
        ),
        ("enabled", json!(true)),
        ("ok_actions", Value::Null),
        ("alarm_actions", json!([])),
        ("repeat_actions", json!(false)),
        ("state", json!("insufficient data")),
        ("severity", json!("low")),
    ] {
        assert_eq!(created[field], value, "{field}");
    }
    assert_eq!(
        app.get(&token, &format!("/v2/alarms/{id}")).await.ok(),
        created
    );
    assert_eq!(app.get(&token, "/v2/alarms").await.ok(), json!([created]));
}

#[tokio::test]
async fn replacement_state_and_deletion_leave_a_history() {
    let fake = FakeBroker::start();
    let (app, token) = administrator(&fake).await;
    let created = app
        .create_alarm(&token, &threshold("a", &json!({"severity": "critical"})))
        .await;
    let path = format!("/v2/alarms/{}", created["alarm_id"].as_str().expect("id"));
    let put = async |path: &str, body: Value| {
        let answer = app.call(&token, Method::PUT, path, Some(&body)).await;
        answer.ok()
    };
    let replaced = put(&path, threshold("b", &json!({}))).await;
    assert_eq!(
        (replaced["name"].as_str(), replaced["severity"].as_str()),
        (Some("b"), Some("low"))
    );
    // Nothing changes.
    put(&path, replaced.clone()).await;
    let state = format!("{path}/state");
    assert_eq!(
        app.get(&token, &state).await.ok(),
        json!("insufficient data")
    );
    assert_eq!(put(&state, json!("alarm")).await, json!("alarm"));
    assert_eq!(app.get(&token, &state).await.ok(), json!("alarm"));
    let history = app.get(&token, &format!("{path}/history")).await.ok();
    let changes = history.as_array().expect("a list");
    let kinds: Vec<_> = changes.iter().map(|change| &change["type"]).collect();
    assert_eq!(kinds, ["state transition", "rule change", "creation"]);
    let detail = |index: usize| -> Value {
        serde_json::from_str(changes[index]["detail"].as_str().expect("a text")).expect("JSON")
    };
    assert_eq!(detail(0), json!({"state": "alarm"}));
    assert_eq!(detail(1), json!({"name": "b", "severity": "low"}));
    assert_eq!(detail(2)["rule"]["meter_name"], "m");
    assert_eq!(changes[0]["on_behalf_of"], created["project_id"]);
    let some = app
        .get(
            &token,
            &format!(
                "{path}/history?q.field=type&q.value=creation&q.field=severity&q.value=critical"
            ),
        )
        .await;
    assert_eq!(some.ok().as_array().map(Vec::len), Some(1));
    let later = format!("{path}/history?q.field=timestamp&q.op=gt&q.value=2100-01-01");
    assert_eq!(app.get(&token, &later).await.ok(), json!([]));
    let deleted = app.call(&token, Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let words = app.refused(&token, &path, StatusCode::NOT_FOUND).await;
    assert_eq!(
        words,
        format!("Alarm {} not found", &path["/v2/alarms/".len()..])
    );
    app.refused(&token, &format!("{path}/history"), StatusCode::NOT_FOUND)
        .await;
}

#[tokio::test]
async fn queries_select_and_sort_alarms() {
    let fake = FakeBroker::start();
    let (app, token) = administrator(&fake).await;
    for (name, more) in [
        ("a", json!({"enabled": false, "severity": "critical"})),
        ("b", json!({"state": "ok"})),
        (
            "c",
            json!({"threshold_rule": {"meter_name": "other", "threshold": "7.5"}}),
        ),
    ] {
        app.create_alarm(&token, &threshold(name, &more)).await;
    }
    for (query, expected) in [
        ("", vec!["c", "b", "a"]),
        ("limit=2", vec!["c", "b"]),
        ("q.field=name&q.op=eq&q.type=&q.value=b", vec!["b"]),
        ("q.field=enabled&q.op=eq&q.type=&q.value=no", vec!["a"]),
        ("q.field=meter&q.value=other", vec!["c"]),
        ("q.field=state&q.value=ok", vec!["b"]),
        ("q.field=severity&q.value=critical", vec!["a"]),
        ("q.field=type&q.value=combination", vec![]),
        ("sort=name:asc", vec!["a", "b", "c"]),
        ("sort=severity:asc&sort=name:desc&limit=2", vec!["a", "c"]),
    ] {
        let found = app.get(&token, &format!("/v2/alarms?{query}")).await.ok();
        assert_eq!(names(&found), expected, "{query}");
    }
    let all = app.get(&token, "/v2/alarms").await.ok();
    let marker = all[0]["alarm_id"].as_str().expect("an id");
    let after = app
        .get(&token, &format!("/v2/alarms?marker={marker}&limit=1"))
        .await;
    assert_eq!(names(&after.ok()), ["b"]);
    for (body, expected) in [
        (json!({"limit": "1"}), vec!["c"]),
        (
            json!({"filter": r#"{"and": [{"=": {"state": "insufficient data"}}, {"=": {"enabled": true}}]}"#}),
            vec!["c"],
        ),
        (
            json!({"filter": r#"{"not": {"in": {"name": ["b", "c"]}}}"#, "orderby": r#"[{"name": "DESC"}]"#}),
            vec!["a"],
        ),
        (
            json!({"filter": r#"{"=~": {"name": "^[ab]$"}}"#, "orderby": r#"[{"name": "asc"}]"#, "limit": 5}),
            vec!["a", "b"],
        ),
        (
            json!({"filter": r#"{">": {"timestamp": "2100-01-01"}}"#}),
            vec![],
        ),
    ] {
        let answer = app
            .call(&token, Method::POST, "/v2/query/alarms", Some(&body))
            .await;
        assert_eq!(names(&answer.ok()), expected, "{body}");
    }
    let body = json!({"filter": r#"{"=": {"type": "creation"}}"#, "limit": "2"});
    let answer = app
        .call(
            &token,
            Method::POST,
            "/v2/query/alarms/history",
            Some(&body),
        )
        .await;
    assert_eq!(answer.ok().as_array().map(Vec::len), Some(2));
    for (body, words) in [
        (
            json!({"filter": r#"{"=": {"spam": 1}}"#}),
            "unknown field \"spam\"",
        ),
        (json!({"orderby": "[1]"}), "Order-by expression not valid"),
        (json!({"limit": 0}), "Limit must be positive"),
    ] {
        let answer = app
            .call(&token, Method::POST, "/v2/query/alarms", Some(&body))
            .await;
        let found = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(found.contains(words), "{found}");
    }
}

#[tokio::test]
async fn composite_rules_and_time_constraints_come_back_with_defaults() {
    let fake = FakeBroker::start();
    let (app, token) = administrator(&fake).await;
    let part =
        |threshold: i64| json!({"type": "threshold", "meter_name": "m", "threshold": threshold});
    let body = json!({
        "name": "a",
        "type": "composite",
        "composite_rule": {"or": [part(1), {"and": [part(2), part(3)]}]},
        "time_constraints": [{"name": "t", "start": "0 11 * * *", "duration": "3600", "timezone": "Europe/Ljubljana"}],
    });
    let alarm = app.create_alarm(&token, &body).await;
    assert_eq!(alarm["description"], "composite alarm rule");
    let inner = &alarm["composite_rule"]["or"][1]["and"][0];
    assert_eq!(
        (&inner["type"], &inner["threshold"], &inner["period"]),
        (&json!("threshold"), &json!(2.0), &json!(60))
    );
    assert_eq!(
        alarm["time_constraints"],
        json!([{"name": "t", "description": "Time constraint at 0 11 * * * lasting for 3600 seconds",
            "start": "0 11 * * *", "duration": 3600, "timezone": "Europe/Ljubljana"}])
    );
    let bad = json!({"name": "a", "type": "composite", "composite_rule": {"xor": [part(1)]}});
    let answer = app
        .call(&token, Method::POST, "/v2/alarms", Some(&bad))
        .await;
    let words = faultstring(&answer, StatusCode::BAD_REQUEST);
    assert!(
        words.starts_with("Invalid input composite rule: "),
        "{words}"
    );
}
