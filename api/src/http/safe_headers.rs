//! Headers of every answer.

use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};

/// The headers that every answer has, unless it brings its own: no answer is taken for another type
/// than its own, or kept where somebody else finds it.
pub async fn safe_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ] {
        let absent = headers.entry(name);
        absent.or_insert(HeaderValue::from_static(value));
    }
    response
}
