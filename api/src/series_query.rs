//! What a request for series asks for.

use std::time::Duration;

use metering::Timestamp;

use crate::error::Error;
use crate::meters::Meter;
use crate::protocol::query::Arguments;
use crate::ring::Grid;

/// As many steps by default …
const POINTS: u32 = 600;
/// … and at most.
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
    pub(crate) fn grid(&self, end: i64, tick: Duration) -> Result<Grid, Error> {
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
        Ok(Grid {
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
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);

    fn query(text: &str) -> SeriesQuery {
        SeriesQuery::read(&mut Arguments::parse(text)).expect(text)
    }

    fn refusal(text: &str) -> String {
        SeriesQuery::read(&mut Arguments::parse(text))
            .expect_err(text)
            .to_string()
    }

    fn grid(text: &str, end: i64) -> Grid {
        query(&format!("meter=rabbit.queues&{text}"))
            .grid(end, TICK)
            .expect(text)
    }

    #[test]
    fn by_default_the_last_hour_in_at_most_600_steps() {
        assert_eq!(
            grid("", 7_200_000),
            Grid {
                start: 3_600_000,
                step: 10_000,
                count: 360
            }
        );
        // The end of the last tick may lie within a step, the start too.
        assert_eq!(
            grid("", 7_205_000),
            Grid {
                start: 3_600_000,
                step: 10_000,
                count: 361
            }
        );
    }

    #[test]
    fn the_first_step_holds_from_and_the_grid_stands_on_multiples() {
        assert_eq!(
            grid("from=1000000007&to=1000060000", 2_000_000_000_000),
            Grid {
                start: 1_000_000_000,
                step: 5000,
                count: 12
            }
        );
        assert_eq!(
            grid("from=1000000007&to=1000060000&points=7", 2_000_000_000_000),
            Grid {
                start: 1_000_000_000,
                step: 10_000,
                count: 6
            }
        );
    }

    #[test]
    fn a_least_step_keeps_a_short_span_on_the_grid_of_a_long_one() {
        let whole = grid(
            "from=1000000000&to=1003600000&step=12000",
            2_000_000_000_000,
        );
        let rest = grid(
            "from=1003590000&to=1003600000&step=12000",
            2_000_000_000_000,
        );
        assert_eq!((whole.step, rest.step), (15_000, 15_000));
        assert_eq!((rest.start - whole.start) % 15_000, 0);
    }

    #[test]
    fn long_steps_are_multiples_of_those_that_the_store_keeps() {
        let step = |span: i64| {
            let text = format!("from=1000000000000&to={}", 1_000_000_000_000 + span);
            grid(&text, 2_000_000_000_000).step
        };
        let day = 24 * HOUR;
        assert_eq!(step(6 * HOUR), 40_000, "a multiple of the tick");
        assert_eq!(step(10 * HOUR), MINUTE);
        assert_eq!(step(day), 3 * MINUTE);
        assert_eq!(step(7 * day), 20 * MINUTE);
        assert_eq!(step(30 * day), 2 * HOUR);
        assert_eq!(step(366 * day), 15 * HOUR);
    }

    #[test]
    fn a_step_is_no_shorter_than_the_tick() {
        assert_eq!(sensible(90_000, 300_000), 300_000);
        assert_eq!(sensible(1, 5000), 5000);
        assert_eq!(sensible(0, 5000), 5000);
        assert_eq!(sensible(360_000, 7000), 360_000);
    }

    #[test]
    fn what_has_not_been_is_no_gap() {
        let grid = grid("from=1000000000&to=1000060000", 1_000_020_000);
        assert_eq!(grid.count, 4);
    }

    #[test]
    fn from_after_what_is_known_has_no_steps() {
        assert_eq!(grid("from=1000000000", 999_000_000).count, 0);
    }

    #[test]
    fn without_a_meter_all_gauges_of_the_broker_are_meant() {
        let names = query("").meters;
        let names: Vec<_> = names.iter().map(|meter| meter.definition().name).collect();
        assert!(names.contains(&"rabbit.queues") && names.contains(&"rabbit.publish.rate"));
        assert!(!names.contains(&"rabbit.publish"), "a counter, not a gauge");
        assert!(!names.contains(&"rabbit.node.memory"), "a node's");
    }

    #[test]
    fn times_come_in_both_forms() {
        let of = |from: &str| query(&format!("meter=rabbit.queues&from={from}")).from;
        assert_eq!(of("2015-01-01T12:00:00"), Some(1_420_113_600_000));
        assert_eq!(of("2015-01-01T14:00:00%2B02:00"), Some(1_420_113_600_000));
        assert_eq!(of("1420113600000"), Some(1_420_113_600_000));
        assert_eq!(
            of("20150101"),
            Some(1_420_070_400_000),
            "a date, not 20,150 seconds"
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_can() {
        assert!(refusal("meter=rabbit.nothing").contains("\"rabbit.nothing\""));
        assert!(refusal("meter=rabbit.queues&points=0").contains("1 to 10000"));
        assert!(refusal("meter=rabbit.queues&points=10001").contains("1 to 10000"));
        assert!(refusal("meter=rabbit.queues&points=many").contains("1 to 10000"));
        assert!(refusal("meter=rabbit.queues&columns=sum").contains("min, avg and max"));
        assert!(refusal("meter=rabbit.queues&from=yesterday").contains("\"from\""));
        assert!(refusal("meter=rabbit.queues&to=99999999999999999999").contains("\"to\""));
    }

    #[test]
    fn a_span_that_makes_no_steps_is_refused() {
        let refused = |text: &str| {
            query(&format!("meter=rabbit.queues&{text}"))
                .grid(2_000_000_000_000, TICK)
                .is_err()
        };
        assert!(refused("from=1000060000&to=1000000000"));
        assert!(refused("from=1000000000&to=1000000000"));
        assert!(refused("from=2015-01-01&to=2024-01-01&points=1"));
    }

    #[test]
    fn resources_are_of_the_broker() {
        let named =
            |resources: &str| query(&format!("meter=rabbit.queues{resources}")).named("prod");
        let nodes = |resources: &str| named(resources).map(|named| named.nodes);
        let objects = named("&resource=prod/%252F/q&resource=prod/a/b/c").expect("queues");
        assert_eq!(objects.objects, ["%2F/q", "a/b/c"]);
        assert_eq!(nodes("").expect("none"), None);
        assert_eq!(nodes("&resource=prod").expect("broker"), Some(vec![]));
        assert_eq!(
            nodes("&resource=prod/rabbit@a&resource=prod").expect("node"),
            Some(vec!["rabbit@a".into()])
        );
        for other in [
            "&resource=other",
            "&resource=prod2/rabbit@a",
            "&resource=other/rabbit@a",
        ] {
            assert!(nodes(other).is_err(), "{other}");
        }
    }

    #[test]
    fn columns_are_all_or_those_named_and_the_mean() {
        let columns = |text: &str| {
            let columns = query(&format!("meter=rabbit.queues{text}")).columns;
            (
                columns.contains(Columns::MIN),
                columns.contains(Columns::AVG),
                columns.contains(Columns::MAX),
            )
        };
        assert_eq!(columns(""), (true, true, true));
        assert_eq!(columns("&columns=avg"), (false, true, false));
        assert_eq!(columns("&columns=max"), (false, true, true));
    }
}
