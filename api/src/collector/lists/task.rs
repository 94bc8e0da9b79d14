//! When which list is fetched. One task a broker, beside the collector's, which goes first.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::budget::Budget;
use super::history::{self, Fresh, History, Moment};
use super::kind::Kind;
use super::queues;
use super::rows::{Batch, Damage, Rows};
use super::shelf::Failure;
use super::table::Table;
use crate::clock::Clock;
use crate::collector::broker_error::BrokerError;
use crate::collector::gather::CHEAP_PATIENCE;
use crate::request_gate::Cost;
use crate::state::Shared;
use crate::watched::Watched;

/// So often it is looked whether a list is still asked for.
const LOOK: Duration = Duration::from_secs(10);
/// A broker in health tells of so many things at once.
const AT_ONCE: i64 = 1000;
/// A list may have so many times the bytes that other answers may.
const LONGER: usize = 8;

/// Fetches a broker's lists. One that panics is begun anew.
pub(crate) async fn supervise(broker: Arc<Watched>, shared: Arc<Shared>) {
    loop {
        let mut task = JoinSet::new();
        task.spawn(Librarian::new(Arc::clone(&broker), Arc::clone(&shared)).run());
        // It has no other end than a panic, which is logged by whoever handles panics.
        task.join_next().await;
        tracing::error!(
            broker = broker.name,
            "the reading of lists broke off and is begun anew"
        );
        tokio::time::sleep(shared.config.tick).await;
    }
}

/// What is fetched on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A list as a whole; of queues all that is not a depth.
    Whole(Kind),
    /// The depths of queues, where they are many.
    Depths,
    /// What a broker tells while a node of its cluster hangs: no statistics, no depths.
    Bare(Kind),
    /// What things are called, where somebody searches and nobody looks at the list: of queues the
    /// cheap form.
    Names(Kind),
}

/// Rows that have just come.
struct Fetched {
    rows: Rows,
    damage: Damage,
    /// When all that is no depth came, where that is another time.
    stats: Option<metering::Timestamp>,
    extent: Extent,
}

