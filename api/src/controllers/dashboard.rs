//! `GET /v2/rabbit/dashboard`: all that a dashboard shows of one broker.
//!
//! A page that is alive asks for this again and again. It is put together from what stands ready:
//! the pictures' own JSON, and series and lines that were written for the first who asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, BytesMut};
use http::HeaderMap;
use metering::dashboard::Dashboard;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::{DashboardQuery, LogQuery, SeriesColumn, SeriesQuery};
use metering::{LogLevel, Timestamp};
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
use crate::state::Shared;

/// The span of the series that a page holds and polls into, in milliseconds.
const HOUR: i64 = 3_600_000;
/// Its least step, in milliseconds: at the default tick, each tick is one.
const STEP: u32 = 5_000;
/// How many steps the hour has at most: its ends may lie within steps.
const POINTS: u32 = HOUR as u32 / STEP + 1;
/// So many points have a longer or earlier span's charts at most: more than a pixel column each
/// helps nobody.
const CHART_POINTS: u32 = 600;
/// More marks than this would hide a chart's lines.
const MOST_EVENTS: u64 = 100;
const MINUTE: i64 = 60_000;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
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
    State(shared): State<Arc<Shared>>,
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

/// The means of all the broker's gauges.
fn gauges(from: i64, to: Option<i64>, points: u32, step: Option<u32>) -> SeriesQuery {
    SeriesQuery {
        from: Some(Timestamp::from_millis(from)),
        to: to.map(Timestamp::from_millis),
        points: Some(points),
        step,
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    }
}

/// The hour up to now, or what of it the caller lacks. On the grid: all who come within a step
/// ask the same.
fn hour(query: &DashboardQuery, now: i64) -> SeriesQuery {
    let earliest = on_grid(now - HOUR);
    let since = query.since.map_or(earliest, Timestamp::as_millis);
    gauges(since.max(earliest), None, POINTS, Some(STEP))
}

/// The span of the charts, where one is asked for.
fn charts(query: &DashboardQuery, now: i64) -> Option<SeriesQuery> {
    let end = query.end.map_or_else(|| on_grid(now), Timestamp::as_millis);
    let from = (end - query.length?).max(0);
    Some(gauges(from, Some(end), CHART_POINTS, None))
}

/// Lines of the time that is shown. Up to the minute: all who come within one ask the same.
fn events(query: &DashboardQuery, now: i64, broker: &str) -> LogQuery {
    let until = query.length.and(query.end);
    let from = until.map_or(now, Timestamp::as_millis) - query.length.unwrap_or(HOUR);
    LogQuery {
        limit: Some(MOST_EVENTS),
        level: Some(LogLevel::Warning),
        source: Some(broker.to_owned()),
        from: Some(Timestamp::from_millis(from.div_euclid(MINUTE) * MINUTE)),
        to: until,
        ..LogQuery::default()
    }
}

fn on_grid(time: i64) -> i64 {
    time.div_euclid(i64::from(STEP)) * i64::from(STEP)
}

async fn answer(
    shared: &Shared,
    caller: &TokenData,
    authorized: &AuthorizedBroker<'_>,
    query: &DashboardQuery,
) -> Result<ConditionalResponse, Error> {
    let time = shared.config.clock.now();
    let now = time.as_millis();
    let snapshot = authorized.broker.snapshot();
    let mut whole = Whole::of(&snapshot.broker_json, snapshot.generation);
    whole.add("overview", overview::answer(shared, authorized).await)?;
    whole.add("nodes", nodes::answer(shared, authorized))?;
    whole.add(
        "series",
        series::answer(shared, authorized, &ResolvedQuery::new(hour(query, now))?).await,
    )?;
    if let Some(charts) = charts(query, now) {
        let charts = ResolvedQuery::new(charts)?;
        whole.add("charts", series::answer(shared, authorized, &charts).await)?;
    }
    let events = events(query, now, &authorized.broker.name);
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
        shared: &Shared,
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
