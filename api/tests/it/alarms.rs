//! `/v2/alarms`, their state and history, and complex queries of them.

mod errors;

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Account, Answer, FakeBroker, TestApp, faultstring, local, password_request, sqlite,
};

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

/// Two accounts of a project each.
async fn members(fakes: &[FakeBroker; 2]) -> (TestApp, [(String, String); 2]) {
    let [anna, bert] = fakes;
    let app = TestApp::with_store(local(&[("of-anna", anna), ("of-bert", bert)]), sqlite());
    let mut members = Vec::new();
    for (fake, name) in fakes.iter().zip(["anna", "bert"]) {
        fake.add(Account::new(name, "secret", &["management"], &["/"]));
        let mut request = password_request(name, "secret");
        request["auth"]["scope"] =
            json!({"project": {"name": format!("of-{name}"), "domain": {"name": "Default"}}});
        let answer = app.post("/identity/v3/auth/tokens", &request, &[]).await;
        let token = answer
            .header("x-subject-token")
            .expect("a token")
            .to_owned();
        let project = answer.json()["token"]["project"]["id"].clone();
        members.push((token, project.as_str().expect("an id").to_owned()));
    }
    let members = members.try_into().expect("two members");
    (app, members)
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
async fn alarms_of_another_project_are_hidden() {
    let fakes = [FakeBroker::start(), FakeBroker::start()];
    let (app, [(anna, of_anna), (bert, of_bert)]) = members(&fakes).await;
    let alarm = app.create_alarm(&anna, &threshold("a", &json!({}))).await;
    assert_eq!(alarm["project_id"], of_anna.as_str());
    let id = alarm["alarm_id"].as_str().expect("an id");
    assert_eq!(
        alarm["threshold_rule"]["query"],
        json!([{"field": "project_id", "op": "eq", "value": of_anna}])
    );
    let path = format!("/v2/alarms/{id}");
    let missing = format!("Alarm {id} not found in project {of_bert}");
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::PUT, path.clone(), Some(threshold("b", &json!({})))),
        (Method::DELETE, path.clone(), None),
        (Method::GET, format!("{path}/state"), None),
        (Method::PUT, format!("{path}/state"), Some(json!("ok"))),
        (Method::GET, format!("{path}/history"), None),
    ] {
        let answer = app.call(&bert, method.clone(), &path, body.as_ref()).await;
        let words = faultstring(&answer, StatusCode::NOT_FOUND);
        assert_eq!(words, missing, "{method} {path}");
    }
    assert_eq!(app.get(&bert, "/v2/alarms").await.ok(), json!([]));
    for path in ["/v2/query/alarms", "/v2/query/alarms/history"] {
        let answer = app.call(&bert, Method::POST, path, Some(&json!({}))).await;
        assert_eq!(answer.ok(), json!([]), "{path}");
    }
    let combined =
        json!({"name": "c", "type": "combination", "combination_rule": {"alarm_ids": [id, "x"]}});
    let answer = app
        .call(&bert, Method::POST, "/v2/alarms", Some(&combined))
        .await;
    assert_eq!(faultstring(&answer, StatusCode::NOT_FOUND), missing);
    // Nobody names another owner, or another project's samples.
    let refused = async |more: Value| {
        let body = threshold("b", &more);
        let answer = app
            .call(&bert, Method::POST, "/v2/alarms", Some(&body))
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        answer.json()["error_message"]["faultstring"].clone()
    };
    let words = format!("Not Authorized to access project {of_anna}");
    assert_eq!(refused(json!({"project_id": of_anna})).await, words);
    let rule = json!({"meter_name": "m", "threshold": 1,
        "query": [{"field": "project_id", "value": of_anna}]});
    assert_eq!(refused(json!({"threshold_rule": rule})).await, words);
    let listed = format!("/v2/alarms?q.field=project&q.value={of_anna}");
    assert_eq!(
        app.get(&bert, &listed).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        refused(json!({"user_id": "somebody"})).await,
        "Not Authorized to access user somebody"
    );
    assert_eq!(
        refused(json!({"alarm_actions": ["log://"]})).await,
        "You are not authorized to create action: log://"
    );
    // What the service added comes back and stays as it is.
    let answer = app.call(&anna, Method::PUT, &path, Some(&alarm)).await;
    assert_eq!(answer.ok()["threshold_rule"], alarm["threshold_rule"]);
}

#[tokio::test]
async fn administrator_creates_for_others_and_is_limited_to_their_samples() {
    let fake = FakeBroker::start();
    let (app, token) = administrator(&fake).await;
    let more = json!({"project_id": "p2", "user_id": "u2"});
    let alarm = app.create_alarm(&token, &threshold("a", &more)).await;
    assert_eq!(
        (&alarm["project_id"], &alarm["user_id"]),
        (&json!("p2"), &json!("u2"))
    );
    assert_eq!(
        alarm["threshold_rule"]["query"],
        json!([{"field": "project_id", "op": "eq", "value": "p2"}])
    );
}

#[tokio::test]
async fn project_has_as_many_alarms_as_its_quota() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.alarm_quota = std::num::NonZeroU64::new(1);
    let app = TestApp::with_store(config, sqlite());
    let token = app.sign_in("guest", "guest").await;
    let alarm = app.create_alarm(&token, &threshold("a", &json!({}))).await;
    let body = threshold("b", &json!({}));
    let answer = app
        .call(&token, Method::POST, "/v2/alarms", Some(&body))
        .await;
    assert_eq!(
        faultstring(&answer, StatusCode::FORBIDDEN),
        format!(
            "Alarm quota exceeded for user {} on project {}",
            alarm["user_id"].as_str().expect("an id"),
            alarm["project_id"].as_str().expect("an id")
        )
    );
}
