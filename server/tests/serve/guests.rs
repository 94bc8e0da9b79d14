//! Scripts and frames of other people's pages: those of registered portals, and no others.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use http::{Method, StatusCode};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;

use crate::common::{RIGHT, Running, browser, configuration, header, session_cookie};

const KEY: &str = "5f2b8c1e9d7a4f60b3c8e1d2a7f49065";
pub(crate) const SHOP: &str = "https://shop.example";
const WIKI: &str = "https://wiki.example";
const EVIL: &str = "https://evil.example";

/// A file with the shop's key.
pub(crate) struct KeyFile(PathBuf);

impl KeyFile {
    fn make() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("warren-key-{}-{number}", process::id()));
        fs::write(&path, KEY).expect("a file");
        Self(path)
    }

    fn flag(&self) -> String {
        format!("shop={}", self.0.display())
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        fs::remove_file(&self.0).ok();
    }
}

/// Both parts, with the portals shop and wiki.
pub(crate) async fn start() -> (Running, KeyFile) {
    let file = KeyFile::make();
    let (shop, wiki) = (format!("shop={SHOP}"), format!("wiki={WIKI}"));
    let flags = [
        "--portal",
        &shop,
        "--portal",
        &wiki,
        "--portal-key-file",
        &file.flag(),
    ];
    (Running::start(&flags).await, file)
}

/// A guest token for the shop's pages.
pub(crate) async fn token(api: &Running, lifetime: u32) -> String {
    token_for(api, json!({"origin": SHOP, "lifetime": lifetime})).await
}

/// The same for what the shop's own server asks for.
async fn token_for(api: &Running, wanted: Value) -> String {
    let answer = browser()
        .post(format!("{}/v2/rabbit/guest-tokens", api.metering()))
        .header("x-service-key", KEY)
        .header("content-type", "application/json")
        .body(wanted.to_string());
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    let body: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    body["token"].as_str().expect("a token").to_owned()
}

