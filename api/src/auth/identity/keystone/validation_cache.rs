//! Recent answers of Keystone: bounded in number, each kept for a short time.

use std::collections::{BTreeMap, HashMap};

use metering::Timestamp;
use tokio::time::Instant;

use super::super::tokens::Fingerprint;
use super::Outcome;

/// Most answers that are kept; a further one replaces the one that would end first.
const MOST: usize = 20_000;

/// An answer about a token.
#[derive(Debug)]
struct CachedValidation {
    outcome: Outcome,
    /// When it is to be asked for again.
    until: Instant,
    /// When the token ends.
    expires_at: Option<Timestamp>,
    number: u64,
}

/// Answers by their tokens' fingerprints.
#[derive(Debug, Default)]
pub(super) struct ValidationCache {
    by_token: HashMap<Fingerprint, CachedValidation>,
    by_end: BTreeMap<(Instant, u64), Fingerprint>,
    count: u64,
}

impl ValidationCache {
    /// An answer that is still believed: its time is not over, and neither is its token's.
    pub(super) fn get(
        &self,
        token: &Fingerprint,
        instant: Instant,
        now: Timestamp,
    ) -> Option<Outcome> {
        let answer = self.by_token.get(token)?;
        let ended = answer.expires_at.is_some_and(|end| end <= now);
        (instant < answer.until && !ended).then(|| answer.outcome.clone())
    }

    /// Keeps an answer.
    pub(super) fn put(
        &mut self,
        token: Fingerprint,
        outcome: Outcome,
        until: Instant,
        expires_at: Option<Timestamp>,
    ) {
        self.put_within(token, outcome, until, expires_at, MOST);
    }

    fn put_within(
        &mut self,
        token: Fingerprint,
        outcome: Outcome,
        until: Instant,
        expires_at: Option<Timestamp>,
        most: usize,
    ) {
        let now = Instant::now();
        while let Some((&place, &first)) = self.by_end.first_key_value() {
            if place.0 > now && self.by_token.len() < most {
                break;
            }
            self.by_end.remove(&place);
            self.by_token.remove(&first);
        }
        let number = self.count;
        self.count += 1;
        let answer = CachedValidation {
            outcome,
            until,
            expires_at,
            number,
        };
        if let Some(old) = self.by_token.insert(token, answer) {
            self.by_end.remove(&(old.until, old.number));
        }
        self.by_end.insert((until, number), token);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::error::Error;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn refused() -> Outcome {
        Err(Error::Unauthorized)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_believed_until_its_time_or_its_token_ends() {
        let mut answers = ValidationCache::default();
        let start = Instant::now();
        let until = start + Duration::from_secs(30);
        answers.put([1; 32], refused(), until, Some(at(10)));
        let second = Duration::from_secs(1);
        assert!(answers.get(&[1; 32], start, at(0)).is_some());
        assert!(
            answers.get(&[1; 32], start, at(10)).is_none(),
            "the token has ended"
        );
        assert!(answers.get(&[1; 32], until - second, at(9)).is_some());
        assert!(
            answers.get(&[1; 32], until, at(9)).is_none(),
            "it is to be asked for again"
        );
        assert!(answers.get(&[2; 32], start, at(0)).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_no_more_than_the_bound_and_the_first_to_end_go() {
        let mut answers = ValidationCache::default();
        let start = Instant::now();
        for n in 0..50_u8 {
            let until = start + Duration::from_secs(100 + u64::from(n));
            answers.put_within([n; 32], refused(), until, None, 10);
        }
        assert_eq!((answers.by_token.len(), answers.by_end.len()), (10, 10));
        assert!(answers.get(&[49; 32], start, at(0)).is_some());
        assert!(answers.get(&[39; 32], start, at(0)).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_newer_answer_takes_the_place_of_the_older() {
        let mut answers = ValidationCache::default();
        let start = Instant::now();
        for seconds in [1, 60] {
            answers.put(
                [1; 32],
                refused(),
                start + Duration::from_secs(seconds),
                None,
            );
        }
        tokio::time::advance(Duration::from_secs(30)).await;
        answers.put(
            [2; 32],
            refused(),
            Instant::now() + Duration::from_secs(1),
            None,
        );
        assert!(answers.get(&[1; 32], Instant::now(), at(0)).is_some());
        assert_eq!((answers.by_token.len(), answers.by_end.len()), (2, 2));
    }
}
