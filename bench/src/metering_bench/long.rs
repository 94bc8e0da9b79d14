//! A store of ten million collected samples: a day's statistics, a month's series, bytes on disk.

use std::{path::Path, time::Duration};

use metering::Timestamp;
use serde_json::{Value, json};
use xtask::Error;

use super::{MeteringBench, api::Api};
use crate::{
    capture,
    report::{Figure, median},
    row::Row,
};

/// The brokers of the filled store.
pub(super) const BROKERS: [&str; 5] = ["bench-0", "bench-1", "bench-2", "bench-3", "bench-4"];
/// Asked of each broker in turn, so that none is answered from what the last one left in memory.
const METERS: [&str; 8] = [
    "rabbit.messages",
    "rabbit.messages.ready",
    "rabbit.messages.unacknowledged",
    "rabbit.connections",
    "rabbit.channels",
    "rabbit.publish.rate",
    "rabbit.deliver_get.rate",
    "rabbit.ack.rate",
];
const DAY: i64 = 86_400_000;
const MONTH: i64 = 30 * DAY;
const POINTS: usize = 600;
/// Milliseconds.
const BAR_MS: f64 = 50.0;
/// Bytes a collected sample.
const BAR_BYTES: f64 = 30.0;
/// For the store to be filled.
const LIMIT: Duration = Duration::from_mins(15);

/// What the store holds.
#[derive(Debug)]
pub(super) struct Filled {
    samples: f64,
    bytes: f64,
    /// The last sample's time, in milliseconds since the epoch.
    end: i64,
    raw: Value,
}

/// Fills it, as the collector would have within a month.
pub(super) fn fill(bench: MeteringBench<'_>, folder: &Path) -> Result<Filled, Error> {
    let program = bench.project.program("release", "examples/fill");
    let mut command = bench.runner.command(&program.to_string_lossy(), &BROKERS);
    command.arg("--into").arg(folder);
    let raw = capture::last_line(bench.runner, &mut command, LIMIT)?;
    let number = |key: &str| {
        let number = raw[key].as_f64();
        number.ok_or_else(|| Error::Wrong(format!("the filled store reports no {key}: {raw}")))
    };
    Ok(Filled {
        samples: number("samples")?,
        bytes: number("bytes")?,
        end: number("end")? as i64,
        raw,
    })
}

pub(super) fn disk(filled: &Filled) -> Figure {
    let each = filled.bytes / filled.samples;
    Figure {
        row: Row::Disk,
        warren: format!("{each:.1} B"),
        beside: None,
        ratio: None,
        met: each <= BAR_BYTES,
        notes: vec![format!(
            "disk: {:.2} million samples of {} brokers, two days of them every 5 s, the month before every 10 min; \
             {:.0} MB with roll-ups and indexes",
            filled.samples / 1e6,
            BROKERS.len(),
            filled.bytes / 1e6,
        )],
        raw: filled.raw.clone(),
    }
}

/// Asks for each meter of each broker once; milliseconds.
fn ask_all(
    api: &Api,
    path: impl Fn(&str, &str) -> String,
    rows: impl Fn(&Value) -> usize,
    expected: std::ops::RangeInclusive<usize>,
) -> Result<Vec<f64>, Error> {
    let caller = api.caller();
    let mut times = Vec::new();
    for meter in METERS {
        for broker in BROKERS {
            let path = path(broker, meter);
            let (took, answer) = caller.get(&path)?;
            let rows = rows(&answer);
            if !expected.contains(&rows) {
                return Err(Error::Wrong(format!(
                    "{path} is answered with {rows} rows instead of {expected:?}"
                )));
            }
            times.push(took.as_secs_f64() * 1000.0);
        }
    }
    Ok(times)
}

pub(super) fn day(api: &Api, filled: &Filled) -> Result<Figure, Error> {
    let minute = 60_000;
    let to = filled.end / minute * minute;
    let condition = |field: &str, op: &str, value: &str| {
        format!("q.field={field}&q.op={op}&q.type=&q.value={value}")
    };
    let time = |millis| Timestamp::from_millis(millis).to_string();
    let path = |broker: &str, meter: &str| {
        format!(
            "/v2/meters/{meter}/statistics?{}&{}&{}&period=60",
            condition("resource_id", "eq", broker),
            condition("timestamp", "ge", &time(to - DAY)),
            condition("timestamp", "lt", &time(to)),
        )
    };
    let rows = |answer: &Value| answer.as_array().map_or(0, Vec::len);
    let times = ask_all(api, path, rows, 1440..=1440)?;
    let note = format!(
        "17,280 samples in 1,440 periods; thereafter the program holds {}",
        api.memory()?
    );
    Ok(figure(Row::Day, &times, &note))
}

pub(super) fn month(api: &Api, filled: &Filled) -> Result<Figure, Error> {
    let path = |broker: &str, meter: &str| {
        let (from, to) = (filled.end - MONTH, filled.end);
        format!(
            "/v2/rabbit/series?broker={broker}&meter={meter}&from={from}&to={to}&points={POINTS}"
        )
    };
    // A step is a whole number of a roll-up's minutes, so a month has fewer of them.
    let rows = |answer: &Value| {
        let values = answer["columns"][0]["avg"].as_array();
        values.map_or(0, |values| values.iter().filter(|v| v.is_number()).count())
    };
    let times = ask_all(api, path, rows, POINTS / 2..=POINTS)?;
    Ok(figure(Row::Month, &times, "min, avg and max"))
}

fn figure(row: Row, times: &[f64], note: &str) -> Figure {
    let p50 = median(times);
    let worst = times.iter().copied().fold(0.0, f64::max);
    Figure {
        row,
        warren: format!("{p50:.1} ms"),
        beside: None,
        ratio: None,
        met: p50 <= BAR_MS,
        notes: vec![format!(
            "{}: {note}; each of {} meters of {} brokers once, at most {worst:.1} ms",
            row.name(),
            METERS.len(),
            BROKERS.len()
        )],
        raw: json!({"ms": times}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_held() {
        assert!(figure(Row::Day, &[50.0], "").met);
        assert!(!figure(Row::Day, &[50.1], "").met);
        let filled = |bytes| Filled {
            samples: 10.0,
            bytes,
            end: 0,
            raw: Value::Null,
        };
        assert!(disk(&filled(300.0)).met);
        assert!(!disk(&filled(301.0)).met);
    }
}
