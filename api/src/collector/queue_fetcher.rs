//! Fetching the list of queues: the depths of all first, the rest page by page.

use std::time::Duration;

use metering::lists::ListKind;
use tokio::time::Instant;

use super::list_fetcher::{Extent, Fetched, ListFetcher, run};
use super::prometheus;
use super::queue_history::NewFigures;
use crate::broker::error::BrokerError;
use crate::lists::queues;
use crate::lists::rows::{self, Rows};

impl ListFetcher {
    /// Queues page by page. With the first page it is known whether there are many: then the depths
    /// of all come before the rest of the pages.
    pub(super) async fn fetch_queues(&mut self) -> Result<(), BrokerError> {
        let mut cost = Duration::ZERO;
        let swept = self.sweep(&mut cost).await;
        self.wholes[ListKind::Queues as usize].record(Instant::now(), cost, swept.is_ok());
        if let Ok(true) = swept {
            self.note(ListKind::Queues, NewFigures::All).await;
        }
        swept.map(drop)
    }

    /// Returns whether all pages were read.
    async fn sweep(&mut self, cost: &mut Duration) -> Result<bool, BrokerError> {
        let read = |body: &[u8]| rows::read(ListKind::Queues, body, false);
        let asked_at = Instant::now();
        let first = self
            .ask(ListKind::Queues, queues::page(1), self.timeout, cost, read)
            .await?;
        let pages = first.page_count.unwrap_or(1);
        self.many_queues = pages > 1;
        if !self.many_queues {
            let mut fetched = Fetched::new(first, Extent::Complete(asked_at));
            fetched.rows = self.with_consumers(fetched.rows, cost).await;
            self.publish(ListKind::Queues, fetched).await;
            return Ok(true);
        }
        if self.broker.lists.table(ListKind::Queues).is_none() {
            self.fetch_depths().await?;
        }
        let mut damage = first.damage;
        let mut parts = vec![first.rows];
        for number in 2..=pages {
            if !self.broker.lists.is_wanted(ListKind::Queues) {
                return Ok(false);
            }
            let path = queues::page(number);
            let page = self.ask(ListKind::Queues, path, self.timeout, cost, read);
            match page.await {
                Ok(page) => {
                    damage.add(page.damage);
                    parts.push(page.rows);
                }
                // There are fewer queues than when the first page was read.
                Err(error) if error.is_past_the_end() => break,
                Err(error) => return Err(error),
            }
        }
        let Some(known) = self.broker.lists.table(ListKind::Queues) else {
            return Ok(false);
        };
        let (observed_at, now) = (known.observed_at, self.clock.now());
        // Which queues there are is known from the depths.
        let extent = known.complete_since.map_or(Extent::Whole, Extent::Complete);
        let rows = run(move || {
            let mut rows = known.rows.clone();
            for part in &parts {
                rows.replace(part);
            }
            rows
        });
        let Some(rows) = rows.await else {
            return Ok(false);
        };
        let fetched = Fetched {
            rows: self.with_consumers(rows, cost).await,
            damage,
            stats: Some(now),
            extent,
        };
        self.publish_at(ListKind::Queues, observed_at, fetched)
            .await;
        Ok(true)
    }

    /// Adds the numbers of consumers from the Prometheus plugins if statistics are off.
    async fn with_consumers(&self, rows: Rows, cost: &mut Duration) -> Rows {
        if !self.broker.is_without_statistics() {
            return rows;
        }
        let started = Instant::now();
        let consumers = prometheus::consumers(&self.broker.prometheus, self.timeout).await;
        *cost += started.elapsed();
        let Some(consumers) = consumers else {
            return rows;
        };
        let kept = rows.clone();
        run(move || queues::with_consumers(&rows, &consumers))
            .await
            .unwrap_or(kept)
    }

    pub(super) async fn fetch_depths(&mut self) -> Result<(), BrokerError> {
        let known = self.broker.lists.table(ListKind::Queues);
        let stats = known.as_ref().and_then(|known| known.stats_observed_at);
        let mut cost = Duration::ZERO;
        let timeout = self.depths.timeout(self.timeout);
        let asked_at = Instant::now();
        let rows = self.ask(
            ListKind::Queues,
            queues::DEPTHS.to_owned(),
            timeout,
            &mut cost,
            move |body| queues::with_depths(known.as_deref().map(|known| &known.rows), body),
        );
        let rows = rows.await;
        self.depths.record(Instant::now(), cost, rows.is_ok());
        let extent = if stats.is_none() {
            Extent::Partial
        } else {
            Extent::Complete(asked_at)
        };
        let (rows, damage) = rows?;
        let fetched = Fetched {
            rows,
            damage,
            stats,
            extent,
        };
        self.publish(ListKind::Queues, fetched).await;
        self.note(ListKind::Queues, NewFigures::Depths).await;
        Ok(())
    }
}
