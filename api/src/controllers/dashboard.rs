//! `GET /v2/rabbit/dashboard`: all that a dashboard shows of one broker.
//!
//! A page that is alive asks for this again and again. It is put together from what stands ready:
//! the pictures' own JSON, and series and lines that were written for the first who asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use http::HeaderMap;
use metering::Timestamp;
use metering::dashboard::Dashboard;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::{DashboardQuery, LogQuery, SeriesQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{logs, nodes, overview, series};
use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::auth::identity::tokens::TokenData;
use crate::http::error::Error;
use crate::http::etag::{ConditionalResponse, EntityTag};
use crate::http::params::Arguments;
use crate::series::query::{self as series_query, LAST_TIME, ResolvedQuery};
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
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
    let answer = answer(&shared, &caller, &authorized, &query).await?;
    Ok(answer.respond(&headers))
}

/// As long a span as there are times.
fn length(arguments: &mut Arguments) -> Result<Option<i64>, Error> {
    let accepted = "are 1 and more milliseconds";
    let length: Option<i64> = arguments.read("length", accepted)?;
    match length {
        Some(length) if !(1..=LAST_TIME).contains(&length) => Err(Error::BadArgument(format!(
            "Invalid value \"{length}\" for \"length\": accepted {accepted}"
        ))),
        length => Ok(length),
    }
}

async fn answer(
    shared: &ApiState,
    caller: &TokenData,
    authorized: &AuthorizedBroker<'_>,
    query: &DashboardQuery,
) -> Result<ConditionalResponse, Error> {
    let time = shared.config.clock.now();
    let snapshot = authorized.broker.snapshot();
    let mut whole = Whole::of(&snapshot.broker_json, snapshot.generation);
    whole.add("overview", overview::answer(shared, authorized).await)?;
    whole.add("nodes", nodes::answer(shared, authorized))?;
    let hour = SeriesQuery::recent(SeriesQuery::RECENT_HISTORY, query.since, time);
    let hour = ResolvedQuery::new(hour)?;
    whole.add("series", series::answer(shared, authorized, &hour).await)?;
    if let Some(length) = query.length {
        let charts = ResolvedQuery::new(SeriesQuery::span(length, query.end, time))?;
        whole.add("charts", series::answer(shared, authorized, &charts).await)?;
    }
    let length = query.length.unwrap_or(SeriesQuery::RECENT_HISTORY);
    let end = query.length.and(query.end);
    let events = LogQuery::events(&authorized.broker.name, length, end, time);
    whole.add("events", logs::answer(shared, caller, events).await)?;
    Ok(whole.finish(shared, authorized, time))
}

/// An answer that is put together.
struct Whole {
    body: BytesMut,
    tags: EntityTag,
    stale: bool,
}

impl Whole {
    fn of(broker: &[u8], generation: u64) -> Self {
        let mut body = BytesMut::with_capacity(16 * 1024);
        body.put_slice(br#"{"broker":"#);
        body.put_slice(broker);
        Self {
            body,
            tags: EntityTag::default().part(generation),
            stale: false,
        }
    }

    /// Adds a part, or leaves out what the caller may not see or nobody knows.
    fn add(&mut self, name: &str, part: Result<ConditionalResponse, Error>) -> Result<(), Error> {
        let part = match part {
            Ok(part) => part,
            Err(
                Error::Forbidden
                | Error::NotPermitted(_)
                | Error::NotAnswered { .. }
                | Error::Store(_),
            ) => {
                self.tags.push(name);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.tags.push(part.etag.as_str());
        self.stale |= part.stale;
        for piece in [b",\"", name.as_bytes(), b"\":", &part.body] {
            self.body.put_slice(piece);
        }
        Ok(())
    }

    fn finish(
        mut self,
        shared: &ApiState,
        authorized: &AuthorizedBroker<'_>,
        time: Timestamp,
    ) -> ConditionalResponse {
        let end = format!(r#","server_time":"{time}"}}"#);
        self.body.put_slice(end.as_bytes());
        ConditionalResponse {
            body: self.body.freeze(),
            etag: authorized.etag(shared).hash_of(&self.tags),
            stale: self.stale,
        }
    }
}
