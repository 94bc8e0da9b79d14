//! A running program with a broker that is not one, for tests of what stands around the app.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Url};
use server::{Config, Server, args};
use test_fixtures::{broker_answer, broker_answer_as};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

/// The account of the fake broker that may sign in, and that the collector uses.
pub(crate) const USER: &str = "monitor";
/// Its password.
pub(crate) const PASSWORD: &str = "hunter2-äß";

/// Controls of the fake broker.
pub(crate) struct Broker {
    pub(crate) url: String,
    /// `/api/whoami` was asked.
    pub(crate) asked: Arc<Notify>,
    /// One permit lets one `/api/whoami` be answered. Plenty, unless a test takes them away.
    pub(crate) answers: Arc<Semaphore>,
    /// Likewise for everything that the collector asks.
    pub(crate) polls: Arc<Semaphore>,
    /// Likewise for each single object and each list that only a viewer asks for.
    pub(crate) objects: Arc<Semaphore>,
    /// One of these was asked for.
    pub(crate) object_asked: Arc<Notify>,
}

#[derive(Clone)]
struct Fake {
    asked: Arc<Notify>,
    answers: Arc<Semaphore>,
    polls: Arc<Semaphore>,
    objects: Arc<Semaphore>,
    object_asked: Arc<Notify>,
    statistics_are_off: bool,
}

impl Fake {
    /// Waits until an object may be answered.
    async fn object(&self) {
        self.object_asked.notify_one();
        self.objects.acquire().await.expect("never closed").forget();
    }
}

impl Broker {
    pub(crate) async fn start() -> Self {
        Self::serve(false).await
    }

    #[allow(dead_code, reason = "not in each binary of tests")]
    pub(crate) async fn without_statistics() -> Self {
        Self::serve(true).await
    }

    async fn serve(statistics_are_off: bool) -> Self {
        let fake = Fake {
            statistics_are_off,
            asked: Arc::default(),
            answers: Arc::new(Semaphore::new(1000)),
            polls: Arc::new(Semaphore::new(1_000_000)),
            objects: Arc::new(Semaphore::new(1_000_000)),
            object_asked: Arc::default(),
        };
        let router = Router::new()
            .route("/api/whoami", get(whoami))
            .route("/api/overview", get(overview))
            .route("/api/nodes", get(nodes))
            .route("/api/users", get(|| async { Json(serde_json::json!([])) }))
            .route("/api/vhosts", get(vhosts))
            .route("/api/exchanges", get(exchanges))
            .route("/api/queues/{vhost}/{name}", get(queue))
            .route(
                "/api/queues/{vhost}/{name}/bindings",
                get(|| async { Json(serde_json::json!([])) }),
            )
            .route("/api/nodes/{name}", get(node))
            .with_state(fake.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            asked: fake.asked,
            answers: fake.answers,
            polls: fake.polls,
            objects: fake.objects,
            object_asked: fake.object_asked,
        }
    }
}

async fn whoami(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    fake.asked.notify_one();
    fake.answers.acquire().await.expect("never closed").forget();
    // base64 of the account above.
    let right = "Basic bW9uaXRvcjpodW50ZXIyLcOkw58=";
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|value| value != right)
    {
        let body = Json(serde_json::json!({"error": "not_authorised", "reason": "Login failed"}));
        return (StatusCode::UNAUTHORIZED, body).into_response();
    }
    Json(serde_json::json!({"name": USER, "tags": ["monitoring"]})).into_response()
}

async fn overview(State(fake): State<Fake>) -> Response {
    fake.polls.acquire().await.expect("never closed").forget();
    let body = broker_answer("4.0.5", "overview");
    let mut overview: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    overview["disable_stats"] = fake.statistics_are_off.into();
    Json(overview).into_response()
}

