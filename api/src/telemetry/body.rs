//! A request's JSON body, bounded.

use axum::extract::Request;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use super::shortened;
use crate::error::Error;

/// Reads the JSON of a request to its end; none where there is no body.
///
/// A content type that is missing counts as JSON, a charset is let pass.
///
/// # Errors
/// `415` for another content type, `413` where the body is longer than `limit` bytes, `400` where
/// it is no JSON.
pub(crate) async fn read(request: Request, limit: usize) -> Result<Option<Value>, Error> {
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
        } else {
            Error::BadArgument("The request broke off".into())
        }
    })?;
    let body = body.to_bytes();
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let parsed = serde_json::from_slice(&body);
    parsed.map(Some).map_err(|error| {
        Error::BadArgument(format!("Request is not in valid JSON format: {error}"))
    })
}
