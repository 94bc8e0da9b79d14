//! The system log: what Warren saw and did, in sentences.
//!
//! Whoever notices something writes one line here, once, when it changes. Lines about a broker are
//! told to all who see that broker, those about its nodes to all who see the nodes, the others to
//! those alone who see everything. What strangers can cause at will, by signing in or failing to,
//! is told a few times a minute; beyond that it is counted, so that a flood of it drowns nothing.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metering::LogLevel;
use store::{LogRecord, Store};
use tokio::time::Instant;

use crate::audience::View;
use crate::clock::Clock;
use crate::error::Error;
use crate::identity::tokens::TokenData;
use crate::state::Shared;

/// So many refused sign-ins are told a minute …
const REFUSED: u32 = 10;
/// … and so many tokens.
const ISSUED: u32 = 20;
const MINUTE: Duration = Duration::from_mins(1);
/// How often the store is asked how it is.
const LOOK: Duration = Duration::from_secs(1);
/// A sentence is not longer than this, and what a stranger calls itself not longer than that, in
/// characters.
const LONGEST: usize = 1000;
const LONGEST_NAME: usize = 64;

/// Writes the system log.
#[derive(Debug)]
pub(crate) struct Events {
    store: Arc<dyn Store>,
    clock: Clock,
    refused: Dam,
    issued: Dam,
}

impl Events {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            refused: Dam::new(REFUSED),
            issued: Dam::new(ISSUED),
        }
    }

    /// Something about a broker that all may know who see it.
    pub(crate) fn broker(&self, level: LogLevel, broker: &str, desc: impl Into<String>) {
        self.write(level, broker.to_owned(), Some(broker.to_owned()), desc);
    }

    /// Something about one of its nodes.
    pub(crate) fn node(&self, level: LogLevel, broker: &str, node: &str, desc: impl Into<String>) {
        self.write(
            level,
            format!("{broker}/{node}"),
            Some(in_full(broker)),
            desc,
        );
    }

    /// Something about who signs in.
    pub(crate) fn identity(&self, level: LogLevel, desc: impl Into<String>) {
        self.write(level, "identity".to_owned(), None, desc);
    }

    /// Somebody got a token.
    pub(crate) fn token_issued(&self, token: &TokenData, address: Option<IpAddr>) {
        if self.issued.admits(Instant::now()) {
            let (user, from) = (named(&token.user), from(address));
            let (project, how) = (named(&token.project), token.methods.join(" and "));
            self.identity(
                LogLevel::Info,
                format!("{user} signed in{from} by {how}, for the project {project}."),
            );
        }
    }

    /// Somebody came with a token of the Keystone.
    pub(crate) fn token_admitted(&self, token: &TokenData) {
        if self.issued.admits(Instant::now()) {
            let (user, project) = (named(&token.user), named(&token.project));
            let desc =
                format!("{user} came with a token of the Keystone, for the project {project}.");
            self.identity(LogLevel::Info, desc);
        }
    }

    /// Somebody ended a token.
    pub(crate) fn token_revoked(&self, token: &TokenData, by: &str) {
        if self.issued.admits(Instant::now()) {
            let user = named(&token.user);
            let desc = if token.user == by {
                format!("{user} signed out.")
            } else {
                format!("{} ended a token of {user}.", named(by))
            };
            self.identity(LogLevel::Info, desc);
        }
    }

    /// Somebody did not get a token.
    pub(crate) fn sign_in_refused(&self, user: &str, address: Option<IpAddr>, why: &Error) {
        if self.refused.admits(Instant::now()) {
            let (user, from) = (named(user), from(address));
            self.identity(
                LogLevel::Warning,
                format!("A sign-in as {user}{from} was refused: {why}"),
            );
        }
    }

    /// Tells how many lines were left out in a minute that is over.
    fn settle(&self, now: Instant) {
        if let Some(count) = self.refused.settle(now) {
            self.identity(
                LogLevel::Warning,
                format!("{count} more sign-ins were refused in the same minute."),
            );
        }
        if let Some(count) = self.issued.settle(now) {
            self.identity(
                LogLevel::Info,
                format!("{count} more tokens were issued or ended in the same minute."),
            );
        }
    }

    fn write(
        &self,
        level: LogLevel,
        source: String,
        broker: Option<String>,
        desc: impl Into<String>,
    ) {
        self.store.log(LogRecord {
            time: self.clock.now(),
            level,
            source,
            desc: cut(desc.into(), LONGEST),
            broker,
        });
    }
}