async fn nodes() -> Response {
    let body = broker_answer("4.0.5", "nodes");
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn vhosts(State(fake): State<Fake>) -> Response {
    fake.object().await;
    Json(serde_json::json!([{"name": "/"}, {"name": "shop"}, {"name": ".."}])).into_response()
}

/// The exchange that each vhost has: the account has a permission in these vhosts.
async fn exchanges() -> Json<serde_json::Value> {
    Json(serde_json::json!([
        {"vhost": "/", "name": "amq.direct"},
        {"vhost": "shop", "name": "amq.direct"},
        {"vhost": "..", "name": "amq.direct"},
    ]))
}

/// Any queue that is asked for.
async fn queue(State(fake): State<Fake>, Path((vhost, name)): Path<(String, String)>) -> Response {
    fake.object().await;
    let queue = serde_json::json!({
        "vhost": vhost, "name": name, "type": "classic", "durable": true, "state": "running",
        "arguments": {}, "messages": 7, "messages_ready": 7, "policy": format!("policy of {vhost}"),
    });
    Json(queue).into_response()
}

/// Any node that is asked for: it is the only one.
async fn node(State(fake): State<Fake>) -> Response {
    fake.object().await;
    let nodes: Vec<serde_json::Value> = broker_answer_as("4.0.5", "nodes");
    Json(nodes.into_iter().next()).into_response()
}

/// A folder that looks like the browser's bundle.
pub(crate) struct Site(PathBuf);

/// The bundle's script.
pub(crate) const SCRIPT: &str = "frontend-0123456789abcdef.js";

impl Site {
    pub(crate) fn make() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("warren-site-{}-{number}", process::id()));
        fs::create_dir_all(&path).expect("a folder");
        for (name, text) in [
            (SCRIPT, "// script"),
            ("frontend-0123456789abcdef.js.br", "packed script"),
            ("frontend-0123456789abcdef_bg.wasm", "wasm"),
            ("main-0123456789abcdef.css", "body {}"),
            ("robots.txt", "User-agent: *"),
            ("embed/frontend-1123456789abcdef.js", "// panels"),
            ("embed/frontend-1123456789abcdef_bg.wasm", "wasm"),
            ("embed/main-0123456789abcdef.css", "body {}"),
            ("embed/embed-0123456789abcdef.css", "div {}"),
        ] {
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// A running program, and a browser of sorts.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) broker: Broker,
    http: reqwest::Client,
    _site: Site,
}

impl Running {
    /// Both parts, with these flags on top.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let broker = Broker::start().await;
        Self::with_broker(broker, flags).await
    }

    pub(crate) async fn with_broker(broker: Broker, flags: &[&str]) -> Self {
        Self::configured(broker, flags, |_| ()).await
    }

    /// Both parts, with these flags on top and what no flag can say.
    pub(crate) async fn configured(
        broker: Broker,
        flags: &[&str],
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let address = broker.url.replace("http://", "");
        let url = format!("prod=http://{USER}:hunter2-%C3%A4%C3%9F@{address}");
        let mut all = vec!["--api-listen", "127.0.0.1:0", "--broker", &url];
        all.extend(flags);
        Self::start_configured(broker, &all, change).await
    }

    /// The dashboard alone.
    pub(crate) async fn web_only(metering: &str) -> Self {
        Self::web_only_with(metering, &[]).await
    }

    /// The dashboard alone, with these flags on top.
    pub(crate) async fn web_only_with(metering: &str, flags: &[&str]) -> Self {
        let mut all = vec!["--only", "web", "--metering-url", metering];
        all.extend(flags);
        Self::start_configured(Broker::start().await, &all, |_| ()).await
    }

    async fn start_configured(
        broker: Broker,
        flags: &[&str],
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let site = Site::make();
        let common = [
            "warren",
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--site",
            site.path(),
        ];
        let mut config = configuration(common.iter().chain(flags).copied());
        change(&mut config);
        let server = Server::start(config)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            server,
            broker,
            http: browser(),
            _site: site,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        let address = self.server.web().expect("a dashboard");
        format!("http://{address}{path}").parse().expect("a URL")
    }

    pub(crate) fn metering(&self) -> String {
        format!("http://{}", self.server.metering().expect("an API"))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http
            .get(self.url(path))
            .header(header::ACCEPT, "text/html")
    }

    /// What a script of our own page asks.
    pub(crate) fn read(&self, path: &str) -> RequestBuilder {
        self.http
            .get(self.url(path))
            .header(header::ACCEPT, "application/json")
    }

    /// A form of our own page, posted.
    pub(crate) fn post(&self, path: &str, form: impl Into<reqwest::Body>) -> RequestBuilder {
        let origin = self.url("").origin().ascii_serialization();
        self.http
            .post(self.url(path))
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form)
    }

    /// Sends a request as it is.
    pub(crate) async fn execute(
        &self,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        self.http.execute(request).await
    }

    /// The sign-in form with the right password.
    pub(crate) fn sign_in(&self, base: &str) -> RequestBuilder {
        self.post(&format!("{base}/fn/sign_in"), RIGHT)
    }
}

/// The sign-in form with the right password.
pub(crate) const RIGHT: &str = "user=monitor&password=hunter2-%C3%A4%C3%9F";
/// The sign-in form with a wrong one.
pub(crate) const WRONG: &str = "user=monitor&password=hunter3-wrong";

/// An HTTP client that follows nothing and keeps nothing.
pub(crate) fn browser() -> reqwest::Client {
    client::HttpTransport::new().expect("installs the TLS provider");
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .build()
        .expect("a client")
}

pub(crate) fn configuration<'a>(arguments: impl Iterator<Item = &'a str>) -> Config {
    let matches = args::command()
        .try_get_matches_from(arguments)
        .expect("flags");
    let (_, arguments) = matches.subcommand().expect("serve");
    Config::load(arguments, &|_| None, &env::temp_dir())
        .unwrap_or_else(|error| panic!("refused: {error}"))
}

/// A header's text, `""` where it is missing.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
}

/// The `Set-Cookie` of the dashboard's session, `""` if absent. A sign-in sends others too.
pub(crate) fn session_cookie(headers: &HeaderMap) -> &str {
    headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().expect("text"))
        .find(|cookie| cookie.contains("warren_session="))
        .unwrap_or_default()
}
