//! What is known of a broker: written by its collector, read by controllers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use arc_swap::ArcSwap;
use metering::lists::ListKind;
use metering::{Alert, Broker, Timestamp};
use secrecy::SecretString;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

use crate::broker::charted_queues::ChartedQueues;
use crate::broker::client::{BrokerClient, Credentials};
use crate::broker::detail_cache::DetailCache;
use crate::broker::health::Health;
use crate::broker::log_limit::LogLimit;
use crate::broker::prometheus_client::PrometheusClient;
use crate::broker::recent_history::RecentHistory;
use crate::broker::recent_vhost_sets::RecentVhostSets;
use crate::broker::request_gate::RequestGate;
use crate::broker::snapshot::{ScopedOverview, Snapshot};
use crate::config::{ApiConfig, ApiError, BrokerConfig};
use crate::http::response_cache::ResponseCache;
use crate::lists::registry::ListRegistry;
use crate::vhost_set::VhostSet;

/// Most sign-ins in flight at one broker.
const MAX_SIGN_INS: usize = 4;
/// The recent history covers this much more than is configured: the first step of a chart of all of
/// it begins a little earlier.
const LEAD: Duration = Duration::from_mins(1);
/// A request waits this long even if the broker seems to hang.
const MIN_WAIT: Duration = Duration::from_millis(700);
/// How often a waiting request checks whether the broker hangs.
const HANG_CHECK: Duration = Duration::from_millis(50);
/// A request waits this long for what is not there yet: the sums of a new vhost set, a new list, the
/// first poll. Less if the broker hangs: see [`BrokerHandle::wait_for`].
const MAX_WAIT: Duration = Duration::from_secs(3);

/// One configured broker.
#[derive(Debug)]
pub(crate) struct BrokerHandle {
    /// The operator's name for it.
    pub(crate) name: String,
    /// `name`, shared with stored samples.
    pub(crate) resource_id: Arc<str>,
    /// The project of its samples.
    pub(crate) project_id: Option<Arc<str>>,
    description: Option<String>,
    username: String,
    password: SecretString,
    /// Requests to its management API.
    pub(crate) client: BrokerClient,
    /// Orders the requests with the collector's account.
    pub(crate) gate: RequestGate,
    /// Bounds the sign-ins in flight, which come with the viewers' own accounts.
    pub(crate) sign_ins: Semaphore,
    snapshot: ArcSwap<Snapshot>,
    alerts: ArcSwap<Vec<Alert>>,
    /// Requests to its Prometheus plugins.
    pub(crate) prometheus: PrometheusClient,
    /// Sends the generation of every new snapshot, from 1.
    changed: watch::Sender<u64>,
    history: RwLock<RecentHistory>,
    /// The vhost sets whose sums a viewer requested within the last minute.
    pub(crate) recent_vhost_sets: RecentVhostSets,
    /// Wakes the collector for a vhost set that has no sums yet.
    pub(crate) wake: Notify,
    /// Its queues, connections and so on, fetched while somebody asks.
    pub(crate) lists: ListRegistry,
    /// The queues and vhosts that have a history whatever is in them.
    pub(crate) charted_queues: ChartedQueues,
    /// Objects that were read in full.
    pub(crate) details: DetailCache,
    /// Series that were computed since the last tick.
    pub(crate) series: ResponseCache,
    /// How often its lasting faults are logged.
    pub(crate) log_limit: LogLimit,
    polled_once: AtomicBool,
    /// Whether it answers only requests that need no other node of its cluster.
    degraded: AtomicBool,
}

impl BrokerHandle {
    pub(crate) fn new(broker: &BrokerConfig, config: &ApiConfig) -> Result<Self, ApiError> {
        let health = Health::new(config.clock.now());
        let access = config.access(&broker.name);
        let client = BrokerClient::new(
            &broker.url,
            config.connect_timeout,
            config.answer_limit,
            access,
        )?;
        let snapshot = Snapshot::new(Broker {
            name: broker.name.clone(),
            state: health.state,
            since: health.since,
            reason: health.reason,
            last_seen: None,
            tick: config.tick.as_millis() as u32,
            description: broker.description.clone(),
            rabbitmq_version: None,
            cluster_name: None,
        });
        Ok(Self {
            name: broker.name.clone(),
            resource_id: broker.name.as_str().into(),
            project_id: broker.sample_project().map(Arc::from),
            description: broker.description.clone(),
            username: broker.username.clone(),
            password: broker.password.clone(),
            client,
            gate: RequestGate::default(),
            sign_ins: Semaphore::new(MAX_SIGN_INS),
            snapshot: ArcSwap::from_pointee(snapshot),
            alerts: ArcSwap::default(),
            prometheus: PrometheusClient::new(
                config.plugins(&broker.name),
                config.connect_timeout,
                config.answer_limit,
                access,
            )?,
            changed: watch::Sender::new(0),
            history: RwLock::new(RecentHistory::new(config.tick, config.history + LEAD)),
            recent_vhost_sets: RecentVhostSets::default(),
            wake: Notify::new(),
            lists: ListRegistry::default(),
            charted_queues: ChartedQueues::new(config.pinned(&broker.name)),
            details: DetailCache::default(),
            series: ResponseCache::default(),
            log_limit: LogLimit::default(),
            polled_once: AtomicBool::new(false),
            degraded: AtomicBool::new(false),
        })
    }

