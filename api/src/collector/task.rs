//! One broker's collector: when the broker is polled, and what a poll that fails changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use metering::{BrokerState, EventType, Overview, Timestamp};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::backoff;
use super::changes::PreviousState;
use super::clock_jump::ClockJump;
use super::persist;
use super::poll::{self, Extras, PollResult, poll, poll_vhosts};
use super::poll_interval::{PollInterval, until_next};
use super::prometheus::{self, PrometheusMetrics, PrometheusPoller};
use super::rates::Counters;
use crate::broker::broker_state::BrokerHandle;
use crate::broker::error::BrokerError;
use crate::broker::health::Health;
use crate::broker::snapshot::PollData;
use crate::clock::{Clock, after};
use crate::context::Context;
use crate::http::json::json;
use crate::vhost_set::VhostSetId;

/// The first poll waits no longer than this for the store.
const REFILL_TIMEOUT: Duration = Duration::from_secs(5);

/// A broker whose last answer is older than this many poll intervals is stale.
const STALE_AFTER: u32 = 3;

/// What a collector remembers from one poll to the next.
pub(crate) struct Collector {
    pub(super) broker: Arc<BrokerHandle>,
    pub(super) context: Arc<Context>,
    pub(super) clock: Clock,
    pub(super) tick: Duration,
    pub(super) backoff_limit: Duration,
    pub(super) health: Health,
    pub(super) poll_interval: PollInterval,
    pub(super) counters: Counters,
    /// The counters of those who see some vhosts.
    pub(super) vhost_sets: HashMap<VhostSetId, Counters>,
    /// The last answer, to find what changed.
    pub(super) previous: PreviousState,
    pub(super) clock_jump: ClockJump,
    /// The bucket of the last poll.
    pub(super) last_polled: Option<i64>,
    /// The bucket of the last answered poll.
    pub(super) last_bucket: Option<i64>,
    /// When the last answered poll ended.
    pub(super) answered_at: Option<Instant>,
    /// Whether the broker's own samples were asked for.
    pub(super) contacted: bool,
    /// The last figures of its Prometheus plugins.
    pub(super) prometheus_metrics: Vec<PrometheusMetrics>,
    pub(super) prometheus_poller: PrometheusPoller,
}

/// Runs a broker's collector, and restarts it if it panics. Until its first answer the broker counts
/// as silent: old figures must not be shown as new ones.
pub(crate) async fn supervise(broker: Arc<BrokerHandle>, context: Arc<Context>) {
    let config = &context.config;
    loop {
        let mut task = JoinSet::new();
        task.spawn(Collector::new(Arc::clone(&broker), Arc::clone(&context)).run());
        // It ends only by a panic, which the panic hook logs.
        task.join_next().await;
        tracing::error!(broker = broker.name, "the collector panicked and restarts");
        let desc = "The collector panicked and restarts.";
        context
            .system_log
            .broker(EventType::CollectorRestart, &broker.name, desc);
        broker.publish(|snapshot| {
            let known = snapshot.poll_data.is_some();
            snapshot.broker.state = if known {
                BrokerState::Stale
            } else {
                BrokerState::Down
            };
            snapshot.broker.since = config.clock.now();
            snapshot.broker.reason =
                Some("The collector panicked; see the log of the service.".into());
            snapshot.broker_json = json(&snapshot.broker);
        });
        tokio::time::sleep(config.tick).await;
    }
}

