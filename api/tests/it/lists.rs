//! `GET /v2/rabbit/queues` and the like.

use http::{Method, StatusCode};
use metering::{Page, Queue};
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;

use crate::support::{Account, COLLECTOR, FakeBroker, Mode, PLUGINS, TestApp};

const LISTS: [&str; 25] = [
    "queues",
    "connections",
    "channels",
    "exchanges",
    "bindings",
    "consumers",
    "vhosts",
    "permissions",
    "topic-permissions",
    "policies",
    "operator-policies",
    "vhost-limits",
    "user-limits",
    "feature-flags",
    "deprecated-features",
    "deprecated-features/used",
    "users",
    "shovels",
    "federation-links",
    "federation-upstreams",
    "traces",
    "trace-files",
    "stream-publishers",
    "stream-consumers",
    "super-streams",
];

fn queue(vhost: &str, name: &str, messages: i64) -> Value {
    json!({"vhost": vhost, "name": name, "messages": messages, "durable": true})
}

/// Queues in three vhosts.
fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    fake.set_list(
        "queues",
        json!([
            queue("b", "beta", 5),
            queue("a", "alpha", 10),
            queue("a", "Älpha", 1),
            queue("c", "gamma", 100),
        ]),
    );
    let vhosts: Vec<_> = ["a", "b", "c"].map(|name| json!({"name": name})).into();
    fake.set_vhosts(vhosts.into());
    fake.add(Account::new("anna", "secret", &["management"], &["a", "b"]));
    fake
}

fn names(list: &Value) -> Vec<&str> {
    let rows = list.get("items").unwrap_or(list);
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["name"].as_str().expect("a name"))
        .collect()
}

async fn shown(app: &TestApp, token: &str, path: &str) -> Value {
    app.get(token, &format!("/v2/rabbit/{path}")).await.ok()
}

#[tokio::test]
async fn every_list_equals_the_brokers_list() {
    let fake = FakeBroker::start();
    let rows = |name: &str| {
        let read: Value = broker_answer_as("3.10.8", name);
        read.get("items").cloned().unwrap_or(read)
    };
    let lists = [
        ("queues", rows("queues-page")),
        ("connections", rows("connections-page")),
        ("channels", rows("channels-page")),
        ("exchanges", rows("exchanges-page")),
        ("bindings", rows("bindings")),
        ("consumers", rows("consumers")),
        ("permissions", rows("permissions")),
        ("feature-flags", rows("feature-flags")),
    ];
    for (list, rows) in &lists {
        fake.set_list(list, rows.clone());
    }
    for (list, path) in PLUGINS {
        fake.set_list(path, rows(list));
    }
    let lists: Vec<_> = lists
        .into_iter()
        .chain(PLUGINS.map(|(list, _)| (list, rows(list))))
        .collect();
    let (app, token) = TestApp::ready(&fake).await;
    for (list, rows) in &lists {
        let ours = shown(&app, &token, list).await;
        let count = rows.as_array().map(Vec::len);
        assert_eq!(ours.as_array().map(Vec::len), count, "{list}");
        assert!(!ours.to_string().contains("null"), "{ours}");
    }
    let page = shown(
        &app,
        &token,
        "queues?page=1&page_size=3&sort=messages&sort_reverse=true",
    )
    .await;
    let page: Page<Queue> = serde_json::from_value(page).expect("a page");
    assert_eq!(
        (page.total_count, page.page_count, page.item_count),
        (12, 4, 3)
    );
    assert_eq!(page.items[0].name, "orders.0");
    assert!(page.observed_at.is_some() && page.stats_observed_at.is_none());
}

#[tokio::test]
async fn pages_are_filtered_and_sorted() {
    let (app, token) = TestApp::ready(&fake()).await;
    for (query, expected) in [
        ("", &["alpha", "Älpha", "beta", "gamma"][..]),
        ("page=1", &["alpha", "Älpha", "beta", "gamma"]),
        ("page=2&page_size=3", &["gamma"]),
        ("page=9&page_size=3", &[]),
        ("page=1&name=LPH", &["alpha", "Älpha"]),
        ("page=1&name=%C3%A4l", &["Älpha"]),
        ("page=1&name=%5E.%7B4%7D%24&use_regex=true", &["beta"]),
        ("sort=messages", &["Älpha", "beta", "alpha", "gamma"]),
        (
            "page=1&page_size=2&sort=messages&sort_reverse=true",
            &["gamma", "alpha"],
        ),
    ] {
        let list = shown(&app, &token, &format!("queues?{query}")).await;
        assert_eq!(names(&list), expected, "{query}");
    }
}

