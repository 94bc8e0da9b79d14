//! Telemetry's part: lists that are made as they are read, and posts.

use std::collections::HashMap;
use std::io;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use super::{Fake, unauthorized};

pub(super) fn routes() -> Router<Fake> {
    Router::new()
        .route("/v2/samples", get(samples))
        .route("/v2/samples/{id}", get(one))
        .route("/v2/meters", get(list))
        .route("/v2/meters/{name}", get(list).post(take))
        .route("/v2/meters/{name}/statistics", get(list))
        .route("/v2/resources", get(list))
        .route("/v2/resources/{*id}", get(one))
        .route("/v2/query/samples", post(query))
        .route("/v2/logs", get(list))
        .route("/v2/capabilities", get(one))
}

/// Reports a drop before its work is done.
struct Reading {
    fake: Fake,
    is_done: bool,
}

impl Drop for Reading {
    fn drop(&mut self) {
        if !self.is_done {
            self.fake.seen().given_up.notify_one();
        }
    }
}

/// As many samples as the limit says, volumes counted from 0; the fault is the condition's value.
async fn samples(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if fake.user(&headers).is_none() {
        return unauthorized();
    }
    let limit = query
        .get("limit")
        .map_or(100, |limit| limit.parse().expect("a number"));
    let fault = query.get("q.value").map_or("", String::as_str);
    let whole = stream::iter([Ok(Bytes::from_static(b"["))])
        .chain(numbered(fake, limit))
        .boxed();
    let end = |text: &'static [u8]| stream::iter([Ok(Bytes::from_static(text))]);
    match fault {
        "" => Body::from_stream(whole.chain(end(b"]"))),
        "broken" => {
            // What is sent at the same moment as the connection is broken is not sent.
            let broken = async {
                tokio::task::yield_now().await;
                Err(io::Error::other("gone"))
            };
            Body::from_stream(whole.chain(stream::once(broken)))
        }
        "short" => Body::from_stream(whole),
        "stalling" => Body::from_stream(whole.chain(stream::pending())),
        "html" => Body::from("<html>It works!</html>"),
        "refused" => {
            let body = json!({"error_message": {
                "faultcode": "Client", "faultstring": "in words", "debuginfo": null,
            }});
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
        other => panic!("unknown fault {other}"),
    }
    .into_response()
}

fn numbered(fake: Fake, limit: u64) -> impl Stream<Item = io::Result<Bytes>> {
    let reading = Reading {
        fake,
        is_done: limit == 0,
    };
    stream::unfold((0, reading), move |(number, mut reading)| async move {
        if number == limit {
            return None;
        }
        reading.is_done = number + 1 == limit;
        let comma = if number > 0 { "," } else { "" };
        let text = format!("{comma}{}", sample(number));
        Some((Ok(Bytes::from(text)), (number + 1, reading)))
    })
}

fn sample(number: u64) -> Value {
    json!({
        "id": format!("sample-{number}"),
        "meter": "rabbit.messages",
        "type": "gauge",
        "unit": "message",
        "volume": number,
        "user_id": null,
        "project_id": null,
        "resource_id": "prod, [or \"so\"]",
        "source": "rabbitmq",
        "timestamp": "2015-01-01T12:00:00",
        "recorded_at": "2015-01-01T12:00:00.000123",
        "metadata": {"a.b": "{"},
    })
}

/// Lists without items, whose requests are what a test looks at.
async fn list(State(fake): State<Fake>, uri: Uri) -> Json<Value> {
    fake.seen().asked.push(uri.to_string());
    Json(json!([]))
}

async fn one(State(fake): State<Fake>, uri: Uri) -> Response {
    fake.seen().asked.push(uri.to_string());
    Json(match uri.path() {
        "/v2/samples/sample-7" => sample(7),
        "/v2/capabilities" => json!({
            "api": {"meters:query:simple": true},
            "storage": {"storage:production_ready": true},
        }),
        path if path.starts_with("/v2/resources/") => json!({
            "resource_id": "prod/rabbit@one",
            "project_id": null,
            "user_id": null,
            "first_sample_timestamp": "2015-01-01T12:00:00",
            "last_sample_timestamp": null,
            "metadata": {},
            "source": "rabbitmq",
            "links": [{"href": "http://host/v2/resources/prod", "rel": "self"}],
        }),
        _ => return StatusCode::NOT_FOUND.into_response(),
    })
    .into_response()
}

/// What is posted, as stored.
async fn take(
    State(fake): State<Fake>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Vec<Value>>,
) -> Response {
    if fake.user(&headers).is_none() {
        return unauthorized();
    }
    let mut stored = body.clone();
    for (number, sample) in stored.iter_mut().enumerate() {
        assert_eq!(sample["counter_name"], name);
        sample["message_id"] = format!("given-{number}").into();
        sample["source"] = "ops:openstack".into();
        sample["project_id"] = "ops".into();
    }
    fake.seen().posted.push(body.into());
    (StatusCode::CREATED, Json(stored)).into_response()
}

async fn query(State(fake): State<Fake>, Json(body): Json<Value>) -> Json<Value> {
    fake.seen().posted.push(body);
    Json(json!([sample(3)]))
}
