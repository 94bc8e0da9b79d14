//! Answers to series requests, kept until the next tick.
//!
//! A thousand viewers of one page ask for the same columns on the same grid;
//! they are computed and written once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// All that an answer depends on, beside the broker's generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(pub(crate) String);

/// As many bytes of answers are kept a broker.
const LIMIT: usize = 8 << 20;

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    bytes: usize,
    answers: HashMap<Key, Bytes>,
}

/// The answers since a broker's last tick.
#[derive(Debug, Default)]
pub(crate) struct SeriesCache(Mutex<Kept>);

impl SeriesCache {
    /// The answer to a request at a generation, computed where it is not there yet.
    pub(crate) fn get(&self, generation: u64, key: Key, compute: impl FnOnce() -> Bytes) -> Bytes {
        {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.generation == generation
                && let Some(answer) = kept.answers.get(&key)
            {
                return answer.clone();
            }
        }
        // Not under the lock: others need not wait. Two may compute the same, once.
        let answer = compute();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation < generation {
            *kept = Kept {
                generation,
                ..Kept::default()
            };
        }
        let bytes = answer.len() + key.0.len();
        if kept.generation == generation && kept.bytes + bytes <= LIMIT {
            kept.bytes += bytes;
            kept.answers.insert(key, answer.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(cache: &SeriesCache, generation: u64, key: &str, computed: &'static [u8]) -> Bytes {
        cache.get(generation, Key(key.into()), || Bytes::from_static(computed))
    }

    #[test]
    fn computed_once_a_generation() {
        let cache = SeriesCache::default();
        assert_eq!(get(&cache, 1, "a", b"first"), "first");
        assert_eq!(get(&cache, 1, "a", b"again"), "first");
        assert_eq!(get(&cache, 1, "b", b"other"), "other");
        assert_eq!(get(&cache, 2, "a", b"second"), "second");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let cache = SeriesCache::default();
        for n in 0..20 {
            cache.get(1, Key(n.to_string()), || Bytes::from(vec![0; 1 << 20]));
        }
        let kept = cache.0.lock().expect("no panic");
        assert!(
            kept.bytes <= LIMIT && kept.answers.len() == 7,
            "{} answers",
            kept.answers.len()
        );
    }
}
