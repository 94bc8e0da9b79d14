//! `GET /v2/rabbit/dashboard`: all that a dashboard shows of one broker. `POST /v2/rabbit/panels`: what
//! panels in other pages show.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use futures_util::future::join_all;
use http::HeaderMap;
use metering::Timestamp;
use metering::dashboard::{Dashboard, PanelAnswer, PanelError};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::panel::Panel;
use metering::requests::{DashboardQuery, PanelRequest, SeriesQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::guest::Visitor;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::tokens::TokenData;
use crate::dashboard::{Times, compose};
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::json::{json, uncached_json};
use crate::http::params::Arguments;
use crate::series::query::{self as series_query, LAST_TIME};
use crate::state::ApiState;
use crate::telemetry::body;

/// A request for panels is not longer than this, in bytes.
const LIMIT: usize = 256 << 10;
/// The lengths of charts that are accepted.
const LENGTHS: &str = "1 and more milliseconds";

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(panels))
}

/// All that a dashboard shows of one broker.
///
/// What the caller may not see, and what is not known, is absent. Times are milliseconds since the
/// epoch.
#[utoipa::path(
    get,
    path = "/v2/rabbit/dashboard",
    operation_id = "getDashboard",
    tag = "rabbit",
    params(DashboardQuery),
    responses(
        (status = 200, body = Dashboard, headers(("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such broker"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let query = DashboardQuery {
        broker: arguments.one("broker")?,
        since: series_query::time(&mut arguments, "since")?,
        length: length(&mut arguments)?,
        end: series_query::time(&mut arguments, "end")?,
    };
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller, query.broker.as_deref())?;
    let times = Times {
        depth: Some(SeriesQuery::RECENT_HISTORY),
        since: query.since,
        length: query.length,
        end: query.end,
    };
    let answer = compose(&shared, &caller, &authorized, Panel::Overview, times).await?;
    Ok(answer.respond(&headers))
}

/// As long a span as there are times.
fn length(arguments: &mut Arguments) -> Result<Option<i64>, Error> {
    let length = arguments.read("length", &format!("are {LENGTHS}"))?;
    within("length", length, 1, LENGTHS)
}

/// A time or a length, in milliseconds, that can be computed with.
fn within(
    name: &str,
    value: Option<i64>,
    least: i64,
    accepted: &str,
) -> Result<Option<i64>, Error> {
    match value {
        Some(value) if !(least..=LAST_TIME).contains(&value) => Err(Error::BadArgument(format!(
            "Invalid value \"{value}\" for \"{name}\": accepted are {accepted}"
        ))),
        value => Ok(value),
    }
}

/// What panels in other pages show, in one answer: one entry for each request, in the same order.
///
/// An entry is the part of the dashboard that its panel shows, or why there is none. Facts and series
/// of a queue or a node are not in it: they have paths of their own.
#[utoipa::path(
    post,
    path = "/v2/rabbit/panels",
    operation_id = "getPanels",
    tag = "rabbit",
    request_body = Vec<PanelRequest>,
    responses(
        (status = 200, body = Vec<PanelAnswer>),
        (status = 400, body = ErrorBody, description = "Not a list of requests, more than 64, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = KeystoneErrorBody, description = "A guest token without panels"),
        (status = 413, body = ErrorBody, description = "Longer than a request for panels"),
        (status = 415, body = ErrorBody, description = "Not JSON"),
    )
)]
async fn panels(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    visitor: Option<Extension<Visitor>>,
    arguments: Arguments,
    request: Request,
) -> Result<Response, Error> {
    arguments.finish()?;
    let body = body::bytes(request, LIMIT).await?;
    let requests: Vec<PanelRequest> =
        serde_json::from_slice(&body).map_err(|error| body::not_json(&error))?;
    let (count, most) = (requests.len(), PanelRequest::MOST);
    if count > most {
        let why = format!("{count} panels are requested: accepted are at most {most}");
        return Err(Error::BadArgument(why));
    }
    let refused = visitor.map_or_else(Vec::new, |Extension(visitor)| {
        let panels: Vec<_> = requests.iter().map(|one| one.panel.clone()).collect();
        shared.guests.describe(&shared, &visitor, &panels).refused
    });
    let answers = requests.iter().map(|request| async {
        if refused.contains(&request.panel) {
            return Err(Error::Forbidden);
        }
        panel(&shared, &caller, request).await
    });
    let mut body = BytesMut::from(&b"["[..]);
    for answer in join_all(answers).await {
        if body.len() > 1 {
            body.put_u8(b',');
        }
        match answer {
            Ok(answer) => {
                body.put_slice(br#"{"Ok":"#);
                body.put_slice(&answer.body);
                body.put_u8(b'}');
            }
            Err(error) => body.put_slice(&json(&PanelAnswer::Err(panel_error(error)))),
        }
    }
    body.put_u8(b']');
    Ok(uncached_json(body.freeze()))
}

async fn panel(
    shared: &ApiState,
    caller: &TokenData,
    request: &PanelRequest,
) -> Result<ConditionalResponse, Error> {
    let panel = Panel::find(&request.panel).ok_or(Error::Forbidden)?;
    let authorized = shared.authorized_broker(caller, Some(&request.broker))?;
    let time = |name, value| -> Result<_, Error> {
        let accepted = "milliseconds since the epoch, up to the year 3000";
        Ok(within(name, value, 0, accepted)?.map(Timestamp::from_millis))
    };
    let times = Times {
        depth: (request.depth)
            .map(|depth| depth.clamp(SeriesQuery::CHART_STEP, SeriesQuery::RECENT_HISTORY)),
        since: time("since", request.since)?,
        length: within("length", request.length, 1, LENGTHS)?,
        end: time("end", request.end)?,
    };
    compose(shared, caller, &authorized, panel, times).await
}

/// One panel without an answer hides no other.
fn panel_error(error: Error) -> PanelError {
    match error {
        Error::Forbidden => PanelError::Forbidden,
        Error::UnknownBroker(_) => PanelError::UnknownBroker,
        Error::BadArgument(reason) => PanelError::BadArgument { reason },
        error => {
            tracing::error!(%error, "a panel cannot be composed");
            PanelError::Internal
        }
    }
}
