//! A request's JSON body, bounded.

use axum::extract::Request;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use crate::http::body_timeout::is_timeout;
use crate::http::error::{Error, shortened};

/// Reads the body of a request to its end.
///
/// A content type that is missing counts as JSON, a charset is let pass.
///
/// # Errors
/// `415` for another content type, `408` where the listener waits no longer, `413` where the body is longer than `limit` bytes.
pub(crate) async fn bytes(request: Request, limit: usize) -> Result<Bytes, Error> {
    if let Some(content_type) = request.headers().get(CONTENT_TYPE) {
        let content_type = content_type.to_str().unwrap_or("?");
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnknownMimetype(shortened(kind)));
        }
    }
    let body = Limited::new(request.into_body(), limit).collect().await;
    let body = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Error::BodyTooLarge(limit)
        } else if is_timeout(&*error) {
            Error::BodyTimeout
        } else {
            Error::BadArgument("The request broke off".into())
        }
    })?;
    Ok(body.to_bytes())
}

/// The JSON of a body; none where there is no body.
///
/// # Errors
/// `400` where it is no JSON.
pub(crate) fn json(body: &[u8]) -> Result<Option<Value>, Error> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let parsed = serde_json::from_slice(body);
    parsed.map(Some).map_err(|error| not_json(&error))
}

/// The refusal of a body that is no JSON.
pub(crate) fn not_json(error: &serde_json::Error) -> Error {
    Error::BadArgument(format!("Request is not in valid JSON format: {error}"))
}
