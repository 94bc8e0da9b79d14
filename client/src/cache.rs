//! Parsed answers by address and `ETag`.
//!
//! Bounded four ways: answers an address (callers of different rights have
//! different answers, and each tick brings new ones), addresses, bytes, and
//! time. The bytes are those of the wire; parsed a row of a list takes about
//! five times as many, most of them for fields that it does not have. So what
//! nobody asks for any more goes soon: after a tick or two an answer is that of
//! the past.
//!
//! An answer enters as an empty slot, before it is parsed: of a hundred
//! requests that come back with the same new answer one parses it and the
//! others wait those microseconds for it.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use http::{HeaderValue, Uri};
use serde::de::DeserializeOwned;

use crate::error::ClientError;

/// Answers kept of one address: four classes of callers, this tick and the last.
const ANSWERS_AN_ADDRESS: usize = 8;
/// Addresses kept. Those of charts name times and so go out of use.
const ADDRESSES: usize = 256;
/// Bytes kept, as they came over the wire.
const BYTES: usize = 4 * 1024 * 1024;
/// An answer that was not asked for within this many seconds is forgotten.
const KEPT_FOR: u64 = 20;

type Parsed = Arc<dyn Any + Send + Sync>;

/// An answer, parsed or about to be.
struct Answer {
    /// Without the `W/` that a proxy which repacks bodies puts before it.
    tag: Box<str>,
    size: usize,
    /// The clock of the cache when it was last handed out.
    used: AtomicU64,
    /// The second of the cache at that time.
    used_at: AtomicU64,
    parsed: OnceLock<Result<Parsed, String>>,
}

/// What is known of an address: fixed when a request starts, so that nothing it needs is evicted.
#[derive(Clone)]
pub(crate) struct Known {
    /// The address, parsed.
    pub(crate) uri: Uri,
    /// `If-None-Match`: all validators of parsed answers. `None` where there is none.
    pub(crate) condition: Option<HeaderValue>,
    answers: Arc<[Arc<Answer>]>,
    now: u64,
    /// Seconds since the cache was made.
    second: u64,
}

struct Address {
    known: Known,
    bytes: usize,
}

#[derive(Default)]
struct State {
    addresses: HashMap<Box<str>, Address>,
    bytes: usize,
    clock: u64,
    /// The second in which unused answers were last forgotten.
    tidied: u64,
}

/// The cache of one client, shared by all its sessions.
pub(crate) struct Cache {
    state: Mutex<State>,
    made: Instant,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            made: Instant::now(),
        }
    }
}

