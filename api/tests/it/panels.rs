//! `POST /v2/rabbit/panels`: the parts of the dashboard that panels show.

use http::{Method, StatusCode};
use metering::dashboard::{PanelAnswer, PanelError};
use metering::panel::Panel;
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::guest::{shop, with_portals};
use crate::support::{Account, FakeBroker, TestApp, faultstring, local};

const PANELS: &str = "/v2/rabbit/panels";

async fn post(app: &TestApp, token: &str, requests: &Value) -> Answer {
    let headers = [("x-auth-token", token)];
    app.post(PANELS, requests, &headers).await
}

/// One answer for each request.
async fn answers(app: &TestApp, token: &str, requests: Value) -> Vec<Value> {
    let answer = post(app, token, &requests).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answers = answer.ok();
    let typed: Vec<PanelAnswer> = serde_json::from_value(answers.clone()).expect("answers");
    assert_eq!(typed.len(), requests.as_array().map_or(0, Vec::len));
    answers.as_array().expect("a list").clone()
}

fn meters(series: &Value) -> Vec<&str> {
    let columns = series["columns"].as_array().into_iter().flatten();
    let meters = columns.map(|column| column["meter"].as_str().expect("a meter"));
    meters.collect()
}

#[tokio::test]
async fn one_bad_panel_hides_no_other() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let requests = json!([
        {"panel": "tiles", "broker": "prod", "depth": 3_600_000},
        {"panel": "none", "broker": "prod"},
        {"panel": "nodes", "broker": "other"},
        {"panel": "queued-messages", "broker": "prod", "length": 0},
        {"panel": "queued-messages", "broker": "prod", "length": i64::MAX},
        {"panel": "queued-messages", "broker": "prod", "length": 60_000, "end": i64::MIN},
        {"panel": "queued-messages", "broker": "prod", "depth": 60_000, "since": -1},
        {"panel": "churn", "broker": "prod", "depth": i64::MIN},
        {"panel": "nodes", "broker": "prod"},
    ]);
    let answers = answers(&app, &token, requests).await;
    assert!(answers[0]["Ok"]["overview"]["object_totals"].is_object());
    assert_eq!(answers[1], json!({"Err": "Forbidden"}));
    assert_eq!(answers[2], json!({"Err": "UnknownBroker"}));
    for (place, name) in [(3, "length"), (4, "length"), (5, "end"), (6, "since")] {
        let error = serde_json::from_value(answers[place]["Err"].clone()).expect("an error");
        let PanelError::BadArgument { reason } = error else {
            panic!("{error:?}");
        };
        assert!(reason.contains(&format!("for \"{name}\"")), "{reason}");
    }
    assert!(answers[7]["Ok"]["series"].is_object(), "{}", answers[7]);
    assert!(answers[8]["Ok"]["nodes"].is_array());
}

#[tokio::test]
async fn panel_of_the_overview_is_the_dashboard() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let requests = json!([{"panel": "overview", "broker": "prod", "depth": 3_600_000}]);
    let without_time = |mut value: Value| {
        let time = value
            .as_object_mut()
            .expect("an object")
            .remove("server_time");
        assert!(time.is_some());
        value
    };
    // If a poll or a step comes in between, both are requested again.
    for _ in 0..200 {
        let dashboard = async || {
            let answer = app.get(&token, "/v2/rabbit/dashboard?broker=prod").await;
            without_time(answer.ok())
        };
        let before = dashboard().await;
        let panel = answers(&app, &token, requests.clone()).await.remove(0);
        if before == dashboard().await {
            assert_eq!(without_time(panel["Ok"].clone()), before);
            return;
        }
    }
    panic!("the dashboard changed each time");
}

