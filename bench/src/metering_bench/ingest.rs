//! Posts, as many as are taken or so many a second.

use std::{
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use metering::Timestamp;
use serde_json::json;
use xtask::Error;

use super::{
    api::{Api, Caller},
    queries::{POST, RESOURCES},
};
use crate::{report::Figure, row::Row};

/// Who posts at the same time.
const CONNECTIONS: usize = 4;
const SECONDS: u64 = 10;
/// Samples a second.
const BAR: f64 = 20_000.0;
/// Not the one that is queried meanwhile.
const METER: &str = "network.incoming.bytes.rate";

/// What was taken in.
#[derive(Debug)]
pub(super) struct Rate {
    pub(super) per_second: f64,
    samples: usize,
    /// Of each post, in milliseconds.
    times: Vec<f64>,
}

/// As many as are taken.
pub(super) fn top(api: &Api) -> Result<Rate, Error> {
    // The first posts of a resource cost more than any later one.
    during(api, None, || {
        thread::sleep(Duration::from_secs(1));
        Ok(())
    })?;
    let ((), rate) = during(api, None, || {
        thread::sleep(Duration::from_secs(SECONDS));
        Ok(())
    })?;
    Ok(rate)
}

/// Posts while something else is done: as many as are taken, or so many samples a second.
pub(super) fn during<T>(
    api: &Api,
    per_second: Option<f64>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, Rate), Error> {
    let stop = AtomicBool::new(false);
    let times = Mutex::new(Vec::new());
    let pace = per_second.map(|rate| {
        let each = rate / CONNECTIONS as f64 / POST as f64;
        Duration::from_secs_f64(1.0 / each)
    });
    let start = Instant::now();
    let (done, posted, elapsed) = thread::scope(|scope| {
        let posters: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                let (caller, stop, times) = (api.caller(), &stop, &times);
                scope.spawn(move || post_on(&caller, number, pace, stop, times))
            })
            .collect();
        let done = work();
        stop.store(true, Ordering::Relaxed);
        let posted = posters.into_iter().try_for_each(|poster| {
            let ended = poster.join();
            ended.unwrap_or_else(|_| Err(Error::Wrong("a poster panicked".to_owned())))
        });
        (done, posted, start.elapsed())
    });
    posted?;
    let times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    let samples = times.len() * POST;
    Ok((
        done?,
        Rate {
            per_second: samples as f64 / elapsed.as_secs_f64(),
            samples,
            times,
        },
    ))
}

/// Posts until it is stopped, at this interval or without pauses.
fn post_on(
    caller: &Caller,
    number: usize,
    pace: Option<Duration>,
    stop: &AtomicBool,
    times: &Mutex<Vec<f64>>,
) -> Result<(), Error> {
    let begin = Instant::now();
    let mut body = String::new();
    for round in 0.. {
        if let Some(pace) = pace {
            // By the plan, not by the last answer: a slow one is made up for.
            thread::sleep((begin + pace * round).saturating_duration_since(Instant::now()));
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
        samples(&mut body, number);
        let start = Instant::now();
        caller.post(METER, &body)?;
        let took = start.elapsed().as_secs_f64() * 1000.0;
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.push(took);
    }
    Ok(())
}

/// The body of a post: samples of now.
fn samples(body: &mut String, poster: usize) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_micros() as i64;
    body.clear();
    for number in 0..POST {
        let before = if number == 0 { "[" } else { "," };
        let time = Timestamp::from_micros(now + number as i64);
        // Writing to a String cannot fail.
        let _ = write!(
            body,
            r#"{before}{{"counter_name":"{METER}","counter_type":"gauge","counter_unit":"B/s","counter_volume":{},"resource_id":"port-{poster}-{}","timestamp":"{time}","resource_metadata":{{"name":"tap{}"}}}}"#,
            number * 37 % 1000,
            number % RESOURCES,
            number % RESOURCES,
        );
    }
    body.push(']');
}

pub(super) fn figure(rate: &Rate) -> Figure {
    let mut times = rate.times.clone();
    times.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let index = (times.len() as f64 * part) as usize;
        times.get(index).copied().unwrap_or(f64::NAN)
    };
    let ceilometer = 433.0;
    Figure {
        row: Row::Ingest,
        warren: format!("{:.0} samples/s", rate.per_second),
        beside: Some(format!("{ceilometer} samples/s")),
        ratio: Some(format!("{:.0} ×", rate.per_second / ceilometer)),
        met: rate.per_second >= BAR,
        notes: vec![format!(
            "ingest: {} samples in {SECONDS} s over {CONNECTIONS} connections, each answered 201 once it was \
             committed to the write-ahead log; a post took {:.1} ms (p50), {:.1} ms (p99)",
            rate.samples,
            at(0.5),
            at(0.99),
        )],
        raw: json!({"per_second": rate.per_second, "samples": rate.samples, "post_ms": rate.times}),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_post_is_json_of_so_many_samples() {
        let mut body = String::new();
        samples(&mut body, 1);
        let posted: Vec<Value> = serde_json::from_str(&body).expect("JSON");
        assert_eq!(posted.len(), POST);
        assert_eq!(posted[1]["resource_id"], "port-1-1");
    }

    #[test]
    fn the_bar_is_a_rate() {
        let met = [20_000.0, 19_999.0].map(|per_second| {
            let rate = Rate {
                per_second,
                samples: 1,
                times: vec![1.0],
            };
            figure(&rate).met
        });
        assert_eq!(met, [true, false]);
    }
}
