//! Rates that can be believed.
//!
//! Brokers report a rate beside every counter, and brokers have reported rates
//! that are orders of magnitude too high: after a restart, and where channels
//! come and go. A counter, on the other hand, only counts. So a reported rate is
//! compared with its counter:
//!
//! * the counter fell, or a node restarted: no rate on that tick;
//! * the rate means more in the broker's five seconds than the counter grew by
//!   over the last twenty: the counter's own growth stands in its place;
//! * the rates of the last twenty seconds add up to less than half of what the counter grew by until
//!   lately: the same. (A broker whose `collect_statistics_interval` is a second reports a fifth, or zero.)
//! * no rate is reported (`rates_mode` is `none`): the counter's own growth.
//!
//! The counter's own growth is taken over five seconds at least, since a
//! broker's counters move in steps of that length however often it is polled.

use std::collections::VecDeque;

use metering::Details;
use metering::overview::{ChurnRates, MessageStats};

use crate::broker::meters::Meter;
use crate::broker::recent_history::rounded;

/// The interval over which a broker forms its rates (`collect_statistics_interval`), in seconds.
const INTERVAL: f64 = 5.0;
/// How far back a counter is looked at. Longer than the interval, because brokers report late.
const WINDOW: i64 = 20_000;
/// A comparison over less says nothing: the broker's interval may lie before it.
const ENOUGH: i64 = 10_000;
/// The least time over which a counter's own growth is taken: the interval, and room for jitter.
const OWN: i64 = 4_500;
/// By so much a broker's rates may lag behind its counter: the interval, and half of another.
const LATE: i64 = 7_500;
/// Readings closer together than this, in milliseconds, are not kept.
const MIN_DISTANCE: i64 = 500;

/// One reading of a counter.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    /// Milliseconds since the epoch.
    at: i64,
    value: i64,
    /// What the value would be by the reported rates alone, give or take a constant.
    claimed: f64,
}

/// What one counter did of late.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    /// Oldest first, the first of them at least [`WINDOW`] old where there is one.
    readings: VecDeque<Reading>,
    /// The last reading, kept or not.
    last: Option<Reading>,
}

impl Counter {
    /// The rate to believe at a reading.
    pub(crate) fn rate(
        &mut self,
        at: i64,
        value: Option<i64>,
        reported: Option<f64>,
    ) -> Option<f64> {
        let Some(value) = value else {
            // Not reported any more: whatever comes next is not a continuation.
            *self = Self::default();
            return None;
        };
        let now = Reading {
            at,
            value,
            claimed: self.claimed(at, value, reported),
        };
        let fell = self
            .last
            .is_some_and(|last| value < last.value || at < last.at);
        if fell {
            *self = Self::default();
            self.keep(now);
            return None;
        }
        let is_credible = |rate: f64| {
            rate >= 0.0 && rate * INTERVAL <= self.most(now) && !self.is_understated(now)
        };
        let rate = reported
            .filter(|&rate| is_credible(rate))
            .or_else(|| self.own(now));
        self.keep(now);
        rate.map(rounded)
    }

    /// Takes in the broker's own samples from before the first reading, oldest first.
    pub(crate) fn prime(&mut self, samples: impl Iterator<Item = (i64, i64)>) {
        for (at, value) in samples {
            if self.last.is_some_and(|last| value < last.value) {
                *self = Self::default();
            }
            let claimed = self.claimed(at, value, None);
            self.keep(Reading { at, value, claimed });
        }
    }

    /// What the reported rates come to at a reading. Where none is reported, or the last reading is so long
    /// ago that a rate says nothing of the time between, they come to what the counter did.
    fn claimed(&self, at: i64, value: i64, reported: Option<f64>) -> f64 {
        let Some(last) = self.last else {
            return 0.0;
        };
        let grown = match reported {
            Some(rate) if at - last.at < ENOUGH => rate * (at - last.at) as f64 / 1000.0,
            _ => value.saturating_sub(last.value) as f64,
        };
        last.claimed + grown
    }

    /// Whether the reported rates of late account for less than half of what the counter did.
    fn is_understated(&self, now: Reading) -> bool {
        let before = |age: i64| {
            self.readings
                .iter()
                .rev()
                .find(|reading| now.at - reading.at >= age)
        };
        let (Some(start), Some(lately)) = (before(WINDOW), before(LATE)) else {
            return false;
        };
        let grown = (lately.value - start.value) as f64;
        grown > 0.0 && 2.0 * (now.claimed - start.claimed) < grown
    }