pub(crate) fn ask(running: &Running, origin: &str) -> RequestBuilder {
    browser()
        .post(running.url("/fn/panels"))
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .body(r#"{"wants":[{"panel":"nodes","broker":"prod"}]}"#)
}

pub(crate) async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

/// Whose script may read the answer.
fn readable(answer: &Response) -> &str {
    header(answer.headers(), "access-control-allow-origin")
}

#[tokio::test]
async fn a_page_of_a_portal_asks_with_its_token_and_without_cookies() {
    let (running, _file) = start().await;
    let token = token(&running, 60).await;
    let answer = sent(ask(&running, SHOP).header("x-auth-token", &token)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(readable(&answer), SHOP);
    let headers = answer.headers();
    assert!(header(headers, "vary").contains("Origin"), "{headers:?}");
    for cookies in ["access-control-allow-credentials", "set-cookie"] {
        assert_eq!(header(headers, cookies), "", "{cookies}");
    }
    let text = answer.text().await.expect("an answer");
    assert!(text.contains("\"prod\""), "{text}");
}

#[tokio::test]
async fn panels_of_queues_and_nodes_show_what_the_token_names_and_nothing_else() {
    const ODD: &str = "50% \"off\" <b>/🐇";
    let (running, _file) = start().await;
    let panels = ["queue-facts", "queue-depth", "node-facts", "node-memory"];
    let wanted = json!({"origin": SHOP, "panels": panels, "vhosts": ["shop"]});
    let of_vhost = token_for(&running, wanted).await;
    let of_all = token_for(&running, json!({"origin": SHOP, "panels": panels})).await;
    let node: Value = broker_answer_as("4.0.5", "nodes");
    let node = node[0]["name"].as_str().expect("a name").to_owned();

    let answers = async |token: &str| -> Vec<Value> {
        let queue = |panel: &str, vhost: &str, queue: &str| json!({"panel": panel, "broker": "prod", "vhost": vhost, "queue": queue, "length": 60_000});
        let of_node =
            |panel: &str| json!({"panel": panel, "broker": "prod", "node": node, "length": 60_000});
        let wants = json!({"wants": [
            queue("queue-facts", "shop", ODD),
            queue("queue-depth", "shop", ODD),
            queue("queue-facts", "/", "orders"),
            queue("queue-depth", "/", "orders"),
            of_node("node-facts"),
            of_node("node-memory"),
            // Not one of the token's panels.
            queue("queue-rates", "shop", ODD),
        ]});
        let asked = ask(&running, SHOP).header("x-auth-token", token);
        let answer = sent(asked.body(wants.to_string())).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.expect("a body");
        serde_json::from_str(&text).expect("JSON")
    };
    let is_shown = |answer: &Value| answer.get("Ok").is_some();

    let seen = answers(&of_vhost).await;
    assert_eq!(
        seen.iter().map(is_shown).collect::<Vec<_>>(),
        [true, true, false, false, false, false, false],
        "{seen:?}"
    );
    let facts = seen[0]["Ok"]["groups"].to_string();
    assert!(facts.contains("policy of shop"), "{facts}");
    assert!(!facts.contains("\"h\":"), "no links: {facts}");
    assert_eq!(seen[1]["Ok"].get("groups"), None, "a chart has no facts");
    assert_eq!(seen[6]["Err"], "Forbidden");
    let all = Value::from(seen).to_string();
    assert!(
        !all.contains("policy of /") && !all.contains(&node),
        "{all}"
    );

    let seen = answers(&of_all).await;
    assert_eq!(
        seen.iter().map(is_shown).collect::<Vec<_>>(),
        [true, true, true, true, true, true, false],
        "{seen:?}"
    );
    assert!(
        !seen[4]["Ok"]["groups"]
            .as_array()
            .expect("groups")
            .is_empty()
    );
}

/// The parts of a panel's answer: what of it is there, without values that change.
fn parts_of(answer: &Value) -> Value {
    let page = &answer["Ok"];
    let keys = |value: &Value| -> Vec<String> {
        let object = value.as_object().into_iter().flatten();
        object.map(|(key, _)| key.clone()).collect()
    };
    let meters = |series: &Value| -> Vec<Value> {
        let columns = series["columns"].as_array().into_iter().flatten();
        columns.map(|column| column["meter"].clone()).collect()
    };
    json!([
        answer.get("Err"),
        keys(&page["overview"]),
        page.get("nodes").is_some(),
        meters(&page["series"]),
        meters(&page["charts"]),
        keys(&page["groups"][0]),
    ])
}

#[tokio::test]
async fn each_panel_is_whole_with_a_token_for_it_alone() {
    let (running, _file) = start().await;
    let node: Value = broker_answer_as("4.0.5", "nodes");
    let all = token_for(&running, json!({"origin": SHOP})).await;
    for panel in app::ui::embed::Kind::ALL {
        let mut want = json!({"panel": panel.word(), "broker": "prod", "length": 60_000});
        if panel.needs_series() && !panel.is_of_object() {
            want["depth"] = json!(600_000);
        }
        match panel.subject() {
            app::ui::embed::Subject::Queue => {
                want["vhost"] = json!("/");
                want["queue"] = json!("orders");
            }
            app::ui::embed::Subject::Node => want["node"] = node[0]["name"].clone(),
            app::ui::embed::Subject::Broker => {}
        }
        let body = json!({"wants": [want]}).to_string();
        let answer = async |token: &str| {
            let asked = ask(&running, SHOP).header("x-auth-token", token);
            let text = sent(asked.body(body.clone())).await.text().await;
            let answers: Value = serde_json::from_str(&text.expect("a body")).expect("JSON");
            parts_of(&answers[0])
        };
        let only = json!({"origin": SHOP, "panels": [panel.word()]});
        let alone = answer(&token_for(&running, only).await).await;
        assert_eq!(alone[0], Value::Null, "{}", panel.word());
        assert_eq!(alone, answer(&all).await, "{}", panel.word());
    }
}

#[tokio::test]
async fn preflight_names_the_allowed_origin() {
    let (running, _file) = start().await;
    let preflight = async |path: &str, origin: &str| {
        let request = browser()
            .request(Method::OPTIONS, running.url(path))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,x-auth-token",
            );
        sent(request).await
    };
    let answer = preflight("/fn/panels", SHOP).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(readable(&answer), SHOP);
    let headers = answer.headers();
    assert_eq!(header(headers, "access-control-allow-methods"), "POST");
    assert!(header(headers, "access-control-allow-headers").contains("X-Auth-Token"));
    assert_eq!(readable(&preflight("/fn/panels", EVIL).await), "");
    for path in ["/fn/overview", "/fn/sign_in", "/", "/fn/panels/"] {
        assert_eq!(readable(&preflight(path, SHOP).await), "", "{path}");
    }
}

#[tokio::test]
async fn page_without_a_portal_is_refused_with_any_token() {
    let (running, _file) = start().await;
    let token = token(&running, 60).await;
    for origin in [
        EVIL,
        "null",
        "http://shop.example",
        "https://shop.example:8443",
    ] {
        let answer = sent(ask(&running, origin).header("x-auth-token", &token)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(readable(&answer), "", "{origin}");
    }
}

#[tokio::test]
async fn another_portals_page_cannot_use_it() {
    let (running, _file) = start().await;
    let token = token(&running, 60).await;
    let answer = sent(ask(&running, WIKI).header("x-auth-token", &token)).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(readable(&answer), WIKI);
    assert_eq!(answer.text().await.expect("a body"), "\"Forbidden\"");
}

#[tokio::test]
async fn invalid_token_is_an_error_that_panels_understand() {
    let (running, _file) = start().await;
    let good = token(&running, 60).await;
    let other = if good.ends_with('A') { 'E' } else { 'A' };
    let altered = format!("{}{other}", &good[..good.len() - 1]);
    let (head, rest) = good.split_once('.').expect("a head");
    assert!(!head.is_empty());
    // {"alg":"none"}
    let unsigned = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        rest.split('.').next().expect("a body")
    );
    for token in ["", "rubbish", &altered, &unsigned] {
        let answer = sent(ask(&running, SHOP).header("x-auth-token", token)).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(readable(&answer), SHOP, "{token}");
        assert_eq!(
            answer.text().await.expect("a body"),
            "\"SignedOut\"",
            "{token}"
        );
    }
}

#[tokio::test]
async fn a_session_opens_nothing_to_other_pages() {
    let (running, _file) = start().await;
    let signed_in = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(signed_in.headers()).to_owned();
    let (cookie, _) = cookie.split_once(';').expect("a session");
    let answer = sent(ask(&running, SHOP).header("cookie", cookie)).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    // On a page of ours it does.
    let own = running.url("").origin().ascii_serialization();
    let ours = browser()
        .post(running.url("/fn/panels"))
        .header("origin", own)
        .header("cookie", cookie)
        .header("content-type", "application/json")
        .body(r#"{"wants":[]}"#);
    assert_eq!(sent(ours).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn guests_can_only_use_panels() {
    let (running, _file) = start().await;
    let token = token(&running, 60).await;
    let post = browser()
        .post(running.url("/fn/sign_in"))
        .header("origin", SHOP)
        .header("x-auth-token", &token)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(RIGHT);
    assert_eq!(sent(post).await.status(), StatusCode::FORBIDDEN);
    let read = running
        .read("/fn/overview?broker=prod")
        .header("origin", SHOP)
        .header("sec-fetch-site", "cross-site")
        .header("x-auth-token", &token);
    assert_eq!(sent(read).await.status(), StatusCode::FORBIDDEN);
    let get = browser()
        .get(running.url("/fn/panels"))
        .header("origin", SHOP)
        .header("x-auth-token", &token);
    assert_eq!(sent(get).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_configuration_that_is_read_again_counts_at_once() {
    let (running, file) = start().await;
    let token = token(&running, 60).await;
    let status = async || {
        let answer = sent(ask(&running, SHOP).header("x-auth-token", &token)).await;
        answer.status()
    };
    assert_eq!(status().await, StatusCode::OK);
    let wiki = format!("wiki={WIKI}");
    let without = ["warren", "serve", "--data-dir", "none", "--portal", &wiki];
    let without = configuration(without.into_iter());
    running.server.register_portals(&without).expect("accepted");
    assert_eq!(status().await, StatusCode::FORBIDDEN);
    let (shop, key) = (format!("shop={SHOP}"), file.flag());
    let with = [
        "warren",
        "serve",
        "--data-dir",
        "none",
        "--portal",
        &shop,
        "--portal-key-file",
        &key,
    ];
    running
        .server
        .register_portals(&configuration(with.into_iter()))
        .expect("accepted");
    assert_eq!(status().await, StatusCode::OK);
}

#[tokio::test]
async fn the_dashboard_alone_knows_the_portals_too() {
    let (api, _file) = start().await;
    let token = token(&api, 60).await;
    let metering = api.metering();
    let shop = format!("shop={SHOP}");
    let web = Running::web_only_with(&metering, &["--portal", &shop]).await;
    let answer = sent(ask(&web, SHOP).header("x-auth-token", &token)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(readable(&answer), SHOP);
    // One that signs with a key of its own is not believed there.
    let answer = sent(ask(&web, SHOP).header("x-auth-token", format!("{token}A"))).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}
