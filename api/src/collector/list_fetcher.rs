//! When which list is fetched. One task a broker, beside the collector's, which goes first.

use std::sync::Arc;
use std::time::Duration;

use metering::lists::ListKind;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::list_budget::Budget;
use super::queue_history::{NewFigures, QueueHistories};
use crate::broker::broker_state::BrokerHandle;
use crate::broker::error::BrokerError;
use crate::broker::request_gate::Cost;
use crate::clock::Clock;
use crate::collector::poll::CHEAP_TIMEOUT;
use crate::context::Context;
use crate::lists::registry::Failure;
use crate::lists::rows::{self, Batch, Damage, Rows};

/// How often the fetcher checks whether a list is still requested.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// A healthy broker answers at once with up to this many rows.
const FAST_ROWS: i64 = 1000;
/// How many times longer than other answers a list may be.
const LENGTH_FACTOR: usize = 8;

/// Runs a broker's list fetcher, and restarts it if it panics.
pub(crate) async fn supervise(broker: Arc<BrokerHandle>, context: Arc<Context>) {
    loop {
        let mut task = JoinSet::new();
        task.spawn(ListFetcher::new(Arc::clone(&broker), Arc::clone(&context)).run());
        // It ends only by a panic, which the panic hook logs.
        task.join_next().await;
        tracing::error!(
            broker = broker.name,
            "the list fetcher panicked and restarts"
        );
        tokio::time::sleep(context.config.tick).await;
    }
}

/// One kind of fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FetchKind {
    /// A whole list; of queues everything but the depths.
    Whole(ListKind),
    /// The depths of queues, where they are many.
    Depths,
    /// What a broker answers while a node of its cluster hangs: no statistics, no depths.
    WithoutStats(ListKind),
    /// Names for the search, while no viewer requests the list: of queues the cheap form.
    Names(ListKind),
}

/// Rows that have just come.
pub(super) struct Fetched {
    pub(super) rows: Rows,
    pub(super) damage: Damage,
    /// When everything but the depths was read, if at another time.
    pub(super) stats: Option<metering::Timestamp>,
    pub(super) extent: Extent,
}

impl Fetched {
    pub(super) fn new(batch: Batch, extent: Extent) -> Self {
        Self {
            rows: batch.rows,
            damage: batch.damage,
            stats: None,
            extent,
        }
    }
}

/// How much of a list an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Names and depths: the rest is still to come.
    Partial,
    /// All fields; rows may be missing.
    Whole,
    /// All fields of all rows that the broker had at some time after this.
    Complete(Instant),
}

pub(super) struct ListFetcher {
    pub(super) broker: Arc<BrokerHandle>,
    pub(super) clock: Clock,
    pub(super) tick: Duration,
    pub(super) timeout: Duration,
    pub(super) limit: usize,
    pub(super) wholes: [Budget; ListKind::ALL.len()],
    pub(super) depths: Budget,
    pub(super) without_stats: [Budget; ListKind::ALL.len()],
    /// Whether there are more queues than a page has.
    pub(super) many_queues: bool,
    pub(super) generation: u64,
    /// The histories of queues and vhosts.
    pub(super) history: QueueHistories,
    pub(super) context: Arc<Context>,
}

impl ListFetcher {
    fn new(broker: Arc<BrokerHandle>, context: Arc<Context>) -> Self {
        let config = &context.config;
        Self {
            broker,
            clock: config.clock,
            tick: config.tick,
            timeout: config.answer_timeout,
            limit: config.answer_limit.saturating_mul(LENGTH_FACTOR),
            wholes: [Budget::new(); ListKind::ALL.len()],
            depths: Budget::new(),
            without_stats: [Budget::new(); ListKind::ALL.len()],
            many_queues: false,
            generation: 0,
            history: QueueHistories::default(),
            context,
        }
    }

    async fn run(mut self) {
        loop {
            self.drop_unused();
            let next = match self.next() {
                Some((part, due)) if due <= Instant::now() => {
                    self.fetch(part).await;
                    continue;
                }
                next => next.map_or(CHECK_INTERVAL, |(_, due)| due - Instant::now()),
            };
            tokio::select! {
                () = tokio::time::sleep(next.min(CHECK_INTERVAL)) => (),
                () = self.broker.lists.wake.notified() => (),
            }
        }
    }

