//! A broker that is watched: what its collector gathers, and what the controllers read.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use arc_swap::ArcSwap;
use metering::{Broker, Timestamp};
use secrecy::SecretString;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

use crate::answer_cache::AnswerCache;
use crate::audience::{Audience, Class};
use crate::collector::broker_client::{BrokerClient, Credentials};
use crate::collector::details::Details;
use crate::collector::health::Health;
use crate::collector::lists::kind::Kind;
use crate::collector::lists::shelf::Shelf;
use crate::collector::log_limit::LogLimit;
use crate::collector::prometheus::Prometheus;
use crate::config::{ApiConfig, ApiError, BrokerConfig};
use crate::request_gate::RequestGate;
use crate::ring::Ring;
use crate::snapshot::{MemberView, Snapshot};

/// For so long after the last request of one of its viewers an audience is looked after.
const WATCHED_FOR: Duration = Duration::from_mins(1);
/// More audiences than this are not looked after at once: those not asked for longest go first.
const MAX_AUDIENCES: usize = 64;
/// So many sign-ins are tried at one broker at once.
const SIGN_INS: usize = 4;
/// The ring goes back so much further than the history, so that the first step of a chart of all of
/// it, which begins a little before, is in the ring too.
const LEAD: Duration = Duration::from_mins(1);
/// Where it seems to hang, so long.
const SHORT_LOOK: Duration = Duration::from_millis(700);
/// So often it is looked whether it does.
const NEXT_LOOK: Duration = Duration::from_millis(50);
/// So long after the last look at its chart a queue goes on having a history.
const CHARTED_FOR: Duration = Duration::from_mins(15);
/// More queues than this are not looked at: those not looked at for longest go first.
const MAX_CHARTS: usize = 64;
/// So long the first viewer of a new audience waits for its sums, and of a new service for a poll.
/// Of what hangs less: see [`Watched::first_look`].
const FIRST_LOOK: Duration = Duration::from_secs(3);

/// A broker that is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The name that the operator gave it.
    pub(crate) name: String,
    /// The same, as samples carry it.
    pub(crate) resource_id: Arc<str>,
    /// The project that its samples carry.
    pub(crate) project_id: Option<Arc<str>>,
    description: Option<String>,
    username: String,
    password: SecretString,
    /// The way to it.
    pub(crate) client: BrokerClient,
    /// Orders the requests with the collector's account.
    pub(crate) gate: RequestGate,
    /// Bounds the sign-ins in flight, which come with the viewers' own accounts.
    pub(crate) sign_ins: Semaphore,
    snapshot: ArcSwap<Snapshot>,
    /// The way to its Prometheus plugins.
    pub(crate) prometheus: Prometheus,
    /// Says the generation of every new snapshot, from 1.
    changed: watch::Sender<u64>,
    ring: RwLock<Ring>,
    audiences: Mutex<HashMap<Class, (Audience, Instant)>>,
    /// Calls the collector for an audience that has no sums yet.
    pub(crate) wake: Notify,
    /// Its queues, connections and so on, fetched while somebody asks.
    pub(crate) lists: Shelf,
    /// The queues, by path, that the operator wants a history of.
    pinned: BTreeSet<String>,
    /// Whose charts somebody looks at, by path, and when that was last.
    charts: Mutex<HashMap<String, Instant>>,
    /// What was looked at in full.
    pub(crate) details: Details,
    /// Series that were computed since the last tick.
    pub(crate) series: AnswerCache,
    /// How often its lasting faults are logged.
    pub(crate) log_limit: LogLimit,
    tried: AtomicBool,
    /// Whether it tells what needs no other node of its cluster, and nothing else.
    hampered: AtomicBool,
}

impl Watched {
    pub(crate) fn new(broker: &BrokerConfig, config: &ApiConfig) -> Result<Self, ApiError> {
        let health = Health::new(config.clock.now());
        let access = config.access(&broker.name);
        let client = BrokerClient::new(
            &broker.url,
            config.connect_timeout,
            config.answer_limit,
            access,
        )?;
        let picture = Snapshot::new(Broker {
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
            sign_ins: Semaphore::new(SIGN_INS),
            snapshot: ArcSwap::from_pointee(picture),
            prometheus: Prometheus::new(
                config.plugins(&broker.name),
                config.connect_timeout,
                config.answer_limit,
                access,
            )?,
            changed: watch::Sender::new(0),
            ring: RwLock::new(Ring::new(config.tick, config.history + LEAD)),
            audiences: Mutex::default(),
            wake: Notify::new(),
            lists: Shelf::default(),
            pinned: config.pinned(&broker.name).collect(),
            charts: Mutex::default(),
            details: Details::default(),
            series: AnswerCache::default(),
            log_limit: LogLimit::default(),
            tried: AtomicBool::new(false),
            hampered: AtomicBool::new(false),
        })
    }

