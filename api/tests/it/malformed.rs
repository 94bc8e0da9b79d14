//! Malformed requests: real ones, changed at random, are answered or refused and cost no memory.
//!
//! `WARREN_MALFORMED=60000` sets the number of requests for each run; by default it is small enough
//! for every build. The seeds are fixed, so a failure repeats; its message has the request.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Request, StatusCode, Uri};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::support::{FakeBroker, TestApp, password_request, sample};

const SEEDS: [u64; 3] = [13, 1976, 65_537];
const REQUESTS: usize = 4500;
/// Bytes that memory may grow by between the first third and the end.
const GROWTH: usize = 48 << 20;

/// A request to change.
#[derive(Clone, Debug)]
struct Raw {
    method: String,
    path: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// Pieces that are put into requests.
const PIECES: [&[u8]; 24] = [
    b"%00",
    b"%",
    b"%ff%fe",
    b"%2F..%2F",
    b"//",
    b"&",
    b"=",
    b"?",
    b"q.field=timestamp",
    b"limit=-9223372036854775809",
    b"9999999999999999999999",
    b"1e400",
    b"NaN",
    b"\"",
    b"{",
    b"[[[[[[[[",
    b"\\u0000",
    b"\xff\xfe",
    b"null",
    b"(a{100}){120}",
    "\u{202e}\u{0}ß€".as_bytes(),
    b";",
    b"..",
    b"\r\n",
];

fn requests(token: &str) -> Vec<Raw> {
    let one = |method: &str, path: &str, body: Vec<u8>| Raw {
        method: method.into(),
        path: path.into(),
        headers: vec![
            ("x-auth-token".into(), token.into()),
            ("content-type".into(), b"application/json".to_vec()),
            ("accept".into(), b"application/json".to_vec()),
        ],
        body,
    };
    let gets = [
        "/",
        "/healthz",
        "/openapi.json",
        "/identity",
        "/identity/v3",
        "/v2/capabilities",
        "/v2/meters?q.field=resource_id&q.op=eq&q.type=string&q.value=r&limit=5&unique=True",
        "/v2/meters/m?q.field=timestamp&q.op=ge&q.value=2015-01-01T00:00:00&limit=9223372036854775807",
        "/v2/meters/m/statistics?period=60&groupby=resource_id&aggregate.func=cardinality&aggregate.param=user_id",
        "/v2/samples?q.field=metadata.a&q.value=5&limit=3",
        "/v2/samples/1",
        "/v2/resources?meter_links=0",
        "/v2/resources/r/1",
        "/v2/logs?q.field=page&q.value=2",
        "/v2/rabbit/brokers",
        "/v2/rabbit/overview?broker=prod",
        "/v2/rabbit/overviews",
        "/v2/rabbit/nodes",
        "/v2/rabbit/users?page=1&page_size=5",
        "/v2/rabbit/queues/%2F/q?samples=true",
        "/v2/rabbit/queues?page=1&page_size=500&name=%5Eq&use_regex=true&sort=messages&sort_reverse=true",
        "/v2/rabbit/series?meter=rabbit.connections&from=1420070400000&to=1420070500000&points=60",
        "/v2/rabbit/health",
        "/v2/rabbit/search?q=a&limit=5",
        "/v2/rabbit/dashboard?broker=prod",
    ];
    let sign_in = password_request("guest", "guest").to_string().into_bytes();
    let filter = json!({"filter": "{\"and\": [{\"=~\": {\"meter\": \"^m\"}}, {\"not\": {\"<\": {\"volume\": 3}}}]}",
        "orderby": "[{\"timestamp\": \"desc\"}]", "limit": 5});
    let post = json!([sample(
        "m",
        "r",
        1.0,
        &json!({"timestamp": "2015-01-01T00:00:00", "resource_metadata": {"a.b": "5"}})
    )]);
    let guest = json!({"portal": "none", "origin": "https://a.example", "panels": ["overview"], "brokers": ["prod"]});
    let share = json!({"path": "/queues", "expires_in": 60});
    let mut all: Vec<_> = gets
        .iter()
        .map(|path| one("GET", path, Vec::new()))
        .collect();
    for (path, body) in [
        ("/identity/v3/auth/tokens", sign_in),
        ("/identity/v2.0/tokens", json!({"auth": {"tenantName": "warren", "passwordCredentials": {"username": "guest", "password": "guest"}}}).to_string().into_bytes()),
        ("/v2/query/samples", filter.to_string().into_bytes()),
        ("/v2/meters/m?direct=True", post.to_string().into_bytes()),
        ("/v2/rabbit/guest-tokens", guest.to_string().into_bytes()),
        ("/v2/rabbit/share-links", share.to_string().into_bytes()),
        ("/v2/rabbit/share-links/open", json!({"secret": "none"}).to_string().into_bytes()),
    ] {
        all.push(one("POST", path, body));
    }
    all.push(one("DELETE", "/v2/rabbit/guest-tokens/none", Vec::new()));
    all
}

/// Changes some bytes.
fn change(random: &mut StdRng, bytes: &mut Vec<u8>) {
    let place = random.random_range(0..=bytes.len());
    let length = random.random_range(0..=(bytes.len() - place).min(12));
    match random.random_range(0..6) {
        0 => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random.random();
            }
        }
        1 => bytes.truncate(place),
        2 => {
            bytes.drain(place..place + length);
        }
        3 => {
            let piece = bytes[place..place + length].to_vec();
            let repeated = piece.repeat(random.random_range(1..40));
            bytes.splice(place..place, repeated);
        }
        _ => {
            let piece = *PIECES.choose(random).expect("some");
            bytes.splice(place..place + length, piece.iter().copied());
        }
    }
}

