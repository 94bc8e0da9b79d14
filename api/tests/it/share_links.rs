//! `/v2/rabbit/share-links`: made by viewers, opened by whoever has them, ended.

use std::sync::Arc;

use api::{ApiConfig, Clock};
use http::{Method, StatusCode};
use metering::Timestamp;
use serde_json::{Value, json};
use store::Store;
use store::testing::NaiveStore;

use crate::support::app::Answer;
use crate::support::{Account, FakeBroker, TestApp, local};

const LINKS: &str = "/v2/rabbit/share-links";
const OPEN: &str = "/v2/rabbit/share-links/open";

fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    fake.set_vhosts(json!([{"name": "a", "messages": 10}, {"name": "b", "messages": 200}]));
    fake.set_list(
        "queues",
        json!([{"vhost": "a", "name": "alpha"}, {"vhost": "b", "name": "beta"}]),
    );
    fake.add(Account::new("anna", "secret", &["management"], &["a"]));
    fake.add(Account::new("bert", "secret", &["management"], &["b"]));
    fake
}

async fn ready(fake: &FakeBroker) -> (TestApp, String) {
    let app = TestApp::start(&[("prod", fake)]);
    let anna = app.sign_in("anna", "secret").await;
    app.polls("prod", 1).await;
    (app, anna)
}

fn in_days(days: i64) -> String {
    let now = Clock::System.now().as_millis();
    Timestamp::from_millis(now + days * 24 * 3_600_000).to_string()
}

fn overview() -> Value {
    json!({"view": "/brokers/prod?range=1h", "page": "overview", "broker": "prod",
        "expires_at": in_days(7), "note": "for the wall"})
}

async fn make(app: &TestApp, token: &str, wanted: &Value) -> Answer {
    app.post(LINKS, wanted, &[("x-auth-token", token)]).await
}

async fn open(app: &TestApp, secret: &str) -> Answer {
    app.post(OPEN, &json!({"secret": secret}), &[]).await
}

