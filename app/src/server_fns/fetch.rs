//! How the browser calls server functions: `fetch` by gloo-net, with an end to every wait.
//!
//! Unlike the framework's own client this one gives a call up after
//! [`TIME_OUT`], aborts it in the browser when its future is dropped, reads
//! `Retry-After`, puts the base path in front, and distinguishes our answers
//! from those of a proxy. On the server it is compiled and never run.

use std::cell::OnceCell;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::{Sink, Stream, pin_mut, stream};
use gloo_net::http::{Request, RequestBuilder};
use gloo_timers::future::TimeoutFuture;
use http::Method;
use send_wrapper::SendWrapper;
use server_fn::client::Client;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use server_fn::redirect::REDIRECT_HEADER;
use server_fn::request::ClientReq;
use server_fn::response::ClientRes;
use web_sys::AbortController;

use crate::error::AppError;
use crate::routes::{SHARE_LINK, SHARED};

/// After this a call counts as hung and is aborted.
pub const TIME_OUT: Duration = Duration::from_secs(10);

thread_local! {
    /// The prefix of every path: `/warren`, or empty.
    static BASE_PATH: OnceCell<String> = const { OnceCell::new() };
}

/// Sets the prefix of every path. Called once, before the first call.
pub fn set_base_path(base_path: &str) {
    BASE_PATH.with(|cell| {
        // A second hydration of the same page has the same base path.
        let _ = cell.set(base_path.to_owned());
    });
}

/// The client of every server function: `#[server(client = FetchClient)]`.
pub struct FetchClient;

/// A request that can be aborted.
pub struct FetchRequest(SendWrapper<(Request, AbortOnDrop)>);

/// Aborts its request when it is dropped.
struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    /// The answer has been read: an abort would only cost time.
    fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// An answer, read to its end. Only needed headers are read: each costs a call from WebAssembly to
/// the browser.
pub struct FetchResponse {
    status: u16,
    /// The redirect's target, if any.
    location: Option<String>,
    body: String,
}

impl FetchRequest {
    fn build(
        path: &str,
        query: &str,
        method: &Method,
        headers: [(&str, &str); 2],
        body: Option<String>,
    ) -> Result<Self, AppError> {
        let mut url = BASE_PATH.with(|cell| cell.get().cloned().unwrap_or_default());
        url.push_str(path);
        if !query.is_empty() {
            url.push('?');
            url.push_str(query);
        }
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let mut builder = RequestBuilder::new(&url)
            .method(method_of(method)?)
            .abort_signal(signal.as_ref());
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        if let Some(secret) = shared_by() {
            builder = builder.header(SHARE_LINK, &secret);
        }
        let request = match body {
            Some(body) => builder.body(body),
            None => builder.build(),
        };
        let request = request.map_err(|_| AppError::Internal)?;
        Ok(Self(SendWrapper::new((request, AbortOnDrop(controller)))))
    }
}

/// The secret of this page's share link, if any.
fn shared_by() -> Option<String> {
    let path = web_sys::window()?.location().pathname().ok()?;
    let below = BASE_PATH.with(|cell| {
        let base = cell.get().map_or("", String::as_str);
        path.strip_prefix(base).map(str::to_owned)
    })?;
    let secret = below.strip_prefix(SHARED)?.split('/').next()?;
    Some(secret.to_owned())
}

fn method_of(method: &Method) -> Result<gloo_net::http::Method, AppError> {
    match *method {
        Method::GET => Ok(gloo_net::http::Method::GET),
        Method::POST => Ok(gloo_net::http::Method::POST),
        _ => Err(AppError::Internal),
    }
}

/// Posts JSON and returns the answer's text. With a token, it is sent as a header and cookies are
/// not. Panels in other pages use this instead of a server function's own call.
pub(crate) async fn post(
    path: &str,
    token: Option<&str>,
    body: String,
) -> Result<String, AppError> {
    let controller = AbortController::new().ok();
    let signal = controller.as_ref().map(AbortController::signal);
    let url = BASE_PATH.with(|cell| format!("{}{path}", cell.get().map_or("", String::as_str)));
    let mut builder = Request::post(&url)
        .abort_signal(signal.as_ref())
        .header("Content-Type", "application/json")
        .header("Accept", "application/json");
    if let Some(token) = token {
        builder = builder
            .credentials(web_sys::RequestCredentials::Omit)
            .header("X-Auth-Token", token);
    }
    let request = builder.body(body).map_err(|_| AppError::Internal)?;
    let response = within_time(request, AbortOnDrop(controller)).await?;
    if response.status < 400 {
        return Ok(response.body);
    }
    // Our body says more than the status.
    Err(crate::json::read(&response.body)
        .unwrap_or_else(|_| AppError::of_status(response.status, None)))
}

