//! The broker's own samples of one statistic, and values between them.

use metering::Stat;

use crate::broker::recent_history::rounded;

/// Samples further apart than this are not joined.
const LONGEST_STEP: i64 = 90_000;

/// A time in milliseconds since the epoch, and the value then.
pub(super) type Point = (i64, f64);

/// Samples in order of time, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Points(pub(super) Vec<Point>);

impl Points {
    /// The samples of a statistic, `shift` milliseconds later, from `known_from` on.
    pub(super) fn new(stat: Stat<'_>, shift: i64, known_from: i64) -> Self {
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

    /// Whether it begins before a time.
    pub(super) fn covers(&self, at: i64) -> bool {
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
    pub(super) fn level(&self, at: i64) -> Option<f64> {
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
    pub(super) fn rate(&self, at: i64) -> Option<f64> {
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
