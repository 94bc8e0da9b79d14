//! Which request a broker gets next: one is in flight at any time, and the collector goes first.
//!
//! Three kinds of requests need the gate. The poll locks the gate itself. A list locks the queue of
//! lists before that, a detail its own queue before both. A queue is left after the gate is left, so
//! at most one of its requests stands before a poll: the one that is in flight. Lists and details
//! take turns. Of details only a few wait, and none of them for long: the others are refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{MutexGuard, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::broker::error::BrokerError;

/// A cheap request without an answer after this time: the broker is unresponsive.
const UNRESPONSIVE_AFTER: Duration = Duration::from_millis(550);

/// A cheap request times out after this time at the latest.
const CHEAP_TIMEOUT: Duration = Duration::from_secs(3);

/// This many details may wait or be in flight at once.
const MAX_DETAILS: usize = 32;

/// A detail waits for the gate no longer than this.
const DETAIL_WAIT: Duration = Duration::from_secs(3);

/// Orders the requests that use the collector's account.
#[derive(Debug)]
pub(crate) struct RequestGate {
    gate: tokio::sync::Mutex<()>,
    /// Lists and details take turns here before the gate.
    lists: tokio::sync::Mutex<()>,
    /// Details take turns here before that.
    details: tokio::sync::Mutex<()>,
    detail_slots: Semaphore,
    /// When the cheap request that is in flight was sent.
    cheap_since: Mutex<Option<Instant>>,
    /// Whether the last cheap request timed out.
    timed_out: AtomicBool,
}

/// What a request costs the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A healthy broker answers at once.
    Cheap,
    /// The answer is long and may take a while.
    Expensive,
}

/// The right to have a request in flight. The gate opens when it is dropped.
#[derive(Debug)]
pub(crate) struct RequestPermit<'a> {
    gate: &'a RequestGate,
    // Fields are dropped in this order: the gate first, so that a waiting poll gets it.
    _gate: MutexGuard<'a, ()>,
    _lists: Option<MutexGuard<'a, ()>>,
    _details: Option<MutexGuard<'a, ()>>,
}

/// A place among the few details that may wait.
#[derive(Debug)]
pub(crate) struct DetailSlot<'a> {
    gate: &'a RequestGate,
    until: Instant,
    _slot: SemaphorePermit<'a>,
}

/// Too many details are waiting, or they wait for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GateBusy;

impl Cost {
    /// How long to wait for an answer: a request that hangs delays the next poll.
    pub(crate) fn timeout(self, usual: Duration) -> Duration {
        match self {
            Self::Cheap => usual.min(CHEAP_TIMEOUT),
            Self::Expensive => usual,
        }
    }
}

impl Default for RequestGate {
    fn default() -> Self {
        Self {
            gate: tokio::sync::Mutex::default(),
            lists: tokio::sync::Mutex::default(),
            details: tokio::sync::Mutex::default(),
            detail_slots: Semaphore::new(MAX_DETAILS),
            cheap_since: Mutex::default(),
            timed_out: AtomicBool::default(),
        }
    }
}

impl RequestGate {
    /// Waits for the request in flight alone, whatever else is waiting.
    pub(crate) async fn poll(&self, cost: Cost) -> RequestPermit<'_> {
        let gate = self.gate.lock().await;
        self.permit(cost, gate, None, None)
    }

    /// Waits for polls, and for one detail at most.
    pub(crate) async fn list(&self, cost: Cost) -> RequestPermit<'_> {
        let lists = self.lists.lock().await;
        let gate = self.gate.lock().await;
        self.permit(cost, gate, Some(lists), None)
    }

    /// A place for a detail, which may take several requests.
    ///
    /// # Errors
    /// Where too many are waiting.
    pub(crate) fn detail_slot(&self) -> Result<DetailSlot<'_>, GateBusy> {
        let slot = self.detail_slots.try_acquire().map_err(|_| GateBusy)?;
        Ok(DetailSlot {
            gate: self,
            until: Instant::now() + DETAIL_WAIT,
            _slot: slot,
        })
    }

    fn permit<'a>(
        &'a self,
        cost: Cost,
        gate: MutexGuard<'a, ()>,
        lists: Option<MutexGuard<'a, ()>>,
        details: Option<MutexGuard<'a, ()>>,
    ) -> RequestPermit<'a> {
        self.set_cheap_since((cost == Cost::Cheap).then(Instant::now));
        RequestPermit {
            gate: self,
            _gate: gate,
            _lists: lists,
            _details: details,
        }
    }

    /// Notes how a cheap request ended.
    pub(crate) fn note<T>(&self, answer: &Result<T, BrokerError>) {
        match answer {
            Ok(_) => self.timed_out.store(false, Ordering::Relaxed),
            Err(error) if error.is_timeout() => self.timed_out.store(true, Ordering::Relaxed),
            Err(_) => (),
        }
    }

    /// Whether the last cheap request timed out: until a poll is answered nothing else is asked for
    /// that may need another node.
    pub(crate) fn last_timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Whether it is better not to wait for an answer.
    pub(crate) fn is_unresponsive(&self) -> bool {
        let since = self
            .cheap_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.last_timed_out() || since.is_some_and(|since| since.elapsed() > UNRESPONSIVE_AFTER)
    }

    fn set_cheap_since(&self, at: Option<Instant>) {
        *self
            .cheap_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl DetailSlot<'_> {
    /// Waits for polls, for one list at most, and for the details that came before.
    ///
    /// # Errors
    /// Where that takes too long.
    pub(crate) async fn enter(&self) -> Result<RequestPermit<'_>, GateBusy> {
        let permit = async {
            let details = self.gate.details.lock().await;
            let lists = self.gate.lists.lock().await;
            let gate = self.gate.gate.lock().await;
            self.gate
                .permit(Cost::Cheap, gate, Some(lists), Some(details))
        };
        tokio::time::timeout_at(self.until, permit)
            .await
            .map_err(|_| GateBusy)
    }
}