    /// The most that the counter can have grown by in the interval that a report is about.
    fn most(&self, now: Reading) -> f64 {
        let long_ago = self
            .readings
            .iter()
            .rev()
            .find(|reading| now.at - reading.at >= WINDOW);
        match long_ago.or(self.readings.front()) {
            Some(reading) if now.at - reading.at >= ENOUGH => (now.value - reading.value) as f64,
            // Counters begin at nought: more than it holds it cannot have grown by.
            _ => now.value as f64,
        }
    }

    /// The counter's own growth per second.
    fn own(&self, now: Reading) -> Option<f64> {
        let reading = self
            .readings
            .iter()
            .rev()
            .find(|reading| now.at - reading.at >= OWN)?;
        Some((now.value - reading.value) as f64 * 1000.0 / (now.at - reading.at) as f64)
    }

    fn keep(&mut self, reading: Reading) {
        self.last = Some(reading);
        if self
            .readings
            .back()
            .is_some_and(|last| reading.at - last.at < MIN_DISTANCE)
        {
            return;
        }
        self.readings.push_back(reading);
        while self
            .readings
            .get(1)
            .is_some_and(|second| reading.at - second.at >= WINDOW)
        {
            self.readings.pop_front();
        }
    }
}

/// What every counter of a broker, or of a vhost set's vhosts, did of late.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    counters: Vec<Counter>,
}

impl Counters {
    /// Forgets all: a node restarted.
    pub(crate) fn reset(&mut self) {
        for counter in &mut self.counters {
            // The value stays, so that this tick has no rate: see `Counter::rate`.
            counter.readings.clear();
            if let Some(last) = &mut counter.last {
                last.value = i64::MAX;
            }
        }
    }

    /// One counter.
    pub(crate) fn counter(&mut self, meter: Meter) -> &mut Counter {
        if self.counters.is_empty() {
            self.counters.resize_with(Meter::COUNT, Counter::default);
        }
        &mut self.counters[meter.index()]
    }

    /// Puts rates to believe in the place of those that were reported with message statistics.
    pub(crate) fn correct_messages(&mut self, at: i64, stats: &mut MessageStats) {
        for (n, (value, details)) in stats.iter_mut().enumerate() {
            self.correct(Meter::message_stat(n), at, *value, details);
        }
    }

    /// Puts rates to believe in the place of those that were reported with churn.
    pub(crate) fn correct_churn(&mut self, at: i64, rates: &mut ChurnRates) {
        for (n, (value, details)) in rates.iter_mut().enumerate() {
            self.correct(Meter::churn(n), at, *value, details);
        }
    }

