//! Bounds how many lines a minute are logged about something that strangers can cause.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);

/// Admits a number of log lines a minute, and counts the rest.
#[derive(Debug)]
pub(crate) struct LogRateLimiter {
    limit: u32,
    window: Mutex<Window>,
}

/// One minute of log lines.
#[derive(Debug, Default)]
struct Window {
    /// When its first line came.
    since: Option<Instant>,
    admitted: u32,
    suppressed: u64,
}

impl LogRateLimiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            window: Mutex::default(),
        }
    }

    /// Whether one more line may be logged.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut window = self.window();
        // Suppressed lines are reported first, by `settle`.
        let is_over = window.since.is_none_or(|since| now >= since + MINUTE);
        if is_over && window.suppressed == 0 {
            *window = Window {
                since: Some(now),
                ..Window::default()
            };
        }
        if window.admitted < self.limit {
            window.admitted += 1;
            return true;
        }
        window.suppressed += 1;
        false
    }

    /// How many lines were suppressed, once their minute is over.
    pub(crate) fn settle(&self, now: Instant) -> Option<u64> {
        let mut window = self.window();
        let is_over = window.since.is_some_and(|since| now >= since + MINUTE);
        if !is_over || window.suppressed == 0 {
            return None;
        }
        let suppressed = window.suppressed;
        *window = Window::default();
        Some(suppressed)
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_over_the_limit_are_counted() {
        let limiter = LogRateLimiter::new(3);
        let start = Instant::now();
        let admitted = (0..10).filter(|_| limiter.admits(start)).count();
        assert_eq!(admitted, 3);
        assert_eq!(limiter.settle(start + MINUTE / 2), None, "its minute lasts");
        assert_eq!(limiter.settle(start + MINUTE), Some(7));
        assert_eq!(limiter.settle(start + MINUTE), None, "reported once");
        assert!(limiter.admits(start + MINUTE));
    }

    #[test]
    fn lines_within_the_limit_are_all_admitted() {
        let limiter = LogRateLimiter::new(3);
        let start = Instant::now();
        for minute in 0..5 {
            let now = start + MINUTE * minute;
            assert!((0..3).all(|_| limiter.admits(now)), "minute {minute}");
            assert_eq!(limiter.settle(now + MINUTE), None);
        }
    }
}