/// Looks after what no request does: the store's well-being, and lines that were held back.
pub(crate) async fn tend(shared: Arc<Shared>) {
    let events = &shared.events;
    let mut trouble: Option<String> = None;
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        events.settle(Instant::now());
        let now = shared.store.trouble();
        match (&trouble, &now) {
            (None, Some(why)) => {
                tracing::error!(why, "the store is in trouble");
                events.write(LogLevel::Error, "store".to_owned(), None, why.as_str());
            }
            (Some(_), None) => {
                tracing::info!("the store is well again");
                let desc = "What is seen is kept again.";
                events.write(LogLevel::Info, "store".to_owned(), None, desc);
            }
            // Another reason for the same trouble is not another event.
            _ => {}
        }
        trouble = now;
    }
}

/// Of which brokers a caller is told; none: of everything.
pub(crate) fn told_to(shared: &Shared, caller: &TokenData) -> Option<Vec<String>> {
    let sees_all = |view: &View| matches!(view, View::All);
    let all = caller.grants.iter().filter(|grant| sees_all(&grant.view));
    if caller.is_admin() && all.count() == shared.brokers.len() {
        return None;
    }
    let mut brokers = Vec::new();
    for grant in &caller.grants {
        let name = &shared.brokers[grant.broker].name;
        brokers.push(name.clone());
        if sees_all(&grant.view) {
            brokers.push(in_full(name));
        }
    }
    Some(brokers)
}

/// What stands for all of a broker beside what every account of it may know: no broker is called so.
fn in_full(broker: &str) -> String {
    format!("{broker}/")
}

/// A name that a stranger chose, in quotes and not too long.
fn named(name: &str) -> String {
    format!("{:?}", cut(name.to_owned(), LONGEST_NAME))
}

fn from(address: Option<IpAddr>) -> String {
    address.map_or_else(String::new, |address| format!(" from {address}"))
}

fn cut(mut text: String, longest: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(longest) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Lets so many lines a minute pass, and counts the rest.
#[derive(Debug)]
struct Dam {
    limit: u32,
    level: Mutex<Water>,
}

#[derive(Debug, Default)]
struct Water {
    /// The minute's begin: the first line's time.
    since: Option<Instant>,
    passed: u32,
    held: u64,
}

impl Dam {
    fn new(limit: u32) -> Self {
        Self {
            limit,
            level: Mutex::default(),
        }
    }

    /// Whether one more may pass.
    fn admits(&self, now: Instant) -> bool {
        let mut water = self.water();
        // What was held is told first, by `settle`.
        let is_over = water.since.is_none_or(|since| now >= since + MINUTE);
        if is_over && water.held == 0 {
            *water = Water {
                since: Some(now),
                ..Water::default()
            };
        }
        if water.passed < self.limit {
            water.passed += 1;
            return true;
        }
        water.held += 1;
        false
    }

    /// How many were held back, once their minute is over.
    fn settle(&self, now: Instant) -> Option<u64> {
        let mut water = self.water();
        let is_over = water.since.is_some_and(|since| now >= since + MINUTE);
        if !is_over || water.held == 0 {
            return None;
        }
        let held = water.held;
        *water = Water::default();
        Some(held)
    }

    fn water(&self) -> MutexGuard<'_, Water> {
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_the_next_minute_is_dry() {
        let dam = Dam::new(3);
        let start = Instant::now();
        let passed = (0..10).filter(|_| dam.admits(start)).count();
        assert_eq!(passed, 3);
        assert_eq!(dam.settle(start + MINUTE / 2), None, "its minute lasts");
        assert_eq!(dam.settle(start + MINUTE), Some(7));
        assert_eq!(dam.settle(start + MINUTE), None, "told once");
        assert!(dam.admits(start + MINUTE));
    }

    #[test]
    fn few_lines_are_held_by_nothing() {
        let dam = Dam::new(3);
        let start = Instant::now();
        for minute in 0..5 {
            let now = start + MINUTE * minute;
            assert!((0..3).all(|_| dam.admits(now)), "minute {minute}");
            assert_eq!(dam.settle(now + MINUTE), None);
        }
    }

    #[test]
    fn what_strangers_call_themselves_stays_one_short_line() {
        let shown = named(&format!("bert\n{}", "x".repeat(1000)));
        assert!(
            !shown.contains('\n') && shown.chars().count() < 80,
            "{shown}"
        );
        assert_eq!(named("bert"), "\"bert\"");
    }
}
