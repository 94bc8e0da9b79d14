//! The system log: what Warren observed and did, in sentences.
//!
//! A change is logged once, when it happens. Lines about a broker are for all who see that broker,
//! lines about its nodes for all who see the nodes, the others for those who see everything. Lines
//! that strangers can cause at will, by signing in or failing to, are logged a few times a minute;
//! beyond that they are counted, so that a flood of them hides nothing else.

pub(crate) mod query;
mod rate_limiter;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use metering::EventType;
use store::{LogRecord, Store};
use tokio::time::Instant;

use crate::clock::Clock;
use rate_limiter::LogRateLimiter;

/// Refused sign-ins that are logged a minute.
const REFUSED: u32 = 10;
/// Issued and revoked tokens that are logged a minute.
const ISSUED: u32 = 20;
/// Issued guest tokens that are logged a minute, and as many refused ones.
const GUESTS: u32 = 10;
/// How often the store is checked for a failure.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Most characters of a line.
const MAX_LENGTH: usize = 1000;
/// Most characters of a name that a stranger chose.
pub(crate) const MAX_NAME_LENGTH: usize = 64;

/// Writes the system log.
#[derive(Debug)]
pub(crate) struct SystemLog {
    store: Arc<dyn Store>,
    clock: Clock,
    pub(crate) refused: LogRateLimiter,
    pub(crate) issued: LogRateLimiter,
    pub(crate) guests: LogRateLimiter,
    pub(crate) strangers: LogRateLimiter,
}

impl SystemLog {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            refused: LogRateLimiter::new(REFUSED),
            issued: LogRateLimiter::new(ISSUED),
            guests: LogRateLimiter::new(GUESTS),
            strangers: LogRateLimiter::new(GUESTS),
        }
    }

    /// A line about a broker, for all who see it.
    pub(crate) fn broker(&self, event: EventType, broker: &str, desc: impl Into<String>) {
        self.write(event, broker.to_owned(), Some(broker.to_owned()), desc);
    }

    /// A line about one of its nodes, for all who see all of the broker.
    pub(crate) fn node(&self, event: EventType, broker: &str, node: &str, desc: impl Into<String>) {
        self.write(
            event,
            format!("{broker}/{node}"),
            Some(in_full(broker)),
            desc,
        );
    }

    /// A line about sign-ins and tokens.
    pub(crate) fn identity(&self, event: EventType, desc: impl Into<String>) {
        self.write(event, "identity".to_owned(), None, desc);
    }

    /// A line about portals and share links.
    pub(crate) fn portal(&self, event: EventType, desc: impl Into<String>) {
        self.write(event, "portal".to_owned(), None, desc);
    }

    /// Logs failures of the store and how many lines were suppressed. Runs until it is dropped.
    pub(crate) async fn run(&self) {
        let mut error: Option<String> = None;
        let mut checks = tokio::time::interval(CHECK_INTERVAL);
        loop {
            checks.tick().await;
            self.settle(Instant::now());
            let now = self.store.write_error();
            match (&error, &now) {
                (None, Some(why)) => {
                    tracing::error!(why, "the store cannot write");
                    self.write(
                        EventType::StoreFailed,
                        "store".to_owned(),
                        None,
                        why.as_str(),
                    );
                }
                (Some(_), None) => {
                    tracing::info!("the store writes again");
                    let desc = "What is seen is kept again.";
                    self.write(EventType::StoreRecovered, "store".to_owned(), None, desc);
                }
                // Another reason for the same failure is not logged again.
                _ => {}
            }
            error = now;
        }
    }

    /// Logs how many lines were suppressed in a minute that is over.
    fn settle(&self, now: Instant) {
        if let Some(count) = self.refused.settle(now) {
            self.identity(
                EventType::SignInFailed,
                format!("{count} more sign-ins were refused in the same minute."),
            );
        }
        if let Some(count) = self.issued.settle(now) {
            self.identity(
                EventType::SignIn,
                format!("{count} more tokens were issued or ended in the same minute."),
            );
        }
        if let Some(count) = self.guests.settle(now) {
            self.portal(
                EventType::GuestTokenIssued,
                format!("{count} more guest tokens were given in the same minute."),
            );
        }
        if let Some(count) = self.strangers.settle(now) {
            self.portal(
                EventType::GuestTokenRefused,
                format!("{count} more guest tokens were refused in the same minute."),
            );
        }
    }

    /// Writes a line; `broker` says who may read it, see [`LogRecord::broker`].
    pub(crate) fn write(
        &self,
        event: EventType,
        source: String,
        broker: Option<String>,
        desc: impl Into<String>,
    ) {
        self.store.log(LogRecord {
            time: self.clock.now(),
            event,
            level: event.level(),
            source,
            desc: cut(desc.into(), MAX_LENGTH),
            broker,
        });
    }
}

/// The `broker` of a log line that is only for callers who see all of the broker. No broker has such a
/// name.
pub(crate) fn in_full(broker: &str) -> String {
    format!("{broker}/")
}

/// A name that a stranger chose, in quotes and not too long.
pub(crate) fn named(name: &str) -> String {
    format!("{:?}", cut(name.to_owned(), MAX_NAME_LENGTH))
}

/// ` from {address}`, if known.
pub(crate) fn from(address: Option<IpAddr>) -> String {
    address.map_or_else(String::new, |address| format!(" from {address}"))
}

/// A text of at most this many characters.
pub(crate) fn cut(mut text: String, longest: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(longest) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_stranger_stays_one_short_line() {
        let shown = named(&format!("bert\n{}", "x".repeat(1000)));
        assert!(
            !shown.contains('\n') && shown.chars().count() < 80,
            "{shown}"
        );
        assert_eq!(named("bert"), "\"bert\"");
    }
}