    fn correct(
        &mut self,
        meter: Meter,
        at: i64,
        value: Option<i64>,
        details: &mut Option<Details>,
    ) {
        let reported = details.as_ref().and_then(|details| details.rate);
        let rate = self.counter(meter).rate(at, value, reported);
        *details = rate.map(|rate| Details {
            rate: Some(rate),
            samples: Vec::new(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at a counter every `tick` ms; gives the rates that come out.
    fn rates(tick: i64, readings: &[(i64, Option<f64>)]) -> Vec<Option<f64>> {
        let mut counter = Counter::default();
        readings
            .iter()
            .enumerate()
            .map(|(n, &(value, reported))| counter.rate(n as i64 * tick, Some(value), reported))
            .collect()
    }

    #[test]
    fn a_steady_rate_is_believed() {
        let readings: Vec<_> = (0..10).map(|n| (10_000 + n * 500, Some(100.0))).collect();
        assert_eq!(rates(5000, &readings), [Some(100.0); 10]);
    }

    #[test]
    fn a_burst_that_the_broker_reports_late_is_believed() {
        let readings = [
            (0, 0.0),
            (0, 0.0),
            (0, 0.0),
            (0, 0.0),
            (1000, 0.0),
            (1000, 200.0),
            (1000, 0.0),
        ];
        let readings = readings.map(|(value, rate)| (value, Some(rate)));
        let expected = readings.map(|(_, rate)| rate);
        assert_eq!(rates(5000, &readings), expected);
    }

    #[test]
    fn a_rate_that_is_a_fifth_of_the_growth_is_not_believed() {
        // What brokers report that gather their statistics every second, asked every second.
        let readings: Vec<_> = (0..40).map(|n| (n * 140, Some(28.0))).collect();
        assert_eq!(rates(1000, &readings)[21..], [Some(140.0); 19]);
        let readings: Vec<_> = (0..10).map(|n| (n * 700, Some(28.0))).collect();
        assert_eq!(rates(5000, &readings)[5..], [Some(140.0); 5]);
    }

    #[test]
    fn rates_that_lag_are_believed() {
        // Every other interval a burst, each reported one interval late.
        let burst = |n: i64| if n % 2 == 0 { 1000 } else { 0 };
        let readings: Vec<_> = (1..20)
            .map(|n| ((0..=n).map(burst).sum(), Some(burst(n - 1) as f64 / 5.0)))
            .collect();
        let expected: Vec<_> = readings.iter().map(|&(_, rate)| rate).collect();
        assert_eq!(rates(5000, &readings), expected);
    }

    #[test]
    fn of_a_broker_that_is_seldom_asked_bursts_between_are_not_made_up_for() {
        let readings: Vec<_> = (0..8).map(|n| (n * 1000, Some(0.0))).collect();
        assert_eq!(rates(30_000, &readings), [Some(0.0); 8]);
    }

    #[test]
    fn three_messages_are_no_rate_of_740() {
        // The case of a broker that was watched for long, and of one that just began to count.
        let readings = [(90, 0.0), (90, 0.0), (90, 0.0), (90, 0.0), (93, 740.0)];
        let readings = readings.map(|(value, rate)| (value, Some(rate)));
        assert_eq!(rates(5000, &readings)[4], Some(0.6));
        assert_eq!(rates(5000, &[(3, Some(740.0))]), [None]);
    }

    #[test]
    fn a_counter_that_fell_has_no_rate_on_that_tick() {
        let readings = [(9000, 100.0), (9500, 100.0), (40, 100.0), (60, 4.0)];
        let readings = readings.map(|(value, rate)| (value, Some(rate)));
        assert_eq!(
            rates(5000, &readings),
            [Some(100.0), Some(100.0), None, Some(4.0)]
        );
    }

    #[test]
    fn a_restart_has_no_rate_even_if_the_counter_has_overtaken() {
        let mut counters = Counters::default();
        let meter = Meter::message_stat(0);
        let at = |counters: &mut Counters, at, value, rate| {
            counters.counter(meter).rate(at, Some(value), Some(rate))
        };
        at(&mut counters, 0, 10, 0.0);
        counters.reset();
        assert_eq!(at(&mut counters, 600_000, 50_000, 9000.0), None);
        assert_eq!(at(&mut counters, 605_000, 50_500, 100.0), Some(100.0));
    }

    #[test]
    fn without_a_report_the_counter_speaks() {
        let readings = [(100, None), (600, None), (600, None)];
        assert_eq!(rates(5000, &readings), [None, Some(100.0), Some(0.0)]);
    }

    #[test]
    fn a_negative_report_is_not_believed() {
        assert_eq!(
            rates(5000, &[(100, None), (600, Some(-20.0))]),
            [None, Some(100.0)]
        );
    }

    #[test]
    fn a_fast_look_at_a_slow_counter_sees_no_spikes() {
        // Diff at once a second, the counter moves once in five.
        let readings: Vec<_> = (0..21).map(|n| (n / 5 * 500, None)).collect();
        let found = rates(1000, &readings);
        for rate in found.into_iter().flatten() {
            assert!((0.0..=100.0).contains(&rate), "{rate}");
        }
    }

    #[test]
    fn samples_from_before_the_first_reading_are_compared_with_it() {
        let mut counter = Counter::default();
        counter.prime((0..10).map(|n| (n * 5000, 1_000_000)));
        assert_eq!(
            counter.rate(50_000, Some(1_000_003), Some(740.0)),
            Some(0.6)
        );
    }

    #[test]
    fn a_counter_that_went_away_and_came_back_is_a_new_one() {
        let mut counter = Counter::default();
        counter.rate(0, Some(10), Some(0.0));
        assert_eq!(counter.rate(5000, None, None), None);
        assert_eq!(
            counter.rate(10_000, Some(90_000), None),
            None,
            "no 18,000 a second"
        );
    }

    #[test]
    fn kept_rates_are_bounded() {
        let mut counter = Counter::default();
        for n in 0..100_000 {
            counter.rate(n * 10, Some(n), None);
        }
        assert!(
            counter.readings.len() <= (WINDOW / MIN_DISTANCE + 2) as usize,
            "{}",
            counter.readings.len()
        );
    }
}
