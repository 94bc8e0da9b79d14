//! Statistics of a meter's samples: turns a request into the client's query, and rows into columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use client::{ClientError, MeterQuery, Query, Session, StatisticsQuery};
use metering::requests::{AggregateFunction, GroupBy};
use metering::series::{Column, Values};
use metering::telemetry::Statistics;
use metering::{Series, Timestamp};

use crate::error::AppError;
use crate::resource_name::readable;
use crate::server::clock::now;
use crate::server::context::context;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::meters::{
    GROUPS, MeterRequest, MetersPage, NO_GROUP, fitting_period, period_fits,
};
use crate::view_models::time_range::{LONGEST, SHORTEST};

/// The most meters and resources that are listed.
const MOST_CHOICES: u64 = 2000;
/// The most lines that can be distinguished.
const MOST_LINES: usize = 20;
/// The meter that is shown by default, if it has samples.
const FIRST_METER: &str = "rabbit.messages";

pub(crate) async fn page(question: MeterRequest) -> Result<MetersPage, AppError> {
    let (session, _) = metering_session().await?;
    let server_time = now();
    let meters = meters(&session).await.map_err(|error| app_error(&error))?;
    let meter = question.meter.clone().or_else(|| {
        let usual = meters.iter().find(|meter| *meter == FIRST_METER);
        usual.or(meters.first()).cloned()
    });
    let meter = meter.unwrap_or_default();
    let span = Periods::new(&question, server_time);
    let asked = statistics_query(&question, &meter, span);
    let request = format!("{}{}", context()?.metering_url, asked.path());
    let (rows, resources) = if meter.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let found = tokio::join!(rows(&session, &asked), resources(&session, &meter, span));
        let (rows, resources) = found;
        (
            rows.map_err(|error| app_error(&error))?,
            resources.map_err(|error| app_error(&error))?,
        )
    };
    let function = function(&question);
    let mut drawn = drawn(&rows, function.name(), span);
    if matches!(group(&question), Some(GroupBy::ResourceId)) {
        for label in &mut drawn.labels {
            *label = readable(&meter, label).into_owned();
        }
    }
    Ok(MetersPage {
        meters,
        resources,
        meter,
        unit: rows
            .first()
            .and_then(|row| row.unit.clone())
            .unwrap_or_default(),
        period: span.seconds,
        labels: drawn.labels,
        series: Arc::new(drawn.series),
        left_out: drawn.left_out,
        request,
        server_time,
    })
}

/// The periods of a span: from one of their starts to the span's end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Periods {
    from: i64,
    to: i64,
    seconds: u64,
}

impl Periods {
    fn new(question: &MeterRequest, server_time: Timestamp) -> Self {
        let length = question.length.clamp(SHORTEST, LONGEST);
        let chosen = question
            .period
            .filter(|&period| period_fits(period, length));
        let seconds = chosen.unwrap_or_else(|| fitting_period(length));
        // Rounded up to a second, which reads better in a request.
        let to = question.end.unwrap_or(server_time.as_millis());
        let to = (to + 999).div_euclid(1000) * 1000;
        let millis = seconds as i64 * 1000;
        Self {
            from: (to - length).div_euclid(millis) * millis,
            to,
            seconds,
        }
    }

    fn count(self) -> usize {
        let millis = self.seconds as i64 * 1000;
        ((self.to - self.from + millis - 1) / millis).max(0) as usize
    }

    fn within(self, query: Query) -> Query {
        query
            .since(Timestamp::from_millis(self.from))
            .before(Timestamp::from_millis(self.to))
    }
}

fn function(question: &MeterRequest) -> AggregateFunction {
    let function = question.function.as_deref();
    function
        .and_then(AggregateFunction::find)
        .unwrap_or(AggregateFunction::Avg)
}

fn group(question: &MeterRequest) -> Option<GroupBy> {
    match question.group.as_deref() {
        Some(NO_GROUP) => None,
        Some(group) if GROUPS.contains(&group) => GroupBy::find(group),
        _ => Some(GroupBy::ResourceId),
    }
}

fn statistics_query(question: &MeterRequest, meter: &str, span: Periods) -> StatisticsQuery {
    let query = question
        .resource
        .iter()
        .fold(Query::new(), |query, id| query.resource_id(id.as_str()));
    StatisticsQuery {
        meter: meter.to_owned(),
        query: span.within(query),
        period: span.seconds,
        groupby: group(question).into_iter().collect(),
        functions: vec![function(question)],
    }
}

async fn meters(session: &Session) -> Result<Vec<String>, ClientError> {
    let query = MeterQuery {
        unique: true,
        limit: Some(MOST_CHOICES),
        ..MeterQuery::default()
    };
    let meters = session.meters(&query).await?.all().await?;
    let mut names: Vec<_> = meters.into_iter().map(|meter| meter.name).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

async fn rows(session: &Session, query: &StatisticsQuery) -> Result<Vec<Statistics>, ClientError> {
    session.statistics(query).await?.all().await
}

/// The resources that have samples of a meter in a span.
async fn resources(
    session: &Session,
    meter: &str,
    span: Periods,
) -> Result<Vec<String>, ClientError> {
    let query = StatisticsQuery {
        meter: meter.to_owned(),
        query: span.within(Query::new()),
        groupby: vec![GroupBy::ResourceId],
        functions: vec![AggregateFunction::Count],
        ..StatisticsQuery::default()
    };
    let rows = rows(session, &query).await?;
    let mut ids: Vec<_> = rows
        .into_iter()
        .filter_map(|row| row.groupby?.into_values().next()?)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MOST_CHOICES as usize);
    Ok(ids)
}

