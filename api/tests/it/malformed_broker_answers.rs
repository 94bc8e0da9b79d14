//! What a broker sends that is not as it should be: it costs the field or the row, and nothing else.

use http::StatusCode;
use metering::BrokerState;
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp};

#[tokio::test]
async fn bad_fields_and_rows_do_not_hide_a_list_and_are_counted() {
    let fake = FakeBroker::start();
    let deep = format!("{}{}", "[".repeat(130), "]".repeat(130));
    let body = [
        br#"[{"name":"a","vhost":"/","owner_pid_details":[],"message_stats":[],"messages":1},"#,
        br#"null,{"name":"b\ud800","vhost":"/"},"#.as_slice(),
        format!(r#"{{"name":"c","vhost":"/","arguments":{{"x":{deep}}}}},"#).as_bytes(),
        b"{\"name\":\"d\xff\",\"vhost\":\"/\"}]",
    ]
    .concat();
    fake.set_body("queues", StatusCode::OK, &body);
    let (app, token) = TestApp::ready(&fake).await;
    let page = app.get(&token, "/v2/rabbit/queues?page=1").await.ok();
    assert_eq!(page["unreadable"], 2, "{page}");
    let names: Vec<_> = page["items"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["name"].as_str())
        .collect();
    assert_eq!(names, ["a", "c", "d\u{fffd}"]);
    assert_eq!(page["items"][0]["messages"], 1);
    let whole = app.get(&token, "/v2/rabbit/queues").await;
    assert_eq!(whole.header("x-unreadable-rows"), Some("2"));
}

#[tokio::test]
async fn bad_parts_of_the_overview_and_of_nodes_do_not_make_a_broker_down() {
    let fake = FakeBroker::start();
    fake.change_overview(|overview| {
        for field in ["queue_totals", "message_stats", "churn_rates", "listeners"] {
            overview[field] = json!([]);
        }
        overview["object_totals"] = Value::Null;
        overview["exchange_types"] = json!([7, {"name": "direct"}]);
    });
    fake.change_nodes(|nodes| {
        let nodes = nodes.as_array_mut().expect("a list");
        nodes[0]["partitions"] = json!({});
        nodes.push(json!("no node"));
    });
    let (app, token) = TestApp::ready(&fake).await;
    let broker = app.until(&token, "prod", |_| true).await;
    assert_eq!(broker.state, BrokerState::Ok, "{:?}", broker.reason);
    let overview = app.get(&token, "/v2/rabbit/overview").await.ok();
    assert_eq!(overview["exchange_types"], json!([{"name": "direct"}]));
    let nodes = app.get(&token, "/v2/rabbit/nodes").await.ok();
    assert_eq!(nodes.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn tags_that_are_null_are_no_tags() {
    let fake = FakeBroker::start();
    fake.set_users(json!([{"name": "x", "tags": null}, {"name": "y", "tags": "monitoring"}]));
    let (app, token) = TestApp::ready(&fake).await;
    let users = app.get(&token, "/v2/rabbit/users").await.ok();
    assert_eq!(
        users,
        json!([{"name": "x", "tags": []}, {"name": "y", "tags": ["monitoring"]}])
    );
    let whoami = br#"{"name":"guest","tags":null}"#;
    fake.set_body("whoami", StatusCode::OK, whoami);
    let answer = app.try_sign_in("guest", "guest").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{:?}", answer.body);
}

#[tokio::test]
async fn error_of_a_list_keeps_the_brokers_own_reason() {
    let fake = FakeBroker::start();
    let body = br#"{"error":"internal_error","reason":"the database is away"}"#;
    fake.set_body("queues", StatusCode::INTERNAL_SERVER_ERROR, body);
    let (app, token) = TestApp::ready(&fake).await;
    let answer = app.get(&token, "/v2/rabbit/queues").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let message = String::from_utf8_lossy(&answer.body);
    assert!(message.contains("the database is away"), "{message}");
}

#[tokio::test]
async fn list_that_shrinks_while_it_is_read_ends_there() {
    let fake = FakeBroker::start();
    let queue = |n: usize| json!({"name": format!("q{n:04}"), "vhost": "/", "memory": 5});
    let all: Vec<_> = (0..1200).map(queue).collect();
    fake.set_list("queues", json!(all));
    // When the third of three pages is asked for, there are two.
    let reason = br#"{"error":"page_out_of_range","reason":"Page out of range, page: 3"}"#;
    fake.set_body("queues?page=3", StatusCode::BAD_REQUEST, reason);
    let (app, token) = TestApp::ready(&fake).await;
    let page = app
        .until_some("prod", async || {
            let page = app.get(&token, "/v2/rabbit/queues?page=1").await;
            assert!(page.header("warning").is_none(), "{:?}", page.body);
            let page = page.ok();
            page.get("stats_observed_at").is_some().then_some(page)
        })
        .await;
    assert_eq!(page["items"][0]["memory"], 5, "{}", page["items"][0]);
}
