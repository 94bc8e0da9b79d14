//! What waits for the writer.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::alarm::AlarmWrite;
use crate::alert::AlertWrite;
use crate::error::StoreError;
use crate::sample::{Collected, LogRecord, Posted};

/// Log lines that wait while nothing can be written; beyond, the oldest are dropped.
const QUEUED_LINES: usize = 10_000;

/// A post, and who waits for it.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) samples: Arc<Vec<Posted>>,
    /// Takes the number of the first sample's row; the others follow.
    pub(super) reply: oneshot::Sender<Result<i64, StoreError>>,
}

/// A text to keep under a name, or to forget, and who waits for it.
#[derive(Debug)]
pub(super) struct KvWrite {
    pub(super) area: &'static str,
    pub(super) key: String,
    /// None: forget it.
    pub(super) text: Option<String>,
    pub(super) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// Changes of alarms, and who waits for them.
#[derive(Debug)]
pub(super) struct AlarmRequest {
    pub(super) write: AlarmWrite,
    pub(super) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// What changes of alerts, and who waits for it.
#[derive(Debug)]
pub(super) struct AlertJob {
    pub(super) write: AlertWrite,
    pub(super) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// What the writer takes at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) posts: Vec<Post>,
    pub(super) kv_writes: Vec<KvWrite>,
    pub(super) alarms: Vec<AlarmRequest>,
    pub(super) alerts: Vec<AlertJob>,
    pub(super) polls: VecDeque<Collected>,
    pub(super) log_entries: VecDeque<LogRecord>,
    /// Who waits for all background work to be done, after the rest of this batch is written.
    pub(super) maintenance: Vec<oneshot::Sender<()>>,
}

#[derive(Debug, Default)]
struct Waiting {
    batch: Batch,
    /// Polls that were dropped since writing last went well.
    dropped: u64,
    closed: bool,
}

/// What waits for the writer. Nobody but a post's or a note's sender ever waits.
#[derive(Debug)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    something: Condvar,
    queued_polls: usize,
}

impl Batch {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.posts.is_empty()
            && self.kv_writes.is_empty()
            && self.alarms.is_empty()
            && self.alerts.is_empty()
            && self.polls.is_empty()
            && self.log_entries.is_empty()
    }
}

impl Inbox {
    pub(super) fn new(queued_polls: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            something: Condvar::new(),
            queued_polls,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a post back where the store is closed.
    pub(super) fn post(&self, post: Post) -> Result<(), StoreError> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        waiting.batch.posts.push(post);
        self.something.notify_one();
        Ok(())
    }

    /// Hands a note back where the store is closed.
    pub(super) fn write(&self, write: KvWrite) -> Result<(), StoreError> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        waiting.batch.kv_writes.push(write);
        self.something.notify_one();
        Ok(())
    }

    /// Hands changes of alarms back where the store is closed.
    pub(super) fn write_alarms(&self, request: AlarmRequest) -> Result<(), StoreError> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        waiting.batch.alarms.push(request);
        self.something.notify_one();
        Ok(())
    }

    /// Hands changes of alerts back where the store is closed.
    pub(super) fn alerts(&self, job: AlertJob) -> Result<(), StoreError> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        waiting.batch.alerts.push(job);
        self.something.notify_one();
        Ok(())
    }

    pub(super) fn collect(&self, poll: Collected) {
        let mut waiting = self.waiting();
        if waiting.closed {
            return;
        }
        waiting.batch.polls.push_back(poll);
        waiting.bound(self.queued_polls);
        self.something.notify_one();
    }

    pub(super) fn log(&self, line: LogRecord) {
        let mut waiting = self.waiting();
        if waiting.closed {
            return;
        }
        waiting.batch.log_entries.push_back(line);
        waiting.bound(self.queued_polls);
        self.something.notify_one();
    }

    /// All that waits; waits for something where nothing does, but no longer than `timeout`.
    /// None once the store is closed and everything was taken.
    pub(super) fn take(&self, timeout: Duration) -> Option<Batch> {
        let mut waiting = self.waiting();
        if waiting.batch.is_empty() && waiting.batch.maintenance.is_empty() && !waiting.closed {
            let waited = self.something.wait_timeout(waiting, timeout);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let batch = std::mem::take(&mut waiting.batch);
        (!waiting.closed || !batch.is_empty()).then_some(batch)
    }

    /// Takes polls and lines back that could not be written, before those that came since.
    pub(super) fn give_back(&self, mut polls: VecDeque<Collected>, mut lines: VecDeque<LogRecord>) {
        let mut waiting = self.waiting();
        if waiting.closed {
            return;
        }
        polls.append(&mut waiting.batch.polls);
        lines.append(&mut waiting.batch.log_entries);
        waiting.batch.polls = polls;
        waiting.batch.log_entries = lines;
        waiting.bound(self.queued_polls);
    }

    /// Waits for as long, or until a post or a note comes or the store is closed.
    pub(super) fn pause(&self, pause: Duration) {
        let waiting = self.waiting();
        let quiet = |waiting: &mut Waiting| {
            let batch = &waiting.batch;
            batch.posts.is_empty()
                && batch.kv_writes.is_empty()
                && batch.alarms.is_empty()
                && batch.alerts.is_empty()
                && !waiting.closed
        };
        // The guard is not needed afterwards.
        let _ = self.something.wait_timeout_while(waiting, pause, quiet);
    }

    /// How many polls were dropped since this was last reset.
    pub(super) fn dropped(&self) -> u64 {
        self.waiting().dropped
    }

    /// Writing goes well again.
    pub(super) fn reset_dropped(&self) {
        self.waiting().dropped = 0;
    }

    /// Asks for all background work that is due.
    pub(super) fn run_maintenance(&self, done: oneshot::Sender<()>) {
        let mut waiting = self.waiting();
        if !waiting.closed {
            waiting.batch.maintenance.push(done);
        }
        self.something.notify_one();
    }

    /// Closes, and drops all that waits: its senders see that.
    pub(super) fn abandon(&self) {
        self.close();
        drop(self.take(Duration::ZERO));
    }

    pub(super) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        waiting.batch.maintenance.clear();
        self.something.notify_one();
    }
}

impl Waiting {
    fn bound(&mut self, queued_polls: usize) {
        while self.batch.polls.len() > queued_polls {
            self.batch.polls.pop_front();
            self.dropped += 1;
        }
        while self.batch.log_entries.len() > QUEUED_LINES {
            self.batch.log_entries.pop_front();
        }
    }
}
