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
use super::sample_points::Points;
use crate::broker::meters::Meter;
use crate::broker::recent_history::{RecentHistory, Resource};

/// The newest ten minutes: an age and a step that every broker grants (`age / incr` ≤ 500), within
/// what it keeps at five seconds (605 s). Churn is collected by one range and formatted by the
/// other, so both are the same.
pub(crate) const FINE: &str =
    "api/overview?lengths_age=600&lengths_incr=5&msg_rates_age=600&msg_rates_incr=5";
/// The hour.
pub(crate) const COARSE: &str =
    "api/overview?lengths_age=3600&lengths_incr=60&msg_rates_age=3600&msg_rates_incr=60";

/// Milliseconds from a broker's start until its statistics begin; before that it reports zeros.
const WARM_UP: i64 = 10_000;
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

/// The two sets of samples of one statistic.
struct SampleSets {
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
    /// Fills some buckets of the recent history, and primes the counters with the newest samples.
    pub(crate) fn fill(
        &self,
        history: &mut RecentHistory,
        counters: &mut Counters,
        now: i64,
        started_at: Option<i64>,
        buckets: &[i64],
    ) {
        let shift = self.shift(now);
        let known_from = match started_at {
            Some(started) => started + WARM_UP,
            // Not known: at least the zeros before the first other value are left out.
            None => match self.first_nonzero() {
                Some(first) => first + shift,
                None => return,
            },
        };
        let of = |fine: Stat<'_>, coarse: Stat<'_>| SampleSets {
            fine: Points::new(fine, shift, known_from),
            coarse: Points::new(coarse, shift, known_from),
        };
        let default = metering::overview::QueueTotals::default();
        let fine = self.fine.queue_totals.as_ref().unwrap_or(&default);
        let coarse = self.coarse.queue_totals.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            let sets = of(fine, coarse);
            sets.fill(history, Meter::queue_total(n), buckets, |points, at| {
                points.level(at)
            });
        }
        let default = metering::overview::MessageStats::default();
        let fine = self.fine.message_stats.as_ref().unwrap_or(&default);
        let coarse = self.coarse.message_stats.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            of(fine, coarse).fill_counter(history, counters, Meter::message_stat(n), buckets);
        }
        let default = metering::overview::ChurnRates::default();
        let fine = self.fine.churn_rates.as_ref().unwrap_or(&default);
        let coarse = self.coarse.churn_rates.as_ref().unwrap_or(&default);
        for (n, (fine, coarse)) in fine.iter().zip(coarse.iter()).enumerate() {
            of(fine, coarse).fill_counter(history, counters, Meter::churn(n), buckets);
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

    fn first_nonzero(&self) -> Option<i64> {
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

impl SampleSets {
    fn fill(
        &self,
        history: &mut RecentHistory,
        meter: Meter,
        buckets: &[i64],
        value: impl Fn(&Points, i64) -> Option<f64>,
    ) {
        for &bucket in buckets {
            let at = history.start(bucket);
            let points = if self.fine.covers(at) {
                &self.fine
            } else {
                &self.coarse
            };
            if let Some(value) = value(points, at) {
                history.set(Resource::Broker, meter, bucket, value);
            }
        }
    }

    fn fill_counter(
        &self,
        history: &mut RecentHistory,
        counters: &mut Counters,
        meter: Meter,
        buckets: &[i64],
    ) {
        self.fill(history, meter, buckets, Points::level);
        self.fill(history, meter.rate(), buckets, Points::rate);
        let last_of_all = self.fine.0.last().map_or(0, |&(at, _)| at);
        let of_late = self
            .fine
            .0
            .iter()
            .filter(|&&(at, _)| last_of_all - at <= 30_000);
        counters
            .counter(meter)
            .prime(of_late.map(|&(at, value)| (at, value as i64)));
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

    fn filled(now: i64, started_at: Option<i64>) -> (RecentHistory, i64) {
        let mut history = RecentHistory::new(Duration::from_secs(5), Duration::from_hours(1));
        let head = history.bucket(now);
        history.open(head);
        let backfill = Backfill {
            fine: fixture(),
            coarse: Overview::default(),
        };
        let buckets = history.empty_buckets(head);
        backfill.fill(
            &mut history,
            &mut Counters::default(),
            now,
            started_at,
            &buckets,
        );
        (history, head)
    }

    #[test]
    fn a_real_broker_fills_the_ten_minutes() {
        let now = NEWEST_SAMPLE + 3000;
        let (history, _) = filled(now, Some(now - 86_400_000));
        let bucket = history.bucket(NEWEST_SAMPLE) - 1;
        assert_eq!(
            history.value(Resource::Broker, PUBLISH, bucket),
            Some(96_064.0)
        );
        assert_eq!(
            history.value(Resource::Broker, PUBLISH.rate(), bucket),
            Some(733.2)
        );
        assert_eq!(
            history.value(Resource::Broker, MESSAGES, bucket),
            Some(14_250.0)
        );
        assert_eq!(
            history.value(Resource::Broker, MESSAGES, bucket - 118),
            Some(0.0),
            "it was idle then"
        );
        assert_eq!(
            history.value(Resource::Broker, MESSAGES, bucket - 130),
            None,
            "not asked for"
        );
    }

    #[test]
    fn noughts_from_before_the_start_are_not_shown() {
        let now = NEWEST_SAMPLE + 3000;
        let (history, _) = filled(now, Some(now - 300_000));
        let bucket = history.bucket(NEWEST_SAMPLE);
        assert_eq!(history.value(Resource::Broker, MESSAGES, bucket - 70), None);
        assert!(
            history
                .value(Resource::Broker, MESSAGES, bucket - 40)
                .is_some()
        );
    }

    #[test]
    fn without_a_known_start_noughts_before_the_first_nonzero_are_not_shown() {
        let (history, _) = filled(NEWEST_SAMPLE + 3000, None);
        let bucket = history.bucket(NEWEST_SAMPLE);
        assert_eq!(
            history.value(Resource::Broker, MESSAGES, bucket - 119),
            None
        );
        assert!(
            history
                .value(Resource::Broker, MESSAGES, bucket - 10)
                .is_some()
        );
    }

    #[test]
    fn a_broker_whose_clock_is_wrong_is_moved_to_ours() {
        let now = NEWEST_SAMPLE + 3_600_000;
        let (history, head) = filled(now, Some(now - 86_400_000));
        assert_eq!(
            history.value(Resource::Broker, PUBLISH, head - 1),
            Some(96_064.0)
        );
    }

    #[test]
    fn the_first_poll_knows_what_the_counters_did() {
        let mut history = RecentHistory::new(Duration::from_secs(5), Duration::from_hours(1));
        let mut counters = Counters::default();
        let now = NEWEST_SAMPLE + 3000;
        let head = history.bucket(now);
        history.open(head);
        let backfill = Backfill {
            fine: fixture(),
            coarse: Overview::default(),
        };
        let buckets = history.empty_buckets(head);
        backfill.fill(&mut history, &mut counters, now, Some(0), &buckets);
        let rate = counters
            .counter(PUBLISH)
            .rate(now + 2000, Some(99_723), Some(70_000.0));
        assert!(
            rate.is_some_and(|rate| rate < 1000.0),
            "a spike passed: {rate:?}"
        );
    }
}