#[tokio::test]
async fn panels_have_their_own_parts_alone() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for panel in Panel::ALL {
        let request = json!([{"panel": panel.word(), "broker": "prod", "node": "n", "queue": "q",
            "depth": 600_000, "length": 600_000}]);
        let answer = answers(&app, &token, request).await.remove(0);
        let page = answer["Ok"].as_object().expect("an answer");
        let of_broker = !panel.is_of_object();
        for (part, expected) in [
            ("broker", true),
            ("overview", true),
            ("nodes", panel.needs_nodes()),
            ("series", of_broker && panel.needs_series()),
            ("charts", of_broker && panel.is_charted()),
            ("events", panel.needs_log()),
        ] {
            assert_eq!(page.contains_key(part), expected, "{part} of {panel:?}");
        }
        for series in ["series", "charts"] {
            let drawn = page.get(series).map(meters).unwrap_or_default();
            assert!(drawn.iter().all(|meter| panel.draws(meter)), "{drawn:?}");
        }
        let overview = page["overview"].as_object().expect("totals");
        assert!(overview.contains_key("observed_at"));
        assert_eq!(overview.len() > 1, panel.needs_overview(), "{panel:?}");
    }
}

#[tokio::test]
async fn parts_that_an_account_may_not_see_are_absent() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    let (app, _) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let request = |panel: &str| json!({"panel": panel, "broker": "prod", "depth": 600_000});
    let requests = json!([request("nodes"), request("tiles"), request("about")]);
    for answer in answers(&app, &anna, requests).await {
        let page = &answer["Ok"];
        assert_eq!(page.get("nodes"), None);
        assert_eq!(page["overview"].get("object_totals"), None);
        assert_eq!(page["overview"].get("node"), None);
        assert_eq!(meters(&page["series"]), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn guest_is_refused_a_panel_that_its_token_does_not_name() {
    let fake = FakeBroker::start();
    let app = TestApp::with(with_portals(local(&[("prod", &fake)]), vec![shop()]));
    let admin = app.sign_in("guest", "guest").await;
    app.polls("prod", 2).await;
    let token = app.guest(json!({"panels": ["tiles", "nodes"]})).await;
    let request = |panel: &str| json!({"panel": panel, "broker": "prod", "depth": 600_000});
    let requests = json!([request("tiles"), request("listeners"), request("nodes")]);
    let answers = answers(&app, &token, requests).await;
    assert!(answers[0]["Ok"]["overview"]["object_totals"].is_object());
    assert_eq!(answers[0]["Ok"].get("nodes"), None, "of another panel");
    assert_eq!(answers[1], json!({"Err": "Forbidden"}));
    assert!(answers[2]["Ok"]["nodes"].is_array());
    assert_eq!(answers[2]["Ok"]["overview"].get("object_totals"), None);

    let portals = app.get(&admin, "/v2/rabbit/portals").await.ok();
    let usage = &portals[0];
    assert_eq!((&usage["reads"], &usage["refused"]), (&json!(1), &json!(1)));
    let shown = usage["shown"].as_array().expect("panels").iter();
    let shown: Vec<_> = shown.map(|shown| shown["panel"].clone()).collect();
    assert_eq!(shown, ["nodes", "tiles"]);

    let headers = [("x-auth-token", token.as_str())];
    let answer = app.request(Method::GET, PANELS, &headers).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "not a read of panels");
    let headers = [headers[0], ("origin", "https://evil.example")];
    let answer = app.post(PANELS, &json!([]), &headers).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "another origin");
}

#[tokio::test]
async fn body_that_is_no_list_of_requests_is_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    assert_eq!(answers(&app, &token, json!([])).await, Vec::<Value>::new());
    let request = json!({"panel": "tiles", "broker": "prod"});
    let many = |count| Value::from(vec![request.clone(); count]);
    post(&app, &token, &many(64)).await.ok();
    for (body, said) in [
        (many(65), "65 panels are requested: accepted are at most 64"),
        (json!({}), "not in valid JSON format"),
        (json!([{"panel": 5}]), "not in valid JSON format"),
        (json!([{"panel": "tiles"}]), "missing field `broker`"),
    ] {
        let answer = post(&app, &token, &body).await;
        let words = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(words.contains(said), "{words}");
    }
    let long = json!([{"panel": "x".repeat(256 << 10), "broker": "prod"}]);
    let answer = post(&app, &token, &long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        post(&app, "none", &json!([])).await.status,
        StatusCode::UNAUTHORIZED
    );
}