    /// Drops lists that nobody requests, but not before they are due again. Pinned queues and brokers
    /// without statistics need the list of queues all the time.
    fn drop_unused(&mut self) {
        if self.broker.needs_queues() {
            self.broker.lists.ask(ListKind::Queues);
        }
        let now = Instant::now();
        for kind in ListKind::ALL {
            let lists = &self.broker.lists;
            let is_used = lists.is_wanted(kind) || lists.is_searched(kind);
            if !is_used && self.due(FetchKind::Whole(kind), 1, now) <= now {
                self.broker.lists.clear(kind);
            }
        }
    }

    /// What is to be fetched, now or later.
    ///
    /// Nothing of a silent broker: the requests would only delay the collector's poll. Of a degraded
    /// one, the lists that were never read, without statistics.
    pub(super) fn wanted(&self) -> Vec<FetchKind> {
        let lists = &self.broker.lists;
        if self.broker.snapshot().is_stale() {
            let unread = ListKind::ALL.into_iter().filter(|&kind| {
                let is_asked = lists.is_wanted(kind) || lists.needs_names(kind);
                is_asked && lists.table(kind).is_none() && self.broker.is_degraded()
            });
            return unread.map(FetchKind::WithoutStats).collect();
        }
        let mut wanted: Vec<_> = ListKind::ALL
            .into_iter()
            .filter(|&kind| lists.is_wanted(kind))
            .map(FetchKind::Whole)
            .collect();
        if self.many_queues && wanted.contains(&FetchKind::Whole(ListKind::Queues)) {
            wanted.push(FetchKind::Depths);
        }
        let searched = ListKind::ALL
            .into_iter()
            .filter(|&kind| !wanted.contains(&FetchKind::Whole(kind)) && lists.needs_names(kind));
        wanted.extend(searched.map(FetchKind::Names).collect::<Vec<_>>());
        wanted
    }

    /// What is due first.
    fn next(&self) -> Option<(FetchKind, Instant)> {
        let wanted = self.wanted();
        let (now, sharers) = (Instant::now(), wanted.len() as u32);
        wanted
            .into_iter()
            .map(|part| (part, self.due(part, sharers, now)))
            .min_by_key(|&(_, due)| due)
    }

    pub(super) fn due(&self, part: FetchKind, sharers: u32, now: Instant) -> Instant {
        match part {
            FetchKind::Names(ListKind::Queues) => self.depths.due(self.tick, sharers, now),
            FetchKind::WithoutStats(kind) => {
                self.without_stats[kind as usize].due(self.tick, sharers, now)
            }
            FetchKind::Whole(kind) | FetchKind::Names(kind) => {
                self.wholes[kind as usize].due(self.tick, sharers, now)
            }
            // A list that is fetched whole every tick includes the depths.
            FetchKind::Depths
                if self.wholes[ListKind::Queues as usize].is_cheap(self.tick, sharers) =>
            {
                now + self.tick
            }
            FetchKind::Depths => self.depths.due(self.tick, sharers, now),
        }
    }

    async fn fetch(&mut self, part: FetchKind) {
        let (kind, fetched) = match part {
            FetchKind::Whole(ListKind::Queues) => (ListKind::Queues, self.fetch_queues().await),
            FetchKind::WithoutStats(kind) => (kind, self.fetch_without_stats(kind).await),
            FetchKind::Whole(kind) | FetchKind::Names(kind) if kind != ListKind::Queues => {
                (kind, self.fetch_list(kind).await)
            }
            _ => (ListKind::Queues, self.fetch_depths().await),
        };
        let Err(error) = fetched else { return };
        let (broker, list) = (&self.broker.name, kind.name());
        let failure = if error.is_absence() {
            // Versions differ in what they have: nothing is wrong.
            tracing::debug!(broker, list, "the broker has no such list");
            Failure::Absent
        } else {
            if self
                .broker
                .log_limit
                .admits(&format!("{list} {}", error.kind()))
            {
                tracing::warn!(broker, list, %error, "a list could not be read");
            }
            if matches!(error, BrokerError::StatisticsOff { .. }) {
                Failure::StatisticsOff
            } else {
                let hint = if error.is_refusal() && kind.needs_administrator() {
                    format!(
                        " Reading its {list} needs the tag administrator on the account that watches the broker."
                    )
                } else {
                    String::new()
                };
                Failure::Silent(format!("{error}{hint}"))
            }
        };
        self.broker.lists.fail(kind, failure);
    }

