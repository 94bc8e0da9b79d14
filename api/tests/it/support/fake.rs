//! A broker's management API that does what a test wants.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use test_fixtures::broker_answer_as;
use tokio::net::TcpSocket;
use url::Url;

/// How the broker answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As brokers do.
    Good,
    /// With this status, and a JSON body.
    Status(u16),
    /// With a web page.
    Html,
    /// With half a JSON document.
    CutOff,
    /// With a body that never ends.
    Endless,
    /// Not at all, though it takes the connection.
    Hang,
    /// With a redirect to another place.
    Redirect,
    /// That the password is wrong.
    WrongPassword,
    /// That it takes OAuth 2 tokens alone.
    OauthOnly,
    /// With JSON that says it is none.
    WrongType,
}

/// An account of the broker.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    name: String,
    password: String,
    tags: Vec<String>,
    vhosts: Vec<String>,
}

impl Account {
    pub(crate) fn new(name: &str, password: &str, tags: &[&str], vhosts: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Self {
            name: name.into(),
            password: password.into(),
            tags: owned(tags),
            vhosts: owned(vhosts),
        }
    }
}

struct FakeState {
    mode: Mutex<Mode>,
    accounts: Mutex<Vec<Account>>,
    overview: Mutex<Value>,
    samples: Mutex<Value>,
    nodes: Mutex<Value>,
    vhosts: Mutex<Value>,
    users: Mutex<Value>,
    /// Other lists, by the last part of their path.
    lists: Mutex<HashMap<String, Value>>,
    /// Account and path with query of every request, and when it came.
    requests: Mutex<Vec<(String, String, Instant)>>,
    /// Requests of the collector's account in flight, and the most there ever were.
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    /// How long an answer takes.
    delay: Mutex<Duration>,
    /// Answers by path, or by what path and query begin with, that are written as they are.
    bodies: Mutex<Vec<(String, StatusCode, Vec<u8>)>>,
    /// How long answers take whose path begins so.
    delays: Mutex<Vec<(String, Duration)>>,
}

/// A broker that does what a test wants.
pub(crate) struct FakeBroker {
    address: SocketAddr,
    state: Arc<FakeState>,
    /// Bound, not yet listening: whoever connects is refused.
    socket: Mutex<Option<TcpSocket>>,
}

/// A bearer token that the broker takes for that of the account [`COLLECTOR`].
pub(crate) const TOKEN: &str = "a.bearer.token";
/// The account that the service uses.
pub(crate) const COLLECTOR: &str = "collector";

impl FakeBroker {
    /// One that listens.
    pub(crate) fn start() -> Self {
        let fake = Self::absent();
        fake.appear();
        fake
    }

    /// One whose port refuses connections until it appears.
    pub(crate) fn absent() -> Self {
        let socket = TcpSocket::new_v4().expect("socket");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a free port");
        let state = FakeState {
            mode: Mutex::new(Mode::Good),
            accounts: Mutex::new(vec![
                Account::new(COLLECTOR, "collects", &["administrator"], &["/"]),
                Account::new("guest", "guest", &["administrator"], &["/"]),
            ]),
            overview: Mutex::new(broker_answer_as("3.10.8", "overview")),
            samples: Mutex::new(broker_answer_as("3.10.8", "overview-with-samples")),
            nodes: Mutex::new(broker_answer_as("3.10.8", "nodes")),
            vhosts: Mutex::new(broker_answer_as("3.10.8", "vhosts")),
            users: Mutex::new(broker_answer_as("3.10.8", "users")),
            lists: Mutex::default(),
            requests: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            delay: Mutex::new(Duration::ZERO),
            bodies: Mutex::default(),
            delays: Mutex::default(),
        };
        Self {
            address: socket.local_addr().expect("bound"),
            state: Arc::new(state),
            socket: Mutex::new(Some(socket)),
        }
    }

