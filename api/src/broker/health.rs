//! Whether a broker answers, since when, and why not.

use std::time::Duration;

use metering::{BrokerState, Timestamp};

/// After this many failed polls in a row the broker is down.
const MISSES_UNTIL_DOWN: u32 = 3;

/// The state of a broker, by its answers.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    pub(crate) state: BrokerState,
    pub(crate) since: Timestamp,
    pub(crate) reason: Option<String>,
    pub(crate) last_seen: Option<Timestamp>,
    /// Polls unanswered in a row.
    pub(crate) missed: u32,
}

impl Health {
    /// A broker that was not polled yet.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            state: BrokerState::Down,
            since: now,
            reason: Some("It has not been asked yet.".into()),
            last_seen: None,
            missed: 0,
        }
    }

    /// It answered.
    pub(crate) fn answered(&mut self, now: Timestamp) {
        self.enter(BrokerState::Ok, now);
        self.reason = None;
        self.last_seen = Some(now);
        self.missed = 0;
    }

    /// It did not.
    pub(crate) fn missed(&mut self, now: Timestamp, reason: String) {
        self.missed = self.missed.saturating_add(1);
        let never = self.last_seen.is_none();
        let state = if never || self.missed >= MISSES_UNTIL_DOWN {
            BrokerState::Down
        } else {
            BrokerState::Stale
        };
        self.enter(state, now);
        self.reason = Some(reason);
    }

    /// Its last answer is too old, though no poll failed.
    pub(crate) fn overdue(&mut self, now: Timestamp, age: Duration) {
        if self.state == BrokerState::Ok {
            self.enter(BrokerState::Stale, now);
            self.reason = Some(format!(
                "No poll was answered for {} s, and the one that is due still waits.",
                age.as_secs()
            ));
        }
    }

    fn enter(&mut self, state: BrokerState, now: Timestamp) {
        if self.state != state {
            self.state = state;
            self.since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn stale_at_the_first_miss_down_at_the_third() {
        let mut health = Health::new(at(0));
        health.answered(at(5));
        let mut states = vec![health.state];
        for n in 2..5 {
            health.missed(at(n * 5), format!("miss {n}"));
            states.push(health.state);
        }
        let name = |state: &BrokerState| format!("{state:?}");
        let states: Vec<_> = states.iter().map(name).collect();
        assert_eq!(states, ["Ok", "Stale", "Stale", "Down"]);
        assert_eq!(health.reason.as_deref(), Some("miss 4"));
        assert_eq!(health.last_seen, Some(at(5)));
    }

    #[test]
    fn a_state_keeps_its_beginning() {
        let mut health = Health::new(at(0));
        health.answered(at(5));
        health.answered(at(10));
        assert_eq!(health.since, at(5));
        health.missed(at(15), "a".into());
        health.missed(at(20), "b".into());
        assert_eq!(health.since, at(15));
    }

    #[test]
    fn one_that_never_answered_is_down_since_the_start() {
        let mut health = Health::new(at(0));
        health.missed(at(5), "refused".into());
        assert_eq!(
            (health.state, health.since, health.last_seen),
            (BrokerState::Down, at(0), None)
        );
    }

    #[test]
    fn old_answer_makes_stale_without_a_miss() {
        let mut health = Health::new(at(0));
        health.overdue(at(3), Duration::from_secs(3));
        assert_eq!(health.state, BrokerState::Down, "it was never up");
        health.answered(at(5));
        health.overdue(at(20), Duration::from_secs(15));
        assert_eq!((health.state, health.since), (BrokerState::Stale, at(20)));
        assert_eq!(health.missed, 0);
        let reason = health.reason.clone().unwrap_or_default();
        assert!(reason.contains("15 s"), "{reason}");
        health.answered(at(21));
        assert_eq!((health.state, health.reason), (BrokerState::Ok, None));
    }

    #[test]
    fn an_answer_heals_and_clears_the_reason() {
        let mut health = Health::new(at(0));
        for n in 1..9 {
            health.missed(at(n), "refused".into());
        }
        health.answered(at(10));
        assert_eq!(
            (health.state, health.since, health.reason.clone()),
            (BrokerState::Ok, at(10), None)
        );
        health.missed(at(15), "again".into());
        assert_eq!(
            health.state,
            BrokerState::Stale,
            "misses are counted from zero again"
        );
    }
}