fn mutated(random: &mut StdRng, requests: &[Raw]) -> Raw {
    let mut raw = requests.choose(random).expect("some").clone();
    for _ in 0..random.random_range(1..4) {
        match random.random_range(0..10) {
            0 => {
                let methods = [
                    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "X",
                ];
                raw.method = (*methods.choose(random).expect("some")).into();
            }
            1..=4 => change(random, &mut raw.path),
            5 => {
                let place = random.random_range(0..raw.headers.len());
                change(random, &mut raw.headers[place].1);
            }
            6 => {
                let names = [
                    "origin",
                    "if-none-match",
                    "x-forwarded-for",
                    "x-subject-token",
                    "authorization",
                    "x-guest-token",
                    "access-control-request-method",
                    "content-length",
                    "accept-encoding",
                ];
                let name = (*names.choose(random).expect("some")).into();
                let mut value = b"https://a.example".to_vec();
                change(random, &mut value);
                raw.headers.push((name, value));
            }
            _ => change(random, &mut raw.body),
        }
    }
    raw
}

/// As a request, where HTTP lets it through: what it does not is refused by the listener.
fn request(raw: &Raw) -> Option<Request<Body>> {
    let method = Method::from_bytes(raw.method.as_bytes()).ok()?;
    let uri = Uri::try_from(raw.path.as_slice()).ok()?;
    uri.path().starts_with('/').then_some(())?;
    let mut request = Request::new(Body::from(raw.body.clone()));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in &raw.headers {
        let name: HeaderName = name.parse().expect("a name");
        request
            .headers_mut()
            .append(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some(request)
}

/// Bytes of memory that the process has now.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

fn count() -> usize {
    let given = std::env::var("WARREN_MALFORMED").ok();
    given.map_or(REQUESTS, |given| given.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_answered_or_refused_and_cost_no_memory() {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
    }));
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite_with_few_polls(&fake).await;
    app.store(&token, "m", &[sample("m", "r/1", 1.0, &json!({}))])
        .await;
    let requests = requests(&token);
    let each = count() / SEEDS.len();
    let (mut answered, mut refused, mut first) = (0, 0, None);
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut sent = 0;
        while sent < each {
            let mut raw = mutated(&mut random, &requests);
            // Each from a network of its own: wrong sign-ins of one network are held.
            let [_, a, b, c] = (sent as u32).to_be_bytes();
            let address = format!("10.{a}.{b}.{c}").into_bytes();
            raw.headers.push(("x-forwarded-for".into(), address));
            let Some(request) = request(&raw) else {
                continue;
            };
            sent += 1;
            let answer = app.send(request).await;
            let status = answer.status;
            let is_expected = match status {
                StatusCode::SERVICE_UNAVAILABLE => answer.headers.contains_key(RETRY_AFTER),
                status => !status.is_server_error(),
            };
            assert!(is_expected, "seed {seed}: {raw:?}: {answer:?}");
            assert_eq!(PANICS.load(Ordering::SeqCst), 0, "seed {seed}: {raw:?}");
            if status.is_success() {
                answered += 1;
            } else {
                refused += 1;
            }
        }
        first.get_or_insert_with(memory);
    }
    assert!(
        answered > each / 4 && refused > each / 4,
        "{answered} answered, {refused} refused: too little was tried"
    );
    let (first, last) = (first.unwrap_or_default(), memory());
    assert!(
        last < first + GROWTH,
        "memory grew from {first} to {last} bytes"
    );
    // It still answers.
    app.get(&token, "/v2/samples").await.ok();
}
