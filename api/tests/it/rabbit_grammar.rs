//! Random requests to the paths of `/v2/rabbit`: each is answered or refused, never a `500`.

use http::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::grammar::{EXPECTED, ROUNDS, WORDS, app, pick};

/// The paths of the rabbit part that take arguments.
const RABBIT_PATHS: [&str; 14] = [
    "/v2/rabbit/brokers",
    "/v2/rabbit/overview",
    "/v2/rabbit/nodes",
    "/v2/rabbit/users",
    "/v2/rabbit/queues",
    "/v2/rabbit/exchanges",
    "/v2/rabbit/connections",
    "/v2/rabbit/vhosts",
    "/v2/rabbit/bindings",
    "/v2/rabbit/queues/%2F/q",
    "/v2/rabbit/exchanges/%2F/amq.direct",
    "/v2/rabbit/series",
    "/v2/logs",
    "/identity/v3/auth/tokens",
];

const RABBIT_NAMES: [&str; 15] = [
    "broker",
    "page",
    "page_size",
    "name",
    "use_regex",
    "sort",
    "sort_reverse",
    "meter",
    "resource",
    "from",
    "to",
    "points",
    "q.field",
    "q.value",
    "foo",
];

const RABBIT_WORDS: [&str; 14] = [
    "prod",
    "rabbit.connections",
    "rabbit.publish.rate",
    "prod/rabbit@node",
    "true",
    "1",
    "500",
    "(a|",
    "(a%2B)%2B$",
    "name",
    "message_stats.publish_details.rate",
    "level",
    "page",
    "1420070400000",
];

#[tokio::test]
async fn rabbit_queries_are_answered_or_refused() {
    let (fake, app, token) = app().await;
    fake.set_list(
        "queues",
        json!([{"name": "q", "vhost": "/", "messages": 5}]),
    );
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    // A list that the broker does not have is none that it cannot give at the moment.
    let expected = [&EXPECTED[..], &[StatusCode::SERVICE_UNAVAILABLE]].concat();
    let mut answered = 0;
    for _ in 0..ROUNDS {
        let mut path = pick(&mut random, &RABBIT_PATHS).to_owned();
        for n in 0..random.random_range(0..5) {
            path.push(if n == 0 { '?' } else { '&' });
            path.push_str(pick(&mut random, &RABBIT_NAMES));
            path.push('=');
            let strange = random.random_bool(0.4);
            path.push_str(if strange {
                pick(&mut random, &WORDS)
            } else {
                pick(&mut random, &RABBIT_WORDS)
            });
        }
        let headers = [
            ("x-auth-token", token.as_str()),
            ("x-subject-token", &token),
        ];
        let answer = app.request(Method::GET, &path, &headers).await;
        assert!(
            expected.contains(&answer.status),
            "seed {seed}: {path}: {answer:?}"
        );
        answered += usize::from(answer.status == StatusCode::OK);
    }
    assert!(
        answered > 0,
        "seed {seed}: all were refused, so little was tried"
    );
}
