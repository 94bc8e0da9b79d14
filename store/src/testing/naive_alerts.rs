//! Alerts, in memory.

use metering::AlertChange;
use metering::requests::AlertHistoryQuery;

use crate::alert::{self, AlertRow, AlertScope, AlertWrite, Notification};

#[derive(Debug, Default)]
pub(super) struct NaiveAlerts {
    rows: Vec<AlertRow>,
    changes: Vec<AlertChange>,
    pub(super) notifications: Vec<Notification>,
}

impl NaiveAlerts {
    pub(super) fn write(&mut self, write: AlertWrite) {
        for row in write.rows {
            self.rows.retain(|known| known.id != row.id);
            if row.body.is_some() {
                self.rows.push(row);
            }
        }
        self.changes.extend(write.changes);
        self.notifications.extend(write.notifications);
        self.notifications.retain(|known| {
            let mut delivered = write.delivered.iter();
            !delivered.any(|(channel, key)| *channel == known.channel && *key == known.key)
        });
    }

    pub(super) fn states(&self, broker: &str) -> Vec<AlertRow> {
        let rows = self.rows.iter().filter(|row| row.broker == broker);
        rows.cloned().collect()
    }

    pub(super) fn history(
        &self,
        query: &AlertHistoryQuery,
        scopes: &[AlertScope],
    ) -> Vec<AlertChange> {
        let seen = self
            .changes
            .iter()
            .rev()
            .filter(|change| alert::includes(query, scopes, change));
        let limit = query.limit.unwrap_or(AlertHistoryQuery::DEFAULT_LIMIT);
        seen.take(limit as usize).cloned().collect()
    }
}