impl Collector {
    pub(crate) fn new(broker: Arc<BrokerHandle>, context: Arc<Context>) -> Self {
        let config = &context.config;
        Self {
            broker,
            clock: config.clock,
            tick: config.tick,
            backoff_limit: config.backoff_limit,
            health: Health::new(config.clock.now()),
            poll_interval: PollInterval::new(config.tick, config.answer_timeout),
            counters: Counters::default(),
            vhost_sets: HashMap::new(),
            previous: PreviousState::default(),
            clock_jump: ClockJump::default(),
            last_polled: None,
            last_bucket: None,
            answered_at: None,
            contacted: false,
            prometheus_metrics: Vec::new(),
            prometheus_poller: PrometheusPoller::default(),
            context,
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
                    () = self.broker.wake.notified() => self.poll_for_new_vhost_sets().await,
                }
            }
        }
    }

    /// The time to the next poll. If the broker answers: to the next multiple of the poll interval, so
    /// that the polls of all brokers and viewers share one grid. Otherwise the back-off.
    fn pause(&self) -> Duration {
        if self.health.missed == 0 {
            let (now, every) = (self.clock.now(), self.poll_interval.every());
            let wait = until_next(now.as_micros(), every);
            // If the timer fired early, this instant was just polled.
            let next = self.broker.history().bucket(after(now, wait).as_millis());
            if Some(next) == self.last_polled {
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

    /// How early a timer may fire before the multiple of the wall clock, which is slewed at times.
    fn timer_tolerance(&self) -> Duration {
        self.tick / 10
    }

    async fn poll(&mut self) {
        if self.clock_jump.look(Instant::now(), self.clock.now()) {
            tracing::warn!(
                broker = self.broker.name,
                "the clock of this machine moved; the last hour is read back from the store"
            );
            // Buckets before and after the jump have no order.
            self.last_bucket = None;
            self.read_back().await;
        }
        let now = after(self.clock.now(), self.timer_tolerance());
        let bucket = self.broker.history().bucket(now.as_millis());
        self.last_polled = Some(bucket);
        let extras = Extras {
            vhosts: !self.broker.recent_vhost_sets.all().is_empty(),
            backfill: !self.contacted,
            first_doubt: self.health.missed == 0,
        };
        let (answer, cost) = self.ask(extras).await;
        self.broker.gate.note(&answer);
        // First contact requests more than a tick does: its cost is no measure of one.
        if !extras.backfill || answer.is_err() {
            self.poll_interval.record(cost);
        }
        let now = self.clock.now();
        match answer {
            Ok(mut result) => {
                self.fill_missing(&mut result).await;
                self.accept(bucket, now, result);
            }
            Err(error) => {
                let alive = error.is_timeout() && poll::is_alive(&self.broker).await;
                self.broker.set_degraded(alive);
                self.fail(now, &error);
                // Lists without statistics may be available now.
                self.broker.lists.wake.notify_one();
            }
        }
    }

    /// Asks the broker, and notes meanwhile when the last answer becomes too old. The cost is the time
    /// that the broker takes, without the time until it is asked.
    async fn ask(&mut self, extras: Extras) -> (Result<PollResult, BrokerError>, Duration) {
        let broker = Arc::clone(&self.broker);
        let timeout = self.poll_interval.timeout();
        let mut asking = std::pin::pin!(async {
            let _permit = broker.gate.poll(extras.cost()).await;
            let started = Instant::now();
            let answer = poll(&broker, extras, timeout).await;
            (answer, started.elapsed())
        });
        let every = self.poll_interval.every();
        // An answer that is late but in time makes nobody stale.
        let too_old = (every * STALE_AFTER).max(every + timeout);
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
        self.context
            .system_log
            .broker(EventType::BrokerStale, name, desc);
        self.publish_health(|_| ());
    }

    /// For a broker without statistics: fills in figures of the plugins and of lists, and names the
    /// missing ones.
    async fn fill_missing(&mut self, result: &mut PollResult) {
        let PollResult {
            overview, nodes, ..
        } = result;
        if overview.disable_stats != Some(true) {
            return;
        }
        let plugins = &self.broker.prometheus;
        let metrics =
            self.prometheus_poller
                .metrics(plugins, self.tick, self.poll_interval.timeout());
        if let Some(metrics) = metrics.await {
            self.prometheus_metrics = metrics;
        }
        prometheus::fill(&self.prometheus_metrics, overview, nodes);
        if overview.queue_totals.is_none() {
            overview.queue_totals = self.broker.lists.totals();
        }
        overview.missing = Some(missing(overview, nodes));
    }

    /// Takes in a poll that failed.
    fn fail(&mut self, now: Timestamp, error: &BrokerError) {
        let before = self.health.state;
        let hint = if self.broker.is_degraded() {
            " It answers what needs no other node: one of its cluster may hang."
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
            let (event, desc) = if self.health.state == BrokerState::Down {
                (
                    EventType::BrokerDown,
                    format!("The broker is down: {error}"),
                )
            } else {
                (
                    EventType::BrokerStale,
                    format!("The broker did not answer: {error}"),
                )
            };
            self.context
                .system_log
                .broker(event, &self.broker.name, desc);
        }
        self.publish_health(|_| ());
    }

    /// Reads what an earlier run of this service has stored.
    async fn refill(&self) {
        if self.broker.history().head().is_none() {
            self.read_back().await;
        }
    }

    /// Fills the last hour from the store.
    async fn read_back(&self) {
        let refill = persist::refill(&self.broker, &*self.context.store, self.clock.now());
        let name = &self.broker.name;
        match tokio::time::timeout(REFILL_TIMEOUT, refill).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(broker = name, %error, "the last hour could not be read");
            }
            Err(_) => tracing::warn!(
                broker = name,
                "the last hour could not be read in {REFILL_TIMEOUT:?}"
            ),
        }
    }

    /// Between two ticks: computes the sums of vhost sets that were just requested.
    async fn poll_for_new_vhost_sets(&mut self) {
        let snapshot = self.broker.snapshot();
        let (Some(poll_data), Some(bucket)) = (&snapshot.poll_data, self.last_bucket) else {
            return;
        };
        let mut wanted = self.broker.recent_vhost_sets.all().into_iter();
        if self.health.missed > 0
            || !wanted.any(|vhost_set| !poll_data.scoped_overviews.contains_key(&vhost_set.id))
        {
            return;
        }
        let Some(vhosts) = poll_vhosts(&self.broker, self.poll_interval.timeout()).await else {
            return;
        };
        let scoped =
            self.scoped_overviews(bucket, self.clock.now(), Some(&vhosts), &poll_data.common);
        self.publish_health(|poll_data| {
            if let Some(poll_data) = poll_data {
                poll_data.scoped_overviews = scoped;
            }
        });
    }

    /// Publishes the broker's health, and a change of the poll data with it.
    pub(super) fn publish_health(&self, change: impl FnOnce(&mut Option<PollData>)) {
        let described = self
            .broker
            .describe(&self.health, self.poll_interval.every());
        self.broker.publish(|snapshot| {
            change(&mut snapshot.poll_data);
            snapshot.broker = described;
            if let Some(poll_data) = &snapshot.poll_data {
                snapshot
                    .broker
                    .rabbitmq_version
                    .clone_from(&poll_data.common.rabbitmq_version);
                snapshot
                    .broker
                    .cluster_name
                    .clone_from(&poll_data.common.cluster_name);
            }
            snapshot.broker_json = json(&snapshot.broker);
        });
    }
}

/// The fields that no source reports.
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