#[tokio::test]
async fn unusable_arguments_are_refused_with_the_accepted_values() {
    let (app, token) = TestApp::ready(&fake()).await;
    for (query, words) in [
        ("page=0", "\\\"page\\\": accepted is a number from 1 on"),
        ("page=x", "accepted is a number from 1 on"),
        ("page=1&page_size=501", "from 1 to 500"),
        ("page_size=0", "from 1 to 500"),
        ("name=%28a&use_regex=true", "unclosed group"),
        ("use_regex=1", "true or false"),
        ("sort=nonsense", "a field of a row"),
        ("sort=message_stats", "a field of a row"),
        ("columns=name", "Unknown argument"),
        (&format!("name={}", "a".repeat(1025)), "at most 1024"),
        (
            "name=%28a%7B500%7D%29%7B500%7D&use_regex=true",
            "size limit",
        ),
    ] {
        let answer = app.get(&token, &format!("/v2/rabbit/queues?{query}")).await;
        let body = answer.json().to_string();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {body}");
        assert!(body.contains(words), "{query}: {body}");
    }
}

#[tokio::test]
async fn account_of_one_vhost_sees_and_counts_only_its_own_rows() {
    let fake = fake();
    let of = |user: &str, vhost: &str| json!({"name": format!("{user}@{vhost}"), "user": user, "vhost": vhost});
    for list in ["connections", "channels"] {
        fake.set_list(
            list,
            json!([of("anna", "c"), of("guest", "a"), of("guest", "c")]),
        );
    }
    fake.set_list(
        "consumers",
        json!([
            {"consumer_tag": "1", "queue": {"name": "alpha", "vhost": "a"}, "channel_details": {"name": "x", "user": "guest"}},
            {"consumer_tag": "2", "queue": {"name": "alpha", "vhost": "a"}, "channel_details": {"name": "y", "user": "anna"}},
        ]),
    );
    let (app, admin) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let page = shown(&app, &anna, "queues?page=1").await;
    assert_eq!(names(&page), ["alpha", "Älpha", "beta"]);
    assert_eq!(
        (&page["total_count"], &page["filtered_count"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(names(&shown(&app, &anna, "vhosts").await), ["a", "b"]);
    for list in ["connections", "channels"] {
        assert_eq!(names(&shown(&app, &anna, list).await), ["anna@c"], "{list}");
        assert_eq!(names(&shown(&app, &admin, list).await).len(), 3, "{list}");
    }
    let consumers = shown(&app, &anna, "consumers").await;
    assert_eq!(consumers.as_array().map(Vec::len), Some(1));
    assert_eq!(consumers[0]["consumer_tag"], "2");
}

#[tokio::test]
async fn idle_since_is_sorted_as_time_whatever_form_the_broker_writes() {
    let fake = FakeBroker::start();
    let queue = |name: &str, since: &str| json!({"vhost": "/", "name": name, "idle_since": since});
    fake.set_list(
        "queues",
        json!([
            queue("third", "2026-11-30T12:00:00.500+02:00"),
            queue("second", "2026-11-30 9:05:00"),
            queue("fourth", "2026-11-30 10:30:00"),
            queue("first", "2026-11-30T08:00:00.000+00:00"),
            queue("unknown", "a while ago"),
        ]),
    );
    let (app, token) = TestApp::ready(&fake).await;
    let rows = app
        .get(&token, "/v2/rabbit/queues?sort=idle_since")
        .await
        .ok();
    let rows = rows.as_array().expect("rows");
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str()).collect();
    let expected = ["first", "second", "third", "fourth", "unknown"].map(Some);
    assert_eq!(names, expected);
    assert_eq!(rows[1]["idle_since"], "2026-11-30T09:05:00");
    assert_eq!(rows[4].get("idle_since"), None);
}

#[tokio::test]
async fn monitoring_account_sees_all_connections_but_only_queues_of_its_vhosts() {
    let fake = fake();
    let exchange = |vhost: &str| json!({"name": "amq.direct", "vhost": vhost});
    // As the broker shows it to this account.
    fake.set_list("exchanges", json!([exchange("c")]));
    fake.set_list(
        "connections",
        json!([{"name": "x", "user": "guest", "vhost": "a"}]),
    );
    fake.set_list("permissions", json!([]));
    fake.add(Account::new("mona", "secret", &["monitoring"], &[]));
    let (app, _) = TestApp::ready(&fake).await;
    let mona = app.sign_in("mona", "secret").await;
    assert_eq!(names(&shown(&app, &mona, "queues").await), ["gamma"]);
    assert_eq!(names(&shown(&app, &mona, "connections").await), ["x"]);
    assert_eq!(names(&shown(&app, &mona, "vhosts").await), ["a", "b", "c"]);
    for list in [
        "permissions",
        "topic-permissions",
        "feature-flags",
        "deprecated-features",
    ] {
        let answer = app.get(&mona, &format!("/v2/rabbit/{list}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{list}");
    }
}

#[tokio::test]
async fn feature_flags_of_rabbitmq_4_are_shown_to_every_account() {
    let fake = fake();
    fake.change_overview(|overview| overview["rabbitmq_version"] = "4.0.5".into());
    let lists = [
        "feature-flags",
        "deprecated-features",
        "deprecated-features/used",
    ];
    for list in lists {
        fake.set_list(list, json!([{"name": "streams"}]));
    }
    let (app, _) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    for list in &lists[..2] {
        assert_eq!(
            names(&shown(&app, &anna, list).await),
            ["streams"],
            "{list}"
        );
    }
}

#[tokio::test]
async fn etag_is_valid_for_one_query_and_caller() {
    let (app, admin) = TestApp::ready(&fake()).await;
    let anna = app.sign_in("anna", "secret").await;
    let path = "/v2/rabbit/queues?page=1&sort=messages";
    let etag = app
        .get(&admin, path)
        .await
        .header("etag")
        .expect("a validator")
        .to_owned();
    for (token, path) in [
        (&anna, path),
        (&admin, "/v2/rabbit/queues?page=1"),
        (&admin, "/v2/rabbit/vhosts?page=1"),
    ] {
        let headers = [("x-auth-token", token.as_str()), ("if-none-match", &etag)];
        let answer = app.request(Method::GET, path, &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn lists_are_polled_only_while_requested_and_once_for_all_callers() {
    let fake = fake();
    let mut config = crate::support::local(&[("prod", &fake)]);
    config.tick = std::time::Duration::from_mins(1);
    let app = TestApp::with(config);
    let token = app.sign_in("guest", "guest").await;
    let asked = || {
        let paths = fake.asked_by(COLLECTOR);
        paths
            .iter()
            .filter(|path| path.starts_with("/api/queues"))
            .count()
    };
    app.get(&token, "/v2/rabbit/overview").await.ok();
    assert_eq!(asked(), 0, "nobody asked for queues");
    let looks = (0..50).map(|n| {
        app.get(
            &token,
            if n % 2 == 0 {
                "/v2/rabbit/queues?page=1"
            } else {
                "/v2/rabbit/queues"
            },
        )
    });
    for answer in futures_util::future::join_all(looks).await {
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    }
    assert_eq!(asked(), 1);
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn many_queues_are_fetched_page_by_page_after_their_depths() {
    let fake = FakeBroker::start();
    let rows: Vec<_> = (0..1200)
        .map(|n| queue("a", &format!("q{n:04}"), n))
        .collect();
    fake.set_list("queues", rows.into());
    let (app, token) = TestApp::ready(&fake).await;
    let page = app
        .until_some("prod", async || {
            let page = shown(&app, &token, "queues?page=3&page_size=500").await;
            page["stats_observed_at"].is_string().then_some(page)
        })
        .await;
    assert_eq!(
        (&page["total_count"], &page["item_count"]),
        (&json!(1200), &json!(200))
    );
    let asked = fake.asked_by(COLLECTOR);
    let queues: Vec<_> = asked
        .iter()
        .filter(|path| path.starts_with("/api/queues"))
        .collect();
    assert!(queues[0].contains("page=1&"), "{queues:?}");
    assert!(queues[1].contains("disable_stats=true"), "{queues:?}");
    assert!(
        queues[2].contains("page=2&") && queues[3].contains("page=3&"),
        "{queues:?}"
    );
    assert_eq!(fake.most_in_flight(), 1);
}

#[tokio::test]
async fn list_unknown_to_the_brokers_version_is_not_found() {
    let (app, token) = TestApp::ready(&fake()).await;
    let answer = app.get(&token, "/v2/rabbit/deprecated-features").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let body = answer.json().to_string();
    assert!(
        body.contains("Broker prod has no deprecated-features"),
        "{body}"
    );
}

#[tokio::test]
async fn silent_broker_keeps_its_last_list_or_is_an_error_without_one() {
    let fake = fake();
    let (app, token) = TestApp::ready(&fake).await;
    let before = shown(&app, &token, "queues").await;
    fake.set_mode(Mode::Status(500));
    let after = app
        .until_some("prod", async || {
            let answer = app.get(&token, "/v2/rabbit/queues").await;
            answer.header("warning").is_some().then_some(answer)
        })
        .await;
    assert_eq!(after.ok(), before);
    for list in ["connections", "exchanges"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{list}")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{list}");
        assert!(answer.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn list_needs_a_token() {
    let app = TestApp::start(&[("prod", &fake())]);
    for list in LISTS {
        let answer = app
            .request(Method::GET, &format!("/v2/rabbit/{list}"), &[])
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{list}");
    }
}
