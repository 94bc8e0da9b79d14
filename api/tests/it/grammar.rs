//! Whatever is asked, the answer is one of the contract's: never a `500`, never a panic.
//!
//! Requests are made of pieces that mean something, in random combinations. The seed stands in the
//! message of a failure.

use http::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use crate::support::{FakeBroker, TestApp, sample};

pub(crate) const ROUNDS: usize = 1500;

const PATHS: [&str; 7] = [
    "/v2/meters",
    "/v2/meters/m",
    "/v2/meters/m/statistics",
    "/v2/samples",
    "/v2/resources",
    "/v2/resources/r/1",
    "/v2/samples/1",
];

const NAMES: [&str; 12] = [
    "q.field",
    "q.field",
    "q.value",
    "q.op",
    "q.type",
    "limit",
    "period",
    "groupby",
    "aggregate.func",
    "aggregate.param",
    "unique",
    "q",
];

pub(crate) const WORDS: [&str; 52] = [
    "",
    "%20",
    "timestamp",
    "search_offset",
    "resource_id",
    "project",
    "user",
    "source",
    "meter",
    "message_id",
    "metadata.a",
    "metadata.",
    "resource_metadata.a.b.c",
    "metadata.%00",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "integer",
    "float",
    "string",
    "boolean",
    "datetime",
    "True",
    "None",
    "5",
    "-5",
    "0",
    "1e309",
    "nan",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "2015-01-01T12:00:00%2B02:00",
    "0000-00-00",
    "9999-12-31T23:59:59.999999",
    "0000-01-01",
    "%5B1,%202",
    "%27%27",
    "%ff%fe",
    "%F0%9F%90%87",
    "max",
    "min",
    "stddev",
    "cardinality",
    "resource_metadata.instance_type",
    "user_id",
    "(",
    "%22",
    "m",
];

/// What a request may end with.
pub(crate) const EXPECTED: [StatusCode; 5] = [
    StatusCode::OK,
    StatusCode::CREATED,
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::UNAUTHORIZED,
];

pub(crate) fn pick<'a>(random: &mut StdRng, from: &[&'a str]) -> &'a str {
    from.choose(random).copied().unwrap_or_default()
}

