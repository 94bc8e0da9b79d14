//! `GET /v2/rabbit/overview`: a broker's totals, rates, listeners.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use futures_util::future::join_all;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::{BrokerOverview, Overview, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::audience::View;
use crate::error::Error;
use crate::identity::auth::Caller;
use crate::protocol::answer::Answer;
use crate::protocol::query::Arguments;
use crate::snapshot::{Facts, json};
use crate::state::{Picked, Shared};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
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
    State(shared): State<Arc<Shared>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let picked = shared.pick(&caller, name.as_deref())?;
    Ok(answer(&shared, &picked).await?.to(&headers))
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
    State(shared): State<Arc<Shared>>,
    Caller(caller): Caller,
    arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    arguments.finish()?;
    let brokers = shared.all(&caller);
    let overviews = join_all(brokers.iter().map(|picked| answer(&shared, picked)));
    let mut body = BytesMut::from(&b"["[..]);
    let mut etag = format!("\"{}", shared.run);
    let mut stale = false;
    for (picked, overview) in brokers.iter().zip(overviews.await) {
        let snapshot = picked.broker.snapshot();
        if body.len() > 1 {
            body.put_u8(b',');
        }
        // The name and state, and the members of the object that is the overview.
        let head = json(&BrokerOverview {
            broker: picked.broker.name.clone(),
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
        // Writing to a text does not fail.
        let (index, class) = (picked.index, picked.view.class());
        let _ = write!(etag, ".{index}:{class}:{}", snapshot.generation);
    }
    body.put_u8(b']');
    etag.push('"');
    Ok(Answer {
        body: body.freeze(),
        etag,
        stale,
    }
    .to(&headers))
}

/// The overview of a broker, as far as the caller may see it.
///
/// # Errors
/// Before the broker's first answer.
pub(super) async fn answer(shared: &Shared, picked: &Picked<'_>) -> Result<Answer, Error> {
    let (snapshot, member) = match picked.view {
        View::All => (picked.broker.snapshot(), None),
        View::Only(audience) => picked.broker.for_audience(audience).await,
    };
    let Some(facts) = &snapshot.facts else {
        return Err(picked.not_answered(shared, snapshot.broker.reason.clone()));
    };
    let (body, observed_at) = match (picked.view, member) {
        (View::All, _) => (facts.overview_json.clone(), facts.observed_at),
        (View::Only(_), Some(member)) => (member.overview_json, member.observed_at),
        // Its sums are not known: they are absent, not nought.
        (View::Only(_), None) => (json(&facts.common), facts.observed_at),
    };
    let stale = snapshot.is_stale() || is_older(facts, observed_at);
    let etag = picked.etag(shared, &snapshot.generation.to_string());
    let body = match &picked.grant.shown {
        Some(shown) => shown.overview(&body),
        None => body,
    };
    Ok(Answer { body, etag, stale })
}

/// Whether an audience's sums are from an earlier poll than the rest.
fn is_older(facts: &Facts, observed_at: Timestamp) -> bool {
    observed_at < facts.observed_at
}
