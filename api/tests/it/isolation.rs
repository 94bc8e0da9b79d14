//! Two viewers with different accounts never see each other's data.

use http::{Method, StatusCode};
use metering::Series;
use serde_json::{Value, json};

use crate::support::{Account, FakeBroker, Mode, TestApp};

const OVERVIEW: &str = "/v2/rabbit/overview";
const SERIES: &str = "/v2/rabbit/series?meter=rabbit.messages&meter=rabbit.publish.rate&meter=rabbit.connections\
    &meter=rabbit.connection_created.rate&meter=rabbit.node.memory";

/// Three vhosts: one of anna's, one of bert's, and one of both.
fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    let vhost = |name: &str, messages: i64, publish: i64| {
        json!({"name": name, "messages": messages, "messages_ready": messages, "messages_unacknowledged": 0,
            "message_stats": {"publish": publish, "publish_details": {"rate": 1.0}}})
    };
    fake.set_vhosts(json!([
        vhost("anna", 100, 10_000),
        vhost("bert", 20, 2000),
        vhost("both", 3, 300),
        vhost("/", 5000, 9)
    ]));
    fake.add(Account::new(
        "anna",
        "secret",
        &["management"],
        &["anna", "both"],
    ));
    fake.add(Account::new(
        "bert",
        "secret",
        &["policymaker"],
        &["bert", "both"],
    ));
    fake.add(Account::new("nobody", "secret", &["management"], &[]));
    fake
}

fn figures(overview: &Value) -> (&Value, &Value) {
    (
        &overview["queue_totals"]["messages"],
        &overview["message_stats"]["publish"],
    )
}

#[tokio::test]
async fn each_account_sees_the_sums_of_its_own_vhosts() {
    let fake = fake();
    let (app, admin) = TestApp::ready(&fake).await;
    for (name, messages, publish) in [("anna", 103, 10_300), ("bert", 23, 2300)] {
        let token = app.sign_in(name, "secret").await;
        // At once, and after ticks in which both were watched.
        for _ in 0..3 {
            let overview = app.get(&token, OVERVIEW).await.ok();
            assert_eq!(
                figures(&overview),
                (&json!(messages), &json!(publish)),
                "{name}"
            );
            app.polls("prod", 1).await;
        }
    }
    let all = app.get(&admin, OVERVIEW).await.ok();
    assert!(
        all["object_totals"].is_object() && all["listeners"].is_array() && all["node"].is_string()
    );
}

#[tokio::test]
async fn values_of_the_whole_broker_are_hidden() {
    let fake = fake();
    let (app, _) = TestApp::ready(&fake).await;
    let token = app.sign_in("anna", "secret").await;
    let overview = app.get(&token, OVERVIEW).await.ok();
    for hidden in [
        "node",
        "listeners",
        "contexts",
        "object_totals",
        "churn_rates",
    ] {
        assert!(overview.get(hidden).is_none(), "{hidden} is shown");
    }
    for shown in [
        "rabbitmq_version",
        "cluster_name",
        "exchange_types",
        "observed_at",
    ] {
        assert!(overview.get(shown).is_some(), "{shown} is hidden");
    }
    for path in [
        "nodes",
        "users",
        "series?meter=rabbit.node.memory&resource=prod/warren@localhost",
    ] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let fault = json!({"faultcode": "Client", "faultstring": "RBAC Authorization Failed", "debuginfo": null});
        assert_eq!(answer.json(), json!({"error_message": fault}));
    }
}

