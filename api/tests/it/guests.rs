//! `/v2/rabbit/guest-tokens`: who gets a token, what it opens, and when it no longer does.

use api::ApiConfig;
use http::{Method, StatusCode};
use metering::Timestamp;
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::guest::{KEY, ORIGIN, TOKENS, only, shop, with_portals};
use crate::support::{Account, FakeBroker, TestApp, local};

const OVERVIEW: &str = "/v2/rabbit/overview?broker=prod";
const SHOP: (&str, &str) = ("x-service-key", KEY);

/// Two vhosts with queues, and accounts that see different parts of them.
pub(crate) fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    let vhost = |name: &str, messages: i64| json!({"name": name, "messages": messages});
    fake.set_vhosts(json!([vhost("a", 10), vhost("b", 200), vhost("/", 3000)]));
    let queue = |vhost: &str, name: &str| json!({"vhost": vhost, "name": name, "messages": 1});
    fake.set_list("queues", json!([queue("a", "alpha"), queue("b", "beta")]));
    fake.set_list("queues/a/alpha", queue("a", "alpha"));
    fake.set_list("queues/b/beta", queue("b", "beta"));
    // As the broker shows them to mona, who may look into one vhost.
    fake.set_list("exchanges", json!([{"name": "amq.direct", "vhost": "a"}]));
    fake.add(Account::new("anna", "secret", &["management"], &["a"]));
    fake.add(Account::new("mona", "secret", &["monitoring"], &["a"]));
    fake
}

pub(crate) fn config(fake: &FakeBroker) -> ApiConfig {
    with_portals(local(&[("prod", fake)]), vec![shop()])
}

/// With one broker that has answered, and the token of an administrator.
pub(crate) async fn ready(config: ApiConfig) -> (TestApp, String) {
    let app = TestApp::with(config);
    let admin = app.sign_in("guest", "guest").await;
    app.polls("prod", 1).await;
    (app, admin)
}

fn messages(answer: Answer) -> Value {
    answer.ok()["queue_totals"]["messages"].clone()
}

/// The queues whose facts a token opens.
async fn queues(app: &TestApp, token: &str) -> Vec<&'static str> {
    let mut open = Vec::new();
    for (vhost, name) in [("a", "alpha"), ("b", "beta")] {
        let path = format!("/v2/rabbit/queues/{vhost}/{name}?broker=prod");
        match app.get(token, &path).await.status {
            StatusCode::OK => open.push(name),
            status => assert_eq!(status, StatusCode::NOT_FOUND),
        }
    }
    open
}

fn refusal(answer: &Answer) -> (u16, String) {
    let message = answer.json()["error"]["message"].clone();
    let message = message.as_str().expect("a message").to_owned();
    (answer.status.as_u16(), message)
}

#[tokio::test]
async fn key_returns_a_token_that_states_its_scope() {
    let fake = fake();
    let (app, _) = ready(config(&fake)).await;
    let wanted = json!({"panels": ["nodes"], "lifetime": 60});
    let answer = app.ask_for_guest(SHOP, wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    let info = app
        .get(&token, &format!("{TOKENS}?panel=nodes&panel=churn"))
        .await
        .ok();
    assert_eq!(info["portal"], "shop");
    assert_eq!(info["origin"], ORIGIN);
    assert_eq!(info["panels"], json!(["nodes"]));
    assert_eq!(info["refused"], json!(["churn"]));
    assert_eq!(info["brokers"], json!(["prod"]));
    assert_eq!(info["expires_at"], answer.json()["expires_at"]);
    let time = |name: &str| -> Timestamp {
        let text = info[name].as_str().expect("a time");
        text.parse().expect("a time")
    };
    let lives = time("expires_at").as_millis() - time("issued_at").as_millis();
    assert_eq!(lives, 60_000);
    assert!(app.get(&token, "/v2/rabbit/nodes").await.status == StatusCode::OK);
}

#[tokio::test]
async fn wrong_keys_are_refused_and_throttled() {
    let fake = fake();
    let (app, _) = ready(config(&fake)).await;
    let nothing = app.post(TOKENS, &json!({"origin": ORIGIN}), &[]).await;
    assert_eq!(nothing.status, StatusCode::UNAUTHORIZED);
    let key = &KEY[1..];
    for _ in 0..5 {
        let answer = app.ask_for_guest(("x-service-key", key), json!({})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!String::from_utf8_lossy(&answer.body).contains(key));
    }
    let answer = app.ask_for_guest(("x-service-key", key), json!({})).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.header("retry-after").is_some());
    let answer = app.ask_for_guest(SHOP, json!({})).await;
    assert_eq!(
        answer.status,
        StatusCode::CREATED,
        "the right one is never refused: {:?}",
        answer.body
    );
}