/// For the parts of the trait that are not used: bytes, forms, streams.
fn not_used<T>() -> Result<T, AppError> {
    Err(AppError::Internal)
}

impl ClientReq<AppError> for FetchRequest {
    type FormData = ();

    fn try_new_req_query(
        path: &str,
        content_type: &str,
        accepts: &str,
        query: &str,
        method: Method,
    ) -> Result<Self, AppError> {
        Self::build(
            path,
            query,
            &method,
            [("Content-Type", content_type), ("Accept", accepts)],
            None,
        )
    }

    fn try_new_req_text(
        path: &str,
        content_type: &str,
        accepts: &str,
        body: String,
        method: Method,
    ) -> Result<Self, AppError> {
        let headers = [("Content-Type", content_type), ("Accept", accepts)];
        Self::build(path, "", &method, headers, Some(body))
    }

    fn try_new_req_bytes(_: &str, _: &str, _: &str, _: Bytes, _: Method) -> Result<Self, AppError> {
        not_used()
    }

    fn try_new_req_form_data(
        _: &str,
        _: &str,
        _: &str,
        (): (),
        _: Method,
    ) -> Result<Self, AppError> {
        not_used()
    }

    fn try_new_req_multipart(_: &str, _: &str, (): (), _: Method) -> Result<Self, AppError> {
        not_used()
    }

    fn try_new_req_streaming(
        _: &str,
        _: &str,
        _: &str,
        _: impl Stream<Item = Bytes> + Send + 'static,
        _: Method,
    ) -> Result<Self, AppError> {
        not_used()
    }
}

impl ClientRes<AppError> for FetchResponse {
    async fn try_into_string(self) -> Result<String, AppError> {
        Ok(self.body)
    }

    async fn try_into_bytes(self) -> Result<Bytes, AppError> {
        Ok(self.body.into())
    }

    fn try_into_stream(
        self,
    ) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, AppError> {
        Ok(stream::iter([Ok(Bytes::from(self.body))]))
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn status_text(&self) -> String {
        String::new()
    }

    fn location(&self) -> String {
        self.location.clone().unwrap_or_default()
    }

    fn has_redirect(&self) -> bool {
        self.location.is_some()
    }
}

/// Sends a request and reads the whole answer. The caller limits the time.
async fn exchange(request: Request) -> Result<FetchResponse, AppError> {
    let response = request.send().await.map_err(|_| AppError::Unreachable)?;
    let status = response.status();
    let headers = response.headers();
    if status >= 400 {
        let content_type = headers.get("Content-Type");
        if content_type.is_some_and(|content_type| content_type.starts_with("text/html")) {
            let retry_after = headers.get("Retry-After");
            let retry_after = retry_after.and_then(|value| value.parse().ok());
            return Err(AppError::of_status(status, retry_after));
        }
    }
    let is_redirect = headers.get(REDIRECT_HEADER).is_some();
    let location = || headers.get("Location").unwrap_or_else(|| response.url());
    Ok(FetchResponse {
        status,
        location: is_redirect.then(location),
        body: response.text().await.map_err(|_| AppError::Unreachable)?,
    })
}

/// [`exchange`] with a time limit.
async fn within_time(request: Request, abort: AbortOnDrop) -> Result<FetchResponse, AppError> {
    let end = TimeoutFuture::new(TIME_OUT.as_millis() as u32);
    let answer = exchange(request);
    pin_mut!(answer);
    let result = match select(answer, end).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Err(AppError::TimedOut),
    };
    if result.is_ok() {
        abort.answered();
    }
    result
}

impl Client<AppError> for FetchClient {
    type Request = FetchRequest;
    type Response = FetchResponse;

    fn send(request: FetchRequest) -> impl Future<Output = Result<FetchResponse, AppError>> + Send {
        SendWrapper::new(async move {
            let (request, abort) = request.0.take();
            within_time(request, abort).await
        })
    }

    async fn open_websocket(
        _: &str,
    ) -> Result<
        (
            impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
            impl Sink<Bytes> + Send + 'static,
        ),
        AppError,
    > {
        let unused = "no server function of ours is a web socket".to_owned();
        Err::<(stream::Empty<_>, futures_util::sink::Drain<_>), _>(AppError::from_server_fn_error(
            ServerFnErrorErr::Request(unused),
        ))
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        leptos::task::spawn(future);
    }
}
