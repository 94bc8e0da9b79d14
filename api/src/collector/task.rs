//! One broker's collector: when it is asked, and what becomes of its answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use metering::{BrokerState, LogLevel, Overview, Timestamp, Vhost};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::backfill::started_at;
use super::backoff;
use super::broker_error::BrokerError;
use super::changes::{Change, Seen};
use super::clock_jump::ClockJump;
use super::gather::{self, Extras, Gathered, gather, gather_vhosts};
use super::health::Health;
use super::keep;
use super::prometheus;
use super::rates::Counters;
use super::record;
use super::spacing::{Spacing, until_next};
use super::vhosts::sum;
use crate::audience::{Audience, Class};
use crate::clock::{Clock, after};
use crate::ring::Resource;
use crate::snapshot::{Facts, MemberView, json};
use crate::state::Shared;
use crate::watched::Watched;

/// The first poll does not wait longer than this for what the store has.
const REFILL: Duration = Duration::from_secs(5);

/// A broker whose last answer is older than this many poll intervals is stale.
const STALE_AFTER: u32 = 3;

/// What a collector remembers from one poll to the next.
pub(crate) struct Collector {
    broker: Arc<Watched>,
    shared: Arc<Shared>,
    clock: Clock,
    tick: Duration,
    backoff_limit: Duration,
    health: Health,
    spacing: Spacing,
    counters: Counters,
    /// The counters of those who see some vhosts.
    audiences: HashMap<Class, Counters>,
    /// What was last seen, to tell what changed.
    seen: Seen,
    clock_jump: ClockJump,
    /// The slot of the last poll.
    polled: Option<i64>,
    /// The slot of the last answered poll.
    last_slot: Option<i64>,
    /// When the last answered poll ended.
    answered_at: Option<Instant>,
    /// Whether the broker's own samples were asked for.
    contacted: bool,
    /// What its Prometheus plugins last told, and what asking them cost.
    told: Vec<prometheus::Told>,
    asked: prometheus::Asked,
}

/// Keeps a broker's collector running. One that panics is begun anew, and until it has an answer
/// the broker counts as silent: old figures must not pass for new ones.
pub(crate) async fn supervise(broker: Arc<Watched>, shared: Arc<Shared>) {
    let config = &shared.config;
    loop {
        let mut task = JoinSet::new();
        task.spawn(Collector::new(Arc::clone(&broker), Arc::clone(&shared)).run());
        // It has no other end than a panic, which is logged by whoever handles panics.
        task.join_next().await;
        tracing::error!(
            broker = broker.name,
            "the collector broke off and is begun anew"
        );
        let desc = "The collector broke off and is begun anew.";
        shared.events.broker(LogLevel::Error, &broker.name, desc);
        broker.publish(|snapshot| {
            let known = snapshot.facts.is_some();
            snapshot.broker.state = if known {
                BrokerState::Stale
            } else {
                BrokerState::Down
            };
            snapshot.broker.since = config.clock.now();
            snapshot.broker.reason =
                Some("The collector broke off; the log of the service says why.".into());
            snapshot.broker_json = json(&snapshot.broker);
        });
        tokio::time::sleep(config.tick).await;
    }
}

impl Collector {
    pub(crate) fn new(broker: Arc<Watched>, shared: Arc<Shared>) -> Self {
        let config = &shared.config;
        Self {
            broker,
            clock: config.clock,
            tick: config.tick,
            backoff_limit: config.backoff_limit,
            health: Health::new(config.clock.now()),
            spacing: Spacing::new(config.tick, config.answer_timeout),
            counters: Counters::default(),
            audiences: HashMap::new(),
            seen: Seen::default(),
            clock_jump: ClockJump::default(),
            polled: None,
            last_slot: None,
            answered_at: None,
            contacted: false,
            told: Vec::new(),
            asked: prometheus::Asked::default(),
            shared,
        }
    }

    /// Asks the broker until it is dropped.
    pub(crate) async fn run(mut self) {
        self.refill().await;
        loop {
            self.poll().await;
            let next = Instant::now() + self.pause();
            loop {
                tokio::select! {
                    () = tokio::time::sleep_until(next) => break,
                    () = self.broker.wake.notified() => self.look_for_audiences().await,
                }
            }
        }
    }

    /// The time to the next poll: to the next multiple of the spacing where the broker answers, so
    /// that the polls of all brokers and viewers stand on one grid; else by backing off.
    fn pause(&self) -> Duration {
        if self.health.missed == 0 {
            let (now, every) = (self.clock.now(), self.spacing.every());
            let wait = until_next(now.as_micros(), every);
            // Where the timer came early, the poll of that instant has just been.
            let next = self.broker.ring().slot(after(now, wait).as_millis());
            if Some(next) == self.polled {
                wait + every
            } else {
                wait
            }
        } else {
            backoff::pause(
                self.tick,
                self.health.missed,
                self.backoff_limit,
                rand::random(),
            )
        }
    }

