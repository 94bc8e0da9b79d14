//! The history of queues and vhosts: `GET /v2/rabbit/series` with their resources.

use api::{ApiConfig, PinnedQueue};
use http::StatusCode;
use metering::Series;
use serde_json::{Value, json};

use crate::support::{Account, COLLECTOR, FakeBroker, TestApp, local, sqlite};

fn queue(vhost: &str, name: &str, messages: i64) -> Value {
    json!({"vhost": vhost, "name": name, "messages": messages, "messages_ready": messages,
        "messages_unacknowledged": 0, "consumers": 2,
        "message_stats": {"publish": 10 * messages, "publish_details": {"rate": 0.0}}})
}

fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    fake.set_list(
        "queues",
        json!([
            queue("/", "deep", 500),
            queue("/", "calm", 0),
            queue("a/b", "c", 7)
        ]),
    );
    fake.set_vhosts(json!([{"name": "/", "messages": 500}, {"name": "a/b", "messages": 7}]));
    fake.add(Account::new("anna", "secret", &["management"], &["a/b"]));
    fake
}

/// The last value of a column, once there is one.
async fn last(app: &TestApp, token: &str, resource: &str, meter: &str) -> f64 {
    let path = format!("/v2/rabbit/series?meter={meter}&resource={resource}&columns=avg");
    let resource = resource.replace("%25", "%");
    app.until_some("prod", async || {
        let series: Series =
            serde_json::from_value(app.get(token, &path).await.ok()).expect("series");
        series.column(meter, &resource)?.avg.last()
    })
    .await
}

#[tokio::test]
async fn depth_of_a_queue_is_recorded_once_its_chart_was_requested() {
    let (app, token) = TestApp::ready(&fake()).await;
    let depth = last(&app, &token, "prod/%252F/calm", "rabbit.messages").await;
    assert!(depth.abs() < f64::EPSILON, "{depth}");
    let depth = last(&app, &token, "prod/a%252Fb/c", "rabbit.messages.ready").await;
    assert!((depth - 7.0).abs() < f64::EPSILON, "{depth}");
    let depth = last(&app, &token, "prod/%252F/", "rabbit.messages").await;
    assert!((depth - 500.0).abs() < f64::EPSILON, "the vhost's: {depth}");
}

#[tokio::test]
async fn deepest_queues_are_recorded_while_the_list_is_requested() {
    let fake = fake();
    let mut config = local(&[("prod", &fake)]);
    config.busy_queues = 1;
    let app = TestApp::with_store(config, sqlite());
    let token = app.sign_in("guest", "guest").await;
    let resources = async || {
        app.get(&token, "/v2/rabbit/queues?page=1").await.ok();
        let resources = app.get(&token, "/v2/resources").await.ok();
        let resources = resources.as_array().expect("a list").iter();
        let mut ids: Vec<_> = resources
            .filter_map(|resource| resource["resource_id"].as_str())
            .filter(|id| id.matches('/').count() > 1)
            .map(str::to_owned)
            .collect();
        ids.sort();
        ids
    };
    let ids = app
        .until_some("prod", async || {
            let ids = resources().await;
            (!ids.is_empty()).then_some(ids)
        })
        .await;
    assert_eq!(ids, ["prod/%2F/deep"], "of telemetry's resources too");
}

#[tokio::test]
async fn pinned_queues_are_recorded_without_requests() {
    let fake = fake();
    let pinned = PinnedQueue {
        broker: "prod".into(),
        vhost: "a/b".into(),
        name: "c".into(),
    };
    let config = ApiConfig {
        pinned_queues: vec![pinned],
        busy_queues: 0,
        ..local(&[("prod", &fake)])
    };
    let app = TestApp::with(config);
    app.until_some("prod", async || {
        let asked = fake.asked_by(COLLECTOR);
        let lists = asked.iter().filter(|path| path.starts_with("/api/queues"));
        (lists.count() > 3).then_some(())
    })
    .await;
    let token = app.sign_in("guest", "guest").await;
    let path = "/v2/rabbit/series?meter=rabbit.messages&resource=prod/a%252Fb/c&columns=avg";
    let series: Series = serde_json::from_value(app.get(&token, path).await.ok()).expect("series");
    let column = series.column("rabbit.messages", "prod/a%2Fb/c");
    let depth = column.and_then(|column| column.avg.last());
    assert_eq!(depth, Some(7.0), "it is there when somebody first looks");
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn account_of_one_vhost_sees_only_its_own_queues() {
    let (app, _) = TestApp::ready(&fake()).await;
    let anna = app.sign_in("anna", "secret").await;
    let depth = last(&app, &anna, "prod/a%252Fb/c", "rabbit.messages").await;
    assert!((depth - 7.0).abs() < f64::EPSILON, "{depth}");
    for resource in ["prod/%252F/deep", "prod/a/b/c", "prod/%252F/"] {
        let path = format!("/v2/rabbit/series?meter=rabbit.messages&resource={resource}");
        let answer = app.get(&anna, &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{resource}");
    }
}

#[tokio::test]
async fn transient_queues_are_not_stored_unless_pinned() {
    let fake = FakeBroker::start();
    let with = |name: &str, flag: &str| {
        let mut queue = queue("/", name, 900);
        queue[flag] = true.into();
        queue
    };
    fake.set_list(
        "queues",
        json!([
            with("mine", "exclusive"),
            with("auto", "auto_delete"),
            with("pinned", "exclusive"),
            queue("/", "amq.gen-4711", 900),
            queue("/", "stays", 1),
        ]),
    );
    let config = ApiConfig {
        pinned_queues: vec![PinnedQueue {
            broker: "prod".into(),
            vhost: "/".into(),
            name: "pinned".into(),
        }],
        ..local(&[("prod", &fake)])
    };
    let app = TestApp::with_store(config, sqlite());
    let token = app.sign_in("guest", "guest").await;
    // Its chart can be looked at, from memory.
    let depth = last(&app, &token, "prod/%252F/mine", "rabbit.messages").await;
    assert!((depth - 900.0).abs() < f64::EPSILON, "{depth}");
    let stored = async || {
        app.get(&token, "/v2/rabbit/queues?page=1").await.ok();
        let resources = app.get(&token, "/v2/resources").await.ok();
        let resources = resources.as_array().expect("a list").iter();
        let ids = resources.filter_map(|resource| resource["resource_id"].as_str());
        let mut ids: Vec<_> = ids
            .filter(|id| id.starts_with("prod/%2F/") && !id.ends_with('/'))
            .map(str::to_owned)
            .collect();
        ids.sort();
        ids
    };
    // Those that stay are stored after the others were chosen: then none of the others is to come.
    app.until_some("prod", async || {
        let ids = stored().await;
        (ids.len() >= 2).then_some(())
    })
    .await;
    app.polls("prod", 3).await;
    assert_eq!(stored().await, ["prod/%2F/pinned", "prod/%2F/stays"]);
}
