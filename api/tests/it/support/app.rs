//! The service under test.

use std::sync::Arc;
use std::time::Duration;

use api::{Api, ApiConfig, BrokerConfig};
use axum::Router;
use axum::body::{Body, Bytes};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use metering::{Broker, BrokerState};
use serde_json::{Value, json};
use store::testing::NaiveStore;
use store::{SqliteStore, Store};
use tower::ServiceExt;

use super::fake::{COLLECTOR, FakeBroker};

/// A condition that does not come true within this never does.
const DEADLINE: Duration = Duration::from_secs(20);
/// The header that carries a token.
const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// An answer in full.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    /// The body, where the status is 200.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        self.json()
    }
}

/// The service, and the fastest tick that brokers of a test are asked at.
pub(crate) struct TestApp {
    pub(crate) api: Api,
    router: Router,
}

/// The real store, in memory.
pub(crate) fn sqlite() -> Arc<dyn Store> {
    Arc::new(SqliteStore::in_memory(store::Options::default()).expect("opens"))
}

/// A configuration for tests: a fast tick, one minute of history, little of what is read.
pub(crate) fn local(brokers: &[(&str, &FakeBroker)]) -> ApiConfig {
    let broker = |(name, fake): &(&str, &FakeBroker)| BrokerConfig {
        name: (*name).into(),
        url: fake.url(),
        username: COLLECTOR.into(),
        password: "collects".into(),
        description: None,
        projects: Vec::new(),
    };
    ApiConfig {
        brokers: brokers.iter().map(broker).collect(),
        tick: Duration::from_millis(50),
        backoff_limit: Duration::from_millis(100),
        answer_limit: 1 << 20,
        history: Duration::from_mins(1),
        ..ApiConfig::default()
    }
}

impl TestApp {
    /// With these brokers.
    pub(crate) fn start(brokers: &[(&str, &FakeBroker)]) -> Self {
        Self::with(local(brokers))
    }

    pub(crate) fn with(config: ApiConfig) -> Self {
        Self::with_store(config, Arc::new(NaiveStore::new()))
    }

    /// On a store that knows something already, or fails.
    pub(crate) fn with_store(config: ApiConfig, store: Arc<dyn Store>) -> Self {
        let api = Api::start(config, store).expect("starts");
        Self {
            router: api.router(),
            api,
        }
    }

    /// With one broker called `prod` that has answered, and the token of an administrator.
    pub(crate) async fn ready(fake: &FakeBroker) -> (Self, String) {
        Self::start(&[("prod", fake)]).with_administrator().await
    }

    /// The same on the real store.
    pub(crate) async fn ready_on_sqlite(fake: &FakeBroker) -> (Self, String) {
        let app = Self::with_store(local(&[("prod", fake)]), sqlite());
        app.with_administrator().await
    }

    /// The same, polled once a second: for tests whose answers hold every collected sample, of which
    /// there are more the longer they take.
    pub(crate) async fn ready_on_sqlite_with_few_polls(fake: &FakeBroker) -> (Self, String) {
        let mut config = local(&[("prod", fake)]);
        config.tick = Duration::from_secs(1);
        let app = Self::with_store(config, sqlite());
        app.with_administrator().await
    }

    async fn with_administrator(self) -> (Self, String) {
        let app = self;
        let token = app.sign_in("guest", "guest").await;
        app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
            .await;
        (app, token)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.request(Method::GET, path, &[(TOKEN.as_str(), token)])
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(
            request
                .body(Body::from(body.to_string()))
                .expect("a request"),
        )
        .await
    }

    /// Asks for a token.
    pub(crate) async fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        self.post(
            "/identity/v3/auth/tokens",
            &password_request(name, password),
            &[],
        )
        .await
    }

    /// A token.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> String {
        let answer = self.try_sign_in(name, password).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer
            .header("x-subject-token")
            .expect("a token")
            .to_owned()
    }

    /// Waits until a broker is what a condition says.
    pub(crate) async fn until(
        &self,
        token: &str,
        name: &str,
        condition: impl Fn(&Broker) -> bool,
    ) -> Broker {
        self.until_some(name, async || {
            let brokers: Vec<Broker> =
                serde_json::from_value(self.get(token, "/v2/rabbit/brokers").await.ok())
                    .expect("brokers");
            brokers
                .into_iter()
                .find(|broker| broker.name == name && condition(broker))
        })
        .await
    }

    /// Waits until something can be had, looking each time a broker was polled.
    pub(crate) async fn until_some<T>(
        &self,
        name: &str,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let mut changes = self.api.changes(name).expect("a known broker");
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look().await {
                    return found;
                }
                changes.changed().await.expect("the collector runs");
            }
        });
        found
            .await
            .unwrap_or_else(|_| panic!("what was waited for did not come in {DEADLINE:?}"))
    }

    /// Waits for so many more pictures of a broker.
    pub(crate) async fn polls(&self, name: &str, count: u64) {
        let mut changes = self.api.changes(name).expect("a known broker");
        let until = *changes.borrow() + count;
        let arrival = tokio::time::timeout(DEADLINE, changes.wait_for(|&now| now >= until)).await;
        arrival.expect("polls").expect("the collector runs");
    }
}

/// A sign-in by password.
pub(crate) fn password_request(name: &str, password: &str) -> Value {
    json!({"auth": {"identity": {"methods": ["password"], "password": {
        "user": {"name": name, "domain": {"name": "Default"}, "password": password},
    }}}})
}