    /// The collector's own account, or its token.
    pub(crate) fn credentials(&self) -> Credentials<'_> {
        self.client.collector(&self.username, &self.password)
    }

    /// What is known now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Notifies of every new snapshot.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Replaces the snapshot by a changed one. Only the collector calls this.
    pub(crate) fn publish(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = Snapshot::clone(&self.snapshot.load());
        change(&mut snapshot);
        snapshot.generation += 1;
        let generation = snapshot.generation;
        self.snapshot.store(Arc::new(snapshot));
        self.polled_once.store(true, Ordering::Relaxed);
        self.changed.send_replace(generation);
    }

    /// Its alerts, the newest state first.
    pub(crate) fn alerts(&self) -> Arc<Vec<Alert>> {
        self.alerts.load_full()
    }

    /// Replaces its alerts. Only the evaluator of its rules calls this.
    pub(crate) fn publish_alerts(&self, alerts: Vec<Alert>) {
        self.alerts.store(Arc::new(alerts));
    }

    /// The broker as the list of brokers shows it.
    pub(crate) fn describe(&self, health: &Health, every: Duration) -> Broker {
        Broker {
            name: self.name.clone(),
            state: health.state,
            since: health.since,
            reason: health.reason.clone(),
            last_seen: health.last_seen,
            tick: every.as_millis() as u32,
            description: self.description.clone(),
            rabbitmq_version: None,
            cluster_name: None,
        }
    }

    /// Whether it answers nothing at all.
    pub(crate) fn is_silent(&self) -> bool {
        self.snapshot.load().is_stale() && !self.is_degraded()
    }

    /// Notes whether it answers only what needs no other node. Only the collector calls this.
    pub(crate) fn set_degraded(&self, degraded: bool) {
        self.degraded.store(degraded, Ordering::Relaxed);
    }

    /// Whether it answers only requests that need no other node of its cluster.
    pub(crate) fn is_degraded(&self) -> bool {
        self.degraded.load(Ordering::Relaxed)
    }

    /// Waits for something that a healthy broker answers soon: three seconds, but less than one if
    /// the broker seems to hang.
    pub(crate) async fn wait_for(&self, arrival: impl Future) {
        let mut arrival = std::pin::pin!(arrival);
        let until = Instant::now() + MAX_WAIT;
        let mut wait = MIN_WAIT;
        while tokio::time::timeout(wait, &mut arrival).await.is_err() {
            if self.gate.is_unresponsive() || Instant::now() >= until {
                return;
            }
            wait = HANG_CHECK;
        }
    }

    /// Whether it was polled at least once, with or without success.
    pub(crate) fn was_polled(&self) -> bool {
        self.polled_once.load(Ordering::Relaxed)
    }

    /// Waits a little for the first poll after the start of the service, so that the first viewers
    /// see the broker's figures.
    pub(crate) async fn wait_for_first_poll(&self) {
        let mut changes = self.changes();
        let arrival = changes.wait_for(|&generation| generation > 0);
        // The snapshot shows whether it came.
        let _ = tokio::time::timeout(MAX_WAIT, arrival).await;
    }

    /// The last hour, to read.
    pub(crate) fn history(&self) -> RwLockReadGuard<'_, RecentHistory> {
        // A panic while writing leaves at worst a column half written.
        self.history.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last hour, to write. Only the collector calls this.
    pub(crate) fn history_mut(&self) -> RwLockWriteGuard<'_, RecentHistory> {
        self.history.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The snapshot, and the overview of a vhost set if its sums are available soon. Its first viewer
    /// waits for them a little, unless the broker does not answer.
    pub(crate) async fn overview_of(
        &self,
        vhost_set: &VhostSet,
    ) -> (Arc<Snapshot>, Option<ScopedOverview>) {
        self.recent_vhost_sets.note(vhost_set);
        let find = |snapshot: &Snapshot| {
            snapshot
                .poll_data
                .as_ref()?
                .scoped_overviews
                .get(&vhost_set.id)
                .cloned()
        };
        let mut changes = self.changes();
        let snapshot = self.snapshot();
        let found = find(&snapshot);
        if found.is_some() || snapshot.is_stale() {
            return (snapshot, found);
        }
        self.wake.notify_one();
        let arrival = changes.wait_for(|_| {
            let snapshot = self.snapshot.load();
            snapshot.is_stale() || find(&snapshot).is_some()
        });
        self.wait_for(arrival).await;
        // The snapshot shows whether it came.
        let snapshot = self.snapshot();
        let found = find(&snapshot);
        (snapshot, found)
    }

    /// Notes that a viewer requested the chart of a queue or vhost: its list is fetched, and the
    /// figures in it are kept.
    pub(crate) fn note_chart(&self, path: &str) {
        let kind = if path.ends_with('/') {
            ListKind::Vhosts
        } else {
            ListKind::Queues
        };
        self.lists.ask(kind);
        self.charted_queues.note(path);
    }

    /// Whether its statistics are known to be off.
    pub(crate) fn is_without_statistics(&self) -> bool {
        let snapshot = self.snapshot.load();
        let poll_data = snapshot.poll_data.as_ref();
        poll_data.is_some_and(|poll_data| poll_data.common.disable_stats == Some(true))
    }

    /// Whether its queues are fetched without any viewer: for the history of pinned ones, and for the
    /// totals if statistics are off.
    pub(crate) fn needs_queues(&self) -> bool {
        self.charted_queues.has_pinned() || self.is_without_statistics()
    }

    /// The end of series: that of the youngest bucket, or now if the broker is silent.
    pub(crate) fn end(&self, now: Timestamp) -> i64 {
        let stale = self.snapshot.load().is_stale();
        let history = self.history();
        let bucket = history
            .head()
            .filter(|_| !stale)
            .unwrap_or_else(|| history.bucket(now.as_millis()));
        history.start(bucket + 1)
    }
}