    /// A timer may come so much before the wall clock's multiple, which is slewed now and then.
    fn forgiven(&self) -> Duration {
        self.tick / 10
    }

    async fn poll(&mut self) {
        if self.clock_jump.look(Instant::now(), self.clock.now()) {
            tracing::warn!(
                broker = self.broker.name,
                "the clock of this machine moved; the last hour is read back from the store"
            );
            // Slots before and after stand in no order to each other.
            self.last_slot = None;
            self.read_back().await;
        }
        let now = after(self.clock.now(), self.forgiven());
        let slot = self.broker.ring().slot(now.as_millis());
        self.polled = Some(slot);
        let extras = Extras {
            vhosts: !self.broker.audiences().is_empty(),
            backfill: !self.contacted,
            first_doubt: self.health.missed == 0,
        };
        let (answer, cost) = self.ask(extras).await;
        self.broker.gate.note(&answer);
        // First contact asks for more than a tick does: it says nothing about the cost of one.
        if !extras.backfill || answer.is_err() {
            self.spacing.record(cost);
        }
        let now = self.clock.now();
        match answer {
            Ok(mut gathered) => {
                self.fill_in(&mut gathered).await;
                self.accept(slot, now, gathered);
            }
            Err(error) => {
                let alive = error.is_timeout() && gather::is_alive(&self.broker).await;
                self.broker.set_hampered(alive);
                self.refuse(now, &error);
                // Lists without statistics may be had now.
                self.broker.lists.wake.notify_one();
            }
        }
    }

    /// Asks the broker, and notes meanwhile when the last answer becomes too old. The cost is the time
    /// that the broker takes, without the time until it is asked.
    async fn ask(&mut self, extras: Extras) -> (Result<Gathered, BrokerError>, Duration) {
        let broker = Arc::clone(&self.broker);
        let patience = self.spacing.patience();
        let mut asking = std::pin::pin!(async {
            let _permit = broker.gate.poll(extras.cost()).await;
            let started = Instant::now();
            let answer = gather(&broker, extras, patience).await;
            (answer, started.elapsed())
        });
        let every = self.spacing.every();
        // An answer that is late but in time makes nobody stale.
        let too_old = (every * STALE_AFTER).max(every + patience);
        if let Some(answered_at) = self.answered_at {
            match tokio::time::timeout_at(answered_at + too_old, &mut asking).await {
                Ok(answered) => return answered,
                Err(_) => self.note_overdue(answered_at.elapsed()),
            }
        }
        asking.await
    }

    /// Marks the broker as stale, since its last answer is too old.
    fn note_overdue(&mut self, age: Duration) {
        if self.health.state != BrokerState::Ok {
            return;
        }
        self.health.overdue(self.clock.now(), age);
        let reason = self.health.reason.clone().unwrap_or_default();
        let name = &self.broker.name;
        tracing::warn!(broker = name, reason, "its values are old");
        let desc = format!("The broker's values are old: {reason}");
        self.shared.events.broker(LogLevel::Warning, name, desc);
        self.publish_health(|_| ());
    }

    /// Of a broker without statistics: puts down what others tell, and says what nobody does.
    async fn fill_in(&mut self, gathered: &mut Gathered) {
        let Gathered {
            overview, nodes, ..
        } = gathered;
        if overview.disable_stats != Some(true) {
            return;
        }
        let plugins = &self.broker.prometheus;
        let told = self
            .asked
            .metrics(plugins, self.tick, self.spacing.patience());
        if let Some(told) = told.await {
            self.told = told;
        }
        prometheus::fill(&self.told, overview, nodes);
        if overview.queue_totals.is_none() {
            overview.queue_totals = self.broker.lists.totals();
        }
        overview.missing = Some(missing(overview, nodes));
    }

    fn refuse(&mut self, now: Timestamp, error: &BrokerError) {
        let before = self.health.state;
        let hint = if self.broker.is_hampered() {
            " What needs no other node it tells: one of its cluster may hang."
        } else {
            ""
        };
        self.health.missed(now, format!("{error}{hint}"));
        let is_new = self.health.state != before || self.health.missed == 1;
        let fault = format!("poll {:?} {}", self.health.state, error.kind());
        let is_due = self.broker.log_limit.admits(&fault);
        if is_new || is_due {
            tracing::warn!(broker = self.broker.name, state = ?self.health.state, %error, "no answer");
        }
        if is_new {
            let (level, desc) = if self.health.state == BrokerState::Down {
                (LogLevel::Error, format!("The broker is down: {error}"))
            } else {
                (
                    LogLevel::Warning,
                    format!("The broker did not answer: {error}"),
                )
            };
            self.shared.events.broker(level, &self.broker.name, desc);
        }
        self.publish_health(|_| ());
    }