    /// Begins to listen.
    pub(crate) fn appear(&self) {
        let socket = self
            .socket
            .lock()
            .expect("no panic")
            .take()
            .expect("appears once");
        let listener = socket.listen(64).expect("listens");
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&self.state));
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}", self.address).parse().expect("URL")
    }

    pub(crate) fn set_mode(&self, mode: Mode) {
        *self.state.mode.lock().expect("no panic") = mode;
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        *self.state.delay.lock().expect("no panic") = delay;
    }

    /// Delays the answers whose path begins so.
    pub(crate) fn set_delay_of(&self, path: &str, delay: Duration) {
        let mut delays = self.state.delays.lock().expect("no panic");
        delays.push((path.to_owned(), delay));
    }

    pub(crate) fn add(&self, account: Account) {
        let mut accounts = self.state.accounts.lock().expect("no panic");
        accounts.retain(|known| known.name != account.name);
        accounts.push(account);
    }

    pub(crate) fn change_overview(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.overview.lock().expect("no panic"));
    }

    pub(crate) fn change_samples(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.samples.lock().expect("no panic"));
    }

    pub(crate) fn change_nodes(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.nodes.lock().expect("no panic"));
    }

    pub(crate) fn set_vhosts(&self, vhosts: Value) {
        *self.state.vhosts.lock().expect("no panic") = vhosts;
    }

    pub(crate) fn set_users(&self, users: Value) {
        *self.state.users.lock().expect("no panic") = users;
    }

    /// Sets a list, `queues` for example, that there was none of before.
    pub(crate) fn set_list(&self, name: &str, rows: Value) {
        let mut lists = self.state.lists.lock().expect("no panic");
        lists.insert(format!("/api/{name}"), rows);
    }

    /// Answers a path, `queues` for example, or what begins with `queues?page=3`, with this status
    /// and body, whatever is in it.
    pub(crate) fn set_body(&self, name: &str, status: StatusCode, body: &[u8]) {
        let mut bodies = self.state.bodies.lock().expect("no panic");
        bodies.push((format!("/api/{name}"), status, body.to_vec()));
    }

    /// The paths with queries that an account asked for so far.
    pub(crate) fn asked_by(&self, name: &str) -> Vec<String> {
        let requests = self.state.requests.lock().expect("no panic");
        requests
            .iter()
            .filter(|(user, ..)| user == name)
            .map(|(_, path, _)| path.clone())
            .collect()
    }

    /// When the collector's account asked for this path, query included.
    pub(crate) fn times_of(&self, path: &str) -> Vec<Instant> {
        let requests = self.state.requests.lock().expect("no panic");
        requests
            .iter()
            .filter(|(user, asked, _)| user == COLLECTOR && asked == path)
            .map(|(.., at)| *at)
            .collect()
    }

    /// The most requests of the collector's account that were ever in flight at once.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }
}

/// Counts a request of the collector's account until it is dropped.
struct InFlight(Arc<FakeState>);

impl InFlight {
    fn new(state: &Arc<FakeState>) -> Self {
        let now = state.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(state))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let given = headers.get(AUTHORIZATION)?.to_str().ok()?;
    // The token of the collector's account.
    if given == format!("Bearer {TOKEN}") {
        return Some((COLLECTOR.into(), "collects".into()));
    }
    let encoded = given.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.into(), password.into()))
}

