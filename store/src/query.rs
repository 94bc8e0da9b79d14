//! What can be asked.

use std::sync::Arc;

use metering::meter::Definition;
use metering::requests::{AggregateFunction, GroupBy, LogQuery, Order};
use metering::series::Values;
use metering::telemetry::Resource;
use metering::{LogEntry, Timestamp};

use crate::filter::Filter;
use crate::sample::LogRecord;

/// Asks for samples.
#[derive(Clone, Debug, Default)]
pub struct SampleQuery {
    /// Which.
    pub filter: Filter,
    /// In which order: by the first, then the second …; newest first without any.
    pub order: Vec<Order>,
    /// At most so many.
    pub limit: u64,
}

/// Asks for meters.
#[derive(Clone, Debug, Default)]
pub struct MeterQuery {
    /// Of which samples.
    pub filter: Filter,
    /// One row a name, its ids and source absent.
    pub unique: bool,
    /// At most so many.
    pub limit: u64,
}

/// Asks for resources.
#[derive(Clone, Debug, Default)]
pub struct ResourceQuery {
    /// Of which samples.
    pub filter: Filter,
    /// At most so many.
    pub limit: u64,
}

/// A resource, and the meters that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByResource {
    /// The resource, without links.
    pub resource: Resource,
    /// Its meters' names, in order.
    pub meters: Vec<Arc<str>>,
}

/// Asks for statistics.
#[derive(Clone, Debug, Default)]
pub struct StatisticsQuery {
    /// Of which samples.
    pub filter: Filter,
    /// One row for each of these seconds; 0: one row for all.
    pub period: u64,
    /// Where periods begin: the first sample of the filter's if absent.
    pub from: Option<Timestamp>,
    /// One row a value of these, in the order in which they were named.
    pub groupby: Vec<GroupBy>,
    /// What is asked for; without any, all five of the plain functions.
    pub functions: Vec<AggregateFunction>,
}

impl StatisticsQuery {
    /// A period in microseconds; none where one row stands for all.
    pub(crate) fn period_micros(&self) -> Option<i64> {
        let seconds = i64::try_from(self.period).unwrap_or(i64::MAX);
        (seconds > 0).then(|| seconds.saturating_mul(1_000_000))
    }
}

/// Asks for columns of one resource's collected meters.
#[derive(Clone, Debug)]
pub struct Range {
    /// Of what.
    pub resource_id: Arc<str>,
    /// Which meters.
    pub meters: Vec<&'static Definition>,
    /// The first step's start, milliseconds since the epoch, a multiple of `step`.
    pub start: i64,
    /// Milliseconds.
    pub step: i64,
    /// How many steps.
    pub count: usize,
}

/// A meter's values on the steps of a [`Range`]; a step without samples is a gap (NaN).
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The least sample of each step.
    pub min: Values,
    /// The mean of each.
    pub avg: Values,
    /// The greatest of each.
    pub max: Values,
}

/// Whether a query of the log, from a caller who may see these brokers only, includes a line.
pub(crate) fn includes(query: &LogQuery, brokers: Option<&[String]>, line: &LogRecord) -> bool {
    let of_source = |source: &String| {
        let rest = line.source.strip_prefix(source.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let with_text = |text: &String| line.desc.to_lowercase().contains(&text.to_lowercase());
    query.level.is_none_or(|level| line.level >= level)
        && query.from.is_none_or(|from| line.time >= from)
        && query.to.is_none_or(|to| line.time < to)
        && query.source.as_ref().is_none_or(of_source)
        && line.is_for(brokers)
        && query.text.as_ref().is_none_or(with_text)
}

/// A page of the system log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// Its lines, newest first.
    pub entries: Vec<LogEntry>,
    /// How many lines the query has in all.
    pub total: u64,
}