impl Known {
    /// The parsed answer that a `304` names.
    pub(crate) fn get<T: Send + Sync + 'static>(
        &self,
        tag: Option<&HeaderValue>,
    ) -> Option<Arc<T>> {
        let tag = opaque(tag?)?;
        let answer = self.answers.iter().find(|answer| *answer.tag == *tag)?;
        answer.used.store(self.now, Ordering::Relaxed);
        answer.used_at.store(self.second, Ordering::Relaxed);
        let parsed = answer.parsed.get()?.as_ref().ok()?;
        Arc::downcast(Arc::clone(parsed)).ok()
    }
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock panics halfway; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of an address.
    ///
    /// # Errors
    /// When it is no address.
    pub(crate) fn look_up(&self, address: &str) -> Result<Known, ClientError> {
        let second = self.made.elapsed().as_secs();
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        state.tidy(second);
        if let Some(found) = state.addresses.get_mut(address) {
            found.known.now = now;
            found.known.second = second;
            return Ok(found.known.clone());
        }
        drop(state);
        let uri = address
            .parse()
            .map_err(|error| ClientError::malformed(format!("no address: {error}")))?;
        Ok(Known {
            uri,
            condition: None,
            answers: Arc::default(),
            now,
            second,
        })
    }

    /// The parsed form of an answer, from the cache where somebody else parsed it before.
    ///
    /// # Errors
    /// When it is not of type `T`.
    pub(crate) fn parse<T>(
        &self,
        address: &str,
        known: &Known,
        tag: Option<&HeaderValue>,
        body: &[u8],
    ) -> Result<Arc<T>, ClientError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let Some(tag) = tag.and_then(opaque).filter(|_| body.len() <= BYTES / 4) else {
            return parse(body).map_err(ClientError::malformed);
        };
        let answer = self.slot(address, known, tag, body.len());
        let mut first = false;
        let parsed = answer.parsed.get_or_init(|| {
            first = true;
            parse::<T>(body).map(|value| value as Parsed)
        });
        if first {
            self.settle(address, &answer);
        }
        let parsed = parsed.as_ref().map_err(ClientError::malformed)?;
        // One address has one type; should it ever have two, the cache serves the first alone.
        Arc::downcast(Arc::clone(parsed))
            .or_else(|_| parse(body))
            .map_err(ClientError::malformed)
    }

    /// The slot of an answer, new or as somebody else made it.
    fn slot(&self, address: &str, known: &Known, tag: &str, size: usize) -> Arc<Answer> {
        let mut state = self.lock();
        let state = &mut *state;
        let entry = state
            .addresses
            .entry(address.into())
            .or_insert_with(|| Address {
                known: Known {
                    condition: None,
                    answers: Arc::default(),
                    ..known.clone()
                },
                bytes: 0,
            });
        // A service that restarted may count its versions from the start again.
        let same = |answer: &&Arc<Answer>| *answer.tag == *tag && answer.size == size;
        if let Some(found) = entry.known.answers.iter().find(same) {
            return Arc::clone(found);
        }
        let answer = Arc::new(Answer {
            tag: tag.into(),
            size,
            used: AtomicU64::new(state.clock),
            used_at: AtomicU64::new(known.second),
            parsed: OnceLock::new(),
        });
        let mut answers: Vec<_> = entry
            .known
            .answers
            .iter()
            .filter(|kept| *kept.tag != *tag)
            .cloned()
            .collect();
        if answers.len() >= ANSWERS_AN_ADDRESS {
            let oldest = (0..answers.len())
                .min_by_key(|&index| answers[index].used.load(Ordering::Relaxed))
                .unwrap_or_default();
            answers.swap_remove(oldest);
        }
        answers.push(Arc::clone(&answer));
        entry.put(answers, &mut state.bytes);
        state.make_room(address);
        answer
    }

    /// Takes an answer that has been parsed into the condition, or out of the cache.
    fn settle(&self, address: &str, answer: &Arc<Answer>) {
        let mut state = self.lock();
        let state = &mut *state;
        let Some(entry) = state.addresses.get_mut(address) else {
            return;
        };
        let failed = answer.parsed.get().is_none_or(Result::is_err);
        let answers = entry
            .known
            .answers
            .iter()
            .filter(|kept| !(failed && Arc::ptr_eq(kept, answer)))
            .cloned()
            .collect();
        entry.put(answers, &mut state.bytes);
    }
}

impl Address {
    /// Replaces the answers, and what is computed from them.
    fn put(&mut self, answers: Vec<Arc<Answer>>, total: &mut usize) {
        *total -= self.bytes;
        self.bytes = answers.iter().map(|answer| answer.size).sum();
        *total += self.bytes;
        let tags: Vec<_> = answers
            .iter()
            .filter(|answer| answer.parsed.get().is_some())
            .map(|answer| &*answer.tag)
            .collect();
        // Tags came in headers and so go into one.
        let list = (!tags.is_empty()).then(|| HeaderValue::from_str(&tags.join(", ")));
        self.known.condition = list.and_then(Result::ok);
        self.known.answers = answers.into();
    }
}

impl State {
    /// Forgets what nobody asked for of late, once a second at most.
    fn tidy(&mut self, second: u64) {
        if second <= self.tidied {
            return;
        }
        self.tidied = second;
        let is_used = |answer: &Arc<Answer>| {
            let used_at = answer.used_at.load(Ordering::Relaxed);
            used_at + KEPT_FOR >= second
        };
        let total = &mut self.bytes;
        self.addresses.retain(|_, entry| {
            let answers = &entry.known.answers;
            if !answers.iter().all(is_used) {
                let used = answers.iter().filter(|answer| is_used(answer));
                let used = used.cloned().collect();
                entry.put(used, total);
            }
            !entry.known.answers.is_empty()
        });
    }

    /// Forgets what was not asked for the longest, but never `address`.
    fn make_room(&mut self, address: &str) {
        while self.bytes > BYTES || self.addresses.len() > ADDRESSES {
            let oldest = self
                .addresses
                .iter()
                .filter(|(key, _)| ***key != *address)
                .min_by_key(|(_, entry)| entry.known.now)
                .map(|(key, _)| key.clone());
            let Some(entry) = oldest.and_then(|key| self.addresses.remove(&key)) else {
                return;
            };
            self.bytes -= entry.bytes;
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Arc<T>, String> {
    // The words name a place in the answer and what was expected there, no value of it but a scalar.
    serde_json::from_slice(body)
        .map(Arc::new)
        .map_err(|error| error.to_string())
}

/// The part of a validator that is compared (RFC 9110, section 8.8.3.2).
fn opaque(tag: &HeaderValue) -> Option<&str> {
    let tag = tag.to_str().ok()?;
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    (tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"')).then_some(tag)
}

#[cfg(test)]
mod tests;
