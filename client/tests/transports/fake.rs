//! A small metering API that counts what it is asked and can be set to misbehave.

mod telemetry;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the fake API knows and has seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// Valid tokens, and whose they are.
    pub(crate) tokens: HashMap<String, String>,
    /// Sign-ins tried.
    pub(crate) sign_ins: usize,
    /// `X-Forwarded-For` of the last sign-in.
    pub(crate) forwarded_for: Option<String>,
    /// Requests for the overview by their `If-None-Match`.
    pub(crate) conditions: Vec<Option<String>>,
    /// Paths and queries asked for.
    pub(crate) asked: Vec<String>,
    /// The current tick: part of every validator, and of the overview's values.
    pub(crate) tick: i64,
    /// Accounts whose password is not right any more.
    pub(crate) locked_out: HashSet<String>,
    /// Answers `304` with this validator whatever the condition was.
    pub(crate) wrong_not_modified: Option<String>,
    /// The metering API's address in the catalog.
    pub(crate) catalog: String,
    /// Bodies that were posted.
    pub(crate) posted: Vec<Value>,
    /// Notified when a list is not read to its end.
    pub(crate) given_up: Arc<Notify>,
}

#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<Seen>>);

impl Fake {
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().expect("no test panics while holding it")
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route(
                "/",
                get(|| async { (StatusCode::MULTIPLE_CHOICES, Json(json!({}))) }),
            )
            .route(
                "/identity/v3/auth/tokens",
                post(sign_in).get(validate).delete(revoke),
            )
            .route("/v2/rabbit/overview", get(overview))
            .route("/v2/rabbit/series", get(series))
            .route("/v2/rabbit/users", get(fault))
            .route("/v2/rabbit/nodes", any(misbehave))
            .merge(telemetry::routes())
            .with_state(self.clone())
    }

    /// Makes every token invalid, as an expiry does.
    pub(crate) fn expire(&self) {
        self.seen().tokens.clear();
    }

    fn user(&self, headers: &HeaderMap) -> Option<String> {
        let token = headers.get("x-auth-token")?.to_str().ok()?;
        self.seen().tokens.get(token).cloned()
    }
}

fn unauthorized() -> Response {
    let body = json!({"error": {
        "code": 401,
        "title": "Unauthorized",
        "message": "The request you have made requires authentication.",
    }});
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

fn description(fake: &Fake, user: &str) -> Value {
    json!({"token": {
        "methods": ["password"],
        "user": {"id": user, "name": user, "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "admin", "name": "admin"}],
        "expires_at": "2035-01-01T12:00:00.000000Z",
        "catalog": [{"type": "metering", "endpoints": [
            {"interface": "public", "region": "one", "url": fake.seen().catalog},
        ]}],
    }})
}

async fn sign_in(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let user = &body["auth"]["identity"]["password"]["user"];
    let name = user["name"].as_str().expect("a name").to_owned();
    let token = {
        let mut seen = fake.seen();
        seen.sign_ins += 1;
        seen.forwarded_for = headers
            .get("x-forwarded-for")
            .map(|value| value.to_str().expect("text").to_owned());
        if name == "hasty" {
            return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "30")]).into_response();
        }
        if user["password"] != "right" || seen.locked_out.contains(&name) {
            drop(seen);
            return unauthorized();
        }
        let token = format!("{name}-{}", seen.sign_ins);
        seen.tokens.insert(token.clone(), name.clone());
        token
    };
    // So that callers who are refused at the same time meet.
    tokio::task::yield_now().await;
    let body = Json(description(&fake, &name));
    (StatusCode::CREATED, [("x-subject-token", token)], body).into_response()
}

async fn validate(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    match fake.user(&headers) {
        Some(user) => Json(description(&fake, &user)).into_response(),
        None => unauthorized(),
    }
}

async fn revoke(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    let subject = headers
        .get("x-subject-token")
        .and_then(|value| value.to_str().ok());
    let removed = subject.and_then(|token| fake.seen().tokens.remove(token));
    removed
        .map_or(StatusCode::NOT_FOUND, |_| StatusCode::NO_CONTENT)
        .into_response()
}

/// Admins see tick and user name, others the tick alone: two classes, two validators.
async fn overview(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    let condition = headers
        .get(header::IF_NONE_MATCH)
        .map(|value| value.to_str().expect("text").to_owned());
    fake.seen().conditions.push(condition.clone());
    let Some(user) = fake.user(&headers) else {
        return unauthorized();
    };
    let mut seen = fake.seen();
    if condition.is_some()
        && let Some(tag) = seen.wrong_not_modified.take()
    {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let class = if user == "admin" { "admin" } else { "member" };
    let tag = format!("\"{}-{class}\"", seen.tick);
    if condition.is_some_and(|condition| condition.split(", ").any(|one| one == tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let body = json!({"node": class, "object_totals": {"queues": seen.tick}});
    ([(header::ETAG, tag)], Json(body)).into_response()
}

async fn series(State(fake): State<Fake>, uri: Uri) -> Response {
    fake.seen().asked.push(uri.to_string());
    Json(json!({"step": 5000, "timestamps": [0, 5000], "columns": [{
        "meter": "rabbit.messages",
        "resource_id": "prod",
        "unit": "message",
        "avg": [1, null],
    }]}))
    .into_response()
}

/// An error of the status that `broker` names.
async fn fault(Query(query): Query<HashMap<String, String>>) -> Response {
    let status = query["broker"]
        .parse()
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.expect("a status");
    let body = json!({"error_message": {
        "faultcode": "Server", "faultstring": "in words", "debuginfo": null,
    }});
    let headers = [
        (header::RETRY_AFTER, "5"),
        (header::LOCATION, "http://elsewhere.invalid/"),
    ];
    (status, headers, Json(body)).into_response()
}

/// What a broken service does, by the broker's name.
async fn misbehave(method: Method, Query(query): Query<HashMap<String, String>>) -> Response {
    assert_eq!(method, Method::GET);
    match query["broker"].as_str() {
        "silent" => {
            std::future::pending::<()>().await;
            unreachable!()
        }
        "endless" => {
            let chunk = Bytes::from_static(&[b' '; 4096]);
            let chunks = stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
            Body::from_stream(chunks).into_response()
        }
        "stalling" => {
            use futures_util::StreamExt;
            let start = stream::once(async { Ok::<_, std::io::Error>("[") });
            Body::from_stream(start.chain(stream::pending())).into_response()
        }
        "huge" => " ".repeat(super::ANSWER_LIMIT + 1).into_response(),
        "html" => "<html>It works!</html>".into_response(),
        "cut" => "[{\"name\":\"rabbit@".into_response(),
        other => panic!("unknown fault {other}"),
    }
}

/// How long the clients of these tests wait.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(2);