impl Fetched {
    fn new(batch: Batch, extent: Extent) -> Self {
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
enum Extent {
    /// Names and depths: the rest is still to come.
    Partial,
    /// All fields; rows may be missing.
    Whole,
    /// All fields of all rows that the broker had at some time after this.
    Complete(Instant),
}

struct Librarian {
    broker: Arc<Watched>,
    clock: Clock,
    tick: Duration,
    patience: Duration,
    limit: usize,
    wholes: [Budget; Kind::ALL.len()],
    depths: Budget,
    bare: [Budget; Kind::ALL.len()],
    /// Whether there are more queues than a page has.
    many_queues: bool,
    generation: u64,
    /// What becomes of what is fetched, beside answers.
    history: History,
    shared: Arc<Shared>,
}

impl Librarian {
    fn new(broker: Arc<Watched>, shared: Arc<Shared>) -> Self {
        let config = &shared.config;
        Self {
            broker,
            clock: config.clock,
            tick: config.tick,
            patience: config.answer_timeout,
            limit: config.answer_limit.saturating_mul(LONGER),
            wholes: [Budget::new(); Kind::ALL.len()],
            depths: Budget::new(),
            bare: [Budget::new(); Kind::ALL.len()],
            many_queues: false,
            generation: 0,
            history: History::default(),
            shared,
        }
    }

    async fn run(mut self) {
        loop {
            self.tidy();
            let next = match self.next() {
                Some((part, due)) if due <= Instant::now() => {
                    self.fetch(part).await;
                    continue;
                }
                next => next.map_or(LOOK, |(_, due)| due - Instant::now()),
            };
            tokio::select! {
                () = tokio::time::sleep(next.min(LOOK)) => (),
                () = self.broker.lists.wake.notified() => (),
            }
        }
    }

    /// Lists that nobody asks for are cleared away, though not before they may be asked for again.
    /// Pinned queues ask for theirs all the time, and so do brokers without statistics.
    fn tidy(&mut self) {
        if self.broker.needs_queues() {
            self.broker.lists.ask(Kind::Queues);
        }
        let now = Instant::now();
        for kind in Kind::ALL {
            let lists = &self.broker.lists;
            let is_used = lists.is_wanted(kind) || lists.is_searched(kind);
            if !is_used && self.due(Part::Whole(kind), 1, now) <= now {
                self.broker.lists.clear(kind);
            }
        }
    }

    /// What is to be fetched, now or later.
    ///
    /// Of a silent broker nothing: it would only keep the collector from its turn. Of one that tells
    /// what needs no other node the lists that were never read, without statistics.
    fn wanted(&self) -> Vec<Part> {
        let lists = &self.broker.lists;
        if self.broker.snapshot().is_stale() {
            let unread = Kind::ALL.into_iter().filter(|&kind| {
                let is_asked = lists.is_wanted(kind) || lists.needs_names(kind);
                is_asked && lists.table(kind).is_none() && self.broker.is_hampered()
            });
            return unread.map(Part::Bare).collect();
        }
        let mut wanted: Vec<_> = Kind::ALL
            .into_iter()
            .filter(|&kind| lists.is_wanted(kind))
            .map(Part::Whole)
            .collect();
        if self.many_queues && wanted.contains(&Part::Whole(Kind::Queues)) {
            wanted.push(Part::Depths);
        }
        let searched = Kind::ALL
            .into_iter()
            .filter(|&kind| !wanted.contains(&Part::Whole(kind)) && lists.needs_names(kind));
        wanted.extend(searched.map(Part::Names).collect::<Vec<_>>());
        wanted
    }

    /// What is due first.
    fn next(&self) -> Option<(Part, Instant)> {
        let wanted = self.wanted();
        let (now, sharers) = (Instant::now(), wanted.len() as u32);
        wanted
            .into_iter()
            .map(|part| (part, self.due(part, sharers, now)))
            .min_by_key(|&(_, due)| due)
    }

    fn due(&self, part: Part, sharers: u32, now: Instant) -> Instant {
        match part {
            Part::Names(Kind::Queues) => self.depths.due(self.tick, sharers, now),
            Part::Bare(kind) => self.bare[kind as usize].due(self.tick, sharers, now),
            Part::Whole(kind) | Part::Names(kind) => {
                self.wholes[kind as usize].due(self.tick, sharers, now)
            }
            // What is asked for whole every tick brings its depths along.
            Part::Depths if self.wholes[Kind::Queues as usize].is_cheap(self.tick, sharers) => {
                now + self.tick
            }
            Part::Depths => self.depths.due(self.tick, sharers, now),
        }
    }

    async fn fetch(&mut self, part: Part) {
        let (kind, fetched) = match part {
            Part::Whole(Kind::Queues) => (Kind::Queues, self.fetch_queues().await),
            Part::Bare(kind) => (kind, self.fetch_bare(kind).await),
            Part::Whole(kind) | Part::Names(kind) if kind != Kind::Queues => {
                (kind, self.fetch_list(kind).await)
            }
            _ => (Kind::Queues, self.fetch_depths().await),
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
    fn cost(&self, kind: Kind) -> Cost {
        let snapshot = self.broker.snapshot();
        let totals = snapshot.facts.as_ref();
        let totals = totals.and_then(|facts| facts.object_totals.as_ref());
        let Some(totals) = totals else {
            return Cost::Expensive;
        };
        let many = match kind {
            // Each queue has a binding.
            Kind::Queues | Kind::Bindings => totals.queues,
            Kind::Connections => totals.connections,
            Kind::Channels => totals.channels,
            Kind::Consumers => totals.consumers,
            Kind::Exchanges => totals.exchanges,
            _ => None,
        };
        if many.is_some_and(|many| many > AT_ONCE) {
            Cost::Expensive
        } else {
            Cost::Cheap
        }
    }

    /// Reads an answer on a thread that may block. Says what asking took, whatever came of it.
    async fn ask<T: Send + 'static>(
        &self,
        kind: Kind,
        path: String,
        patience: Duration,
        cost: &mut Duration,
        read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error> + Send + 'static,
    ) -> Result<T, BrokerError> {
        let body = {
            let request = self.cost(kind);
            let _permit = self.broker.gate.list(request).await;
            let is_bare = path.contains("disable_stats");
            if !is_bare && self.broker.gate.last_timed_out() {
                return Err(self.broker.client.in_vain(request.timeout(patience)));
            }
            let started = Instant::now();
            let answer = self
                .broker
                .client
                .get_bytes(
                    self.broker.credentials(),
                    &path,
                    request.timeout(patience),
                    self.limit,
                )
                .await;
            *cost += started.elapsed();
            // Without statistics it tells while another node hangs.
            if request == Cost::Cheap && !is_bare {
                self.broker.gate.note(&answer);
            }
            answer?
        };
        let read = tokio::task::spawn_blocking(move || read(&body)).await;
        let read = read.map_err(|error| error.to_string());
        read.and_then(|read| read.map_err(|error| error.to_string()))
            .map_err(|cause| self.broker.client.malformed(&path, cause))
    }

    async fn fetch_list(&mut self, kind: Kind) -> Result<(), BrokerError> {
        let mut cost = Duration::ZERO;
        let patience = self.wholes[kind as usize].patience(self.patience);
        let asked_at = Instant::now();
        let batch = self
            .ask(kind, kind.path(), patience, &mut cost, move |body| {
                kind.read(body)
            })
            .await;
        self.wholes[kind as usize].record(Instant::now(), cost, batch.is_ok());
        let batch = Fetched::new(batch?, Extent::Complete(asked_at));
        self.publish(kind, batch).await;
        if kind == Kind::Vhosts {
            self.note(kind, Fresh::All).await;
        }
        Ok(())
    }

    async fn fetch_bare(&mut self, kind: Kind) -> Result<(), BrokerError> {
        let mut cost = Duration::ZERO;
        let path = kind.path();
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}disable_stats=true");
        let batch = self
            .ask(kind, path, CHEAP_PATIENCE, &mut cost, move |body| {
                kind.read(body)
            })
            .await;
        self.bare[kind as usize].record(Instant::now(), cost, batch.is_ok());
        self.publish(kind, Fetched::new(batch?, Extent::Partial))
            .await;
        Ok(())
    }

    /// Queues page by page. With the first page it is known whether there are many: then the depths
    /// of all come before the rest of the pages.
    async fn fetch_queues(&mut self) -> Result<(), BrokerError> {
        let mut cost = Duration::ZERO;
        let swept = self.sweep(&mut cost).await;
        self.wholes[Kind::Queues as usize].record(Instant::now(), cost, swept.is_ok());
        if let Ok(true) = swept {
            self.note(Kind::Queues, Fresh::All).await;
        }
        swept.map(drop)
    }

    /// Whether it came to its end.
    async fn sweep(&mut self, cost: &mut Duration) -> Result<bool, BrokerError> {
        let read = |body: &[u8]| Kind::Queues.read(body);
        let asked_at = Instant::now();
        let first = self
            .ask(Kind::Queues, queues::page(1), self.patience, cost, read)
            .await?;
        let pages = first.page_count.unwrap_or(1);
        self.many_queues = pages > 1;
        if !self.many_queues {
            let mut fetched = Fetched::new(first, Extent::Complete(asked_at));
            fetched.rows = self.with_consumers(fetched.rows, cost).await;
            self.publish(Kind::Queues, fetched).await;
            return Ok(true);
        }
        if self.broker.lists.table(Kind::Queues).is_none() {
            self.fetch_depths().await?;
        }
        let mut damage = first.damage;
        let mut parts = vec![first.rows];
        for number in 2..=pages {
            if !self.broker.lists.is_wanted(Kind::Queues) {
                return Ok(false);
            }
            let path = queues::page(number);
            let page = self.ask(Kind::Queues, path, self.patience, cost, read);
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
        let Some(known) = self.broker.lists.table(Kind::Queues) else {
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
        self.publish_at(Kind::Queues, observed_at, fetched).await;
        Ok(true)
    }

    /// Of a broker without statistics its Prometheus plugins tell how many consumers there are.
    async fn with_consumers(&self, rows: Rows, cost: &mut Duration) -> Rows {
        if !self.broker.is_without_statistics() {
            return rows;
        }
        let started = Instant::now();
        let consumers = self.broker.prometheus.consumers(self.patience).await;
        *cost += started.elapsed();
        let Some(consumers) = consumers else {
            return rows;
        };
        let kept = rows.clone();
        run(move || queues::with_consumers(&rows, &consumers))
            .await
            .unwrap_or(kept)
    }

    async fn fetch_depths(&mut self) -> Result<(), BrokerError> {
        let known = self.broker.lists.table(Kind::Queues);
        let stats = known.as_ref().and_then(|known| known.stats_observed_at);
        let mut cost = Duration::ZERO;
        let patience = self.depths.patience(self.patience);
        let asked_at = Instant::now();
        let rows = self.ask(
            Kind::Queues,
            queues::DEPTHS.to_owned(),
            patience,
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
        self.publish(Kind::Queues, fetched).await;
        self.note(Kind::Queues, Fresh::Depths).await;
        Ok(())
    }

    async fn publish(&mut self, kind: Kind, fetched: Fetched) {
        let now = self.clock.now();
        self.publish_at(kind, now, fetched).await;
    }

    async fn publish_at(&mut self, kind: Kind, observed_at: metering::Timestamp, fetched: Fetched) {
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

    fn note_damage(&self, kind: Kind, damage: Damage) {
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

    /// Hands on what is kept of a list that has just come.
    async fn note(&mut self, kind: Kind, fresh: Fresh) {
        let Some(table) = self.broker.lists.table(kind) else {
            return;
        };
        let (wanted, busy) = (self.broker.charted(), self.shared.config.busy_queues);
        let rows = Arc::clone(&table);
        if kind == Kind::Queues && self.broker.is_without_statistics() {
            let rows = Arc::clone(&table);
            if let Some(totals) = run(move || queues::totals(&rows.rows)).await {
                self.broker.lists.set_totals(totals);
            }
        }
        let chosen = run(move || match kind {
            Kind::Queues => history::queues(&rows.rows, &wanted, busy, fresh),
            _ => history::vhosts(&rows.rows),
        });
        let Some(chosen) = chosen.await else { return };
        let now = Instant::now();
        let part = match fresh {
            Fresh::Depths => Part::Depths,
            Fresh::All => Part::Whole(kind),
        };
        let moment = Moment {
            at: self.clock.now().as_millis(),
            apart: self.due(part, self.wanted().len() as u32, now) - now,
            store: &*self.shared.store,
        };
        let broker = &self.broker;
        match kind {
            Kind::Queues => {
                self.history
                    .take_queues(broker, &table.rows, &chosen, fresh, moment);
            }
            _ => self
                .history
                .take_vhosts(broker, &table.rows, &chosen, moment),
        }
    }
}

/// On a thread that may block; none where it panicked.
async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
