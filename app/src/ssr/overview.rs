//! One poll of the overview page: the answers of the metering API, asked for at once.

use client::{ClientError, SeriesColumn, SeriesQuery};
use metering::Timestamp;

use super::log::events;
use super::session::metering_session;
use super::{app_error, now};
use crate::error::AppError;
use crate::live::{LONGEST, SHORTEST, SPAN};
use crate::server_fns::overview::OverviewPage;

/// The least step, in milliseconds: at the default tick, each tick is one.
const STEP: u32 = 5_000;
/// How many steps the hour has at most: its ends may lie within steps.
const POINTS: u32 = SPAN as u32 / STEP + 1;

/// What could be known, or nothing where the broker never answered or the account may not see it.
fn known<T>(answer: Result<T, ClientError>) -> Result<Option<T>, AppError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(ClientError::Forbidden { .. } | ClientError::Unavailable { .. }) => Ok(None),
        Err(error) => Err(app_error(&error)),
    }
}

/// So many points, at most, have the charts of a longer or earlier span: more than a pixel column each helps nobody.
const CHART_POINTS: u32 = 600;

/// The series of a span that ends then, or now.
fn charts_query(broker: &str, length: i64, end: Option<i64>) -> SeriesQuery {
    let end = end.unwrap_or_else(|| {
        // On the grid, so that all viewers who come within a step ask the same.
        now().as_millis().div_euclid(i64::from(STEP)) * i64::from(STEP)
    });
    let length = length.clamp(SHORTEST, LONGEST);
    SeriesQuery {
        broker: broker.to_owned(),
        from: Some(Timestamp::from_millis(end - length)),
        to: Some(Timestamp::from_millis(end)),
        points: Some(CHART_POINTS),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    }
}

pub(crate) async fn page(
    broker: String,
    since: Option<i64>,
    length: Option<i64>,
    end: Option<i64>,
) -> Result<OverviewPage, AppError> {
    let (session, _) = metering_session().await?;
    let server_time = now();
    // On the grid: all viewers who come within a step ask the same, and are answered once.
    let earliest = (server_time.as_millis() - SPAN) / i64::from(STEP) * i64::from(STEP);
    let query = SeriesQuery {
        broker: broker.clone(),
        from: Some(Timestamp::from_millis(
            since.unwrap_or(earliest).max(earliest),
        )),
        points: Some(POINTS),
        step: Some(STEP),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    };
    let charts = async {
        match length {
            Some(length) => session
                .series(&charts_query(&broker, length, end))
                .await
                .map(Some),
            None => Ok(None),
        }
    };
    // Up to the minute: viewers who come within one ask the same.
    let (begin, until) = match length {
        Some(length) => (end.unwrap_or(server_time.as_millis()) - length, end),
        None => (earliest, None),
    };
    let begin = Timestamp::from_millis(begin.div_euclid(60_000) * 60_000);
    let until = until.map(Timestamp::from_millis);
    let (brokers, overview, nodes, series, charts, events) = tokio::join!(
        session.brokers(),
        session.overview(&broker),
        session.nodes(&broker),
        session.series(&query),
        charts,
        events(&session, &broker, begin, until),
    );
    let brokers = brokers.map_err(|error| app_error(&error))?;
    let status = brokers.iter().find(|status| status.name == broker).cloned();
    Ok(OverviewPage {
        broker: status.ok_or(AppError::UnknownBroker)?,
        overview: known(overview)?,
        nodes: known(nodes)?,
        series: known(series)?.unwrap_or_default(),
        charts: known(charts)?.flatten(),
        events,
        server_time,
    })
}
