//! The states of one alert, without any I/O.
//!
//! `inactive → pending → firing → recovering → resolved`, and `unknown` from each of them. Only time between two
//! answers of the broker counts for `for` and `keep_firing_for`: after a gap of more than three poll intervals the time
//! goes on from where it was.

use std::collections::VecDeque;
use std::time::Duration;

use metering::{AlertState, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::verdict::Verdict;

/// A gap of more poll intervals than this does not count.
pub(super) const MAX_GAP: u32 = 3;
/// An alert that starts or ends more often than this within [`FLAP_WINDOW`] is flapping.
const MAX_TURNS: usize = 4;
const FLAP_WINDOW: Duration = Duration::from_mins(30);
/// An alert that neither starts nor ends for this long is steady again.
const STEADY_AFTER: Duration = Duration::from_mins(15);

/// How long a condition must hold, and how long it must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    /// The time from `pending` to `firing`.
    pub(crate) hold: Duration,
    /// The time from `recovering` to `resolved`.
    pub(crate) keep: Duration,
}

/// A change of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) from: AlertState,
    pub(super) to: AlertState,
}

/// The state of one alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The last state that is not `unknown`.
    pub(super) known: AlertState,
    /// Since when it is in that state.
    known_since: Timestamp,
    /// Why the condition cannot be checked, and since when.
    pub(super) unknown: Option<(String, Timestamp)>,
    /// When the condition was last checked.
    checked_at: Timestamp,
    /// The time in `pending` or `recovering` that counts, in milliseconds.
    counted: i64,
    /// When it began to fire.
    pub(super) started_at: Option<Timestamp>,
    /// When it started or ended of late.
    turns: VecDeque<Timestamp>,
    pub(super) flapping: bool,
}

impl Machine {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            known: AlertState::Inactive,
            known_since: now,
            unknown: None,
            checked_at: now,
            counted: 0,
            started_at: None,
            turns: VecDeque::new(),
            flapping: false,
        }
    }

    pub(super) fn state(&self) -> AlertState {
        if self.unknown.is_some() {
            AlertState::Unknown
        } else {
            self.known
        }
    }

    /// Since when it is in its state.
    pub(super) fn since(&self) -> Timestamp {
        self.unknown
            .as_ref()
            .map_or(self.known_since, |(_, since)| *since)
    }

    /// Whether it counts as firing.
    pub(super) fn fires(&self) -> bool {
        matches!(self.known, AlertState::Firing | AlertState::Recovering)
    }

    /// Takes in what a rule found at a time. `interval` is the time between two polls.
    pub(super) fn step(
        &mut self,
        verdict: &Verdict,
        now: Timestamp,
        interval: Duration,
        timing: Timing,
    ) -> Option<Change> {
        let from = self.state();
        if let Verdict::Unknown(reason) = verdict {
            let since = self.unknown.as_ref().map_or(now, |(_, since)| *since);
            self.unknown = Some((reason.clone(), since));
        } else {
            let gap = millis(self.checked_at, now).max(0);
            let is_counted = self.unknown.is_none() && gap <= ms(interval * MAX_GAP);
            self.unknown = None;
            self.checked_at = now;
            let next = self.next(verdict, if is_counted { gap } else { 0 }, timing);
            if next != self.known {
                self.enter(next, now);
            }
        }
        self.settle(now);
        let to = self.state();
        (from != to).then_some(Change { from, to })
    }

    fn next(&mut self, verdict: &Verdict, passed: i64, timing: Timing) -> AlertState {
        use AlertState::{Firing, Inactive, Pending, Recovering, Resolved, Unknown};
        let violated = *verdict == Verdict::Violated;
        match self.known {
            Inactive | Resolved | Unknown if violated => {
                self.counted = 0;
                if timing.hold.is_zero() {
                    Firing
                } else {
                    Pending
                }
            }
            Pending if violated => {
                self.counted += passed;
                if self.counted >= ms(timing.hold) {
                    Firing
                } else {
                    Pending
                }
            }
            Pending => Inactive,
            Firing if *verdict == Verdict::Ok => {
                self.counted = 0;
                if timing.keep.is_zero() {
                    Resolved
                } else {
                    Recovering
                }
            }
            Recovering if *verdict == Verdict::Ok => {
                self.counted += passed;
                if self.counted >= ms(timing.keep) {
                    Resolved
                } else {
                    Recovering
                }
            }
            Recovering => Firing,
            same => same,
        }
    }

    fn enter(&mut self, next: AlertState, now: Timestamp) {
        if next == AlertState::Firing && !self.fires() {
            self.started_at = Some(now);
            self.turns.push_back(now);
        }
        if next == AlertState::Resolved {
            self.turns.push_back(now);
        }
        self.known = next;
        self.known_since = now;
    }

    /// Notices that it starts and ends too often, or no longer does.
    fn settle(&mut self, now: Timestamp) {
        while self
            .turns
            .front()
            .is_some_and(|&turn| millis(turn, now) > ms(FLAP_WINDOW))
        {
            self.turns.pop_front();
        }
        if self.turns.len() > MAX_TURNS {
            self.flapping = true;
        }
        let steady = self
            .turns
            .back()
            .is_none_or(|&turn| millis(turn, now) >= ms(STEADY_AFTER));
        if steady {
            self.flapping = false;
        }
    }
}

/// Milliseconds from one time to another.
pub(super) fn millis(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis() - from.as_millis()
}

/// A duration in milliseconds.
pub(super) fn ms(duration: Duration) -> i64 {
    duration.as_millis() as i64
}

#[cfg(test)]
mod tests;
