//! The router's own errors: an unknown path, a wrong method, an `Accept` that admits no JSON.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::ACCEPT;
use http::{HeaderMap, Method, StatusCode};
use metering::error::{RouterError, RouterErrorBody};
use serde::Serialize;

use super::accept;
use super::json::{json, json_response};

/// For callers that did not ask for JSON by name.
#[derive(Serialize)]
struct Plain {
    error_message: String,
}

/// `404` for an unknown path.
pub(crate) async fn not_found(request: Request) -> Response {
    refuse(StatusCode::NOT_FOUND, request.headers())
}

/// `405` for a wrong method; `OPTIONS` is answered with what there is. The router adds `Allow`.
pub(crate) async fn method_not_allowed(request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return Response::new(Body::empty());
    }
    refuse(StatusCode::METHOD_NOT_ALLOWED, request.headers())
}

/// A refusal, in the form that `Accept` asks for.
pub(crate) fn refuse(status: StatusCode, request: &HeaderMap) -> Response {
    let title = status.canonical_reason().unwrap_or_default().to_owned();
    let accepted = request
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let body = if accept::names_json(accepted) {
        let error = RouterError {
            code: status.as_u16(),
            title,
            description: String::new(),
        };
        json(&RouterErrorBody {
            error_message: error,
        })
    } else {
        let explanation = match status {
            StatusCode::NOT_FOUND => "The resource could not be found.",
            StatusCode::METHOD_NOT_ALLOWED => "The method is not allowed for this resource.",
            _ => {
                "The resource could not be generated that was acceptable to your browser (content of type application/json)."
            }
        };
        json(&Plain {
            error_message: format!("{} {title}\n\n{explanation}", status.as_u16()),
        })
    };
    json_response(status, body)
}
