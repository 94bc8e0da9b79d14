//! What a request for series asks for.

use std::time::Duration;

use metering::Timestamp;

use crate::broker::meters::Meter;
use crate::broker::recent_history::TimeGrid;
use crate::http::error::Error;
use crate::http::params::Arguments;

/// Steps by default.
const POINTS: u32 = 600;
/// Most steps.
const MAX_POINTS: u32 = 10_000;
/// The span by default, in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// Times are between the epoch and the year 3000, in milliseconds since the epoch.
pub(crate) const LAST_TIME: i64 = 32_503_680_000_000;

/// Which columns a meter gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Columns(u8);

impl Columns {
    /// The least sample of each step.
    pub(crate) const MIN: Self = Self(1);
    /// The mean: always there.
    const AVG: Self = Self(2);
    /// The greatest sample of each step.
    pub(crate) const MAX: Self = Self(4);

    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The resources of a broker that a request names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// The nodes; none where no resource was named: all of them.
    pub(crate) nodes: Option<Vec<String>>,
    /// The queues and vhosts, by path.
    pub(crate) objects: Vec<String>,
}

/// What a request for series asks for.
#[derive(Clone, Debug)]
pub(crate) struct SeriesQuery {
    /// None twice.
    pub(crate) meters: Vec<Meter>,
    /// No meter was named: all the broker's gauges are meant.
    pub(crate) all_gauges: bool,
    /// None twice; empty where none was named.
    pub(crate) resources: Vec<String>,
    /// In milliseconds since the epoch.
    from: Option<i64>,
    to: Option<i64>,
    points: u32,
    /// The least step, in milliseconds.
    step: u32,
    pub(crate) columns: Columns,
}

impl SeriesQuery {
    /// Reads all but `broker`.
    pub(crate) fn read(arguments: &mut Arguments) -> Result<Self, Error> {
        let mut meters = Vec::new();
        for name in arguments.many("meter") {
            let Some(meter) = Meter::find(&name) else {
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
        let mut resources = arguments.many("resource");
        resources.sort_unstable();
        resources.dedup();
        let points = arguments
            .read("points", "are 1 to 10000")?
            .unwrap_or(POINTS);
        if !(1..=MAX_POINTS).contains(&points) {
            return Err(Error::BadArgument(format!(
                "Invalid value \"{points}\" for \"points\": accepted are 1 to {MAX_POINTS}"
            )));
        }
        let step = arguments.read("step", "are milliseconds")?.unwrap_or(0);
        let mut columns = Columns(0);
        for name in arguments.many("columns") {
            columns.0 |= match name.as_str() {
                "min" => Columns::MIN.0,
                "avg" => Columns::AVG.0,
                "max" => Columns::MAX.0,
                _ => {
                    let message = format!(
                        "Invalid value {name:?} for \"columns\": accepted are min, avg and max"
                    );
                    return Err(Error::BadArgument(message));
                }
            };
        }
        if columns == Columns(0) {
            columns = Columns(Columns::MIN.0 | Columns::MAX.0);
        }
        columns.0 |= Columns::AVG.0;
        Ok(Self {
            meters,
            all_gauges,
            resources,
            from: time(arguments, "from")?,
            to: time(arguments, "to")?,
            points,
            step,
            columns,
        })
    }

    /// The means of all the broker's gauges.
    pub(crate) fn gauges(from: i64, to: Option<i64>, points: u32, step: u32) -> Self {
        Self {
            meters: Meter::broker_gauges(),
            all_gauges: true,
            resources: Vec::new(),
            from: Some(from),
            to,
            points,
            step,
            columns: Columns::AVG,
        }
    }

    /// The nodes, queues and vhosts that were named.
    pub(crate) fn named(&self, broker: &str) -> Result<Named, Error> {
        let (mut nodes, mut objects) = (Vec::new(), Vec::new());
        for resource in &self.resources {
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
            nodes: (!self.resources.is_empty()).then_some(nodes),
            objects,
        })
    }

    /// Whether the broker as a whole is asked for.
    pub(crate) fn wants_broker(&self, broker: &str) -> bool {
        self.resources.is_empty() || self.resources.iter().any(|resource| resource == broker)
    }

    /// The grid; `end` is the end of what is known, beyond which nothing is a gap yet.
    pub(crate) fn grid(&self, end: i64, tick: Duration) -> Result<TimeGrid, Error> {
        let tick = tick.as_millis() as i64;
        let to = self.to.unwrap_or(end);
        let from = self.from.unwrap_or(to - HOUR);
        if from >= to && self.to.is_some() {
            return Err(Error::BadArgument(
                "The argument from must be before to".into(),
            ));
        }
        let span = (to - from).max(0);
        let least = (span as u64)
            .div_ceil(u64::from(self.points))
            .max(u64::from(self.step));
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

/// An instant, in milliseconds since the epoch.
pub(crate) fn time(arguments: &mut Arguments, name: &str) -> Result<Option<i64>, Error> {
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
    Ok(Some(millis))
}

#[cfg(test)]
mod tests;
