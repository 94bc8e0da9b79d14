//! Lists of a real broker: each account sees what the broker shows it, whatever things are called.

#[path = "../common/mod.rs"]
mod common;
#[path = "../it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

mod statistics_off;
mod super_streams;

use std::time::Duration;

use api::{ApiConfig, PrometheusConfig};
use common::{blocking, prod};
use metering::BrokerState;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use support::{PLUGINS, TestApp};
use test_brokers::{Management, Options, PrivateBroker};

/// Names that break what does not expect them.
fn hostile() -> Vec<String> {
    let names = [
        "<script>alert(1)</script>",
        "a/b//c",
        "quote\" and ' and \\",
        "100%2F%",
        "nul\0nul",
        "\u{202e}evil\u{202c}",
        "🐇 emoji",
        "tab\there",
    ];
    let mut names: Vec<_> = names.map(str::to_owned).into();
    names.push("x".repeat(255));
    names
}

fn segment(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// A broker with hostile names in two vhosts, and an account of each tag with a permission in one.
async fn start(options: Options) -> PrivateBroker {
    blocking(|| {
        let broker = PrivateBroker::start(options).expect("the broker starts");
        let management = broker.management();
        for vhost in ["hers/<b>", "theirs"] {
            management.add_vhost(vhost).expect("a vhost");
            for name in hostile() {
                let (vhost, name) = (segment(vhost), segment(&name));
                for (kind, body) in [
                    ("queues", json!({"durable": true})),
                    ("exchanges", json!({"type": "topic", "durable": true})),
                ] {
                    let path = format!("/api/{kind}/{vhost}/{name}");
                    management.put(&path, &body).expect("declared");
                }
            }
            let policy = json!({"pattern": "^q", "definition": {"max-length": 10}});
            let path = format!("/api/policies/{}/p", segment(vhost));
            management.put(&path, &policy).expect("a policy");
        }
        for tag in TAGS {
            broker
                .add_user(tag, "secret", tag, &["hers/<b>"])
                .expect("a user");
        }
        broker
    })
    .await
}

async fn app(broker: &PrivateBroker) -> TestApp {
    app_with(broker, Vec::new()).await
}

async fn app_with(broker: &PrivateBroker, prometheus: Vec<PrometheusConfig>) -> TestApp {
    let app = TestApp::with(ApiConfig {
        prometheus,
        brokers: vec![prod(broker)],
        tick: Duration::from_secs(1),
        ..ApiConfig::default()
    });
    let token = app.sign_in("administrator", "secret").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    app
}

/// Rows by what they are called, in order.
fn called(list: &Value) -> Vec<String> {
    let rows = list.as_array().expect("a list").iter();
    let mut names: Vec<_> = rows
        .map(|row| {
            let fields = ["vhost", "name", "source", "destination", "user"];
            fields.map(|field| row[field].to_string()).join(" ")
        })
        .collect();
    names.sort();
    names
}

const TAGS: [&str; 4] = ["management", "policymaker", "monitoring", "administrator"];

/// Compares, for an account of each tag, each list with the broker's own. A list is given by its name
/// here and its path at the broker.
async fn each_account_sees_the_same(
    broker: &PrivateBroker,
    app: &TestApp,
    tags: &[&'static str],
    lists: &[(&str, &str)],
) {
    for &tag in tags {
        let token = app.sign_in(tag, "secret").await;
        for (list, path) in lists {
            let url = broker.management_url();
            let path = format!("/api/{path}");
            let shown = blocking(move || Management::new(&url, tag, "secret").get(&path)).await;
            let ours = app.get(&token, &format!("/v2/rabbit/{list}")).await;
            match shown {
                Ok(shown) => assert_eq!(called(&ours.ok()), called(&shown), "{tag}: {list}"),
                Err(_) => assert_eq!(ours.status, http::StatusCode::FORBIDDEN, "{tag}: {list}"),
            }
        }
    }
}

#[tokio::test]
async fn each_account_sees_the_lists_that_the_broker_shows_it() {
    let broker = start(Options::default()).await;
    let app = app(&broker).await;
    let lists = [
        "queues",
        "exchanges",
        "bindings",
        "connections",
        "channels",
        "consumers",
        "vhosts",
        "policies",
        "operator-policies",
        "vhost-limits",
        "permissions",
        "topic-permissions",
        "feature-flags",
    ];
    each_account_sees_the_same(&broker, &app, &TAGS, &lists.map(|list| (list, list))).await;
    // What belongs to plugins that are not enabled.
    let token = app.sign_in("administrator", "secret").await;
    for list in ["shovels", "federation-links", "traces", "stream-publishers"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{list}")).await;
        assert_eq!(answer.status, http::StatusCode::NOT_FOUND, "{list}");
    }
    drop(broker);
}

#[tokio::test]
async fn each_account_sees_the_plugin_lists_that_the_broker_shows_it() {
    let options = [
        "rabbitmq_shovel_management",
        "rabbitmq_federation_management",
        "rabbitmq_tracing",
        "rabbitmq_stream_management",
        "rabbitmq_top",
    ]
    .into_iter()
    .fold(
        Options::default().conf(format!(
            "stream.listeners.tcp.1 = 127.0.0.1:{}",
            free_port()
        )),
        Options::plugin,
    );
    let broker = start(options).await;
    let amqp = broker.amqp_url();
    let management = broker.management_url();
    blocking(move || {
        let management = Management::new(&management, PrivateBroker::USER, PrivateBroker::PASSWORD);
        for vhost in ["hers/<b>", "theirs"] {
            let vhost = segment(vhost);
            for queue in ["from", "to"] {
                let path = format!("/api/queues/{vhost}/{queue}");
                management.put(&path, &json!({"durable": true})).expect("a queue");
            }
            let nowhere = "amqp://someone:hidden@127.0.0.1:1";
            let runs = json!({"src-uri": amqp, "src-queue": "from", "dest-uri": amqp, "dest-queue": "to"});
            let fails = json!({"src-uri": nowhere, "src-queue": "from", "dest-uri": amqp, "dest-queue": "to"});
            let upstream = json!({"uri": [nowhere], "max-hops": 2});
            for (path, value) in [
                ("shovel", "runs", runs),
                ("shovel", "fails", fails),
                ("federation-upstream", "up", upstream),
            ]
            .map(|(component, name, value)| (format!("{component}/{vhost}/{name}"), value))
            {
                let path = format!("/api/parameters/{path}");
                management.put(&path, &json!({"value": value})).expect("declared");
            }
            let policy = json!({"pattern": "^to$", "definition": {"federation-upstream-set": "all"}});
            let path = format!("/api/policies/{vhost}/federate");
            management.put(&path, &policy).expect("a policy");
        }
    })
    .await;

    let app = app(&broker).await;
    let token = app.sign_in("administrator", "secret").await;
    let overview = app.get(&token, "/v2/rabbit/overview").await.ok();
    let is_4 = overview["rabbitmq_version"]
        .as_str()
        .is_some_and(|version| version.starts_with("4."));
    let shown = app
        .until_some("prod", async || {
            let shovels = app.get(&token, "/v2/rabbit/shovels").await.ok();
            let links = app.get(&token, "/v2/rabbit/federation-links").await.ok();
            let shown = format!("{shovels}{links}");
            // In the states that they come to. From 4.0 on a broker does not list a shovel that waits for its
            // next attempt.
            let fails = (!is_4).then_some("\"fails\"");
            let expected = ["\"runs\"", "\"running\"", "\"error\"", "econnrefused"];
            expected
                .into_iter()
                .chain(fails)
                .all(|word| shown.contains(word))
                .then_some(shown)
        })
        .await;
    let upstreams = app
        .get(&token, "/v2/rabbit/federation-upstreams")
        .await
        .ok();
    assert_eq!(upstreams[0]["value"]["uri"], json!(["amqp://127.0.0.1:1"]));
    for secret in ["hidden", PrivateBroker::PASSWORD] {
        assert!(
            !format!("{shown}{upstreams}").contains(&format!(":{secret}@")),
            "{secret}"
        );
    }
    let node = &app.get(&token, "/v2/rabbit/nodes").await.ok()[0]["name"];
    let path = format!(
        "/v2/rabbit/node-internals/{}",
        node.as_str().expect("a name")
    );
    for (tag, sees) in [("administrator", true), ("monitoring", false)] {
        let token = app.sign_in(tag, "secret").await;
        let internals = app
            .until_some("prod", async || {
                let answer = app.get(&token, &path).await;
                (answer.status == http::StatusCode::OK).then(|| answer.ok())
            })
            .await;
        assert_eq!(
            internals["processes"].is_array(),
            sees,
            "{tag}: {internals}"
        );
    }
    // Administrators see all shovels, as they see all of what was declared. 3.10 itself shows them the
    // states in vhosts of their own permissions alone.
    let (shovels, others) = PLUGINS.split_at(1);
    each_account_sees_the_same(&broker, &app, &TAGS, others).await;
    each_account_sees_the_same(&broker, &app, &TAGS[..3], shovels).await;
    drop(broker);
}

#[tokio::test]
async fn objects_with_any_name_are_shown_to_accounts_with_access() {
    let broker = start(Options::default()).await;
    let app = app(&broker).await;
    let admin = app.sign_in("administrator", "secret").await;
    let narrow = app.sign_in("management", "secret").await;
    for name in hostile() {
        for kind in ["queues", "exchanges"] {
            let path =
                |vhost: &str| format!("/v2/rabbit/{kind}/{}/{}", segment(vhost), segment(&name));
            let object = app.get(&narrow, &path("hers/<b>")).await.ok();
            assert_eq!(object["name"], name.as_str());
            assert_eq!(object["vhost"], "hers/<b>");
            let object = app.get(&admin, &path("theirs")).await.ok();
            assert_eq!(object["vhost"], "theirs");
            let hidden = app.get(&narrow, &path("theirs")).await;
            assert_eq!(
                hidden.status,
                http::StatusCode::NOT_FOUND,
                "{kind} {name:?}"
            );
        }
    }
    for name in hostile() {
        let letters: String = name.chars().take(200).collect();
        let q: String = url::form_urlencoded::byte_serialize(letters.as_bytes()).collect();
        let found = app
            .until_some("prod", async || {
                let found = app
                    .get(&narrow, &format!("/v2/rabbit/search?limit=100&q={q}"))
                    .await
                    .ok();
                let hits = found["hits"].as_array()?.clone();
                let is_whole = found.get("gaps").is_none();
                is_whole.then_some(hits)
            })
            .await;
        let of = |vhost: &str| {
            let hits = found.iter();
            hits.filter(|hit| hit["name"] == name.as_str() && hit["vhost"] == vhost)
                .count()
        };
        assert_eq!(of("hers/<b>"), 2, "{name:?}: a queue and an exchange");
        assert_eq!(of("theirs"), 0, "{name:?}");
    }
    let vhost = app
        .get(
            &admin,
            &format!("/v2/rabbit/vhosts/{}", segment("hers/<b>")),
        )
        .await
        .ok();
    assert_eq!(vhost["permissions"].as_array().map(Vec::len), Some(5));
    let vhost = app
        .get(
            &narrow,
            &format!("/v2/rabbit/vhosts/{}", segment("hers/<b>")),
        )
        .await
        .ok();
    assert!(
        vhost.get("permissions").is_none(),
        "for administrators alone"
    );
    let user = app.get(&admin, "/v2/rabbit/users/policymaker").await.ok();
    assert_eq!(user["permissions"][0]["vhost"], "hers/<b>");
    assert_eq!(user["has_password"], true);
    assert!(user.get("password_hash").is_none(), "{user}");
    let path = format!("/v2/rabbit/policies/{}/p", segment("hers/<b>"));
    let policy = app.get(&narrow, &path).await.ok();
    assert_eq!(policy["pattern"], "^q");
    let exchange = app
        .get(&admin, "/v2/rabbit/exchanges/theirs/amq.default")
        .await
        .ok();
    let bindings = exchange["bindings_source"].as_array().map(Vec::len);
    assert_eq!(bindings, Some(hostile().len()));
    for path in [
        "queues/theirs/nope",
        "queues/theirs/%2E%2E",
        "connections/nope",
        "channels/nope",
        "nodes/nope",
    ] {
        let answer = app.get(&admin, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, http::StatusCode::NOT_FOUND, "{path}");
    }
    let nodes = app.get(&admin, "/v2/rabbit/nodes").await.ok();
    let name = nodes[0]["name"].as_str().expect("a name");
    let path = format!("/v2/rabbit/nodes/{}", segment(name));
    let node = app.get(&admin, &path).await.ok();
    assert!(node["memory"]["total"].is_object(), "{node}");
    let internals = format!("/v2/rabbit/node-internals/{}", segment(name));
    let details = app.get(&admin, &internals).await.ok();
    for part in ["ets_tables_memory", "binary"] {
        let has_bytes = |value: &Value| value.as_object().is_some_and(|parts| parts.len() > 3);
        assert!(has_bytes(&details[part]), "{part} of {details}");
    }
    for path in [path, internals] {
        let refused = app.get(&narrow, &path).await;
        assert_eq!(refused.status, http::StatusCode::FORBIDDEN, "{path}");
    }
    drop(broker);
}