    fn accept(&mut self, slot: i64, now: Timestamp, gathered: Gathered) {
        let Gathered {
            mut overview,
            nodes,
            vhosts,
            backfill,
        } = gathered;
        let at = now.as_millis();
        let looked = self.seen.look(&overview, &nodes);
        if looked.restarted {
            self.counters.reset();
            self.audiences.values_mut().for_each(Counters::reset);
        }
        // Bridged is only what was left out on purpose, not what was not answered.
        let bridged = self.last_slot.filter(|last| {
            let left_out = slot - last;
            self.health.missed == 0
                && left_out > 1
                && left_out <= 2 * i64::from(self.spacing.ticks())
        });
        // The slots that are known from now on, beside this one.
        let mut filled = Vec::new();
        {
            let mut ring = self.broker.ring_mut();
            ring.open(slot);
            if let Some(backfill) = backfill {
                filled = ring.empty_slots(slot);
                backfill.fill(
                    &mut ring,
                    &mut self.counters,
                    at,
                    started_at(&nodes, at),
                    &filled,
                );
            }
            overview.drop_samples();
            if let Some(stats) = &mut overview.message_stats {
                self.counters.correct_messages(at, stats);
            }
            if let Some(rates) = &mut overview.churn_rates {
                self.counters.correct_churn(at, rates);
            }
            record::overview(&mut ring, slot, &overview);
            record::nodes(&mut ring, slot, &nodes);
        }
        self.contacted = true;
        self.answered_at = Some(Instant::now());
        overview.observed_at = Some(now);

        self.tell_answer(now, &overview);
        self.tell(looked.changes);
        let common = common(&overview);
        let members = self.members(slot, now, vhosts.as_deref(), &common);
        if let Some(last) = bridged {
            self.broker.ring_mut().bridge(last, slot);
            filled.extend(last + 1..slot);
        }
        self.last_slot = Some(slot);
        self.keep(slot, filled);
        let facts = Facts {
            observed_at: now,
            object_totals: overview.object_totals.clone(),
            overview_json: json(&overview),
            nodes_json: json(&nodes),
            common,
            members,
        };
        self.publish_health(|known| *known = Some(facts));
    }

    /// Hands what became known to the store: the last poll, and what was filled beside it.
    fn keep(&self, slot: i64, filled: Vec<i64>) {
        let (last, before) = {
            let ring = self.broker.ring();
            let rows = |slots| keep::rows(&self.broker, &ring, slots);
            (rows(vec![slot]), rows(filled))
        };
        for row in last {
            self.shared.store.collect(row);
        }
        if !before.is_empty() {
            // It may be an hour: the next tick does not wait for that.
            let store = Arc::clone(&self.shared.store);
            self.shared.storing.spawn_blocking(move || {
                for row in before {
                    store.collect(row);
                }
            });
        }
    }

    /// Takes up what another run of this service has seen.
    async fn refill(&self) {
        if self.broker.ring().head().is_none() {
            self.read_back().await;
        }
    }

