//! Who sees what of what is stored: two brokers, three vhosts each, and accounts of every tag.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use metering::{BrokerState, Timestamp, meter};
use serde_json::{Value, json};
use store::{Collected, Store};

use crate::support::{Account, FakeBroker, TestApp, local, password_request, sample, sqlite};

const METER: &str = "rabbit.messages";
/// What was collected of each broker; `gone` is a broker that is no longer configured.
const ALPHA: [&str; 7] = [
    "alpha",
    "alpha/rabbit@n",
    "alpha/a/",
    "alpha/a/q",
    "alpha/b/",
    "alpha/b/secret/b",
    "alpha/%2F/q",
];
const BETA: [&str; 7] = [
    "beta",
    "beta/rabbit@n",
    "beta/a/",
    "beta/a/q",
    "beta/b/",
    "beta/b/q",
    "beta/%2F/q",
];
const GONE: [&str; 3] = ["gone", "gone/a/", "gone/a/q"];

/// Name, password, and the collected resources that the account sees.
type Viewer = (&'static str, &'static str, Vec<&'static str>);

pub(crate) fn viewers() -> Vec<Viewer> {
    vec![
        ("alice", "secret", vec!["alpha/a/", "alpha/a/q"]),
        // Another person at the other broker.
        ("alice", "other", vec!["beta/b/", "beta/b/q"]),
        ("paul", "secret", vec!["alpha/b/", "alpha/b/secret/b"]),
        // The broker shows all vhosts to the tag monitoring, and the queues of its own ones.
        (
            "mona",
            "secret",
            vec![
                "alpha",
                "alpha/rabbit@n",
                "alpha/a/",
                "alpha/b/",
                "alpha/a/q",
            ],
        ),
        ("adam", "secret", ALPHA.to_vec()),
        (
            "vera",
            "secret",
            [&ALPHA[..], &["beta/a/", "beta/a/q"]].concat(),
        ),
        ("nina", "secret", vec![]),
    ]
}

pub(crate) fn brokers() -> [FakeBroker; 2] {
    let brokers = [FakeBroker::start(), FakeBroker::start()];
    for fake in &brokers {
        let vhost = |name: &str| json!({"name": name, "messages": 1});
        fake.set_vhosts(json!([vhost("a"), vhost("b"), vhost("/")]));
        // As the broker shows them to mona.
        fake.set_list("exchanges", json!([{"name": "amq.direct", "vhost": "a"}]));
    }
    let [alpha, beta] = &brokers;
    alpha.add(Account::new("alice", "secret", &["management"], &["a"]));
    alpha.add(Account::new("paul", "secret", &["policymaker"], &["b"]));
    alpha.add(Account::new("mona", "secret", &["monitoring"], &["a"]));
    alpha.add(Account::new("adam", "secret", &["administrator"], &[]));
    alpha.add(Account::new("vera", "secret", &["administrator"], &[]));
    alpha.add(Account::new("nina", "secret", &["management"], &[]));
    beta.add(Account::new("alice", "other", &["management"], &["b"]));
    beta.add(Account::new("vera", "secret", &["management"], &["a"]));
    brokers
}

fn collect(store: &dyn Store) {
    let now = api::Clock::System.now().as_millis();
    for resource in ALPHA.iter().chain(&BETA).chain(&GONE) {
        store.collect(Collected {
            resource_id: Arc::from(*resource),
            project_id: None,
            timestamp: Timestamp::from_millis(now - 60_000),
            values: vec![(meter::find(METER).expect("known"), 7.0)],
        });
    }
}

/// The service, which has all of that, and the token of an administrator of both brokers.
pub(crate) async fn start([alpha, beta]: &[FakeBroker; 2]) -> (TestApp, String) {
    let store = sqlite();
    collect(&*store);
    let mut config = local(&[("alpha", alpha), ("beta", beta)]);
    // The collectors' own samples are in all the answers: a few are enough.
    config.tick = Duration::from_secs(1);
    let app = TestApp::with_store(config, store);
    let admin = app.sign_in("guest", "guest").await;
    for name in ["alpha", "beta"] {
        app.until(&admin, name, |broker| broker.state == BrokerState::Ok)
            .await;
    }
    app.until_some("alpha", async || {
        let path = "/v2/resources?q.field=resource_id&q.value=gone/a/q";
        let found = app.get(&admin, path).await.ok();
        (found != json!([])).then_some(())
    })
    .await;
    (app, admin)
}

fn all() -> BTreeSet<&'static str> {
    ALPHA.into_iter().chain(BETA).chain(GONE).collect()
}

