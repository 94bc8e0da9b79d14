//! A broker's management API that does what a test wants.

mod handler;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use http::StatusCode;
use serde_json::Value;
use test_fixtures::broker_answer_as;
use tokio::net::TcpSocket;
use url::Url;

use handler::serve;

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
