//! The hour before the first contact, from the broker's own samples.
//!
//! A broker keeps samples of its queue totals, message statistics and churn:
//! five seconds apart for ten minutes, a minute apart for the hour. They are
//! asked for once. What it does not keep (object totals, nodes) begins with the
//! first poll. The two sets are never mixed within one rate: a broker labels a
//! sample with the start of its step, so that the difference of samples of two
//! sets would be taken over a time that is not the one it says.

use metering::{Node, Overview, Sample, Stat};

use super::rates::Counters;
use crate::meters::Meter;
use crate::ring::{Resource, Ring, rounded};

/// The newest ten minutes: an age and a step that every broker grants (`age / incr` ≤ 500), within
/// what it keeps at five seconds (605 s). Churn is gathered by one range and formatted by the
/// other, so both are the same.
pub(crate) const FINE: &str =
    "api/overview?lengths_age=600&lengths_incr=5&msg_rates_age=600&msg_rates_incr=5";
/// The hour.
pub(crate) const COARSE: &str =
    "api/overview?lengths_age=3600&lengths_incr=60&msg_rates_age=3600&msg_rates_incr=60";

/// A broker's statistics begin so long after its start, in milliseconds; before that it reports noughts.
const WARM_UP: i64 = 10_000;
/// Samples further apart than this are not joined.
const LONGEST_STEP: i64 = 90_000;
/// The newest sample of a broker whose clock agrees with ours is not older than this.
const NEWEST: i64 = 15_000;

/// The broker's own samples.
#[derive(Debug, Default)]
pub(crate) struct Backfill {
    /// The answer to [`FINE`].
    pub(crate) fine: Overview,
    /// The answer to [`COARSE`].
    pub(crate) coarse: Overview,
}

/// A time in milliseconds since the epoch, and the value then.
type Point = (i64, f64);

/// Samples in order of time, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
struct Points(Vec<Point>);

/// The two sets of samples of one statistic.
struct History {
    fine: Points,
    coarse: Points,
}

/// When a cluster's oldest running node started, in milliseconds since the epoch.
pub(crate) fn started_at(nodes: &[Node], now: i64) -> Option<i64> {
    let running = nodes.iter().filter(|node| node.running != Some(false));
    running
        .filter_map(|node| node.uptime)
        .max()
        .map(|uptime| now - uptime)
}

impl Backfill {
    /// Fills some slots of the ring, and tells the counters what they did.
    pub(crate) fn fill(
        &self,
        ring: &mut Ring,
        counters: &mut Counters,
        now: i64,
        started_at: Option<i64>,
        slots: &[i64],
    ) {
        let shift = self.shift(now);
        let known_from = match started_at {
            Some(started) => started + WARM_UP,
            // Not known: at least the noughts before the first sign of life are not shown.
            None => match self.first_sign_of_life() {
                Some(first) => first + shift,
                None => return,
            },
        };
        let of = |fine: Stat<'_>, coarse: Stat<'_>| History {
            fine: Points::new(fine, shift, known_from),
            coarse: Points::new(coarse, shift, known_from),
        };
        let default = metering::overview::QueueTotals::default();
        let fine = self.fine.queue_totals.as_ref().unwrap_or(&default);
        let coarse = self.coarse.queue_totals.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            let history = of(fine, coarse);
            history.fill(ring, Meter::queue_total(n), slots, |points, at| {
                points.level(at)
            });
        }
        let default = metering::overview::MessageStats::default();
        let fine = self.fine.message_stats.as_ref().unwrap_or(&default);
        let coarse = self.coarse.message_stats.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            of(fine, coarse).fill_counter(ring, counters, Meter::message_stat(n), slots);
        }
        let default = metering::overview::ChurnRates::default();
        let fine = self.fine.churn_rates.as_ref().unwrap_or(&default);
        let coarse = self.coarse.churn_rates.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            of(fine, coarse).fill_counter(ring, counters, Meter::churn(n), slots);
        }
    }

    /// What to add to the broker's times to have ours, where its clock is another.
    fn shift(&self, now: i64) -> i64 {
        let Some(newest) = samples(&self.fine).map(|sample| sample.timestamp).max() else {
            return 0;
        };
        if (now - NEWEST..now + 1000).contains(&newest) {
            0
        } else {
            now - newest
        }
    }

    fn first_sign_of_life(&self) -> Option<i64> {
        let all = samples(&self.fine).chain(samples(&self.coarse));
        all.filter(|sample| sample.sample != 0.0)
            .map(|sample| sample.timestamp)
            .min()
    }
}

