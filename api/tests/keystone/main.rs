//! The service against a real Keystone: scoped roles, revoked tokens, and a Keystone that is frozen,
//! killed, or refuses the service.

#[path = "../common/mod.rs"]
mod common;
#[path = "../it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;
mod tls;

use std::time::{Duration, Instant};

use api::{ApiConfig, IdentityConfig, KeystoneConfig, TlsFiles};
use common::blocking;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::app::Answer;
use support::{FakeBroker, TestApp, local};
use test_brokers::{KeystoneOptions, PrivateKeystone};

const BROKERS: &str = "/v2/rabbit/brokers";
const OVERVIEW: &str = "/v2/rabbit/overview?broker=prod";
/// For how long answers of Keystone are believed here.
const CACHE: Duration = Duration::from_secs(2);

/// A Keystone with a service account, and accounts with one role each in a project of their own.
struct Cloud {
    keystone: PrivateKeystone,
    ops: String,
    dev: String,
}

impl Cloud {
    async fn start(options: KeystoneOptions) -> Option<Self> {
        if !PrivateKeystone::installed() {
            eprintln!("skipped: no keystone is installed");
            return None;
        }
        Some(blocking(move || Self::make(options)).await)
    }

    fn make(options: KeystoneOptions) -> Self {
        let keystone = PrivateKeystone::start(options).expect("Keystone starts");
        let project = |name: &str| keystone.add_project(name).expect("a project");
        let (service, ops, dev) = (project("service"), project("ops"), project("dev"));
        for (name, project, role) in [
            ("warren", &service, "service"),
            ("root", &ops, "admin"),
            ("anna", &ops, "member"),
            ("rita", &ops, "reader"),
            ("bert", &dev, "member"),
            ("carl", &ops, "heat_stack_owner"),
        ] {
            let user = keystone.add_user(name, "secret").expect("a user");
            keystone.assign(&user, project, role).expect("a role");
        }
        Self { keystone, ops, dev }
    }

    /// The service, with a broker `prod` of the project ops and a broker `test` of nobody.
    fn app(&self, password: &str) -> (TestApp, [FakeBroker; 2]) {
        let fakes = [FakeBroker::start(), FakeBroker::start()];
        let [prod, test] = &fakes;
        let mut config = local(&[("prod", prod), ("test", test)]);
        config.brokers[0].projects = vec![
            self.ops.parse().expect("an id"),
            format!("{}:/", self.dev)
                .parse()
                .expect("an id and a vhost"),
        ];
        (TestApp::with(self.with_keystone(config, password)), fakes)
    }

    fn with_keystone(&self, config: ApiConfig, password: &str) -> ApiConfig {
        let keystone = keystone_at(&self.keystone.url(), password);
        ApiConfig {
            identity: IdentityConfig::Keystone(Box::new(keystone)),
            ..config
        }
    }

    async fn token(self, user: &'static str, project: Option<&'static str>) -> (Self, String) {
        blocking(move || {
            let token = self
                .keystone
                .sign_in(user, "secret", project)
                .expect("a token");
            (self, token)
        })
        .await
    }

    /// Does something to Keystone where it may block.
    async fn with(mut self, work: impl FnOnce(&mut PrivateKeystone) + Send + 'static) -> Self {
        blocking(move || {
            work(&mut self.keystone);
            self
        })
        .await
    }
}

/// A Keystone, and the service's account there.
fn keystone_at(url: &str, password: &str) -> KeystoneConfig {
    KeystoneConfig {
        public_url: "https://keystone.example/v3".parse().expect("a URL"),
        url: url.parse().expect("a URL"),
        tls: TlsFiles::default(),
        username: "warren".into(),
        password: password.into(),
        user_domain: "Default".into(),
        project: "service".into(),
        project_domain: "Default".into(),
        cache: CACHE,
        timeout: Duration::from_secs(3),
        admin_roles: vec!["admin".into()],
        member_roles: vec!["member".into(), "reader".into()],
    }
}

