//! What use is made of portals.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use metering::Timestamp;
use metering::guest::{Portal, ShownPanel};

use super::revoked::PortalState;
use crate::config::PortalConfig;

/// Panels of one portal that are counted by name; there are fewer.
const MAX_PANELS: usize = 200;

#[derive(Debug, Default)]
struct PortalUsage {
    issued: u64,
    last_issued: Option<Timestamp>,
    reads: u64,
    last_read: Option<Timestamp>,
    refused: u64,
    last_refused: Option<(Timestamp, String)>,
    shown: BTreeMap<String, (u64, Timestamp)>,
}

/// What use is made of portals, since the service started.
#[derive(Debug)]
pub(super) struct PortalUsages {
    since: Timestamp,
    portals: Mutex<HashMap<String, PortalUsage>>,
}

impl PortalUsages {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            since: now,
            portals: Mutex::default(),
        }
    }

    fn portals(&self) -> MutexGuard<'_, HashMap<String, PortalUsage>> {
        self.portals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A portal got a token.
    pub(super) fn issued(&self, portal: &str, now: Timestamp) {
        let mut portals = self.portals();
        let seen = portals.entry(portal.to_owned()).or_default();
        seen.issued += 1;
        seen.last_issued = Some(now);
    }

    /// Something was read with a token of a portal.
    pub(super) fn read(&self, portal: &str, now: Timestamp) {
        let mut portals = self.portals();
        // Without a new text for every read.
        if let Some(seen) = portals.get_mut(portal) {
            seen.reads += 1;
            seen.last_read = Some(now);
            return;
        }
        let seen = portals.entry(portal.to_owned()).or_default();
        (seen.reads, seen.last_read) = (1, Some(now));
    }

    /// Something was refused to a registered portal.
    pub(super) fn refused(&self, portal: &str, why: &str, now: Timestamp) {
        let mut portals = self.portals();
        let seen = portals.entry(portal.to_owned()).or_default();
        seen.refused += 1;
        seen.last_refused = Some((now, why.to_owned()));
    }

    /// A panel of a portal was updated. Whether it is the first time.
    pub(super) fn shown(&self, portal: &str, panel: &str, now: Timestamp) -> bool {
        let mut portals = self.portals();
        let seen = portals.entry(portal.to_owned()).or_default();
        if let Some((updates, last)) = seen.shown.get_mut(panel) {
            *updates += 1;
            *last = now;
            return false;
        }
        let has_room = seen.shown.len() < MAX_PANELS;
        if has_room {
            seen.shown.insert(panel.to_owned(), (1, now));
        }
        has_room
    }

    /// A registered portal, and what use was made of it.
    pub(super) fn describe(&self, config: &PortalConfig, portal_state: PortalState) -> Portal {
        let none = PortalUsage::default();
        let portals = self.portals();
        let seen = portals.get(&config.name).unwrap_or(&none);
        let shown = seen
            .shown
            .iter()
            .map(|(panel, (updates, last))| ShownPanel {
                panel: panel.clone(),
                updates: *updates,
                last: *last,
            });
        Portal {
            name: config.name.clone(),
            origins: config.origins.clone(),
            has_key: config.key.is_some(),
            panels: config.panels.to_list(),
            brokers: config.brokers.to_list(),
            vhosts: config.vhosts.to_list(),
            rate_limit: config.rate_limit,
            revoked: portal_state.revoked,
            counted_since: self.since,
            issued: seen.issued,
            last_issued: seen.last_issued,
            reads: seen.reads,
            last_read: seen.last_read,
            refused: seen.refused,
            last_refused: seen.last_refused.as_ref().map(|(time, _)| *time),
            last_reason: seen.last_refused.as_ref().map(|(_, why)| why.clone()),
            shown: shown.collect(),
        }
    }
}
