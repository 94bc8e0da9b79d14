//! The app's pages and server functions.

use std::sync::Arc;

use app::server::AppContext;
use app::shell;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, any, get, on};
use http::{Method, StatusCode};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::{AxumRouteListing, handle_server_fns_with_context};

use super::headers::page_policy;
use super::page_limit::PageLimit;

/// Every page of the app and every server function, below no base path: it was taken off before.
pub(crate) fn routes(context: &AppContext) -> Router {
    let mut router = Router::new();
    let page = page(context);
    for path in page_paths(context) {
        router = router.route(&path, get(page.clone()));
    }
    for (path, method) in server_fn_paths() {
        let Ok(method) = MethodFilter::try_from(method) else {
            continue;
        };
        let context = context.clone();
        let handler = move |request: Request| {
            let context = context.clone();
            handle_server_fns_with_context(move || context.provide(), request)
        };
        router = router.route(path, on(method, handler));
    }
    router
        .route("/fn/{*unknown}", any(|| async { StatusCode::NOT_FOUND }))
        .fallback(not_found(page))
}

/// The addresses of the app's own router.
fn page_paths(context: &AppContext) -> Vec<String> {
    let shown = context.clone();
    let provided = context.clone();
    let (listings, _) = leptos_axum::generate_route_list_with_exclusions_and_ssg_and_context(
        move || shell(&shown),
        None,
        move || provided.provide(),
    );
    let mut paths: Vec<_> = listings
        .iter()
        .map(AxumRouteListing::path)
        .map(str::to_owned)
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Renders whatever page the address asks for: whole, with numbers and charts, before the first
/// byte leaves. A stream would need scripting to put its pieces in place.
///
/// A page is rendered to its end in a task of its own, also when its viewer leaves before: else the
/// framework disposes of signals that another thread still reads, and that one panics.
fn page(
    context: &AppContext,
) -> impl Fn(Request<Body>) -> PageFuture + Clone + Send + Sync + 'static {
    let shown = context.clone();
    let provided = context.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provided.provide();
            page_policy();
        },
        move || shell(&shown),
    );
    let limit = Arc::new(PageLimit::default());
    move |request| {
        let (render, limit) = (render.clone(), Arc::clone(&limit));
        Box::pin(async move { limit.render(move || render(request)).await })
    }
}

type PageFuture = std::pin::Pin<Box<dyn Future<Output = Response<Body>> + Send + 'static>>;

/// An address that no page has: the app says so, and so does the status.
fn not_found(
    page: impl Fn(Request<Body>) -> PageFuture + Clone + Send + Sync + 'static,
) -> impl Fn(Request<Body>) -> PageFuture + Clone + Send + Sync + 'static {
    move |request| {
        let page = page.clone();
        Box::pin(async move {
            if !matches!(*request.method(), Method::GET | Method::HEAD) {
                return StatusCode::METHOD_NOT_ALLOWED.into_response();
            }
            let mut answer = page(request).await;
            if answer.status() == StatusCode::OK {
                *answer.status_mut() = StatusCode::NOT_FOUND;
            }
            answer
        })
    }
}
