//! `GET /v2/rabbit/overview`: a broker's totals, rates, listeners.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use futures_util::future::join_all;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::{BrokerOverview, Overview};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::identity::auth::Caller;
use crate::dashboard::parts;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::json::json;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(list))
}

/// A broker at its last answered poll.
///
/// Accounts without the tag `monitoring` or `administrator` see the message figures of their own
/// vhosts, and neither node, listeners, contexts, object totals nor churn.
#[utoipa::path(
    get,
    path = "/v2/rabbit/overview",
    operation_id = "getOverview",
    tag = "rabbit",
    params(("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone")),
    responses(
        (status = 200, body = Overview, headers(("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "The broker has not answered yet"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller, name.as_deref())?;
    let overview = parts::overview(&shared, &authorized).await?;
    Ok(overview.respond(&headers))
}

/// The overview of each broker that the caller sees, in the operator's order.
///
/// One record a broker, with its name and state; before the broker's first answer these two alone.
/// What else is in it depends on the account, as in `/v2/rabbit/overview`.
#[utoipa::path(
    get,
    path = "/v2/rabbit/overviews",
    operation_id = "listOverviews",
    tag = "rabbit",
    responses(
        (status = 200, body = Vec<BrokerOverview>, headers(("Warning" = Option<String>, description = "`110` where a broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
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
    let brokers = shared.authorized_brokers(&caller);
    let overviews = join_all(
        brokers
            .iter()
            .map(|authorized| parts::overview(&shared, authorized)),
    );
    let mut body = BytesMut::from(&b"["[..]);
    let mut etag = shared.etag.clone();
    let mut stale = false;
    for (authorized, overview) in brokers.iter().zip(overviews.await) {
        let snapshot = authorized.broker.snapshot();
        if body.len() > 1 {
            body.put_u8(b',');
        }
        // The name and state, and the members of the object that is the overview.
        let head = json(&BrokerOverview {
            broker: authorized.broker.name.clone(),
            state: snapshot.broker.state,
            overview: Overview::default(),
        });
        body.put_slice(head.strip_suffix(b"}").unwrap_or(&head));
        if let Ok(overview) = overview {
            let members = overview.body.strip_prefix(b"{").unwrap_or_default();
            if members != b"}" {
                body.put_u8(b',');
            }
            body.put_slice(members);
            stale |= overview.stale;
        } else {
            body.put_u8(b'}');
        }
        let (index, scope_id) = (authorized.index, authorized.scope.id());
        etag.push(format_args!("{index}:{scope_id}:{}", snapshot.generation));
    }
    body.put_u8(b']');
    Ok(ConditionalResponse {
        body: body.freeze(),
        etag,
        stale,
    }
    .respond(&headers))
}