fn samples(overview: &Overview) -> impl Iterator<Item = &Sample> {
    let queues = overview
        .queue_totals
        .iter()
        .flat_map(metering::overview::QueueTotals::iter);
    let messages = overview
        .message_stats
        .iter()
        .flat_map(metering::overview::MessageStats::iter);
    let churn = overview
        .churn_rates
        .iter()
        .flat_map(metering::overview::ChurnRates::iter);
    let details = queues
        .chain(messages)
        .chain(churn)
        .filter_map(|stat| stat.details);
    details.flat_map(|details| &details.samples)
}

impl History {
    fn fill(
        &self,
        ring: &mut Ring,
        meter: Meter,
        slots: &[i64],
        value: impl Fn(&Points, i64) -> Option<f64>,
    ) {
        for &slot in slots {
            let at = ring.start(slot);
            let points = if self.fine.covers(at) {
                &self.fine
            } else {
                &self.coarse
            };
            if let Some(value) = value(points, at) {
                ring.set(Resource::Broker, meter, slot, value);
            }
        }
    }

    fn fill_counter(&self, ring: &mut Ring, counters: &mut Counters, meter: Meter, slots: &[i64]) {
        self.fill(ring, meter, slots, Points::level);
        self.fill(ring, meter.rate(), slots, Points::rate);
        let last_of_all = self.fine.0.last().map_or(0, |&(at, _)| at);
        let of_late = self
            .fine
            .0
            .iter()
            .filter(|&&(at, _)| last_of_all - at <= 30_000);
        counters
            .of(meter)
            .prime(of_late.map(|&(at, value)| (at, value as i64)));
    }
}

impl Points {
    fn new(stat: Stat<'_>, shift: i64, known_from: i64) -> Self {
        let samples = stat.details.map_or(&[][..], |details| &details.samples);
        let shifted = samples
            .iter()
            .map(|sample| (sample.timestamp + shift, sample.sample));
        let mut points: Vec<_> = shifted
            .filter(|&(at, value)| at >= known_from && value.is_finite())
            .collect();
        points.sort_unstable_by_key(|&(at, _)| at);
        points.dedup_by_key(|&mut (at, _)| at);
        Self(points)
    }

    fn covers(&self, at: i64) -> bool {
        self.0.first().is_some_and(|&(first, _)| first < at)
    }

    /// The sample at or before a time, and the one after it.
    fn around(&self, at: i64) -> Option<(Point, Option<Point>)> {
        let after = self.0.partition_point(|&(time, _)| time <= at);
        let before = *self.0.get(after.checked_sub(1)?)?;
        Some((before, self.0.get(after).copied()))
    }

    /// Milliseconds between the last two samples.
    fn last_step(&self) -> i64 {
        match self.0.as_slice() {
            [.., (a, _), (b, _)] => b - a,
            _ => 0,
        }
    }

    /// A level at a time: straight from one sample to the next, and a little beyond the last.
    fn level(&self, at: i64) -> Option<f64> {
        let (before, after) = self.around(at)?;
        if before.0 == at {
            return Some(before.1);
        }
        let Some(after) = after else {
            return (at - before.0 <= self.last_step()).then_some(before.1);
        };
        let step = after.0 - before.0;
        let share = (at - before.0) as f64 / step as f64;
        (step <= LONGEST_STEP).then(|| (before.1 + (after.1 - before.1) * share).round())
    }

