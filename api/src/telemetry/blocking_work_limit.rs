//! Work that keeps a core busy for milliseconds, such as reading a post of hundreds of samples.

use std::panic;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// What is done sooner than it is handed over, in bytes of its input.
const LIGHT: usize = 16 << 10;

/// One piece of such work at a time, beside the threads that answer: nobody's answer waits behind
/// it, and there is a core left for them.
#[derive(Debug)]
pub(crate) struct BlockingWorkLimit(Arc<Semaphore>);

impl Default for BlockingWorkLimit {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl BlockingWorkLimit {
    /// Does something with an input of so many bytes.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        if bytes <= LIGHT {
            return work();
        }
        // It is never closed.
        let turn = Arc::clone(&self.0).acquire_owned().await.ok();
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        match done.await {
            Ok(result) => result,
            // It is never cancelled, so it has panicked.
            Err(error) => panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_piece_at_a_time() {
        let limit = BlockingWorkLimit::default();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let piece = || {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            limit.run(LIGHT + 1, move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                running.fetch_sub(1, Ordering::SeqCst);
            })
        };
        tokio::join!(piece(), piece(), piece(), piece());
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn light_work_stays_where_it_is() {
        let here = std::thread::current().id();
        let there = BlockingWorkLimit::default()
            .run(LIGHT, || std::thread::current().id())
            .await;
        assert_eq!(here, there);
    }

    #[tokio::test]
    #[should_panic(expected = "as it was")]
    async fn a_panic_goes_on() {
        BlockingWorkLimit::default()
            .run(LIGHT + 1, || panic!("as it was"))
            .await;
    }
}
