//! Publishing a list that was just read: its table, log lines about unreadable rows, histories.

use std::sync::Arc;

use metering::Timestamp;
use metering::lists::ListKind;
use tokio::time::Instant;

use super::list_fetcher::{Extent, FetchKind, Fetched, ListFetcher, run};
use super::queue_history::{self, FetchTime, NewFigures};
use crate::lists::queues;
use crate::lists::rows::Damage;
use crate::lists::table::Table;

impl ListFetcher {
    pub(super) async fn publish(&mut self, kind: ListKind, fetched: Fetched) {
        let now = self.clock.now();
        self.publish_at(kind, now, fetched).await;
    }

    pub(super) async fn publish_at(
        &mut self,
        kind: ListKind,
        observed_at: Timestamp,
        fetched: Fetched,
    ) {
        let Fetched {
            rows,
            damage,
            stats,
            extent,
        } = fetched;
        self.note_damage(kind, damage);
        self.generation += 1;
        let mut table = Table::new(self.generation, observed_at, stats, rows);
        table.partial = extent == Extent::Partial;
        table.unreadable = damage.unreadable;
        if let Extent::Complete(asked_at) = extent
            && damage == Damage::default()
        {
            table.complete_since = Some(asked_at);
        }
        let known = self.broker.lists.table(kind);
        let without_statistics = self.broker.is_without_statistics();
        let warmed = run(move || {
            if without_statistics {
                table.find_missing(kind);
            }
            if let Some(known) = known {
                table.warm(&known);
            }
            table
        });
        if let Some(table) = warmed.await {
            self.broker.lists.put(kind, table);
        }
    }

    fn note_damage(&self, kind: ListKind, damage: Damage) {
        let (broker, list, rows) = (&self.broker.name, kind.name(), damage.unreadable);
        if rows > 0 && self.broker.log_limit.admits(&format!("{list} rows")) {
            tracing::warn!(
                broker,
                list,
                rows,
                "rows could not be read and are left out"
            );
        }
        if damage.replaced && self.broker.log_limit.admits(&format!("{list} UTF-8")) {
            tracing::warn!(broker, list, "bytes that are no UTF-8 were replaced");
        }
    }

    /// Records the history of queues or vhosts from a list that was just read.
    pub(super) async fn note(&mut self, kind: ListKind, fresh: NewFigures) {
        let Some(table) = self.broker.lists.table(kind) else {
            return;
        };
        let (wanted, busy) = (
            self.broker.charted_queues.all(),
            self.context.config.busy_queues,
        );
        let rows = Arc::clone(&table);
        if kind == ListKind::Queues && self.broker.is_without_statistics() {
            let rows = Arc::clone(&table);
            if let Some(totals) = run(move || queues::totals(&rows.rows)).await {
                self.broker.lists.set_totals(totals);
            }
        }
        let chosen = run(move || match kind {
            ListKind::Queues => queue_history::queues(&rows.rows, &wanted, busy, fresh),
            _ => queue_history::vhosts(&rows.rows),
        });
        let Some(chosen) = chosen.await else { return };
        let now = Instant::now();
        let part = match fresh {
            NewFigures::Depths => FetchKind::Depths,
            NewFigures::All => FetchKind::Whole(kind),
        };
        let fetch_time = FetchTime {
            at: self.clock.now().as_millis(),
            apart: self.due(part, self.wanted().len() as u32, now) - now,
            store: &*self.context.store,
        };
        let broker = &self.broker;
        match kind {
            ListKind::Queues => {
                self.history
                    .take_queues(broker, &table.rows, &chosen, fresh, fetch_time);
            }
            _ => self
                .history
                .take_vhosts(broker, &table.rows, &chosen, fetch_time),
        }
    }
}