    /// Fills the last hour from the store.
    async fn read_back(&self) {
        let refill = keep::refill(&self.broker, &*self.shared.store, self.clock.now());
        let name = &self.broker.name;
        match tokio::time::timeout(REFILL, refill).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(broker = name, %error, "the last hour could not be read");
            }
            Err(_) => tracing::warn!(
                broker = name,
                "the last hour could not be read in {REFILL:?}"
            ),
        }
    }

    /// Between two ticks: sums for an audience that just came.
    async fn look_for_audiences(&mut self) {
        let snapshot = self.broker.snapshot();
        let (Some(facts), Some(slot)) = (&snapshot.facts, self.last_slot) else {
            return;
        };
        let mut wanted = self.broker.audiences().into_iter();
        if self.health.missed > 0
            || !wanted.any(|audience| !facts.members.contains_key(&audience.class))
        {
            return;
        }
        let Some(vhosts) = gather_vhosts(&self.broker, self.spacing.patience()).await else {
            return;
        };
        let members = self.members(slot, self.clock.now(), Some(&vhosts), &facts.common);
        self.publish_health(|facts| {
            if let Some(facts) = facts {
                facts.members = members;
            }
        });
    }

    /// The overviews of those who see some vhosts: new ones where the vhosts are known, else the
    /// last ones. Their sums go into the ring.
    fn members(
        &mut self,
        slot: i64,
        now: Timestamp,
        vhosts: Option<&[Vhost]>,
        common: &Overview,
    ) -> BTreeMap<Class, MemberView> {
        let wanted = self.broker.audiences();
        let is_wanted = |class: Class| wanted.iter().any(|audience| audience.class == class);
        self.audiences.retain(|&class, _| is_wanted(class));
        let snapshot = self.broker.snapshot();
        let mut members = snapshot
            .facts
            .as_ref()
            .map(|facts| facts.members.clone())
            .unwrap_or_default();
        members.retain(|&class, _| is_wanted(class));
        let mut ring = self.broker.ring_mut();
        ring.retain_audiences(is_wanted);
        let Some(vhosts) = vhosts else { return members };
        for Audience {
            class,
            vhosts: names,
        } in &wanted
        {
            let (totals, mut stats) = sum(vhosts, names);
            if let Some(stats) = &mut stats {
                let counters = self.audiences.entry(*class).or_default();
                counters.correct_messages(now.as_millis(), stats);
            }
            record::messages(
                &mut ring,
                Resource::Audience(*class),
                slot,
                Some(&totals),
                stats.as_ref(),
            );
            let overview = Overview {
                queue_totals: Some(totals),
                message_stats: stats,
                observed_at: Some(now),
                ..common.clone()
            };
            members.insert(
                *class,
                MemberView {
                    observed_at: now,
                    overview_json: json(&overview),
                },
            );
        }
        members
    }

    /// Notes that the broker answered, and tells it where it did not before.
    fn tell_answer(&mut self, now: Timestamp, overview: &Overview) {
        let (before, since) = (self.health.state, self.health.since);
        let is_first = self.health.last_seen.is_none();
        self.health.answered(now);
        self.broker.set_hampered(false);
        if before == BrokerState::Ok {
            return;
        }
        // While it was silent nobody asked for lists.
        self.broker.lists.wake.notify_one();
        let version = overview.rabbitmq_version.as_deref().unwrap_or("?");
        tracing::info!(broker = self.broker.name, version, "answers");
        let desc = if is_first {
            format!("The broker answers: RabbitMQ {version}.")
        } else {
            let seconds = (now.as_millis() - since.as_millis()) as f64 / 1000.0;
            format!("The broker answers again, after {seconds:.0} s.")
        };
        let events = &self.shared.events;
        events.broker(LogLevel::Info, &self.broker.name, desc);
    }

    fn tell(&self, changes: Vec<Change>) {
        let (events, broker) = (&self.shared.events, &self.broker.name);
        for Change { level, node, desc } in changes {
            match node {
                Some(node) => events.node(level, broker, &node, desc),
                None => events.broker(level, broker, desc),
            }
        }
    }

    fn publish_health(&self, change: impl FnOnce(&mut Option<Facts>)) {
        let described = self.broker.describe(&self.health, self.spacing.every());
        self.broker.publish(|snapshot| {
            change(&mut snapshot.facts);
            snapshot.broker = described;
            if let Some(facts) = &snapshot.facts {
                snapshot
                    .broker
                    .rabbitmq_version
                    .clone_from(&facts.common.rabbitmq_version);
                snapshot
                    .broker
                    .cluster_name
                    .clone_from(&facts.common.cluster_name);
            }
            snapshot.broker_json = json(&snapshot.broker);
        });
    }
}

/// What nobody tells, by field.
fn missing(overview: &Overview, nodes: &[metering::Node]) -> Vec<String> {
    let objects = overview.object_totals.as_ref();
    let parts = [
        ("message_stats", overview.message_stats.is_none()),
        ("queue_totals", overview.queue_totals.is_none()),
        ("churn_rates", overview.churn_rates.is_none()),
        (
            "object_totals.channels",
            objects.is_none_or(|objects| objects.channels.is_none()),
        ),
        (
            "object_totals.consumers",
            objects.is_none_or(|objects| objects.consumers.is_none()),
        ),
        ("listeners", overview.listeners.is_none()),
        ("contexts", overview.contexts.is_none()),
        ("nodes", nodes.iter().any(|node| node.mem_used.is_none())),
    ];
    let missing = parts.into_iter().filter(|&(_, is_missing)| is_missing);
    missing.map(|(name, _)| name.to_owned()).collect()
}

/// What every account of a broker may see of its overview, whatever its vhosts.
fn common(overview: &Overview) -> Overview {
    Overview {
        rabbitmq_version: overview.rabbitmq_version.clone(),
        management_version: overview.management_version.clone(),
        erlang_version: overview.erlang_version.clone(),
        cluster_name: overview.cluster_name.clone(),
        rates_mode: overview.rates_mode.clone(),
        disable_stats: overview.disable_stats,
        missing: overview.missing.clone(),
        enable_queue_totals: overview.enable_queue_totals,
        product_name: overview.product_name.clone(),
        product_version: overview.product_version.clone(),
        default_queue_type: overview.default_queue_type.clone(),
        cluster_tags: overview.cluster_tags.clone(),
        node_tags: overview.node_tags.clone(),
        exchange_types: overview.exchange_types.clone(),
        observed_at: overview.observed_at,
        ..Overview::default()
    }
}
