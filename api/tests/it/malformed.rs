//! Malformed requests: real ones, changed at random, are answered or refused and cost no memory.
//! See [`test_fixtures::malformed`].

use axum::body::Body;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use test_fixtures::malformed::{Checker, SEEDS, address, mutate};

use crate::support::{FakeBroker, TestApp, password_request, sample};

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
        "/v2/events?q.field=event_type&q.value=rabbitmq.node.down&limit=5",
        "/v2/event_types/rabbitmq.node.down/traits/node",
        "/v2/alarms?q.field=state&q.op=eq&q.value=ok&sort=timestamp:desc&limit=5",
        "/v2/alarms/0/history",
        "/v2/rabbit/alerts?broker=prod&state=firing&severity=critical",
        "/v2/rabbit/alerts/history?broker=prod",
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
    let alarm = json!({"name": "a", "type": "threshold", "alarm_actions": ["https://a.example"],
        "threshold_rule": {"meter_name": "m", "threshold": 5, "period": 60, "statistic": "avg",
            "query": [{"field": "resource_id", "op": "eq", "value": "r"}]},
        "time_constraints": [{"name": "n", "start": "0 8 * * *", "duration": 60, "timezone": "Europe/Berlin"}]});
    let alarm_filter = json!({"filter": "{\"and\": [{\"=\": {\"state\": \"ok\"}}, {\"!=\": {\"name\": \"b\"}}]}", "limit": "5"});
    let mut all: Vec<_> = gets
        .iter()
        .map(|path| one("GET", path, Vec::new()))
        .collect();
    for (path, body) in [
        ("/identity/v3/auth/tokens", sign_in),
        ("/identity/v2.0/tokens", json!({"auth": {"tenantName": "warren", "passwordCredentials": {"username": "guest", "password": "guest"}}}).to_string().into_bytes()),
        ("/v2/query/samples", filter.to_string().into_bytes()),
        ("/v2/meters/m?direct=True", post.to_string().into_bytes()),
        ("/v2/alarms", alarm.to_string().into_bytes()),
        ("/v2/query/alarms", alarm_filter.to_string().into_bytes()),
        ("/v2/query/alarms/history", json!({"limit": 5}).to_string().into_bytes()),
        ("/v2/rabbit/guest-tokens", guest.to_string().into_bytes()),
        ("/v2/rabbit/panels", json!([{"panel": "tiles", "broker": "prod", "depth": 60_000}]).to_string().into_bytes()),
        ("/v2/rabbit/share-links", share.to_string().into_bytes()),
        ("/v2/rabbit/share-links/open", json!({"secret": "none"}).to_string().into_bytes()),
    ] {
        all.push(one("POST", path, body));
    }
    all.push(one("PUT", "/v2/alarms/0/state", b"\"ok\"".to_vec()));
    all.push(one("DELETE", "/v2/rabbit/guest-tokens/none", Vec::new()));
    all
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
            1..=4 => mutate(random, &mut raw.path),
            5 => {
                let index = random.random_range(0..raw.headers.len());
                mutate(random, &mut raw.headers[index].1);
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
                mutate(random, &mut value);
                raw.headers.push((name, value));
            }
            _ => mutate(random, &mut raw.body),
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_answered_or_refused_and_cost_no_memory() {
    let mut checker = Checker::new(REQUESTS, GROWTH);
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite_with_few_polls(&fake).await;
    app.store(&token, "m", &[sample("m", "r/1", 1.0, &json!({}))])
        .await;
    let requests = requests(&token);
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut sent = 0;
        while sent < checker.requests_per_seed {
            let mut raw = mutated(&mut random, &requests);
            let address = address(sent).into_bytes();
            raw.headers.push(("x-forwarded-for".into(), address));
            let Some(request) = request(&raw) else {
                continue;
            };
            sent += 1;
            let answer = app.send(request).await;
            let what = (seed, &raw);
            checker.check(&what, answer.status, &answer.headers, &answer.body);
        }
        checker.end_of_seed();
    }
    checker.finish();
    // It still answers.
    app.get(&token, "/v2/samples").await.ok();
}