async fn list(app: &TestApp, token: &str) -> Vec<Value> {
    let links = app.get(token, LINKS).await.ok();
    links.as_array().expect("links").clone()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn link_opens_one_page_with_the_access_of_its_creator() {
    let fake = fake();
    let (app, anna) = ready(&fake).await;
    let made = make(&app, &anna, &overview()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let secret = text(&made.json(), "secret");
    let opened = open(&app, &secret).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let opened = opened.json();
    assert_eq!(opened["link"]["view"], "/brokers/prod?range=1h");
    assert_eq!(opened["link"]["made_by"], "anna");
    assert_eq!(opened["link"].get("secret"), None);
    let token = text(&opened, "token");
    let shown = app
        .get(&token, "/v2/rabbit/overview?broker=prod")
        .await
        .ok();
    assert_eq!(shown["queue_totals"]["messages"], 10);
    for path in [
        "queues",
        "queues/a/alpha",
        "users",
        "connections",
        "share-links",
        "portals",
    ] {
        let answer = app
            .get(&token, &format!("/v2/rabbit/{path}?broker=prod"))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let again = make(&app, &token, &overview()).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn shared_list_has_the_rows_that_its_creator_sees() {
    let fake = fake();
    let (app, anna) = ready(&fake).await;
    let mut wanted = overview();
    wanted["page"] = json!("queues");
    wanted["view"] = json!("/queues?broker=prod");
    let made = make(&app, &anna, &wanted).await.json();
    let opened = open(&app, &text(&made, "secret")).await.json();
    let token = text(&opened, "token");
    let rows = app.get(&token, "/v2/rabbit/queues?broker=prod").await.ok();
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert_eq!(rows[0]["name"], "alpha");
}

#[tokio::test]
async fn link_belongs_to_an_account_at_one_broker() {
    let (first, second) = (fake(), FakeBroker::start());
    second.add(Account::new("anna", "another", &["management"], &["/"]));
    second.add(Account::new("otto", "secret", &["administrator"], &["/"]));
    let app = TestApp::start(&[("prod", &first), ("test", &second)]);
    let anna = app.sign_in("anna", "secret").await;
    let namesake = app.sign_in("anna", "another").await;
    let otto = app.sign_in("otto", "secret").await;
    let admin = app.sign_in("guest", "guest").await;
    let id = text(&make(&app, &anna, &overview()).await.json(), "id");
    let end = async |token: &str| {
        let headers = [("x-auth-token", token)];
        app.request(Method::DELETE, &format!("{LINKS}/{id}"), &headers)
            .await
            .status
    };
    for other in [&namesake, &otto] {
        assert_eq!(list(&app, other).await.len(), 0);
        assert_eq!(end(other).await, StatusCode::NOT_FOUND);
    }
    for owner in [&anna, &admin] {
        assert_eq!(list(&app, owner).await.len(), 1);
    }
    assert_eq!(end(&anna).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn links_are_listed_and_revoked_by_their_creator_or_an_administrator() {
    let fake = fake();
    let (app, anna) = ready(&fake).await;
    let bert = app.sign_in("bert", "secret").await;
    let admin = app.sign_in("guest", "guest").await;
    let made = make(&app, &anna, &overview()).await.json();
    let (id, secret) = (text(&made, "id"), text(&made, "secret"));
    let token = text(&open(&app, &secret).await.json(), "token");
    let listed = list(&app, &anna).await;
    assert_eq!((listed.len(), &listed[0]["opened"]), (1, &json!(1)));
    assert_eq!(listed[0]["note"], "for the wall");
    assert!(!json!(listed).to_string().contains(&secret));
    assert_eq!(list(&app, &bert).await.len(), 0);
    assert_eq!(list(&app, &admin).await.len(), 1);
    let end = async |token: &str| {
        let headers = [("x-auth-token", token)];
        // Ids compare without case.
        let id = id.to_ascii_uppercase();
        app.request(Method::DELETE, &format!("{LINKS}/{id}"), &headers)
            .await
            .status
    };
    assert_eq!(end(&bert).await, StatusCode::NOT_FOUND);
    assert_eq!(end(&admin).await, StatusCode::NO_CONTENT);
    assert_eq!(end(&anna).await, StatusCode::NOT_FOUND);
    assert_eq!(open(&app, &secret).await.status, StatusCode::NOT_FOUND);
    let answer = app.get(&token, "/v2/rabbit/overview?broker=prod").await;
    assert_eq!(
        answer.status,
        StatusCode::UNAUTHORIZED,
        "its tokens end with it"
    );
    let lines = app
        .get(&admin, "/v2/logs?q.field=source&q.value=portal")
        .await
        .ok()
        .to_string();
    for said in [
        "made the share link",
        "was opened",
        "revoked the share link",
    ] {
        assert!(lines.contains(said), "{lines}");
    }
    assert!(!lines.contains(&secret));
}

#[tokio::test]
async fn unsharable_views_are_refused() {
    let fake = fake();
    let (app, anna) = ready(&fake).await;
    for (name, value, status) in [
        ("page", json!("users"), 400),
        ("view", json!("https://evil.example/"), 400),
        ("view", json!("//evil.example/"), 400),
        ("expires_at", json!(in_days(-1)), 400),
        ("expires_at", json!(in_days(500)), 400),
        ("note", json!("x".repeat(201)), 400),
        ("broker", json!("other"), 404),
    ] {
        let mut wanted = overview();
        wanted[name] = value;
        let answer = make(&app, &anna, &wanted).await;
        assert_eq!(answer.status.as_u16(), status, "{wanted}");
    }
}

#[tokio::test]
async fn guesses_of_links_are_throttled() {
    let fake = fake();
    let (app, anna) = ready(&fake).await;
    for n in 0..5 {
        let answer = open(&app, &format!("{n:064x}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let answer = open(&app, &"f".repeat(64)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.header("retry-after").is_some());
    // A right one is never refused: nobody guesses 256 bits.
    let made = make(&app, &anna, &overview()).await.json();
    let answer = open(&app, &text(&made, "secret")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
}

#[tokio::test]
async fn link_survives_a_restart_and_expires() {
    let fake = fake();
    let store: Arc<dyn Store> = Arc::new(NaiveStore::new());
    let at = |days: i64| {
        let now = Clock::System.now().as_millis() + days * 24 * 3_600_000;
        let clock = Clock::Fixed {
            start: Timestamp::from_millis(now),
            origin: tokio::time::Instant::now(),
        };
        let config = ApiConfig {
            clock,
            ..local(&[("prod", &fake)])
        };
        TestApp::with_store(config, Arc::clone(&store))
    };
    let first = at(0);
    let anna = first.sign_in("anna", "secret").await;
    let secret = text(&make(&first, &anna, &overview()).await.json(), "secret");
    let later = at(6);
    let opened = open(&later, &secret).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let guest = text(&opened.json(), "token");
    later.polls("prod", 1).await;
    later
        .get(&guest, "/v2/rabbit/overview?broker=prod")
        .await
        .ok();
    let other = later.get(&guest, "/v2/rabbit/queues?broker=prod").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN, "no part of its view");
    let late = at(8);
    assert_eq!(open(&late, &secret).await.status, StatusCode::NOT_FOUND);
    let anna = late.sign_in("anna", "secret").await;
    assert_eq!(list(&late, &anna).await.len(), 0);
}

#[tokio::test]
async fn link_of_a_broker_that_is_gone_is_left_to_administrators() {
    let fake = fake();
    let store: Arc<dyn Store> = Arc::new(NaiveStore::new());
    let start = |broker: &str| TestApp::with_store(local(&[(broker, &fake)]), Arc::clone(&store));
    let first = start("prod");
    let anna = first.sign_in("anna", "secret").await;
    let id = text(&make(&first, &anna, &overview()).await.json(), "id");
    let later = start("other");
    let end = async |token: &str| {
        let headers = [("x-auth-token", token)];
        later
            .request(Method::DELETE, &format!("{LINKS}/{id}"), &headers)
            .await
            .status
    };
    // The account of that name at another broker may be somebody else.
    let anna = later.sign_in("anna", "secret").await;
    assert_eq!(list(&later, &anna).await.len(), 0);
    assert_eq!(end(&anna).await, StatusCode::NOT_FOUND);
    let admin = later.sign_in("guest", "guest").await;
    assert_eq!(list(&later, &admin).await.len(), 1);
    assert_eq!(end(&admin).await, StatusCode::NO_CONTENT);
}
