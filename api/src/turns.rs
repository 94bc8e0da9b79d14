//! One request at a time to a broker, and whether what is asked seems to hang.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::Instant;

use crate::collector::broker_error::BrokerError;

/// What a broker in health tells at once and that takes longer than this seems to hang.
const HANGS_AFTER: Duration = Duration::from_millis(550);

/// So long it is waited for that all the same.
const PATIENCE: Duration = Duration::from_secs(3);

/// The turns of those who ask a broker with the collector's account: there is one at any time.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    turn: tokio::sync::Mutex<()>,
    /// Since when something is waited for that a broker in health tells at once.
    since: Mutex<Option<Instant>>,
    /// Whether the last of that was waited for in vain.
    in_vain: AtomicBool,
}

/// What is asked for in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A broker in health tells it at once.
    Quick,
    /// It may take its time, for there is much of it.
    Long,
}

/// Held by whoever has a request in flight.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    _turn: MutexGuard<'a, ()>,
}

impl Errand {
    /// How long to wait for an answer: what hangs keeps the collector from its turn.
    pub(crate) fn patience(self, usual: Duration) -> Duration {
        match self {
            Self::Quick => usual.min(PATIENCE),
            Self::Long => usual,
        }
    }
}

impl Turns {
    /// Waits for one's turn.
    pub(crate) async fn take(&self, errand: Errand) -> Turn<'_> {
        let turn = self.turn.lock().await;
        self.wait_since((errand == Errand::Quick).then(Instant::now));
        Turn {
            turns: self,
            _turn: turn,
        }
    }

    /// Takes in how something ended that a broker in health tells at once.
    pub(crate) fn note<T>(&self, answer: &Result<T, BrokerError>) {
        match answer {
            Ok(_) => self.in_vain.store(false, Ordering::Relaxed),
            Err(error) if error.is_timeout() => self.in_vain.store(true, Ordering::Relaxed),
            Err(_) => (),
        }
    }

    /// Whether the last of what should be quick was waited for in vain: until a poll is answered
    /// nothing else is asked for that may need another node.
    pub(crate) fn was_in_vain(&self) -> bool {
        self.in_vain.load(Ordering::Relaxed)
    }

    /// Whether one had better not wait for what was not told yet.
    pub(crate) fn hang(&self) -> bool {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        self.was_in_vain() || since.is_some_and(|since| since.elapsed() > HANGS_AFTER)
    }

    fn wait_since(&self, at: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Before the next has its turn: fields are dropped later.
        self.turns.wait_since(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_should_be_quick_and_is_not_seems_to_hang() {
        let turns = Turns::default();
        let turn = turns.take(Errand::Quick).await;
        assert!(!turns.hang());
        tokio::time::advance(2 * HANGS_AFTER).await;
        assert!(turns.hang());
        drop(turn);
        assert!(!turns.hang());
        let _turn = turns.take(Errand::Long).await;
        tokio::time::advance(2 * HANGS_AFTER).await;
        assert!(!turns.hang());
    }

    #[test]
    fn what_was_waited_for_in_vain_is_remembered_until_something_is_told() {
        let turns = Turns::default();
        turns.note::<()>(&Err(BrokerError::TimedOut {
            authority: "mq".into(),
            waited: HANGS_AFTER,
        }));
        assert!(turns.hang());
        turns.note(&Ok(()));
        assert!(!turns.hang());
    }
}