/// Those of what was collected that an answer speaks of.
fn named(answer: &Value) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for row in answer.as_array().expect("a list") {
        let id = &row["resource_id"];
        let id = id
            .as_str()
            .or_else(|| row["groupby"]["resource_id"].as_str());
        let id = id.expect("an id");
        found.extend(all().into_iter().filter(|known| *known == id));
    }
    found
}

fn encoded(id: &str) -> String {
    id.replace('%', "%25").replace('/', "%2F")
}

/// What an account sees by each path, by the path.
async fn seen(app: &TestApp, token: &str) -> Vec<(String, BTreeSet<&'static str>)> {
    let mut seen = Vec::new();
    for path in [
        "/v2/resources?limit=100000".to_owned(),
        "/v2/meters?limit=100000".to_owned(),
        "/v2/samples?limit=100000".to_owned(),
        "/v2/samples?limit=100000&q.field=source&q.value=rabbitmq".to_owned(),
        format!("/v2/meters/{METER}?limit=100000"),
        format!("/v2/meters/{METER}/statistics?groupby=resource_id"),
        format!("/v2/meters/{METER}/statistics?groupby=resource_id&period=60&aggregate.func=max"),
    ] {
        let answer = app.get(token, &path).await.ok();
        seen.push((path, named(&answer)));
    }
    for filter in [
        json!({"=~": {"resource_id": ".*"}}),
        json!({"or": [{"=": {"source": "rabbitmq"}}, {"=": {"meter": METER}}]}),
        json!({"not": {"=": {"meter": "none"}}}),
    ] {
        let body = json!({"filter": filter.to_string(), "limit": 100_000});
        let answer = app.query(token, &body).await.ok();
        seen.push((filter.to_string(), named(&answer)));
    }
    let (mut by_id, mut by_field) = (BTreeSet::new(), BTreeSet::new());
    for id in all() {
        let answer = app
            .get(token, &format!("/v2/resources/{}", encoded(id)))
            .await;
        match answer.status {
            StatusCode::OK => {
                by_id.insert(id);
            }
            status => assert_eq!(status, StatusCode::NOT_FOUND, "{id}"),
        }
        let path = format!("/v2/samples?q.field=resource_id&q.value={}", encoded(id));
        by_field.extend(named(&app.get(token, &path).await.ok()));
    }
    seen.push(("resources by id".into(), by_id));
    seen.push(("samples of one resource".into(), by_field));
    seen
}

#[tokio::test]
async fn every_path_limits_collected_samples_to_visible_brokers_and_vhosts() {
    let brokers = brokers();
    let (app, admin) = start(&brokers).await;
    for (name, password, expected) in viewers() {
        let token = app.sign_in(name, password).await;
        let expected: BTreeSet<_> = expected.into_iter().collect();
        for (path, seen) in seen(&app, &token).await {
            assert_eq!(seen, expected, "{name} with {password}: {path}");
        }
    }
    for (path, seen) in seen(&app, &admin).await {
        assert_eq!(seen, all(), "an administrator of both: {path}");
    }
}

#[tokio::test]
async fn hidden_collected_sample_is_not_found_by_its_id() {
    let brokers = brokers();
    let (app, admin) = start(&brokers).await;
    let mut ids = Vec::new();
    for resource in all() {
        let path = format!(
            "/v2/samples?q.field=resource_id&q.field=meter&q.value={}&q.value={METER}",
            encoded(resource)
        );
        let found = app.get(&admin, &path).await.ok();
        ids.push((resource, found[0]["id"].as_str().expect("an id").to_owned()));
    }
    for (name, password, expected) in viewers() {
        let token = app.sign_in(name, password).await;
        for (resource, id) in &ids {
            let status = app.get(&token, &format!("/v2/samples/{id}")).await.status;
            let shown = expected.contains(resource);
            let expected = if shown { 200 } else { 404 };
            assert_eq!(status.as_u16(), expected, "{name}, {password}: {resource}");
        }
    }
}

#[tokio::test]
async fn series_follow_the_same_rule_as_samples() {
    let brokers = brokers();
    let (app, _) = start(&brokers).await;
    for (name, password, expected) in viewers() {
        let token = app.sign_in(name, password).await;
        for resource in ALPHA.into_iter().chain(BETA) {
            let (broker, path) = resource.split_once('/').unwrap_or((resource, ""));
            if path.is_empty() {
                // Of the broker itself narrower accounts see the sums of their own vhosts.
                continue;
            }
            let query = format!(
                "broker={broker}&meter={METER}&resource={}",
                encoded(resource)
            );
            let answer = app.get(&token, &format!("/v2/rabbit/series?{query}")).await;
            let accepts = expected.iter().any(|seen| seen.starts_with(broker))
                || (name == "nina" && broker == "alpha");
            let status = if expected.contains(&resource) {
                200
            } else if accepts && !path.contains('/') {
                403
            } else {
                404
            };
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{name}, {password}: {resource}"
            );
        }
    }
}