/// Rows as columns.
struct Drawn {
    labels: Vec<String>,
    series: Series,
    left_out: usize,
}

fn drawn(rows: &[Statistics], function: &str, span: Periods) -> Drawn {
    let millis = span.seconds as i64 * 1000;
    let count = span.count();
    let mut groups = BTreeMap::<String, Vec<f64>>::new();
    for row in rows {
        let at = (row.period_start.as_millis() - span.from).div_euclid(millis);
        let value = row.aggregate.as_ref().and_then(|all| all.get(function));
        if let (Ok(at), Some(&value)) = (usize::try_from(at), value)
            && at < count
        {
            let column = groups
                .entry(label(row))
                .or_insert_with(|| vec![f64::NAN; count]);
            column[at] = value;
        }
    }
    let left_out = groups.len().saturating_sub(MOST_LINES);
    let (labels, columns): (Vec<_>, Vec<_>) = groups.into_iter().take(MOST_LINES).unzip();
    let columns = columns
        .into_iter()
        .enumerate()
        .map(|(index, values)| Column {
            meter: index.to_string(),
            avg: Values(values),
            ..Column::default()
        });
    Drawn {
        labels,
        series: Series {
            step: u32::try_from(millis).unwrap_or(u32::MAX),
            timestamps: (0..count as i64)
                .map(|at| span.from + at * millis)
                .collect(),
            columns: columns.collect(),
        },
        left_out,
    }
}

/// The group of a row; `None` without groups.
fn label(row: &Statistics) -> String {
    let values = row.groupby.iter().flat_map(BTreeMap::values);
    let values: Vec<_> = values
        .map(|value| value.as_deref().unwrap_or("–"))
        .collect();
    values.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_420_113_630_000;

    fn question(length: i64) -> MeterRequest {
        MeterRequest {
            length,
            ..MeterRequest::default()
        }
    }

    fn periods(question: &MeterRequest) -> Periods {
        Periods::new(question, Timestamp::from_millis(NOW))
    }

    fn row(resource: &str, start: i64, value: f64) -> Statistics {
        let time = Timestamp::from_millis(start);
        let group = ("resource_id".to_owned(), Some(resource.to_owned()));
        Statistics {
            groupby: Some([group].into()),
            unit: Some("message".to_owned()),
            min: None,
            max: None,
            avg: None,
            sum: None,
            count: None,
            aggregate: Some([("avg".to_owned(), value)].into()),
            duration: 0.0,
            duration_start: time,
            duration_end: time,
            period: 60,
            period_start: time,
            period_end: time,
        }
    }

    #[test]
    fn periods_begin_on_their_own_grid_and_cover_the_span() {
        let span = periods(&question(3_600_000));
        assert_eq!(span.seconds, 60);
        assert_eq!(span.from % 60_000, 0);
        assert!(span.from <= NOW - 3_600_000);
        assert_eq!(span.count(), 61, "the first and the last are begun");
    }

    #[test]
    fn a_period_that_would_give_too_many_rows_gives_way() {
        let asked = |period| MeterRequest {
            period: Some(period),
            ..question(86_400_000)
        };
        assert_eq!(periods(&asked(1800)).seconds, 1800);
        assert_eq!(periods(&asked(10)).seconds, 600);
        assert_eq!(periods(&asked(0)).seconds, 600);
    }

    #[test]
    fn the_request_says_all_that_was_asked() {
        let question = MeterRequest {
            resource: Some("a/b".to_owned()),
            function: Some("cardinality/user_id".to_owned()),
            group: Some("project_id".to_owned()),
            end: Some(1_420_113_600_000),
            ..question(3_600_000)
        };
        let path = statistics_query(&question, "m", periods(&question)).path();
        for part in [
            "/v2/meters/m/statistics?",
            "q.field=resource_id&q.op=eq&q.type=&q.value=a%2Fb",
            "q.field=timestamp&q.op=ge&q.type=&q.value=2015-01-01T11%3A00%3A00",
            "q.field=timestamp&q.op=lt&q.type=&q.value=2015-01-01T12%3A00%3A00",
            "&period=60&groupby=project_id",
            "&aggregate.func=cardinality&aggregate.param=user_id",
        ] {
            assert!(path.contains(part), "{part} in {path}");
        }
    }

    #[test]
    fn rows_become_columns_with_gaps() {
        let span = periods(&question(180_000));
        let millis = span.seconds as i64 * 1000;
        let rows = [
            row("b", span.from, 2.0),
            row("a", span.from + millis, 1.0),
            row("a", span.from - millis, 9.0),
        ];
        let Drawn { labels, series, .. } = drawn(&rows, "avg", span);
        assert_eq!(labels, ["a", "b"]);
        assert_eq!(series.timestamps.len(), span.count());
        assert_eq!(series.timestamps[1] - series.timestamps[0], millis);
        let known = |index: usize| series.columns[index].avg.known().collect::<Vec<_>>();
        assert_eq!((known(0), known(1)), (vec![1.0], vec![2.0]));
        assert_eq!(series.columns[0].avg.get(1), Some(1.0));
    }

    #[test]
    fn more_groups_than_lines_are_counted() {
        let span = periods(&question(180_000));
        let rows: Vec<_> = (0..25)
            .map(|n| row(&format!("r{n:02}"), span.from, 1.0))
            .collect();
        let drawn = drawn(&rows, "avg", span);
        assert_eq!((drawn.labels.len(), drawn.left_out), (20, 5));
    }
}