fn refused(reason: &str) -> Response {
    let body = json!({"error": "not_authorised", "reason": reason});
    (
        StatusCode::UNAUTHORIZED,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

async fn serve(State(state): State<Arc<FakeState>>, request: Request) -> Response {
    let (name, password) = credentials(request.headers()).unwrap_or_default();
    let path = request
        .uri()
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    state
        .requests
        .lock()
        .expect("no panic")
        .push((name.clone(), path.clone(), Instant::now()));
    let _counted = (name == COLLECTOR).then(|| InFlight::new(&state));
    let delay = {
        let delays = state.delays.lock().expect("no panic");
        let of_path = delays.iter().find(|(start, _)| path.starts_with(start));
        let of_all = *state.delay.lock().expect("no panic");
        of_path.map_or(of_all, |(_, delay)| *delay)
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mode = *state.mode.lock().expect("no panic");
    let json_type = [(CONTENT_TYPE, "application/json")];
    match mode {
        Mode::Good => answer(&state, &request, &name, &password),
        Mode::Status(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (
                status,
                json_type,
                r#"{"error":"internal","reason":"who knows"}"#,
            )
                .into_response()
        }
        Mode::Html => ([(CONTENT_TYPE, "text/html")], "<!DOCTYPE html><p>Welcome").into_response(),
        Mode::CutOff => (json_type, r#"{"queue_totals":{"messages":1"#).into_response(),
        Mode::Endless => {
            let chunk = Bytes::from(vec![b' '; 1 << 16]);
            let chunks =
                futures_util::stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone()));
            (json_type, Body::from_stream(chunks)).into_response()
        }
        Mode::Hang => std::future::pending().await,
        Mode::Redirect => (StatusCode::FOUND, [(LOCATION, "/api/elsewhere")]).into_response(),
        Mode::WrongPassword => refused("Login failed"),
        Mode::OauthOnly => refused("HTTP access denied: basic auth disabled"),
        Mode::WrongType => ([(CONTENT_TYPE, "text/plain")], "{}").into_response(),
    }
}

fn answer(state: &FakeState, request: &Request, name: &str, password: &str) -> Response {
    let accounts = state.accounts.lock().expect("no panic");
    let Some(account) = accounts
        .iter()
        .find(|known| known.name == name && known.password == password)
    else {
        return refused("Login failed");
    };
    let has = |wanted: &[&str]| {
        account
            .tags
            .iter()
            .any(|tag| wanted.contains(&tag.as_str()))
    };
    if !has(&["administrator", "monitoring", "policymaker", "management"]) {
        return refused("Not management user");
    }
    let sees_all = has(&["administrator", "monitoring"]);
    let ranged = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("lengths_age"));
    let written = state.bodies.lock().expect("no panic");
    let asked = request.uri().to_string();
    let is_meant = |path: &str| {
        request.uri().path() == path || (path.contains('?') && asked.starts_with(path))
    };
    let json_type = [(CONTENT_TYPE, "application/json")];
    if let Some((_, status, body)) = written.iter().find(|(path, ..)| is_meant(path)) {
        return (*status, json_type, body.clone()).into_response();
    }
    drop(written);
    let held = |value: &Mutex<Value>| value.lock().expect("no panic").clone();
    let body = match request.uri().path() {
        "/api/whoami" => json!({"name": name, "tags": account.tags}),
        "/api/overview" if ranged => held(&state.samples),
        "/api/overview" => held(&state.overview),
        "/api/nodes" if sees_all => held(&state.nodes),
        "/api/nodes" => return refused("Not monitor user"),
        "/api/users" if has(&["administrator"]) => held(&state.users),
        "/api/users" => return refused("Not administrator user"),
        "/api/vhosts" => {
            let all = held(&state.vhosts);
            let visible = |vhost: &&Value| {
                sees_all
                    || account
                        .vhosts
                        .iter()
                        .any(|name| vhost["name"] == name.as_str())
            };
            all.as_array()
                .into_iter()
                .flatten()
                .filter(visible)
                .cloned()
                .collect()
        }
        path if state.lists.lock().expect("no panic").contains_key(path) => {
            let rows = state.lists.lock().expect("no panic")[path].clone();
            match page(rows, request.uri().query().unwrap_or_default()) {
                Ok(page) => page,
                Err(past_the_end) => {
                    let status = StatusCode::BAD_REQUEST;
                    return (status, json_type, past_the_end.to_string()).into_response();
                }
            }
        }
        _ => {
            return (
                StatusCode::NOT_FOUND,
                [(CONTENT_TYPE, "application/json")],
                "{}",
            )
                .into_response();
        }
    };
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A page of a list where the query asks for one, as brokers from 3.6 on have it.
fn page(rows: Value, query: &str) -> Result<Value, Value> {
    let number = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name)?.1.parse::<usize>().ok()
    };
    let Some(page) = number("page") else {
        return Ok(rows);
    };
    let size = number("page_size").unwrap_or(100);
    let rows = rows.as_array().cloned().unwrap_or_default();
    if page > 1 && (page - 1) * size >= rows.len() {
        let reason = format!(
            "Page out of range, page: {page} page size: {size}, len: {}",
            rows.len()
        );
        return Err(json!({"error": "page_out_of_range", "reason": reason}));
    }
    let items: Vec<_> = rows.iter().skip((page - 1) * size).take(size).collect();
    Ok(
        json!({"items": items, "page": page, "page_size": size, "item_count": items.len(),
        "page_count": rows.len().div_ceil(size).max(1), "total_count": rows.len(), "filtered_count": rows.len()}),
    )
}