#[tokio::test]
async fn panels_outside_the_portals_scope_are_refused_and_named() {
    let fake = fake();
    let mut portal = shop();
    portal.panels = only(&["overview", "queue-facts"]);
    portal.brokers = only(&["prod"]);
    portal.vhosts = only(&["a"]);
    let config = with_portals(local(&[("prod", &fake), ("test", &fake)]), vec![portal]);
    let (app, _) = ready(config).await;
    for (wanted, word) in [
        (json!({"panels": ["nodes"]}), "\"nodes\""),
        (json!({"brokers": ["prod", "test"]}), "\"test\""),
        (json!({"vhosts": ["a", "b"]}), "\"b\""),
        (json!({"origin": "https://evil.example"}), "evil.example"),
        (json!({"origin": "null"}), "null"),
    ] {
        let (status, message) = refusal(&app.ask_for_guest(SHOP, wanted.clone()).await);
        assert_eq!(status, 403, "{wanted}");
        assert!(message.contains(word), "{message}");
    }
    // All there is, is all that it may show.
    let token = app.guest(json!({})).await;
    let info = app.get(&token, TOKENS).await.ok();
    assert_eq!(info["panels"], json!(["overview", "queue-facts"]));
    assert_eq!(
        (&info["brokers"], &info["vhosts"]),
        (&json!(["prod"]), &json!(["a"]))
    );
    assert_eq!(messages(app.get(&token, OVERVIEW).await), 10);
    assert_eq!(queues(&app, &token).await, ["alpha"]);
    let nodes = app.get(&token, "/v2/rabbit/nodes").await;
    assert_eq!(nodes.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn malformed_token_requests_are_refused() {
    let fake = fake();
    let (app, _) = ready(config(&fake)).await;
    for wanted in [
        json!({"lifetime": 0}),
        json!({"lifetime": 601}),
        json!({"lifetime": -1}),
        json!({"panels": []}),
        json!({"brokers": "prod"}),
        json!({"vhosts": [""]}),
        json!({"audience": "all"}),
        json!({"origin": null}),
    ] {
        let answer = app.ask_for_guest(SHOP, wanted.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wanted}");
    }
}

#[tokio::test]
async fn account_cannot_grant_more_than_it_sees() {
    let fake = fake();
    let (app, admin) = ready(config(&fake)).await;
    let anna = app.sign_in("anna", "secret").await;
    let guest = async |token: &str, wanted: Value| {
        let answer = app.ask_for_guest(("x-auth-token", token), wanted).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()["token"].as_str().expect("a token").to_owned()
    };
    let token = guest(&anna, json!({"vhosts": ["*"]})).await;
    assert_eq!(messages(app.get(&token, OVERVIEW).await), 10);
    assert_eq!(queues(&app, &token).await, ["alpha"]);
    let token = guest(&anna, json!({"vhosts": ["a", "b", "/"]})).await;
    assert_eq!(messages(app.get(&token, OVERVIEW).await), 10);
    let nothing = app
        .ask_for_guest(("x-auth-token", &anna), json!({"vhosts": ["b"]}))
        .await;
    assert_eq!(nothing.status, StatusCode::FORBIDDEN);
    // An administrator's sees all, or what it is narrowed to.
    let token = guest(&admin, json!({})).await;
    assert_eq!(queues(&app, &token).await, ["alpha", "beta"]);
    let users = app.get(&token, "/v2/rabbit/users").await;
    assert_eq!(users.status, StatusCode::FORBIDDEN);
    let token = guest(&admin, json!({"vhosts": ["b"]})).await;
    assert_eq!(messages(app.get(&token, OVERVIEW).await), 200);
    // Who sees all sums but the lists of one vhost hands on just that.
    let mona = app.sign_in("mona", "secret").await;
    assert_eq!(queues(&app, &mona).await, ["alpha"]);
    let token = guest(&mona, json!({})).await;
    assert_eq!(queues(&app, &token).await, ["alpha"]);
    let token = guest(&mona, json!({"vhosts": ["a", "b"]})).await;
    assert_eq!(queues(&app, &token).await, ["alpha"]);
}

#[tokio::test]
async fn guest_cannot_get_another_token() {
    let fake = fake();
    let (app, admin) = ready(config(&fake)).await;
    let token = app.guest(json!({})).await;
    let again = app.ask_for_guest(("x-auth-token", &token), json!({})).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    let info = app.get(&admin, TOKENS).await;
    assert_eq!(
        info.status,
        StatusCode::FORBIDDEN,
        "an account has no guest token"
    );
}

#[tokio::test]
async fn token_is_refused_from_other_origins() {
    let fake = fake();
    let (app, _) = ready(config(&fake)).await;
    let token = app.guest(json!({})).await;
    let from = async |origin: &str| {
        let headers = [("x-auth-token", token.as_str()), ("origin", origin)];
        app.request(Method::GET, OVERVIEW, &headers).await.status
    };
    assert_eq!(from(ORIGIN).await, StatusCode::OK);
    for origin in ["https://evil.example", "https://shop.test:8443", "null"] {
        assert_eq!(from(origin).await, StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn foreign_tokens_are_refused() {
    let fake = fake();
    let (app, _) = ready(config(&fake)).await;
    let token = app.guest(json!({})).await;
    let parts: Vec<_> = token.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    for token in [
        none,
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(parts[2].len())),
        format!("{token}A"),
        "a.b.c".to_owned(),
        "..".to_owned(),
    ] {
        let answer = app.get(&token, OVERVIEW).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(answer.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn tokens_of_a_portal_are_limited_each_minute() {
    let fake = fake();
    let mut portal = shop();
    portal.rate_limit = 2;
    let (app, _) = ready(with_portals(local(&[("prod", &fake)]), vec![portal])).await;
    app.guest(json!({})).await;
    app.guest(json!({})).await;
    let answer = app.ask_for_guest(SHOP, json!({})).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = answer
        .header("retry-after")
        .expect("a time")
        .parse()
        .expect("seconds");
    assert!((25..=30).contains(&wait), "{wait} s");
}

#[tokio::test]
async fn refused_requests_do_not_count_against_the_portals_limit() {
    let fake = fake();
    let mut portal = shop();
    portal.rate_limit = 2;
    portal.panels = only(&["nodes"]);
    portal.brokers = only(&["prod"]);
    portal.vhosts = only(&["a"]);
    let (app, _) = ready(with_portals(local(&[("prod", &fake)]), vec![portal])).await;
    for (wanted, status) in [
        (json!({"panels": ["churn"]}), StatusCode::FORBIDDEN),
        (json!({"brokers": ["other"]}), StatusCode::FORBIDDEN),
        (json!({"vhosts": ["b"]}), StatusCode::FORBIDDEN),
        (json!({"lifetime": 0}), StatusCode::BAD_REQUEST),
        (json!({"panels": []}), StatusCode::BAD_REQUEST),
    ] {
        let answer = app.ask_for_guest(SHOP, wanted.clone()).await;
        assert_eq!(answer.status, status, "{wanted}");
    }
    app.guest(json!({})).await;
    app.guest(json!({})).await;
    let answer = app.ask_for_guest(SHOP, json!({})).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn neither_keys_nor_tokens_reach_the_log() {
    let fake = fake();
    let (app, admin) = ready(config(&fake)).await;
    let token = app.guest(json!({})).await;
    app.ask_for_guest(("x-service-key", "a-wrong-key-of-somebody"), json!({}))
        .await;
    app.get(&token, TOKENS).await;
    let lines = app
        .get(&admin, "/v2/logs?limit=500&q.field=source&q.value=portal")
        .await
        .ok()
        .to_string();
    assert!(
        lines.contains("The portal shop got a guest token"),
        "{lines}"
    );
    assert!(lines.contains("a key that is no portal's"), "{lines}");
    let secret = token.rsplit('.').next().expect("a signature");
    for secret in [KEY, secret, "a-wrong-key-of-somebody"] {
        assert!(!lines.contains(secret), "{lines}");
    }
}