    /// Whether a healthy broker answers with a list of this length at once.
    fn cost(&self, kind: ListKind) -> Cost {
        let snapshot = self.broker.snapshot();
        let totals = snapshot.poll_data.as_ref();
        let totals = totals.and_then(|poll_data| poll_data.object_totals.as_ref());
        let Some(totals) = totals else {
            return Cost::Expensive;
        };
        let many = match kind {
            // Each queue has a binding.
            ListKind::Queues | ListKind::Bindings => totals.queues,
            ListKind::Connections => totals.connections,
            ListKind::Channels => totals.channels,
            ListKind::Consumers => totals.consumers,
            ListKind::Exchanges => totals.exchanges,
            // Bindings complete it.
            _ => kind.properties().parts.and(totals.queues),
        };
        if many.is_some_and(|many| many > FAST_ROWS) {
            Cost::Expensive
        } else {
            Cost::Cheap
        }
    }

    /// Requests a list and parses the answer on a blocking thread. Adds the time of the request to
    /// `cost`, also if it fails.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        kind: ListKind,
        path: String,
        timeout: Duration,
        cost: &mut Duration,
        read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error> + Send + 'static,
    ) -> Result<T, BrokerError> {
        let body = {
            let request = self.cost(kind);
            let _permit = self.broker.gate.list(request).await;
            let without_stats = path.contains("disable_stats");
            if !without_stats && self.broker.gate.last_timed_out() {
                return Err(self.broker.client.in_vain(request.timeout(timeout)));
            }
            let started = Instant::now();
            let answer = self
                .broker
                .client
                .get_bytes(
                    self.broker.credentials(),
                    &path,
                    request.timeout(timeout),
                    self.limit,
                )
                .await;
            *cost += started.elapsed();
            // A request without statistics is answered while another node hangs: it says nothing of that.
            if request == Cost::Cheap && !without_stats {
                self.broker.gate.note(&answer);
            }
            answer?
        };
        let read = tokio::task::spawn_blocking(move || read(&body)).await;
        let read = read.map_err(|error| error.to_string());
        read.and_then(|read| read.map_err(|error| error.to_string()))
            .map_err(|cause| self.broker.client.malformed(&path, cause))
    }

    async fn fetch_list(&mut self, kind: ListKind) -> Result<(), BrokerError> {
        let mut cost = Duration::ZERO;
        let timeout = self.wholes[kind as usize].timeout(self.timeout);
        let asked_at = Instant::now();
        let batch = self.fetch_rows(kind, timeout, &mut cost).await;
        self.wholes[kind as usize].record(Instant::now(), cost, batch.is_ok());
        let batch = Fetched::new(batch?, Extent::Complete(asked_at));
        self.publish(kind, batch).await;
        if kind == ListKind::Vhosts {
            self.note(kind, NewFigures::All).await;
        }
        Ok(())
    }

    async fn fetch_rows(
        &self,
        kind: ListKind,
        timeout: Duration,
        cost: &mut Duration,
    ) -> Result<Batch, BrokerError> {
        let with_hashes = self.context.config.password_hashes;
        let mut batch = self
            .ask(kind, kind.path(), timeout, cost, move |body| {
                rows::read(kind, body, with_hashes)
            })
            .await?;
        let Some(parts) = kind.properties().parts.filter(|_| batch.rows.len() > 0) else {
            return Ok(batch);
        };
        let rows = std::mem::take(&mut batch.rows);
        let complete = move |body: &[u8]| rows::complete(kind, &rows, body);
        let (rows, damage) = self
            .ask(kind, parts.to_owned(), timeout, cost, complete)
            .await?;
        batch.rows = rows;
        batch.damage.add(damage);
        Ok(batch)
    }

    async fn fetch_without_stats(&mut self, kind: ListKind) -> Result<(), BrokerError> {
        let with_hashes = self.context.config.password_hashes;
        let mut cost = Duration::ZERO;
        let path = kind.path();
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}disable_stats=true");
        let batch = self
            .ask(kind, path, CHEAP_TIMEOUT, &mut cost, move |body| {
                rows::read(kind, body, with_hashes)
            })
            .await;
        self.without_stats[kind as usize].record(Instant::now(), cost, batch.is_ok());
        self.publish(kind, Fetched::new(batch?, Extent::Partial))
            .await;
        Ok(())
    }
}

/// Runs work on a blocking thread; `None` if it panicked.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