#[tokio::test]
async fn posted_sample_is_never_treated_as_collected() {
    let brokers = brokers();
    let (app, admin) = start(&brokers).await;
    let alice = app.sign_in("alice", "secret").await;
    let forged = sample(METER, "alpha/a/q", 1e9, &json!({"source": "rabbitmq"}));
    let stored = app.store(&alice, METER, &[forged]).await;
    assert!(
        stored[0]["source"]
            .as_str()
            .is_some_and(|source| source.ends_with(":rabbitmq")),
        "{stored}"
    );
    let largest = async |token: &str, query: &str| {
        let path = format!("/v2/meters/{METER}/statistics?aggregate.func=max&{query}");
        let rows = app.get(token, &path).await.ok();
        rows[0]["aggregate"]["max"].as_f64()
    };
    // In the words of the collector it is not found, and another project does not see it at all.
    let collected = "q.field=source&q.field=resource_id&q.value=rabbitmq&q.value=alpha%2Fa%2Fq";
    assert_eq!(largest(&admin, collected).await, Some(7.0));
    let mut request = password_request("adam", "secret");
    request["auth"]["scope"] = json!({"project": {"name": "alpha", "domain": {"name": "Default"}}});
    let answer = app.post("/identity/v3/auth/tokens", &request, &[]).await;
    let adam = answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned();
    let any = "q.field=resource_id&q.value=alpha%2Fa%2Fq";
    assert_eq!(largest(&adam, any).await, Some(7.0));
    // A chart is of collected samples alone.
    let path = format!("/v2/rabbit/series?broker=alpha&meter={METER}&resource=alpha/a/q");
    let series = app.get(&admin, &path).await.ok();
    assert!(!series.to_string().contains("1000000000"), "{series}");
}

#[tokio::test]
async fn chart_annotations_and_log_entries_are_limited_to_visible_brokers() {
    let brokers = brokers();
    for fake in &brokers {
        fake.change_nodes(|nodes| nodes[0]["mem_alarm"] = true.into());
    }
    let (app, admin) = start(&brokers).await;
    let about = |lines: &Value| -> BTreeSet<String> {
        let lines = lines.as_array().expect("lines").iter();
        lines
            .map(|line| {
                let source = line["source"].as_str().expect("a source");
                match source.split_once('/') {
                    Some((broker, _)) => format!("{broker}/node"),
                    None => source.to_owned(),
                }
            })
            .collect()
    };
    app.until_some("alpha", async || {
        let lines = about(&app.get(&admin, "/v2/logs?limit=500").await.ok());
        ["alpha/node", "beta/node", "identity"]
            .iter()
            .all(|source| lines.contains(*source))
            .then_some(())
    })
    .await;
    for (name, password, _) in viewers() {
        let token = app.sign_in(name, password).await;
        let lines = about(&app.get(&token, "/v2/logs?limit=500").await.ok());
        let expected: &[&str] = match (name, password) {
            ("alice", "other") => &["beta"],
            ("alice" | "paul" | "nina", _) => &["alpha"],
            ("vera", _) => &["alpha", "alpha/node", "beta"],
            _ => &["alpha", "alpha/node"],
        };
        let expected: BTreeSet<_> = expected.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(lines, expected, "{name}, {password}");
        let broker = if password == "other" { "beta" } else { "alpha" };
        let path = format!("/v2/rabbit/dashboard?broker={broker}");
        let marks = about(&app.get(&token, &path).await.ok()["events"]);
        assert!(marks.is_subset(&expected), "{name}: {marks:?}");
        let sees_nodes = matches!(name, "mona" | "adam" | "vera");
        assert_eq!(
            marks.contains("alpha/node"),
            sees_nodes,
            "{name}: {marks:?}"
        );
    }
}

#[tokio::test]
async fn one_name_at_two_brokers_is_two_accounts() {
    let brokers = brokers();
    let (app, _) = start(&brokers).await;
    let ours = app.sign_in("alice", "secret").await;
    let theirs = app.sign_in("alice", "other").await;
    for method in [Method::GET, Method::DELETE] {
        let headers = [
            ("x-auth-token", theirs.as_str()),
            ("x-subject-token", ours.as_str()),
        ];
        let answer = app
            .request(method.clone(), "/identity/v3/auth/tokens", &headers)
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method}");
    }
    app.get(&ours, "/v2/rabbit/brokers").await.ok();
}
