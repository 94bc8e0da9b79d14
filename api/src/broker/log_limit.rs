//! A lasting fault is logged once, and then every ten minutes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A fault that lasts is logged this often.
const EVERY: Duration = Duration::from_mins(10);
/// More faults than this are not remembered.
const MAX_FAULTS: usize = 128;

/// Which faults of a broker were logged, and when.
#[derive(Debug, Default)]
pub(crate) struct LogLimit(Mutex<HashMap<String, Instant>>);

impl LogLimit {
    /// Whether the fault is to be logged now. It is the same fault as long as `fault` is the same:
    /// it names the place and the kind, not figures that change.
    pub(crate) fn admits(&self, fault: &str) -> bool {
        let now = Instant::now();
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logged
            .get(fault)
            .is_some_and(|&at| now.duration_since(at) < EVERY)
        {
            return false;
        }
        if logged.len() >= MAX_FAULTS {
            logged.retain(|_, at| now.duration_since(*at) < EVERY);
        }
        if logged.len() < MAX_FAULTS {
            logged.insert(fault.to_owned(), now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn lasting_fault_is_logged_once_and_then_every_ten_minutes() {
        let limit = LogLimit::default();
        let mut logged = 0;
        for _ in 0..360 {
            logged += usize::from(limit.admits("queues timed out"));
            tokio::time::advance(Duration::from_secs(5)).await;
        }
        assert_eq!(logged, 3, "in half an hour");
        assert!(limit.admits("queues malformed"), "another fault");
    }
}
