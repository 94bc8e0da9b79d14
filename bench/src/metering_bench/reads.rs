//! Reads while samples are taken in at half the top rate.

use std::time::{Duration, Instant};

use serde_json::json;
use xtask::Error;

use super::{api::Api, ingest, queries};
use crate::{report::Figure, row::Row};

/// What is asked in turn: of the meter that is not posted meanwhile, so that the answers stay the same.
const KINDS: [Row; 4] = [Row::Samples, Row::Statistics, Row::Grouped, Row::Periods];
const SECONDS: u64 = 15;
/// From one question to the next.
const PACE: Duration = Duration::from_millis(5);
/// Times of idle.
const BAR: f64 = 5.0;

pub(super) fn measure(api: &Api) -> Result<Figure, Error> {
    let top = ingest::top(api)?.per_second;
    let idle = ask_on(api)?;
    let (busy, rate) = ingest::during(api, Some(top / 2.0), || ask_on(api))?;
    let p99s: Vec<_> = idle
        .iter()
        .zip(&busy)
        .map(|(i, b)| (p99(i), p99(b)))
        .collect();
    Ok(figure(&p99s, rate.per_second, top, &[idle, busy]))
}

/// Milliseconds, a list a kind.
fn ask_on(api: &Api) -> Result<Vec<Vec<f64>>, Error> {
    let caller = api.caller();
    let mut times = vec![Vec::new(); KINDS.len()];
    let end = Instant::now() + Duration::from_secs(SECONDS);
    while Instant::now() < end {
        for (kind, times) in KINDS.iter().zip(&mut times) {
            let took = queries::ask(&caller, *kind)?;
            times.push(took.as_secs_f64() * 1000.0);
            std::thread::sleep(PACE);
        }
    }
    Ok(times)
}

fn p99(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let index = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(index).copied().unwrap_or(f64::NAN)
}

fn figure(p99s: &[(f64, f64)], rate: f64, top: f64, raw: &[Vec<Vec<f64>>]) -> Figure {
    let worst = p99s
        .iter()
        .map(|(idle, busy)| busy / idle)
        .fold(0.0, f64::max);
    let each = |get: fn(&(f64, f64)) -> f64| {
        let texts: Vec<_> = p99s.iter().map(|p99| format!("{:.1}", get(p99))).collect();
        texts.join(", ")
    };
    let names = KINDS.map(Row::name).join(", ");
    Figure {
        row: Row::Reads,
        warren: format!("{} ms; idle {} ms", each(|p99| p99.1), each(|p99| p99.0)),
        beside: None,
        ratio: Some(format!("{worst:.1} × at worst")),
        met: worst <= BAR,
        notes: vec![format!(
            "reads: p99 of {names}, asked in turn for {SECONDS} s; meanwhile {rate:.0} samples/s were taken in, of \
             {top:.0} at most"
        )],
        raw: json!({"kinds": names, "idle_ms": raw.first(), "busy_ms": raw.get(1), "samples_per_second": rate}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_kind_counts() {
        assert!(figure(&[(1.0, 5.0), (2.0, 2.0)], 1.0, 2.0, &[]).met);
        assert!(!figure(&[(1.0, 1.0), (1.0, 5.1)], 1.0, 2.0, &[]).met);
    }

    #[test]
    fn one_of_a_hundred_may_be_slower() {
        let times: Vec<_> = (1..=100).map(f64::from).collect();
        assert_eq!(p99(&times).to_bits(), 99.0_f64.to_bits());
        assert_eq!(p99(&[7.0]).to_bits(), 7.0_f64.to_bits());
    }
}
