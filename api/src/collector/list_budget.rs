//! How often a list is asked for: all lists together take a twentieth of a broker's time at most.

use std::time::Duration;

use tokio::time::Instant;

/// One part in this many of all time is spent waiting for lists, at most.
pub(crate) const SHARE: u32 = 20;
/// However fast it usually is, a list may take this long.
const MIN_TIMEOUT: Duration = Duration::from_secs(3);
/// A list may take so many times as long as other answers may.
const SLOWER: u32 = 6;
/// However costly, what somebody looks at is asked for this often.
const LONGEST: Duration = Duration::from_mins(20);

/// What one of the requests costs, and when it is due again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Of late: rises at once, falls slowly.
    cost: Duration,
    asked: Option<Instant>,
    failed: bool,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            cost: Duration::ZERO,
            asked: None,
            failed: false,
        }
    }

    /// Takes in a request that has just ended, and whether it was answered.
    pub(crate) fn record(&mut self, now: Instant, cost: Duration, answered: bool) {
        self.cost = cost.max(self.cost.mul_f64(0.7));
        self.asked = Some(now);
        self.failed = !answered;
    }

    /// How long to wait for an answer: the first time as long as for any other, then four times what
    /// it usually takes. One that hangs keeps the collector from its turn.
    pub(crate) fn timeout(&self, usual: Duration) -> Duration {
        if self.cost.is_zero() {
            return usual;
        }
        (self.cost * 4).clamp(MIN_TIMEOUT.min(usual), usual * SLOWER)
    }

    /// When it is due, as one of so many that share the twentieth.
    pub(crate) fn due(&self, tick: Duration, sharers: u32, now: Instant) -> Instant {
        let Some(asked) = self.asked else { return now };
        // What was not answered cost the broker no one knows how much: it is tried again sooner.
        let share = if self.failed { 1 } else { SHARE };
        let pause = self.cost * share * sharers.max(1);
        asked + pause.clamp(tick, LONGEST.max(tick))
    }

    /// Whether it takes so little that it is asked for every tick.
    pub(crate) fn is_cheap(&self, tick: Duration, sharers: u32) -> bool {
        self.cost * SHARE * sharers.max(1) <= tick
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);

    fn pause(costs: &[u64], sharers: u32) -> Duration {
        let now = Instant::now();
        let mut budget = Budget::new();
        for &cost in costs {
            budget.record(now, Duration::from_millis(cost), true);
        }
        budget.due(TICK, sharers, now) - now
    }

    #[test]
    fn list_that_was_never_requested_is_due_at_once() {
        assert_eq!(pause(&[], 3), Duration::ZERO);
    }

    #[test]
    fn all_sharers_together_take_a_twentieth() {
        assert_eq!(pause(&[10], 1), TICK);
        assert_eq!(pause(&[1000], 1), Duration::from_secs(20));
        assert_eq!(pause(&[1000], 3), Duration::from_mins(1));
        assert_eq!(pause(&[600_000], 1), LONGEST);
    }

    #[test]
    fn one_costly_answer_is_forgotten_in_time() {
        let costs = [vec![10_000], vec![10; 12]].concat();
        assert!(pause(&costs, 1) < Duration::from_secs(5) * 2);
        assert_eq!(pause(&costs[..2], 1), Duration::from_secs(140));
    }

    #[test]
    fn unanswered_request_is_repeated_sooner_with_a_longer_timeout() {
        let (now, usual) = (Instant::now(), Duration::from_secs(10));
        let mut budget = Budget::new();
        assert_eq!(budget.timeout(usual), usual);
        budget.record(now, usual, false);
        assert_eq!(budget.due(TICK, 1, now) - now, usual);
        assert_eq!(budget.timeout(usual), usual * 4);
        budget.record(now, usual * 3, false);
        assert_eq!(budget.timeout(usual), usual * SLOWER);
    }

    #[test]
    fn fast_list_has_the_shortest_timeout() {
        let (now, usual) = (Instant::now(), Duration::from_secs(10));
        let mut budget = Budget::new();
        budget.record(now, Duration::from_millis(20), true);
        assert_eq!(budget.timeout(usual), MIN_TIMEOUT);
    }
}