/// Asks until the answer has this status. Returns how long that took.
async fn until(app: &TestApp, token: &str, status: StatusCode) -> Duration {
    let start = Instant::now();
    while app.get(token, BROKERS).await.status != status {
        assert!(start.elapsed() < Duration::from_secs(20), "never {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

fn names(brokers: &Value) -> Vec<&str> {
    let brokers = brokers.as_array().expect("a list").iter();
    brokers
        .map(|broker| broker["name"].as_str().expect("a name"))
        .collect()
}

/// `503`, in Keystone's form, and when to come again.
fn must_be_unavailable(answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{:?}",
        answer.body
    );
    assert!(answer.header("retry-after").is_some());
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("identity service"), "{message}");
    assert!(!message.contains("password"), "{message}");
}

#[tokio::test]
async fn roles_and_projects_determine_the_access_scope() {
    let Some(mut cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, _fakes) = cloud.app("secret");
    for (user, project, brokers) in [
        ("root", "ops", &["prod", "test"][..]),
        ("anna", "ops", &["prod"]),
        ("rita", "ops", &["prod"]),
        ("bert", "dev", &["prod"]),
    ] {
        let token;
        (cloud, token) = cloud.token(user, Some(project)).await;
        let seen = app.get(&token, BROKERS).await.ok();
        assert_eq!(names(&seen), brokers, "{user}");
        let nodes = app.get(&token, "/v2/rabbit/nodes?broker=prod").await;
        // A project that sees one vhost sees no nodes.
        let expected = if user == "bert" { 403 } else { 200 };
        assert_eq!(nodes.status.as_u16(), expected, "{user}");
    }
    // The system log has one entry for each token, however often it is used.
    let root;
    (cloud, root) = cloud.token("root", Some("ops")).await;
    let log = app
        .until_some("prod", async || {
            let lines = app
                .get(&root, "/v2/logs?q.field=source&q.value=identity")
                .await
                .ok();
            let lines = lines.as_array()?.iter();
            let messages: Vec<_> = lines.filter_map(|line| line["desc"].as_str()).collect();
            let has_all = messages
                .iter()
                .any(|desc| desc.starts_with("\"bert\" came"));
            has_all.then(|| messages.join("\n"))
        })
        .await;
    let line = "\"anna\" came with a token of the Keystone, for the project \"ops\".";
    assert_eq!(log.matches(line).count(), 1, "{log}");
    // No role that counts, and no project.
    for (user, project, words) in [
        (
            "carl",
            Some("ops"),
            "none of the roles admin, member, reader",
        ),
        ("anna", None, "for no project"),
    ] {
        let token;
        (cloud, token) = cloud.token(user, project).await;
        let answer = app.get(&token, BROKERS).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{user}");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains(words), "{message}");
    }
    // What is no token, and the way to one.
    for token in ["", "gAAAAAB", "0123456789abcdef"] {
        let answer = app.get(token, BROKERS).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token:?}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Keystone uri='https://keystone.example/v3'")
        );
    }
    for path in ["/identity", "/identity/v3", "/identity/v2.0"] {
        let answer = app.request(Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} is on");
    }
    drop(cloud);
}

#[tokio::test]
async fn keystone_user_gets_no_rights_of_a_broker_account_of_the_same_name() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, fakes) = cloud.app("secret");
    let row = |user: &str| {
        json!({"name": format!("{user} -> here"), "user": user, "vhost": "/",
            "connection_details": {"name": format!("{user} -> here")}})
    };
    for list in ["connections", "channels"] {
        fakes[0].set_list(list, json!([row("bert"), row("guest")]));
    }
    fakes[0].set_list("connections/bert%20%2D%3E%20here", row("bert"));
    let (cloud, bert) = cloud.token("bert", Some("dev")).await;
    let (_cloud, anna) = cloud.token("anna", Some("ops")).await;
    for list in ["connections", "channels"] {
        let path = format!("/v2/rabbit/{list}?broker=prod");
        // The project that is shown all of the broker sees them, by no name.
        let all = app.get(&anna, &path).await.ok();
        assert_eq!(all.as_array().map(Vec::len), Some(2), "{list}");
        assert_eq!(app.get(&bert, &path).await.ok(), json!([]), "{list}");
    }
    let path = "/v2/rabbit/connections/bert%20-%3E%20here?broker=prod";
    assert_eq!(app.get(&anna, path).await.status, StatusCode::OK);
    assert_eq!(app.get(&bert, path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn revoked_token_is_refused_within_the_cache_time() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, _fakes) = cloud.app("secret");
    let (cloud, token) = cloud.token("anna", Some("ops")).await;
    app.get(&token, BROKERS).await.ok();
    let revoked = token.clone();
    let cloud = cloud
        .with(move |keystone| keystone.revoke(&revoked).expect("revoked"))
        .await;
    let took = until(&app, &token, StatusCode::UNAUTHORIZED).await;
    assert!(took < CACHE + Duration::from_secs(1), "{took:?}");
    drop(cloud);
}