impl Drop for RequestPermit<'_> {
    fn drop(&mut self) {
        // Before the next request sets it: fields are dropped later.
        self.gate.set_cheap_since(None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn broker_is_unresponsive_while_a_cheap_request_takes_long() {
        let gate = RequestGate::default();
        let permit = gate.poll(Cost::Cheap).await;
        assert!(!gate.is_unresponsive());
        tokio::time::advance(2 * UNRESPONSIVE_AFTER).await;
        assert!(gate.is_unresponsive());
        drop(permit);
        assert!(!gate.is_unresponsive());
        let _permit = gate.list(Cost::Expensive).await;
        tokio::time::advance(2 * UNRESPONSIVE_AFTER).await;
        assert!(!gate.is_unresponsive());
    }

    #[test]
    fn timeout_is_remembered_until_the_next_answer() {
        let gate = RequestGate::default();
        gate.note::<()>(&Err(BrokerError::TimedOut {
            authority: "mq".into(),
            waited: UNRESPONSIVE_AFTER,
        }));
        assert!(gate.is_unresponsive());
        gate.note(&Ok(()));
        assert!(!gate.is_unresponsive());
    }

    #[tokio::test(start_paused = true)]
    async fn poll_goes_before_lists_and_details_that_wait_longer() {
        let gate = Arc::new(RequestGate::default());
        let (sender, mut order) = mpsc::unbounded_channel();
        let enter = |what: &'static str| {
            let (gate, sender) = (Arc::clone(&gate), sender.clone());
            tokio::spawn(async move {
                let slot = (what == "detail").then(|| gate.detail_slot().expect("free"));
                let permit = match &slot {
                    Some(slot) => slot.enter().await.expect("in time"),
                    None if what == "list" => gate.list(Cost::Expensive).await,
                    None => gate.poll(Cost::Cheap).await,
                };
                sender.send(what).expect("received");
                tokio::time::sleep(Duration::from_millis(10)).await;
                drop(permit);
            })
        };
        let mut tasks = Vec::new();
        for what in ["detail", "detail", "detail", "detail", "list", "poll"] {
            tasks.push(enter(what));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for task in tasks {
            task.await.expect("no panic");
        }
        drop(sender);
        let mut seen = Vec::new();
        while let Some(what) = order.recv().await {
            seen.push(what);
        }
        assert_eq!(
            seen,
            ["detail", "poll", "list", "detail", "detail", "detail"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn details_beyond_the_bound_and_beyond_the_wait_are_refused() {
        let gate = RequestGate::default();
        let _held = gate.list(Cost::Expensive).await;
        let mut slots: Vec<_> = (0..MAX_DETAILS)
            .map(|_| gate.detail_slot().expect("free"))
            .collect();
        assert_eq!(gate.detail_slot().err(), Some(GateBusy));
        let started = Instant::now();
        let refused = slots[0].enter().await.err();
        assert_eq!((refused, started.elapsed()), (Some(GateBusy), DETAIL_WAIT));
        slots.pop();
        assert!(gate.detail_slot().is_ok());
    }
}
