//! `GET /v2/rabbit/brokers`: the brokers that the caller sees, and whether they answer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use http::HeaderMap;
use metering::Broker;
use metering::error::KeystoneErrorBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::auth::Caller;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The brokers that the caller sees, in the operator's order.
#[utoipa::path(
    get,
    path = "/v2/rabbit/brokers",
    operation_id = "listBrokers",
    tag = "rabbit",
    responses(
        (status = 200, body = Vec<Broker>),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    arguments.finish()?;
    let mut body = BytesMut::from(&b"["[..]);
    let mut etag = shared.etag.clone();
    for (n, grant) in caller.grants.iter().enumerate() {
        let snapshot = shared.brokers[grant.broker].snapshot();
        if n > 0 {
            body.put_u8(b',');
        }
        body.put_slice(&snapshot.broker_json);
        etag.push(format_args!("{}:{}", grant.broker, snapshot.generation));
    }
    body.put_u8(b']');
    Ok(ConditionalResponse {
        body: body.freeze(),
        etag,
        stale: false,
    }
    .respond(&headers))
}
