//! How the fake broker answers a request.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{COLLECTOR, FakeState, Mode, TOKEN};

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

pub(super) async fn serve(State(state): State<Arc<FakeState>>, request: Request) -> Response {
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
