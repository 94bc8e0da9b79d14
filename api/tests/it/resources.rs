//! `/v2/resources`.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp, local, sample};

async fn with_resources(app: &TestApp, token: &str) {
    for (meter, resource, time) in [
        ("m", "vm/1 a", "2015-01-01T12:00:00"),
        ("n", "vm/1 a", "2015-01-02T12:00:00"),
        ("m", "vm2", "2015-01-03T12:00:00"),
    ] {
        let more = json!({"project_id": "p", "user_id": "u", "timestamp": time, "resource_metadata": {"at": time}});
        app.store(token, meter, &[sample(meter, resource, 1.0, &more)])
            .await;
    }
}

fn first(base: &str) -> Value {
    json!({
        "resource_id": "vm/1 a", "project_id": "p", "user_id": "u", "source": "p:openstack",
        "first_sample_timestamp": "2015-01-01T12:00:00", "last_sample_timestamp": "2015-01-02T12:00:00",
        "metadata": {"at": "2015-01-02T12:00:00"},
        "links": [
            {"href": format!("{base}/v2/resources/vm/1%20a"), "rel": "self"},
            {"href": format!("{base}/v2/meters/m?q.field=resource_id&q.value=vm/1%20a"), "rel": "m"},
            {"href": format!("{base}/v2/meters/n?q.field=resource_id&q.value=vm/1%20a"), "rel": "n"},
        ],
    })
}

#[tokio::test]
async fn resource_is_found_in_the_list_and_by_an_id_with_a_slash() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_resources(&app, &token).await;
    let expected = first("http://127.0.0.1:8777");
    let listed = app
        .get(&token, "/v2/resources?q.field=project&q.value=p")
        .await
        .ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(listed[0], expected);
    for id in ["vm/1%20a", "vm%2F1%20a"] {
        let found = app.get(&token, &format!("/v2/resources/{id}")).await.ok();
        assert_eq!(found, expected, "{id}");
    }
    let words = app
        .refused(&token, "/v2/resources/vm/3", StatusCode::NOT_FOUND)
        .await;
    assert_eq!(words, "Resource vm/3 Not Found");
}

#[tokio::test]
async fn resource_links_to_itself_and_to_its_samples() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.path_prefix = "/telemetry".into();
    config.public_url = Some("https://mq.example".parse().expect("URL"));
    let app = TestApp::with(config);
    let request = crate::support::password_request("guest", "guest");
    let answer = app
        .post("/telemetry/identity/v3/auth/tokens", &request, &[])
        .await;
    let token = answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned();
    let posted = json!([sample("m", "a/b", 1.0, &json!({}))]);
    let answer = app
        .post(
            "/telemetry/v2/meters/m",
            &posted,
            &[("x-auth-token", &token)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let resource = app.get(&token, "/telemetry/v2/resources/a/b").await.ok();
    let links = resource["links"].as_array().expect("links");
    assert_eq!(links.len(), 2);
    for link in links {
        let href = link["href"].as_str().expect("an address");
        let path = href.strip_prefix("https://mq.example").expect(href);
        let found = app.get(&token, path).await.ok();
        let found = if link["rel"] == "self" {
            &found
        } else {
            &found[0]
        };
        assert_eq!(found["resource_id"], "a/b", "{href}");
    }
}

#[tokio::test]
async fn links_to_meters_may_be_left_out() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_resources(&app, &token).await;
    let listed = app
        .get(
            &token,
            "/v2/resources?meter_links=0&q.field=resource_id&q.value=vm2",
        )
        .await
        .ok();
    let links = json!([{"href": "http://127.0.0.1:8777/v2/resources/vm2", "rel": "self"}]);
    assert_eq!(listed[0]["links"], links);
}

#[tokio::test]
async fn times_select_the_samples_of_a_resource() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    with_resources(&app, &token).await;
    let query = "q.field=project&q.field=timestamp&q.op=&q.op=lt&q.value=p&q.value=2015-01-02";
    let listed = app
        .get(&token, &format!("/v2/resources?{query}"))
        .await
        .ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["last_sample_timestamp"], "2015-01-01T12:00:00");
}
