//! Telemetry's queries on ten thousand samples of fifty resources.

use std::time::Duration;

use metering::Timestamp;
use serde_json::{Value, json};
use xtask::Error;

use super::api::{Api, Caller};
use crate::{
    report::{Figure, median},
    row::Row,
};

/// The meter.
pub(super) const METER: &str = "cpu_util";
const SAMPLES: usize = 10_000;
pub(super) const RESOURCES: usize = 50;
/// Of a post.
pub(super) const POST: usize = 500;
/// From one sample to the next; with periods of a minute there are 1,000 of them.
const SPACING_MS: i64 = 6_000;
/// The first sample: 2026-01-01T00:00:00.
const START_MS: i64 = 1_767_225_600_000;
/// How often each is asked, on one connection, after some that do not count.
const ROUNDS: usize = 200;
const WARM_UP: usize = 10;
/// Of Ceilometer's time.
const BAR: f64 = 0.1;

/// The samples, all of one meter.
pub(super) fn fill(api: &Api) -> Result<(), Error> {
    let caller = api.caller();
    for post in 0..SAMPLES / POST {
        let samples: Vec<_> = (post * POST..(post + 1) * POST).map(sample).collect();
        caller.post(METER, &Value::from(samples).to_string())?;
    }
    Ok(())
}

fn sample(number: usize) -> Value {
    let time = Timestamp::from_millis(START_MS + number as i64 * SPACING_MS);
    json!({
        "counter_name": METER,
        "counter_type": "gauge",
        "counter_unit": "%",
        "counter_volume": (number * 37 % 1000) as f64 / 10.0,
        "resource_id": format!("instance-{:02}", number % RESOURCES),
        "timestamp": time.to_string(),
        "resource_metadata": {"display_name": format!("machine {}", number % RESOURCES), "flavor.name": "m1.tiny"},
    })
}

/// What a row asks, how many rows are to be answered, and how long Ceilometer takes, in ms.
pub(super) fn question(row: Row) -> (String, usize, f64) {
    let statistics = format!("/v2/meters/{METER}/statistics");
    match row {
        Row::Samples => (format!("/v2/samples?{}&limit=100", of_meter()), 100, 13.0),
        // As many as were posted: the collector adds its own meanwhile.
        Row::Meters => (format!("/v2/meters?limit={RESOURCES}"), RESOURCES, 10.0),
        Row::Resources => (format!("/v2/resources?limit={RESOURCES}"), RESOURCES, 98.0),
        Row::Grouped => (format!("{statistics}?groupby=resource_id"), RESOURCES, 17.0),
        Row::Periods => (format!("{statistics}?period=60"), 1000, 2400.0),
        _ => (statistics, 1, 9.0),
    }
}

fn of_meter() -> String {
    format!("q.field=meter&q.op=eq&q.type=&q.value={METER}")
}

/// Asks once, and makes sure that it is answered with what was asked for.
pub(super) fn ask(caller: &Caller, row: Row) -> Result<Duration, Error> {
    let (path, expected, _) = question(row);
    let (took, answer) = caller.get(&path)?;
    let rows = answer.as_array().map_or(0, Vec::len);
    if rows != expected {
        return Err(Error::Wrong(format!(
            "{path} is answered with {rows} rows instead of {expected}"
        )));
    }
    Ok(took)
}

pub(super) fn measure(api: &Api, row: Row) -> Result<Figure, Error> {
    let caller = api.caller();
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..WARM_UP + ROUNDS {
        let took = ask(&caller, row)?;
        if round >= WARM_UP {
            times.push(took.as_secs_f64() * 1000.0);
        }
    }
    Ok(figure(row, &times))
}

fn figure(row: Row, times: &[f64]) -> Figure {
    let (path, _, ceilometer) = question(row);
    let p50 = median(times);
    let ratio = p50 / ceilometer;
    Figure {
        row,
        warren: format!("{p50:.2} ms"),
        beside: Some(format!("{ceilometer} ms")),
        ratio: Some(format!("{ratio:.3}")),
        met: ratio <= BAR,
        notes: Vec::new(),
        raw: json!({"path": path, "ms": times, "ceilometer_ms": ceilometer}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_its_time_meets_the_bar() {
        assert!(figure(Row::Samples, &[9.0, 1.3, 0.1]).met);
        assert!(!figure(Row::Samples, &[9.0, 1.4, 0.1]).met);
    }

    #[test]
    fn the_samples_fill_a_thousand_minutes() {
        let minute = |number: usize| START_MS / 60_000 + number as i64 * SPACING_MS / 60_000;
        assert_eq!(minute(SAMPLES - 1) - minute(0) + 1, 1000);
    }
}
