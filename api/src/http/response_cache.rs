//! Answers that many viewers of one page share, kept until their data changes: a broker's series until
//! its next tick, pages of the system log until its next line.
//!
//! An answer is computed once; requests that come meanwhile wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::OnceCell;

/// All that an answer depends on, beside the generation of what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResponseKey(pub(crate) String);

/// Most bytes of answers that are kept.
const MAX_BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
struct Cached {
    generation: u64,
    bytes: usize,
    answers: HashMap<ResponseKey, Arc<OnceCell<Bytes>>>,
}

/// The answers of one generation.
#[derive(Debug, Default)]
pub(crate) struct ResponseCache(Mutex<Cached>);

impl ResponseCache {
    /// The answer to a request at a generation, computed where it is not there yet.
    ///
    /// # Errors
    /// Where it cannot be computed. The next one who asks tries again.
    pub(crate) async fn get<E>(
        &self,
        generation: u64,
        key: ResponseKey,
        compute: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Bytes, E> {
        let cell = {
            let mut cached = self.cached();
            if cached.generation < generation {
                *cached = Cached {
                    generation,
                    ..Cached::default()
                };
            }
            if cached.generation == generation {
                Arc::clone(cached.answers.entry(key.clone()).or_default())
            } else {
                // It has passed while this one was asked for.
                Arc::default()
            }
        };
        let mut is_new = false;
        let compute = async {
            is_new = true;
            compute.await
        };
        let answer = cell.get_or_try_init(|| compute).await.cloned();
        if is_new {
            self.account(generation, &key, answer.as_ref().ok());
        }
        answer
    }

    /// Keeps what was computed, where there is room.
    fn account(&self, generation: u64, key: &ResponseKey, answer: Option<&Bytes>) {
        let mut cached = self.cached();
        if cached.generation != generation {
            return;
        }
        let bytes = answer.map(|answer| cached.bytes + answer.len() + key.0.len());
        match bytes {
            Some(bytes) if bytes <= MAX_BYTES => cached.bytes = bytes,
            _ => {
                cached.answers.remove(key);
            }
        }
    }

    fn cached(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn get(
        cache: &ResponseCache,
        generation: u64,
        key: &str,
        computed: &'static [u8],
    ) -> Bytes {
        let compute = async { Ok::<_, Infallible>(Bytes::from_static(computed)) };
        let answer = cache
            .get(generation, ResponseKey(key.into()), compute)
            .await;
        answer.expect("infallible")
    }

    #[tokio::test]
    async fn computed_once_a_generation() {
        let cache = ResponseCache::default();
        assert_eq!(get(&cache, 1, "a", b"first").await, "first");
        assert_eq!(get(&cache, 1, "a", b"again").await, "first");
        assert_eq!(get(&cache, 1, "b", b"other").await, "other");
        assert_eq!(get(&cache, 2, "a", b"second").await, "second");
        assert_eq!(
            get(&cache, 1, "a", b"late").await,
            "late",
            "of another generation"
        );
        assert_eq!(get(&cache, 2, "a", b"again").await, "second");
    }

    #[tokio::test]
    async fn concurrent_request_waits_for_the_one_that_computes() {
        let cache = ResponseCache::default();
        let (done, wait) = tokio::sync::oneshot::channel();
        let first = cache.get(1, ResponseKey("a".into()), async {
            Ok::<_, Infallible>(wait.await.expect("sent"))
        });
        let second = async {
            done.send(Bytes::from_static(b"first")).expect("awaited");
            get(&cache, 1, "a", b"second").await
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(
            (first.expect("infallible"), second),
            ("first".into(), "first".into())
        );
    }

    #[tokio::test]
    async fn failed_responses_are_computed_again() {
        let cache = ResponseCache::default();
        let failed = cache
            .get(1, ResponseKey("a".into()), async { Err("no") })
            .await;
        assert_eq!(failed, Err("no"));
        assert_eq!(cache.cached().answers.len(), 0);
        assert_eq!(get(&cache, 1, "a", b"now").await, "now");
    }

    #[tokio::test]
    async fn kept_responses_are_bounded() {
        let cache = ResponseCache::default();
        for n in 0..20 {
            let compute = async { Ok::<_, Infallible>(Bytes::from(vec![0; 1 << 20])) };
            cache
                .get(1, ResponseKey(n.to_string()), compute)
                .await
                .expect("infallible");
        }
        let cached = cache.cached();
        assert!(
            cached.bytes <= MAX_BYTES && cached.answers.len() == 7,
            "{} answers",
            cached.answers.len()
        );
    }
}
