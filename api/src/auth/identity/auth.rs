//! The caller of a request, for handlers under `/v2`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::tokens::TokenData;
use crate::http::error::Error;

/// What the request's token stands for. The layer around the routes has checked it.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Arc<TokenData>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // A route outside of /v2 that asks for a caller has none: it is refused, not let in.
        parts
            .extensions
            .get::<Arc<TokenData>>()
            .cloned()
            .map(Self)
            .ok_or(Error::Unauthorized)
    }
}