    /// A counter's growth per second over the samples' interval that ends at, or holds, a time.
    /// None where it fell.
    fn rate(&self, at: i64) -> Option<f64> {
        let end = self.0.partition_point(|&(time, _)| time < at);
        let beyond = end == self.0.len();
        let end = if beyond { end.checked_sub(1)? } else { end };
        let (from, to) = (*self.0.get(end.checked_sub(1)?)?, *self.0.get(end)?);
        let step = to.0 - from.0;
        if step > LONGEST_STEP || to.1 < from.1 || (beyond && at - to.0 > step) {
            return None;
        }
        Some(rounded((to.1 - from.1) * 1000.0 / step as f64))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PUBLISH: Meter = Meter::message_stat(0);
    const MESSAGES: Meter = Meter::queue_total(0);

    fn points(points: &[(i64, f64)]) -> Points {
        Points(
            points
                .iter()
                .map(|&(seconds, value)| (seconds * 1000, value))
                .collect(),
        )
    }

    #[test]
    fn levels_go_straight_from_sample_to_sample() {
        let points = points(&[(0, 10.0), (60, 22.0)]);
        let level = |seconds: i64| points.level(seconds * 1000);
        assert_eq!(level(-1), None);
        assert_eq!(
            [level(0), level(5), level(60)],
            [10.0, 11.0, 22.0].map(Some)
        );
        assert_eq!([level(65), level(125)], [Some(22.0), None]);
    }

    #[test]
    fn rates_are_differences_and_none_where_a_counter_fell() {
        let points = points(&[(0, 0.0), (5, 100.0), (10, 40.0), (15, 50.0)]);
        let rate = |seconds: i64| points.rate(seconds * 1000);
        assert_eq!(
            [rate(0), rate(5), rate(10), rate(15), rate(20), rate(25)],
            [None, Some(20.0), None, Some(2.0), Some(2.0), None]
        );
    }

    #[test]
    fn samples_far_apart_are_not_joined() {
        let points = points(&[(0, 0.0), (600, 600.0)]);
        assert_eq!((points.level(300_000), points.rate(300_000)), (None, None));
    }

    /// The answer of a broker that was taken ten minutes after ours began to count.
    fn fixture() -> Overview {
        test_fixtures::broker_answer_as("3.10.8", "overview-with-samples")
    }

    /// The time of the fixture's newest sample.
    const NEWEST_SAMPLE: i64 = 1_795_351_915_000;

    fn filled(now: i64, started_at: Option<i64>) -> (Ring, i64) {
        let mut ring = Ring::new(Duration::from_secs(5), Duration::from_hours(1));
        let head = ring.slot(now);
        ring.open(head);
        let backfill = Backfill {
            fine: fixture(),
            coarse: Overview::default(),
        };
        let slots = ring.empty_slots(head);
        backfill.fill(&mut ring, &mut Counters::default(), now, started_at, &slots);
        (ring, head)
    }

    #[test]
    fn a_real_broker_fills_the_ten_minutes() {
        let now = NEWEST_SAMPLE + 3000;
        let (ring, _) = filled(now, Some(now - 86_400_000));
        let slot = ring.slot(NEWEST_SAMPLE) - 1;
        assert_eq!(ring.value(Resource::Broker, PUBLISH, slot), Some(96_064.0));
        assert_eq!(
            ring.value(Resource::Broker, PUBLISH.rate(), slot),
            Some(733.2)
        );
        assert_eq!(ring.value(Resource::Broker, MESSAGES, slot), Some(14_250.0));
        assert_eq!(
            ring.value(Resource::Broker, MESSAGES, slot - 118),
            Some(0.0),
            "it was idle then"
        );
        assert_eq!(
            ring.value(Resource::Broker, MESSAGES, slot - 130),
            None,
            "not asked for"
        );
    }

    #[test]
    fn noughts_from_before_the_start_are_not_shown() {
        let now = NEWEST_SAMPLE + 3000;
        let (ring, _) = filled(now, Some(now - 300_000));
        let slot = ring.slot(NEWEST_SAMPLE);
        assert_eq!(ring.value(Resource::Broker, MESSAGES, slot - 70), None);
        assert!(ring.value(Resource::Broker, MESSAGES, slot - 40).is_some());
    }

    #[test]
    fn without_a_known_start_noughts_before_the_first_sign_of_life_are_not_shown() {
        let (ring, _) = filled(NEWEST_SAMPLE + 3000, None);
        let slot = ring.slot(NEWEST_SAMPLE);
        assert_eq!(ring.value(Resource::Broker, MESSAGES, slot - 119), None);
        assert!(ring.value(Resource::Broker, MESSAGES, slot - 10).is_some());
    }

    #[test]
    fn a_broker_whose_clock_is_wrong_is_moved_to_ours() {
        let now = NEWEST_SAMPLE + 3_600_000;
        let (ring, head) = filled(now, Some(now - 86_400_000));
        assert_eq!(
            ring.value(Resource::Broker, PUBLISH, head - 1),
            Some(96_064.0)
        );
    }

    #[test]
    fn the_first_poll_knows_what_the_counters_did() {
        let mut ring = Ring::new(Duration::from_secs(5), Duration::from_hours(1));
        let mut counters = Counters::default();
        let now = NEWEST_SAMPLE + 3000;
        let head = ring.slot(now);
        ring.open(head);
        let backfill = Backfill {
            fine: fixture(),
            coarse: Overview::default(),
        };
        let slots = ring.empty_slots(head);
        backfill.fill(&mut ring, &mut counters, now, Some(0), &slots);
        let rate = counters
            .of(PUBLISH)
            .rate(now + 2000, Some(99_723), Some(70_000.0));
        assert!(
            rate.is_some_and(|rate| rate < 1000.0),
            "a spike passed: {rate:?}"
        );
    }
}
