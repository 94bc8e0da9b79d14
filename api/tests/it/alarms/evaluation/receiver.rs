//! A receiver of calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

const DEADLINE: Duration = Duration::from_secs(20);

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) content_type: String,
    pub(crate) request_id: String,
    pub(crate) body: Value,
}

#[derive(Debug)]
struct Shared {
    calls: watch::Sender<Vec<Call>>,
    answer: Mutex<(StatusCode, Option<String>)>,
}

/// A receiver on an address of this machine.
pub(crate) struct Receiver {
    shared: Arc<Shared>,
    base: String,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1").await
    }

    pub(crate) async fn start_at(address: &str) -> Self {
        let shared = Arc::new(Shared {
            calls: watch::Sender::new(Vec::new()),
            answer: Mutex::new((StatusCode::OK, None)),
        });
        let listener = TcpListener::bind((address, 0)).await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { shared, base }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// From now on it answers so.
    pub(crate) fn answer(&self, status: StatusCode) {
        *self
            .shared
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = (status, None);
    }

    /// From now on it redirects there.
    pub(crate) fn redirect(&self, address: &str) {
        let answer = (StatusCode::TEMPORARY_REDIRECT, Some(address.to_owned()));
        *self
            .shared
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Waits until its calls are so.
    pub(crate) async fn until(&self, condition: impl Fn(&[Call]) -> bool) {
        let mut calls = self.shared.calls.subscribe();
        let found = calls.wait_for(|calls| condition(calls));
        tokio::time::timeout(DEADLINE, found)
            .await
            .expect("calls")
            .expect("the receiver runs");
    }

    /// The first call of a path.
    pub(crate) async fn call(&self, path: &str) -> Call {
        let of_path = |call: &&Call| call.path == path;
        self.until(|calls| calls.iter().any(|call| of_path(&call)))
            .await;
        let calls = self.shared.calls.borrow();
        calls.iter().find(of_path).expect("a call").clone()
    }

    pub(crate) fn last(&self) -> Call {
        let calls = self.shared.calls.borrow();
        calls.last().expect("a call").clone()
    }

    /// The number of calls of a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        let calls = self.shared.calls.borrow();
        calls.iter().filter(|call| call.path == path).count()
    }
}

async fn take(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let header = |name: &str| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let call = Call {
        path: parts.uri.path().to_owned(),
        content_type: header("content-type"),
        request_id: header("x-openstack-request-id"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    shared.calls.send_modify(|calls| calls.push(call));
    let answer = shared
        .answer
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match answer {
        (status, Some(location)) => (status, [(LOCATION, location)]).into_response(),
        (status, None) => status.into_response(),
    }
}
