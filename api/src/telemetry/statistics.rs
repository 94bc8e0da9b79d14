//! What `GET /v2/meters/{name}/statistics` asks for: period, groups and functions.

use metering::requests::{AggregateFunction, GroupBy};
use metering::telemetry::Statistics;
use store::StatisticsQuery;

use super::simple::{Selection, Span};
use super::{arguments, invalid};
use crate::http::error::{Error, shortened};
use crate::http::params::Arguments;

/// A period is at most a century, in seconds: the end of a longer one has no date.
const MOST_PERIOD: i64 = 100 * 366 * 24 * 3600;

/// How a meter's samples are summed up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// Seconds; 0 for one row.
    period: u64,
    groupby: Vec<GroupBy>,
    functions: Vec<AggregateFunction>,
}

impl Summary {
    /// Takes `period`, `groupby`, `aggregate.func` and `aggregate.param` out of the arguments.
    ///
    /// # Errors
    /// `400` where one of them cannot be used.
    pub(crate) fn read(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self {
            period: period(arguments)?,
            groupby: groupby(&arguments.many("groupby"))?,
            functions: functions(
                &arguments.many("aggregate.func"),
                &arguments.many("aggregate.param"),
            )?,
        })
    }

    /// The question for the store.
    pub(crate) fn query_of(self, selection: Selection) -> StatisticsQuery {
        StatisticsQuery {
            filter: selection.filter,
            period: self.period,
            from: selection.searched.from,
            groupby: self.groupby,
            functions: self.functions,
        }
    }
}

/// Cuts a row's duration down to the span that was asked for: a search offset finds samples around
/// it, and the old service did not count their distance.
pub(crate) fn clamp(row: &mut Statistics, asked: Span) {
    let start = asked
        .from
        .map_or(row.duration_start, |from| row.duration_start.max(from));
    let end = asked
        .to
        .map_or(row.duration_end, |to| row.duration_end.min(to));
    // All samples may stand on one side of the span; then nothing is left to cut down to.
    if start <= end {
        row.duration_start = start;
        row.duration_end = end;
        row.duration = (end.as_micros() - start.as_micros()) as f64 / 1e6;
    }
}

fn period(arguments: &mut Arguments) -> Result<u64, Error> {
    let period = arguments::integer(arguments, "period")?.unwrap_or(0);
    if period > MOST_PERIOD {
        return Err(Error::BadArgument(format!(
            "Invalid period {period}: accepted are at most {MOST_PERIOD} seconds"
        )));
    }
    u64::try_from(period).map_err(|_| Error::BadArgument("Period must be positive.".into()))
}

fn groupby(names: &[String]) -> Result<Vec<GroupBy>, Error> {
    let mut groups = Vec::new();
    for name in names {
        let group = GroupBy::find(name).ok_or_else(|| {
            Error::BadArgument(format!(
                "Unknown argument: \"{}\": Invalid groupby fields",
                shortened(name)
            ))
        })?;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(groups)
}

fn functions(names: &[String], params: &[String]) -> Result<Vec<AggregateFunction>, Error> {
    if params.len() > names.len() {
        let param = &params[names.len()];
        return Err(invalid(
            "aggregate.param",
            param,
            "it has no aggregate.func",
        ));
    }
    let mut functions = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let param = params
            .get(n)
            .map(String::as_str)
            .filter(|param| !param.is_empty());
        let function = function(name, param)?;
        if !functions.contains(&function) {
            functions.push(function);
        }
    }
    Ok(functions)
}

fn function(name: &str, param: Option<&str>) -> Result<AggregateFunction, Error> {
    let mut named = AggregateFunction::ALL
        .into_iter()
        .filter(|function| function.parameters().0 == name)
        .peekable();
    if named.peek().is_none() {
        let name = shortened(name);
        let message = format!("Invalid aggregation function: {name}");
        return Err(Error::BadArgument(message));
    }
    named
        .find(|function| function.parameters().1 == param)
        .ok_or_else(|| {
            let param = param.map_or_else(|| "None".to_owned(), shortened);
            Error::BadArgument(format!("Bad aggregate: {name}.{param}"))
        })
}

#[cfg(test)]
mod tests {
    use metering::Timestamp;

    use super::*;

    fn read(query: &str) -> Result<Summary, String> {
        Summary::read(&mut Arguments::parse(query)).map_err(|error| error.to_string())
    }

    #[test]
    fn functions_are_paired_with_their_parameters_by_position() {
        // As the client writes them: those with a parameter first.
        let summary = read(
            "aggregate.func=cardinality&aggregate.param=resource_id&aggregate.func=max&aggregate.func=max",
        );
        assert_eq!(
            summary.expect("summary").functions,
            [AggregateFunction::Resources, AggregateFunction::Max]
        );
    }

    #[test]
    fn groups_stand_once_in_their_order() {
        let summary = read("groupby=source&groupby=user_id&groupby=source").expect("summary");
        assert_eq!(summary.groupby, [GroupBy::Source, GroupBy::UserId]);
    }

    #[test]
    fn statistics_that_cannot_be_computed_are_refused() {
        for (query, words) in [
            ("period=-1", "Period must be positive."),
            (
                "period=99999999999",
                "Invalid period 99999999999: accepted are at most 3162240000 seconds",
            ),
            (
                "groupby=flavor",
                "Unknown argument: \"flavor\": Invalid groupby fields",
            ),
            ("aggregate.func=x", "Invalid aggregation function: x"),
            (
                "aggregate.func=cardinality",
                "Bad aggregate: cardinality.None",
            ),
            (
                "aggregate.func=cardinality&aggregate.param=source",
                "Bad aggregate: cardinality.source",
            ),
            (
                "aggregate.func=max&aggregate.param=user_id",
                "Bad aggregate: max.user_id",
            ),
            (
                "aggregate.param=user_id",
                "Invalid input for field/attribute aggregate.param. Value: 'user_id'. it has no aggregate.func",
            ),
        ] {
            assert_eq!(read(query), Err(words.to_owned()), "{query}");
        }
        assert!(
            read("period=x")
                .expect_err("a text")
                .contains("unable to convert to int")
        );
    }

    #[test]
    fn no_period_is_a_period_of_nought() {
        assert_eq!(read("period=0"), read(""));
    }

    #[test]
    fn a_duration_does_not_reach_out_of_what_was_asked_for() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let clamped = |from: Option<i64>, to: Option<i64>| {
            let mut row = Statistics {
                groupby: None,
                unit: None,
                min: None,
                max: None,
                avg: None,
                sum: None,
                count: None,
                aggregate: None,
                duration: 100.0,
                duration_start: at(0),
                duration_end: at(100),
                period: 0,
                period_start: at(0),
                period_end: at(100),
            };
            let asked = Span {
                from: from.map(at),
                to: to.map(at),
            };
            clamp(&mut row, asked);
            (
                row.duration_start.as_millis() / 1000,
                row.duration_end.as_millis() / 1000,
                row.duration as i64,
            )
        };
        assert_eq!(clamped(None, None), (0, 100, 100));
        assert_eq!(clamped(Some(10), Some(90)), (10, 90, 80));
        assert_eq!(clamped(Some(-10), Some(200)), (0, 100, 100));
        assert_eq!(clamped(Some(200), None), (0, 100, 100));
    }
}
