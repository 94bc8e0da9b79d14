//! What one connection does, and how soon it is closed for another one.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// An answer that is not read for this long counts as one that nobody reads.
const STALLED: Duration = Duration::from_secs(5);

/// What a connection does. The order is that in which connections are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Phase {
    /// A part of a request has arrived, or none since the connection opened.
    Incomplete,
    /// Between two requests.
    Idle,
    /// The request is complete, its answer is made or sent.
    Answering,
}

/// What is known of one connection. Written by its task, read when another one needs room.
#[derive(Debug)]
pub(super) struct ConnectionState {
    pub(super) id: u64,
    epoch: Instant,
    phase: AtomicU8,
    /// Since when it is in this phase, in ms after `epoch`.
    since: AtomicU64,
    /// Since when the peer reads nothing of its answer, in ms after `epoch`; 0: it does.
    unread: AtomicU64,
    close: Notify,
}

impl ConnectionState {
    /// A connection that opens now.
    pub(super) fn new(id: u64, epoch: Instant) -> Self {
        Self {
            id,
            epoch,
            phase: AtomicU8::new(Phase::Incomplete as u8),
            since: AtomicU64::new(epoch.elapsed().as_millis() as u64),
            unread: AtomicU64::new(0),
            close: Notify::new(),
        }
    }

    fn now(&self) -> u64 {
        self.epoch.elapsed().as_millis() as u64
    }

    fn enter(&self, phase: Phase) {
        self.since.store(self.now(), Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Incomplete,
            1 => Phase::Idle,
            _ => Phase::Answering,
        }
    }

    /// The head of a request has arrived, and its body not yet.
    pub(super) fn receiving(&self) {
        self.enter(Phase::Incomplete);
    }

    /// A request has arrived.
    pub(super) fn answering(&self) {
        self.enter(Phase::Answering);
    }

    /// An answer is complete.
    pub(super) fn answered(&self) {
        self.enter(Phase::Idle);
    }

    /// Bytes have arrived.
    pub(super) fn bytes_arrived(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Incomplete);
        }
    }

    /// The peer does not read.
    pub(super) fn write_waits(&self) {
        self.unread.store(self.now().max(1), Ordering::Relaxed);
    }

    /// The peer reads.
    pub(super) fn write_goes_on(&self) {
        self.unread.store(0, Ordering::Relaxed);
    }

    /// Closes it for another one.
    pub(super) fn close(&self) {
        self.close.notify_one();
    }

    /// Waits until the connection is to be closed for another one.
    pub(super) async fn closed(&self) {
        self.close.notified().await;
    }

    /// Where it stands among the connections that may be closed, the first one first; `None` while
    /// its request is being answered.
    pub(super) fn rank(&self) -> Option<(Phase, u64)> {
        let unread = self.unread.load(Ordering::Relaxed);
        if unread > 0 && self.now().saturating_sub(unread) >= STALLED.as_millis() as u64 {
            return Some((Phase::Incomplete, unread));
        }
        match self.phase() {
            Phase::Answering => None,
            phase => Some((phase, self.since.load(Ordering::Relaxed))),
        }
    }
}
