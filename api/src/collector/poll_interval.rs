//! The budget: how often a broker is asked, and how long it may take.
//!
//! Of all time, at most a fifth is spent waiting for a broker's answers. A
//! broker whose answers take longer than a fifth of the tick is asked less
//! often: every second tick, every third, up to once a minute.

use std::time::Duration;

/// One part in this many of all time is spent waiting for answers, at most.
pub(crate) const SHARE: u32 = 5;
/// However slow the broker, it is asked this often.
const LONGEST: Duration = Duration::from_mins(1);
/// An answer is always given this long.
const MIN_TIMEOUT: Duration = Duration::from_secs(3);

/// How much a broker's answers cost, and what follows.
#[derive(Debug)]
pub(crate) struct PollInterval {
    tick: Duration,
    /// The longest that an answer may take.
    limit: Duration,
    /// What a poll costs, of late: rises at once, falls slowly.
    cost: Duration,
}

impl PollInterval {
    pub(crate) fn new(tick: Duration, limit: Duration) -> Self {
        Self {
            tick,
            limit,
            cost: Duration::ZERO,
        }
    }

    /// Takes in what a poll cost. One that ran out of time cost at least that time.
    pub(crate) fn record(&mut self, cost: Duration) {
        self.cost = cost.max(self.cost.mul_f64(0.7));
    }

    /// Ticks from one poll to the next.
    pub(crate) fn ticks(&self) -> u32 {
        let wanted = (self.cost * SHARE)
            .as_nanos()
            .div_ceil(self.tick.as_nanos().max(1));
        let most = LONGEST.as_nanos() / self.tick.as_nanos().max(1);
        wanted.clamp(1, most.max(1)) as u32
    }

    /// Time from one poll to the next.
    pub(crate) fn every(&self) -> Duration {
        self.tick * self.ticks()
    }

    /// How long to wait for one answer: a tick, or three times what a poll usually takes.
    pub(crate) fn timeout(&self) -> Duration {
        let wanted = self.tick.max(self.cost * 3);
        wanted.clamp(MIN_TIMEOUT.min(self.limit), self.limit)
    }
}

/// The wait from `now` to the next multiple of `every`, in microseconds since the epoch.
///
/// On the multiple itself it is a whole `every`: the poll of that instant has been.
pub(crate) fn until_next(now: i64, every: Duration) -> Duration {
    let every = every.as_micros().max(1) as i64;
    Duration::from_micros((every - now.rem_euclid(every)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll_interval(costs: &[u64]) -> PollInterval {
        let mut poll_interval = PollInterval::new(Duration::from_secs(5), Duration::from_secs(10));
        for &cost in costs {
            poll_interval.record(Duration::from_millis(cost));
        }
        poll_interval
    }

    #[test]
    fn a_cheap_answer_is_asked_for_every_tick() {
        assert_eq!(poll_interval(&[]).ticks(), 1);
        assert_eq!(poll_interval(&[1000]).ticks(), 1);
    }

    #[test]
    fn a_costly_answer_takes_a_fifth_of_the_time_at_most() {
        assert_eq!(poll_interval(&[1001]).ticks(), 2);
        assert_eq!(poll_interval(&[6000]).ticks(), 6);
        assert_eq!(
            poll_interval(&[600_000]).ticks(),
            12,
            "once a minute however slow"
        );
    }

    #[test]
    fn one_costly_answer_is_forgotten_in_time() {
        let costs = [vec![6000], vec![10; 8]].concat();
        assert_eq!(poll_interval(&costs).ticks(), 1);
        assert!(poll_interval(&costs[..2]).ticks() > 1);
    }

    #[test]
    fn timeout_follows_the_usual_cost() {
        let timeout = |costs: &[u64]| poll_interval(costs).timeout().as_millis();
        assert_eq!(timeout(&[]), 5000);
        assert_eq!(timeout(&[2000]), 6000);
        assert_eq!(timeout(&[5000]), 10_000, "after one that ran out of time");
        assert_eq!(timeout(&[90_000]), 10_000);
        let fast = PollInterval::new(Duration::from_millis(50), Duration::from_secs(10));
        assert_eq!(fast.timeout(), Duration::from_secs(3));
    }

    #[test]
    fn polls_fall_on_multiples() {
        let tick = Duration::from_secs(5);
        let wait = |now| until_next(now, tick).as_micros();
        assert_eq!(wait(0), 5_000_000);
        assert_eq!(wait(1), 4_999_999);
        assert_eq!(wait(4_999_999), 1);
        assert_eq!(wait(12_345_678), 2_654_322);
    }
}