#[tokio::test]
async fn an_account_without_vhosts_sees_no_figures() {
    let fake = fake();
    let (app, _) = TestApp::ready(&fake).await;
    let token = app.sign_in("nobody", "secret").await;
    let overview = app.get(&token, OVERVIEW).await.ok();
    assert_eq!(figures(&overview), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn series_are_limited_to_own_vhosts() {
    let fake = fake();
    let (app, admin) = TestApp::ready(&fake).await;
    for (name, messages) in [("anna", 103.0), ("bert", 23.0)] {
        let token = app.sign_in(name, "secret").await;
        app.get(&token, OVERVIEW).await.ok();
        app.polls("prod", 2).await;
        let series: Series =
            serde_json::from_value(app.get(&token, SERIES).await.ok()).expect("series");
        let meters: Vec<_> = series
            .columns
            .iter()
            .map(|column| column.meter.as_str())
            .collect();
        assert_eq!(meters, ["rabbit.messages", "rabbit.publish.rate"], "{name}");
        let messages_column = series.column("rabbit.messages", "prod").expect("a column");
        assert!(
            messages_column
                .max
                .as_ref()
                .expect("asked for")
                .known()
                .all(|value| (value - messages).abs() < 1e-9),
            "{name}"
        );
    }
    let series: Series =
        serde_json::from_value(app.get(&admin, SERIES).await.ok()).expect("series");
    assert_eq!(series.columns.len(), 5);
    assert_ne!(series.columns[0].avg.last(), Some(103.0));
}

#[tokio::test]
async fn etag_of_one_account_is_not_valid_for_another() {
    let fake = fake();
    let (app, admin) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let bert = app.sign_in("bert", "secret").await;
    for path in [OVERVIEW, SERIES] {
        for (one, other) in [(&anna, &bert), (&anna, &admin), (&admin, &bert)] {
            for _ in 0..3 {
                let theirs = app.get(one, path).await;
                let etag = theirs.header("etag").expect("a validator").to_owned();
                let headers = [("x-auth-token", other.as_str()), ("if-none-match", &etag)];
                let answer = app.request(Method::GET, path, &headers).await;
                assert_eq!(
                    answer.status,
                    StatusCode::OK,
                    "{path}: {etag} let in another"
                );
                assert_ne!(answer.header("etag"), Some(etag.as_str()));
                assert_ne!(figures(&answer.json()), (&json!(103), &json!(10_300)));
            }
        }
    }
}

#[tokio::test]
async fn same_url_for_different_brokers_has_different_etags() {
    let (first, second) = (FakeBroker::start(), FakeBroker::start());
    first.add(Account::new("anna", "secret", &["monitoring"], &[]));
    second.add(Account::new("bert", "secret", &["monitoring"], &[]));
    let app = TestApp::start(&[("first", &first), ("second", &second)]);
    let anna = app.sign_in("anna", "secret").await;
    let bert = app.sign_in("bert", "secret").await;
    app.polls("first", 2).await;
    app.polls("second", 2).await;
    for path in ["brokers", "overview", "nodes", "series?meter=rabbit.queues"] {
        let path = format!("/v2/rabbit/{path}");
        let etag = app
            .get(&anna, &path)
            .await
            .header("etag")
            .expect("a validator")
            .to_owned();
        // Whatever the generations: what is anna's stands for her broker.
        let answer = app.get(&bert, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let of = |etag: &str| {
            etag.split('.')
                .nth(1)
                .map(|part| part.split(':').next().map(str::to_owned))
        };
        assert_ne!(
            of(&etag),
            of(answer.header("etag").expect("a validator")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn silent_broker_keeps_the_values_of_each_account_apart() {
    let fake = fake();
    let (app, _) = TestApp::ready(&fake).await;
    let anna = app.sign_in("anna", "secret").await;
    let bert = app.sign_in("bert", "secret").await;
    app.get(&anna, OVERVIEW).await.ok();
    fake.set_mode(Mode::Status(500));
    app.until(&anna, "prod", |broker| broker.reason.is_some())
        .await;
    let answer = app.get(&anna, OVERVIEW).await;
    assert!(answer.header("warning").is_some());
    assert_eq!(figures(&answer.ok()), (&json!(103), &json!(10_300)));
    // Bert has not looked before: he gets no figures rather than somebody else's.
    let overview = app.get(&bert, OVERVIEW).await.ok();
    assert_eq!(figures(&overview), (&Value::Null, &Value::Null));
}