#[tokio::test]
async fn expired_token_is_refused_in_spite_of_the_cache() {
    let lifetime = Duration::from_secs(4);
    let options = KeystoneOptions {
        token_lifetime: lifetime,
    };
    let Some(cloud) = Cloud::start(options).await else {
        return;
    };
    let (app, _fakes) = cloud.app("secret");
    let (cloud, token) = cloud.token("anna", Some("ops")).await;
    app.get(&token, BROKERS).await.ok();
    let took = until(&app, &token, StatusCode::UNAUTHORIZED).await;
    assert!(took < lifetime + Duration::from_secs(1), "{took:?}");
    // The service's own token, which ends as soon, is renewed.
    let (_cloud, token) = cloud.token("anna", Some("ops")).await;
    app.get(&token, BROKERS).await.ok();
}

#[tokio::test]
async fn silent_keystone_grants_no_access_and_recovers() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, _fakes) = cloud.app("secret");
    let (cloud, token) = cloud.token("anna", Some("ops")).await;
    let (cloud, other) = cloud.token("rita", Some("ops")).await;
    app.get(&token, BROKERS).await.ok();
    app.get(&token, OVERVIEW).await.ok();
    let cloud = cloud
        .with(|keystone| keystone.freeze().expect("frozen"))
        .await;
    // What Keystone said a moment ago counts, and not for longer than it may.
    app.get(&token, BROKERS).await.ok();
    let start = Instant::now();
    must_be_unavailable(&app.get(&other, BROKERS).await);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let took = until(&app, &token, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(took < CACHE + Duration::from_secs(4), "{took:?}");
    let cloud = cloud
        .with(|keystone| keystone.thaw().expect("thawed"))
        .await;
    until(&app, &token, StatusCode::OK).await;
    // The same for one that is gone.
    let cloud = cloud
        .with(|keystone| keystone.kill().expect("killed"))
        .await;
    must_be_unavailable(&app.get("gAAAAABunknown", BROKERS).await);
    until(&app, &token, StatusCode::SERVICE_UNAVAILABLE).await;
    let _cloud = cloud
        .with(|keystone| keystone.restart().expect("back"))
        .await;
    until(&app, &token, StatusCode::OK).await;
    until(&app, &other, StatusCode::OK).await;
}

#[tokio::test]
async fn wrong_service_password_refuses_everybody() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, _fakes) = cloud.app("wrong");
    let (_cloud, token) = cloud.token("anna", Some("ops")).await;
    for token in [token.as_str(), "unknown"] {
        must_be_unavailable(&app.get(token, BROKERS).await);
    }
}

#[tokio::test]
async fn concurrent_requests_with_one_token_validate_it_once() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let (app, _fakes) = cloud.app("secret");
    let (cloud, token) = cloud.token("anna", Some("ops")).await;
    let before = cloud.keystone.requests().expect("its log");
    let all = (0..100).map(|_| app.get(&token, BROKERS));
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer.status, StatusCode::OK);
    }
    let asked = cloud.keystone.requests().expect("its log") - before;
    assert_eq!(asked, 2, "one sign-in of the service, one validation");
}
