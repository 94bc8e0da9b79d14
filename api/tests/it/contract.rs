//! Rows of the contract's tables that no other file here has: `METERING_API`, parts 1 to 3.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp, faultstring, local, sample};

/// Which fields may be asked for where; every other one is refused by its name.
#[tokio::test]
async fn each_path_knows_its_own_fields() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let everywhere = [
        "project",
        "project_id",
        "resource",
        "resource_id",
        "user",
        "user_id",
        "source",
        "metadata.a",
        "resource_metadata.a",
    ];
    let of_samples = ["meter", "message_id"];
    let times = ["timestamp"];
    let fields = [&everywhere[..], &of_samples, &times].concat();
    for (path, accepted) in [
        ("/v2/meters", everywhere.to_vec()),
        ("/v2/samples", fields.clone()),
        ("/v2/meters/m", fields.clone()),
        ("/v2/meters/m/statistics", fields.clone()),
        ("/v2/resources", [&everywhere[..], &times].concat()),
    ] {
        for field in &fields {
            let (op, value) = if *field == "timestamp" {
                ("ge", "2015-01-01")
            } else {
                ("eq", "x")
            };
            let path = format!("{path}?q.field={field}&q.op={op}&q.value={value}");
            if accepted.contains(field) {
                app.get(&token, &path).await.ok();
            } else {
                let words = app.refused(&token, &path, StatusCode::BAD_REQUEST).await;
                let named = format!("Unknown argument: \"{field}\": ");
                assert!(words.starts_with(&named), "{path}: {words}");
            }
        }
        // `limit` is an argument, and no field.
        let limit = format!("{path}?q.field=limit&q.op=eq&q.value=5");
        let words = app.refused(&token, &limit, StatusCode::BAD_REQUEST).await;
        let named = "Unknown argument: \"limit\": ";
        assert!(words.starts_with(named), "{limit}: {words}");
        // An offset goes with a time, where there are times.
        let offset = format!(
            "{path}?q.field=timestamp&q.op=ge&q.value=2015-01-01&q.field=search_offset&q.op=eq&q.value=5"
        );
        let answer = app.get(&token, &offset).await;
        let expected = if accepted.contains(&"timestamp") {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(answer.status, expected, "{offset}");
    }
}

#[tokio::test]
async fn every_comparison_of_times_and_every_type_of_metadata_is_understood() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let samples: Vec<_> = (1..=3)
        .map(|day| {
            let more = json!({
                "timestamp": format!("2015-01-0{day}"),
                "resource_metadata": {"flag": "True", "count": day.to_string(), "share": "1.5"},
            });
            sample("m", "r", f64::from(day), &more)
        })
        .collect();
    app.store(&token, "m", &samples).await;
    for (query, count) in [
        ("q.field=timestamp&q.op=lt&q.value=2015-01-02", 1),
        ("q.field=timestamp&q.op=le&q.value=2015-01-02", 2),
        ("q.field=timestamp&q.op=gt&q.value=2015-01-02", 1),
        ("q.field=timestamp&q.op=ge&q.value=2015-01-02", 2),
        // Without a type, a value that looks like a flag or a number does not match a stored text.
        ("q.field=metadata.flag&q.value=True", 0),
        ("q.field=metadata.flag&q.type=string&q.value=True", 3),
        ("q.field=metadata.count&q.type=string&q.value=2", 1),
        ("q.field=metadata.count&q.type=integer&q.value=2", 0),
        ("q.field=metadata.share&q.type=float&q.value=1.5", 0),
        ("q.field=metadata.flag&q.type=boolean&q.value=true", 0),
        ("q.field=resource&q.op=&q.value=r", 3),
        ("q.field=resource&q.value=r&q.field=user&q.value=none", 0),
    ] {
        let listed = app.get(&token, &format!("/v2/meters/m?{query}")).await.ok();
        assert_eq!(listed.as_array().map(Vec::len), Some(count), "{query}");
    }
}

#[tokio::test]
async fn a_complex_query_that_is_not_json_is_415_and_one_without_enough_terms_400() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let request = Request::post("/v2/query/samples")
        .header("x-auth-token", &token)
        .header("content-type", "text/plain");
    let answer = app
        .send(request.body("{}".into()).expect("a request"))
        .await;
    assert_eq!(
        faultstring(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        "Unknown mimetype: text/plain"
    );
    for filter in [
        json!({"and": [{"=": {"meter": "m"}}]}),
        json!({"or": []}),
        json!({"not": [{"=": {"meter": "m"}}]}),
        json!({"in": {"meter": "m"}}),
        json!({"=": {"meter": "m", "user": "u"}}),
        json!({"=": {"harpoon": "m"}}),
    ] {
        let answer = app
            .query(&token, &json!({"filter": filter.to_string()}))
            .await;
        let words = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(
            words.starts_with("Filter expression not valid: "),
            "{filter}: {words}"
        );
    }
}

#[tokio::test]
async fn extra_arguments_of_old_clients_are_accepted() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let posted = json!([sample("m", "r", 1.0, &json!({"counter_volume": "1"}))]);
    let auth = [("x-auth-token", token.as_str())];
    let answer = app.post("/v2/meters/m?direct=True", &posted, &auth).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json()[0].get("recorded_at"), None);
    // A period of nought is none.
    let rows = app
        .get(&token, "/v2/meters/m/statistics?period=0")
        .await
        .ok();
    assert_eq!(
        (&rows[0]["period"], &rows[0]["count"]),
        (&json!(0), &json!(1))
    );
    let found = app.query(&token, &json!({"limit": "1"})).await.ok();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn links_to_samples_have_the_prefix() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.path_prefix = "/telemetry".into();
    let app = TestApp::with(config);
    let request = crate::support::password_request("guest", "guest");
    let answer = app
        .post("/telemetry/identity/v3/auth/tokens", &request, &[])
        .await;
    let token = answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned();
    let posted = json!([sample("m", "vm/1", 1.0, &json!({}))]);
    let auth = [("x-auth-token", token.as_str())];
    let answer = app.post("/telemetry/v2/meters/m", &posted, &auth).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let path = "/telemetry/v2/resources?q.field=resource&q.value=vm/1";
    let resource = app.get(&token, path).await.ok();
    let links = resource[0]["links"].as_array().expect("links");
    assert_eq!(links.len(), 2);
    for link in links {
        let href = link["href"].as_str().expect("an address");
        assert!(
            href.starts_with("http://127.0.0.1:8777/telemetry/v2/"),
            "{href}"
        );
    }
}

#[tokio::test]
async fn router_errors_are_plain_text_unless_json_is_accepted() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let auth = ("x-auth-token", token.as_str());
    for (method, path, accept, status) in [
        (
            Method::GET,
            "/v2/meters",
            "text/html",
            StatusCode::NOT_ACCEPTABLE,
        ),
        (Method::GET, "/v2/nothing", "*/*", StatusCode::NOT_FOUND),
        (
            Method::PUT,
            "/v2/meters",
            "*/*",
            StatusCode::METHOD_NOT_ALLOWED,
        ),
    ] {
        let answer = app.request(method, path, &[auth, ("accept", accept)]).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(
            matches!(&answer.json()["error_message"], Value::String(words) if !words.is_empty()),
            "{path}: {:?}",
            answer.body
        );
    }
}
