//! Whose alarms a caller sees and changes.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{administrator, threshold};
use crate::support::{Account, FakeBroker, TestApp, faultstring, local, password_request, sqlite};

/// Two accounts of a project each.
async fn members(fakes: &[FakeBroker; 2]) -> (TestApp, [(String, String); 2]) {
    let [anna, bert] = fakes;
    let app = TestApp::with_store(local(&[("of-anna", anna), ("of-bert", bert)]), sqlite());
    let members = members_of(&app, fakes).await;
    (app, members)
}

/// The same of a service that runs: tokens and projects.
pub(super) async fn members_of(app: &TestApp, fakes: &[FakeBroker; 2]) -> [(String, String); 2] {
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
    members.try_into().expect("two members")
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
