//! How many guest tokens a portal gets.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);

/// What a portal may still take at once, filled up again in the course of a minute.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    looked_at: Instant,
}

/// How many guest tokens a portal gets, by its name.
#[derive(Debug, Default)]
pub(super) struct TokenRateLimit(Mutex<HashMap<String, Bucket>>);

impl TokenRateLimit {
    /// Takes one, of so many a minute.
    ///
    /// # Errors
    /// How long to wait for the next.
    pub(super) fn take(&self, portal: &str, limit: u32, now: Instant) -> Result<(), Duration> {
        let limit = f64::from(limit);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(portal.to_owned()).or_insert(Bucket {
            left: limit,
            looked_at: now,
        });
        let passed = now.saturating_duration_since(bucket.looked_at);
        let filled = passed.as_secs_f64() / MINUTE.as_secs_f64() * limit;
        bucket.left = (bucket.left + filled).min(limit);
        bucket.looked_at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(MINUTE.mul_f64((1.0 - bucket.left) / limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_as_they_come_back() {
        let (token_rate_limit, start) = (TokenRateLimit::default(), Instant::now());
        for _ in 0..6 {
            assert_eq!(token_rate_limit.take("shop", 6, start), Ok(()));
        }
        let wait = token_rate_limit
            .take("shop", 6, start)
            .expect_err("too many");
        assert_eq!(wait, Duration::from_secs(10));
        assert!(token_rate_limit.take("shop", 6, start + wait / 2).is_err());
        assert_eq!(token_rate_limit.take("shop", 6, start + wait), Ok(()));
        assert!(token_rate_limit.take("shop", 6, start + wait).is_err());
        assert_eq!(
            token_rate_limit.take("wiki", 6, start),
            Ok(()),
            "others are not concerned"
        );
    }

    #[test]
    fn long_pause_allows_no_more_than_the_limit() {
        let (token_rate_limit, start) = (TokenRateLimit::default(), Instant::now());
        let later = start + Duration::from_hours(1);
        assert_eq!(token_rate_limit.take("shop", 2, start), Ok(()));
        let got = (0..9).filter(|_| token_rate_limit.take("shop", 2, later).is_ok());
        assert_eq!(got.count(), 2);
    }
}