    /// The collector's own account, or its token.
    pub(crate) fn credentials(&self) -> Credentials<'_> {
        self.client.collector(&self.username, &self.password)
    }

    /// The last picture.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Says when there is a new picture.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Puts a changed picture in the place of the last. For the collector alone.
    pub(crate) fn publish(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut picture = Snapshot::clone(&self.snapshot.load());
        change(&mut picture);
        picture.generation += 1;
        let generation = picture.generation;
        self.snapshot.store(Arc::new(picture));
        self.tried.store(true, Ordering::Relaxed);
        self.changed.send_replace(generation);
    }

    /// The broker as viewers see it in a list.
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

    /// Whether it tells nothing at all.
    pub(crate) fn is_silent(&self) -> bool {
        self.snapshot.load().is_stale() && !self.is_hampered()
    }

    /// Notes whether it tells what needs no other node of its cluster. For the collector alone.
    pub(crate) fn set_hampered(&self, hampered: bool) {
        self.hampered.store(hampered, Ordering::Relaxed);
    }

    /// Whether it tells what needs no other node of its cluster, and nothing else.
    pub(crate) fn is_hampered(&self) -> bool {
        self.hampered.load(Ordering::Relaxed)
    }

    /// Waits for something that a broker in health tells soon: three seconds, but less than one
    /// where it seems to hang.
    pub(crate) async fn first_look(&self, arrival: impl Future) {
        let mut arrival = std::pin::pin!(arrival);
        let until = Instant::now() + FIRST_LOOK;
        let mut look = SHORT_LOOK;
        while tokio::time::timeout(look, &mut arrival).await.is_err() {
            if self.gate.is_unresponsive() || Instant::now() >= until {
                return;
            }
            look = NEXT_LOOK;
        }
    }

    /// Whether it was asked at least once, answered or not.
    pub(crate) fn was_tried(&self) -> bool {
        self.tried.load(Ordering::Relaxed)
    }

    /// Waits a little for the first poll of a service that has just started, so that its first
    /// viewers see a broker rather than that it was not asked yet.
    pub(crate) async fn first_poll(&self) {
        let mut changes = self.changes();
        let arrival = changes.wait_for(|&generation| generation > 0);
        // Whether it came or not: the picture says.
        let _ = tokio::time::timeout(FIRST_LOOK, arrival).await;
    }

    /// The last hour, to read.
    pub(crate) fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        // Whoever panicked while writing left at worst a column half written.
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last hour, to write. For the collector alone.
    pub(crate) fn ring_mut(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The audiences of which a viewer asked within the last minute.
    pub(crate) fn audiences(&self) -> Vec<Audience> {
        let mut audiences = self.book();
        audiences.retain(|_, (_, asked)| asked.elapsed() < WATCHED_FOR);
        audiences
            .values()
            .map(|(audience, _)| audience.clone())
            .collect()
    }

    /// Notes that a viewer of the audience asked.
    pub(crate) fn note(&self, audience: &Audience) {
        let mut audiences = self.book();
        if audiences.len() >= MAX_AUDIENCES && !audiences.contains_key(&audience.class) {
            let oldest = audiences.iter().min_by_key(|(_, (_, asked))| *asked);
            if let Some(oldest) = oldest.map(|(&class, _)| class) {
                audiences.remove(&oldest);
            }
        }
        audiences.insert(audience.class, (audience.clone(), Instant::now()));
    }

    /// What an audience sees, with its sums where they can be had soon. Its first viewer waits for
    /// them a little; where the broker does not answer nobody does.
    pub(crate) async fn for_audience(
        &self,
        audience: &Audience,
    ) -> (Arc<Snapshot>, Option<MemberView>) {
        self.note(audience);
        let find = |snapshot: &Snapshot| {
            snapshot
                .facts
                .as_ref()?
                .members
                .get(&audience.class)
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
        self.first_look(arrival).await;
        // Whether it came or not: the picture says.
        let snapshot = self.snapshot();
        let found = find(&snapshot);
        (snapshot, found)
    }

    /// Notes that somebody looks at the chart of a queue or vhost: its list is fetched, and what
    /// stands there kept.
    pub(crate) fn chart(&self, path: &str) {
        let kind = if path.ends_with('/') {
            Kind::Vhosts
        } else {
            Kind::Queues
        };
        self.lists.ask(kind);
        let mut charts = self.charts.lock().unwrap_or_else(PoisonError::into_inner);
        if charts.len() >= MAX_CHARTS && !charts.contains_key(path) {
            let oldest = charts.iter().min_by_key(|(_, asked)| **asked);
            if let Some(oldest) = oldest.map(|(path, _)| path.clone()) {
                charts.remove(&oldest);
            }
        }
        charts.insert(path.to_owned(), Instant::now());
    }

    /// The queues that get a history whatever is in them: the operator's, and those looked at of late.
    pub(crate) fn charted(&self) -> BTreeSet<String> {
        let mut charts = self.charts.lock().unwrap_or_else(PoisonError::into_inner);
        charts.retain(|_, asked| asked.elapsed() < CHARTED_FOR);
        self.pinned.iter().chain(charts.keys()).cloned().collect()
    }

    /// Whether the operator wants a history of the queue of this path.
    pub(crate) fn is_pinned(&self, path: &str) -> bool {
        self.pinned.contains(path)
    }

    /// Whether its statistics are off, as far as is known.
    pub(crate) fn is_without_statistics(&self) -> bool {
        let snapshot = self.snapshot.load();
        let facts = snapshot.facts.as_ref();
        facts.is_some_and(|facts| facts.common.disable_stats == Some(true))
    }

    /// Whether its queues are fetched though nobody looks: for the history of those that are pinned,
    /// and where nothing else tells how many messages there are.
    pub(crate) fn needs_queues(&self) -> bool {
        !self.pinned.is_empty() || self.is_without_statistics()
    }

    fn book(&self) -> MutexGuard<'_, HashMap<Class, (Audience, Instant)>> {
        self.audiences
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The time up to which series go: the end of the youngest slot, or now where the broker is silent.
    pub(crate) fn end(&self, now: Timestamp) -> i64 {
        let stale = self.snapshot.load().is_stale();
        let ring = self.ring();
        let slot = ring
            .head()
            .filter(|_| !stale)
            .unwrap_or_else(|| ring.slot(now.as_millis()));
        ring.start(slot + 1)
    }
}