/// A value in which keys and texts are words of the grammar.
fn value(random: &mut StdRng, depth: usize) -> Value {
    const TEXTS: [&str; 14] = [
        "m",
        "",
        "2015-01-01",
        "0000-01-01",
        "x",
        "5",
        "1e999",
        "asc",
        "DESC",
        ".*",
        "(",
        "\u{0}",
        "[",
        "r/1",
    ];
    const KEYS: [&str; 24] = [
        "and",
        "OR",
        "not",
        "in",
        "=",
        "!=",
        "<",
        "<=",
        "=<",
        ">",
        ">=",
        "=>",
        "=~",
        "meter",
        "volume",
        "timestamp",
        "metadata.a",
        "metadata.",
        "project_id",
        "recorded_at",
        "type",
        "id",
        "resource",
        "harpoon",
    ];
    let kind = if depth == 0 {
        random.random_range(0..4)
    } else {
        random.random_range(0..8)
    };
    match kind {
        0 => json!(pick(random, &TEXTS)),
        1 => json!(random.random_range(-9_000_000_000_i64..9_000_000_000)),
        2 => json!(random.random::<f64>() * 1e300),
        3 => [Value::Null, json!(true), json!(u64::MAX), json!(i64::MIN)]
            .choose(random)
            .cloned()
            .unwrap_or_default(),
        4 | 5 => {
            let length = random.random_range(0..4);
            (0..length).map(|_| value(random, depth - 1)).collect()
        }
        _ => {
            let length = [1, 1, 1, 0, 2].choose(random).copied().unwrap_or(1);
            let entries =
                (0..length).map(|_| (pick(random, &KEYS).to_owned(), value(random, depth - 1)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

pub(crate) async fn app() -> (FakeBroker, TestApp, String) {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite_with_few_polls(&fake).await;
    let times = ["0000-01-01", "2015-01-01", "9999-12-31T23:59:59.999999"];
    let samples = times.map(|time| {
        sample(
            "m",
            "r/1",
            1.0,
            &json!({"timestamp": time, "resource_metadata": {"a": "5"}}),
        )
    });
    app.store(&token, "m", &samples).await;
    (fake, app, token)
}

#[tokio::test]
async fn simple_queries_are_answered_or_refused() {
    let (_fake, app, token) = app().await;
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let mut answered = 0;
    for _ in 0..ROUNDS {
        let mut path = pick(&mut random, &PATHS).to_owned();
        for n in 0..random.random_range(0..7) {
            path.push(if n == 0 { '?' } else { '&' });
            path.push_str(pick(&mut random, &NAMES));
            path.push('=');
            path.push_str(pick(&mut random, &WORDS));
        }
        let answer = app
            .request(Method::GET, &path, &[("x-auth-token", &token)])
            .await;
        assert!(
            EXPECTED.contains(&answer.status),
            "seed {seed}: {path}: {answer:?}"
        );
        assert!(answer.json().is_array() || answer.json().is_object());
        answered += usize::from(answer.status == StatusCode::OK);
    }
    assert!(
        answered > 0,
        "seed {seed}: all were refused, so little was tried"
    );
}

#[tokio::test]
async fn well_formed_simple_queries_are_answered_or_refused() {
    let (_fake, app, token) = app().await;
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..ROUNDS {
        let mut path = format!("{}?", pick(&mut random, &PATHS[..5]));
        for _ in 0..random.random_range(1..4) {
            for name in ["q.field", "q.op", "q.type", "q.value"] {
                path.push_str(name);
                path.push('=');
                path.push_str(match name {
                    "q.field" => pick(&mut random, &WORDS[2..13]),
                    "q.op" => pick(&mut random, &["", "eq", "lt", "ge"]),
                    "q.type" => pick(&mut random, &["", "", "string", "integer"]),
                    _ => pick(&mut random, &WORDS),
                });
                path.push('&');
            }
        }
        path.pop();
        let answer = app
            .request(Method::GET, &path, &[("x-auth-token", &token)])
            .await;
        assert!(
            EXPECTED.contains(&answer.status),
            "seed {seed}: {path}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn complex_queries_are_answered_or_refused() {
    let (_fake, app, token) = app().await;
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..ROUNDS {
        let mut body = Map::new();
        for name in ["filter", "orderby", "limit"] {
            if random.random_bool(0.6) {
                let value = value(&mut random, 6);
                let as_text = name != "limit" && random.random_bool(0.9);
                body.insert(
                    name.into(),
                    if as_text {
                        json!(value.to_string())
                    } else {
                        value
                    },
                );
            }
        }
        let body = Value::Object(body);
        let answer = app.query(&token, &body).await;
        assert!(
            EXPECTED.contains(&answer.status),
            "seed {seed}: {body}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn posts_are_accepted_or_refused() {
    let (_fake, app, token) = app().await;
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let attributes = [
        "counter_name",
        "counter_type",
        "counter_unit",
        "counter_volume",
        "resource_id",
        "resource_metadata",
        "source",
        "timestamp",
        "project_id",
        "message_id",
        "recorded_at",
        "foo",
    ];
    for _ in 0..ROUNDS {
        let mut body = json!([sample("m", "r", 1.0, &json!({}))]);
        for _ in 0..random.random_range(0..3) {
            body[0][pick(&mut random, &attributes)] = value(&mut random, 2);
        }
        if random.random_bool(0.1) {
            body = value(&mut random, 3);
        }
        let answer = app.post_samples(&token, "m", &body).await;
        assert!(
            EXPECTED.contains(&answer.status),
            "seed {seed}: {body}: {answer:?}"
        );
    }
    let answer = app.get(&token, "/v2/samples?limit=100000").await;
    assert_eq!(answer.status, StatusCode::OK, "seed {seed}");
}
