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
use metering::guest::ShareLink;
use store::{LogRecord, Store};
use tokio::time::Instant;

use crate::access_scope::in_full;
use crate::clock::Clock;
use crate::error::Error;
use crate::guest::claims::Claims;
use crate::identity::tokens::TokenData;
use crate::state::Shared;

/// So many refused sign-ins are told a minute …
const REFUSED: u32 = 10;
/// … and so many tokens.
const ISSUED: u32 = 20;
const MINUTE: Duration = Duration::from_mins(1);
/// So many guest tokens that were given are told a minute, and so many that were not.
const GUESTS: u32 = 10;
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
    guests: Dam,
    strangers: Dam,
}

impl Events {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            refused: Dam::new(REFUSED),
            issued: Dam::new(ISSUED),
            guests: Dam::new(GUESTS),
            strangers: Dam::new(GUESTS),
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
    pub(crate) fn token_revoked(&self, token: &TokenData, by: &TokenData) {
        if self.issued.admits(Instant::now()) {
            let user = named(&token.user);
            let desc = if by.is_same_person(token) {
                format!("{user} signed out.")
            } else {
                format!("{} ended a token of {user}.", named(&by.user))
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

    /// Something about portals and share links.
    fn portal(&self, level: LogLevel, desc: impl Into<String>) {
        self.write(level, "portal".to_owned(), None, desc);
    }

    /// A portal got a guest token; with an account's token, if it was not with its key.
    pub(crate) fn guest_token_issued(&self, claims: &Claims, by: Option<&str>) {
        if self.guests.admits(Instant::now()) {
            let with = by.map_or_else(
                || "its key".to_owned(),
                |by| format!("a token of {}", named(by)),
            );
            let list = |names: &[String]| cut(names.join(", "), LONGEST_NAME);
            self.portal(
                LogLevel::Info,
                format!(
                    "The portal {} got a guest token with {with}, for pages of {}: panels {}, brokers {}, vhosts {}.",
                    claims.portal,
                    claims.origin,
                    list(&claims.panels),
                    list(&claims.brokers),
                    list(&claims.vhosts),
                ),
            );
        }
    }

    /// A portal did not get a guest token.
    pub(crate) fn guest_token_refused(&self, portal: &str, why: &Error) {
        if self.strangers.admits(Instant::now()) {
            self.portal(
                LogLevel::Warning,
                format!("A guest token was refused to the portal {portal}: {why}"),
            );
        }
    }

    /// Somebody showed a key that is no portal's.
    pub(crate) fn portal_key_refused(&self, address: Option<IpAddr>) {
        if self.strangers.admits(Instant::now()) {
            let from = from(address);
            self.portal(
                LogLevel::Warning,
                format!("A guest token was asked for{from} with a key that is no portal's."),
            );
        }
    }

    /// A portal shows a panel that it did not show before.
    pub(crate) fn panel_shown(&self, portal: &str, panel: &str, origin: &str) {
        let panel = named(panel);
        self.portal(
            LogLevel::Info,
            format!("The portal {portal} shows the panel {panel} on pages of {origin}."),
        );
    }

    /// A portal was revoked, or that was taken back.
    pub(crate) fn portal_revoked(&self, portal: &str, revoked: bool, by: &str) {
        let by = named(by);
        let (level, desc) = if revoked {
            let desc = format!("{by} revoked the portal {portal}: nothing of it opens anything.");
            (LogLevel::Warning, desc)
        } else {
            (
                LogLevel::Info,
                format!("{by} admitted the portal {portal} again."),
            )
        };
        self.portal(level, desc);
    }

    /// One guest token was closed.
    pub(crate) fn guest_token_revoked(&self, id: &str, by: &str) {
        let by = named(by);
        self.portal(
            LogLevel::Warning,
            format!("{by} revoked the guest token {id}."),
        );
    }

    /// Another key signs.
    pub(crate) fn next_guest_key(&self, kid: &str) {
        let desc =
            format!("The key {kid} signs guest tokens now; the one before is still believed.");
        self.portal(LogLevel::Info, desc);
    }

    /// The portals were read again.
    pub(crate) fn portals_read(&self, names: &[&str]) {
        let desc = match names {
            [] => "The configuration was read again; it names no portal.".to_owned(),
            names => format!(
                "The configuration was read again; its portals are {}.",
                names.join(", ")
            ),
        };
        self.portal(LogLevel::Info, desc);
    }

    /// Somebody made a share link.
    pub(crate) fn link_made(&self, link: &ShareLink) {
        let (by, view) = (named(&link.made_by), named(&link.view));
        let (id, until) = (&link.id, link.expires_at);
        self.portal(
            LogLevel::Info,
            format!("{by} made the share link {id} to {view}, valid until {until}."),
        );
    }

    /// A share link was opened for the first time since the start.
    pub(crate) fn link_opened(&self, link: &ShareLink, address: Option<IpAddr>) {
        let (by, from) = (named(&link.made_by), from(address));
        let id = &link.id;
        self.portal(
            LogLevel::Info,
            format!("The share link {id} of {by} was opened{from}."),
        );
    }

    /// A share link was ended.
    pub(crate) fn link_ended(&self, id: &str, made_by: &str, by: &str) {
        let (made_by, by) = (named(made_by), named(by));
        self.portal(
            LogLevel::Info,
            format!("{by} revoked the share link {id} of {made_by}."),
        );
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
        if let Some(count) = self.guests.settle(now) {
            self.portal(
                LogLevel::Info,
                format!("{count} more guest tokens were given in the same minute."),
            );
        }
        if let Some(count) = self.strangers.settle(now) {
            self.portal(
                LogLevel::Warning,
                format!("{count} more guest tokens were refused in the same minute."),
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
