//! What a request for series asks for.

use std::time::Duration;

use metering::Timestamp;
use metering::requests::{SeriesColumn, SeriesQuery};

use crate::broker::meters::Meter;
use crate::broker::recent_history::TimeGrid;
use crate::http::error::Error;
use crate::http::params::Arguments;

/// The span by default, in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// Times are between the epoch and the year 3000, in milliseconds since the epoch.
pub(crate) const LAST_TIME: i64 = 32_503_680_000_000;

/// The resources of a broker that a request names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// The nodes; none where no resource was named: all of them.
    pub(crate) nodes: Option<Vec<String>>,
    /// The queues and vhosts, by path.
    pub(crate) objects: Vec<String>,
}

/// A request for series, with its meters.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedQuery {
    /// The request. Its columns are in order and include the mean.
    pub(crate) request: SeriesQuery,
    /// The meters, none twice.
    pub(crate) meters: Vec<Meter>,
    /// Whether the request names no meter: all the broker's gauges.
    pub(crate) all_gauges: bool,
}

/// Reads a request.
pub(crate) fn read(arguments: &mut Arguments) -> Result<SeriesQuery, Error> {
    let mut columns = Vec::new();
    for name in arguments.many("columns") {
        columns.push(SeriesColumn::find(&name).ok_or_else(|| {
            Error::BadArgument(format!(
                "Invalid value {name:?} for \"columns\": accepted are min, avg and max"
            ))
        })?);
    }
    Ok(SeriesQuery {
        broker: arguments.one("broker")?,
        meters: arguments.many("meter"),
        resources: arguments.many("resource"),
        from: time(arguments, "from")?,
        to: time(arguments, "to")?,
        points: arguments.read("points", "are 1 to 10000")?,
        step: arguments.read("step", "are milliseconds")?,
        columns,
    })
}

impl ResolvedQuery {
    /// # Errors
    /// For an unknown meter, and for too many points or none.
    pub(crate) fn new(mut request: SeriesQuery) -> Result<Self, Error> {
        let mut meters = Vec::new();
        for name in &request.meters {
            let Some(meter) = Meter::find(name) else {
                return Err(Error::BadArgument(format!(
                    "Unknown meter: {name:?}. The known ones stand in /openapi.json, at the parameter meter of /v2/rabbit/series"
                )));
            };
            if !meters.contains(&meter) {
                meters.push(meter);
            }
        }
        let all_gauges = meters.is_empty();
        if all_gauges {
            meters = Meter::broker_gauges();
        }
        let most = SeriesQuery::MAX_POINTS;
        if let Some(points) = request.points.filter(|points| !(1..=most).contains(points)) {
            return Err(Error::BadArgument(format!(
                "Invalid value \"{points}\" for \"points\": accepted are 1 to {most}"
            )));
        }
        request.resources.sort_unstable();
        request.resources.dedup();
        if request.columns.is_empty() {
            request.columns = vec![SeriesColumn::Min, SeriesColumn::Max];
        }
        request.columns.push(SeriesColumn::Avg);
        request.columns.sort_unstable();
        request.columns.dedup();
        Ok(Self {
            request,
            meters,
            all_gauges,
        })
    }

    /// Whether meters have a column.
    pub(crate) fn has(&self, column: SeriesColumn) -> bool {
        self.request.columns.contains(&column)
    }

    /// The nodes, queues and vhosts that were named.
    pub(crate) fn named(&self, broker: &str) -> Result<Named, Error> {
        let (mut nodes, mut objects) = (Vec::new(), Vec::new());
        for resource in &self.request.resources {
            let rest = resource.strip_prefix(broker);
            match rest.and_then(|rest| {
                if rest.is_empty() {
                    Some(None)
                } else {
                    rest.strip_prefix('/').map(Some)
                }
            }) {
                Some(None) => {}
                Some(Some(path)) if path.contains('/') => objects.push(path.to_owned()),
                Some(Some(node)) => nodes.push(node.to_owned()),
                None => {
                    return Err(Error::BadArgument(format!(
                        "Invalid value {resource:?} for \"resource\": accepted are {broker:?}, \"{broker}/NODE\", \"{broker}/VHOST/QUEUE\" and \"{broker}/VHOST/\""
                    )));
                }
            }
        }
        // Where only the broker was named, the meters of nodes have no columns.
        Ok(Named {
            nodes: (!self.request.resources.is_empty()).then_some(nodes),
            objects,
        })
    }

    /// Whether the broker as a whole is asked for.
    pub(crate) fn wants_broker(&self, broker: &str) -> bool {
        self.request.resources.is_empty()
            || self
                .request
                .resources
                .iter()
                .any(|resource| resource == broker)
    }

    /// The grid; `end` is the end of what is known, beyond which nothing is a gap yet.
    pub(crate) fn grid(&self, end: i64, tick: Duration) -> Result<TimeGrid, Error> {
        let tick = tick.as_millis() as i64;
        let millis = |time: Option<Timestamp>| time.map(Timestamp::as_millis);
        let to = millis(self.request.to).unwrap_or(end);
        let from = millis(self.request.from).unwrap_or(to - HOUR);
        if from >= to && self.request.to.is_some() {
            return Err(Error::BadArgument(
                "The argument from must be before to".into(),
            ));
        }
        let span = (to - from).max(0);
        let points = self.request.points.unwrap_or(SeriesQuery::DEFAULT_POINTS);
        let least = (span as u64)
            .div_ceil(u64::from(points))
            .max(u64::from(self.request.step.unwrap_or(0)));
        let step = sensible(least, tick as u64) as i64;
        if step > i64::from(u32::MAX) {
            return Err(Error::BadArgument(
                "The span from from to to is too long for so few points".into(),
            ));
        }
        let start = from.div_euclid(step) * step;
        let to = to.min(end);
        let count = if to <= start { 0 } else { (to - start) as u64 }.div_ceil(step as u64);
        Ok(TimeGrid {
            start,
            step,
            count: count as usize,
        })
    }
}

/// The smallest step that is no less than `least` and a multiple of the tick; from a minute on, one
/// of the minute, ten minutes or the hour, as the store keeps them.
fn sensible(least: u64, tick: u64) -> u64 {
    let unit = [HOUR, 10 * MINUTE, MINUTE]
        .map(|unit| unit as u64)
        .into_iter()
        .find(|&unit| least >= unit)
        .map_or(tick, |unit| unit.max(tick));
    least.max(1).div_ceil(unit) * unit
}

/// A time.
pub(crate) fn time(arguments: &mut Arguments, name: &str) -> Result<Option<Timestamp>, Error> {
    let Some(text) = arguments.one(name)? else {
        return Ok(None);
    };
    let is_number = text.len() > 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let millis = if is_number {
        text.parse().ok()
    } else {
        text.parse::<Timestamp>().ok().map(Timestamp::as_millis)
    };
    let millis = millis.filter(|millis| (0..=LAST_TIME).contains(millis)).ok_or_else(|| {
        Error::BadArgument(format!(
            "Invalid value {text:?} for {name:?}: accepted are ISO 8601 forms such as 2015-01-01T12:00:00, and milliseconds since the epoch"
        ))
    })?;
    Ok(Some(Timestamp::from_millis(millis)))
}

#[cfg(test)]
mod tests;
