//! How many pages are rendered at once.
//!
//! A page is rendered to its end, also when its viewer leaves before. Without a bound, somebody who
//! opens and drops connections would pile up renderings. A request that waits is no rendering: it
//! leaves the queue with its viewer.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Pages that are rendered at once. More than the details that may wait for a broker
/// (`api::broker::request_gate`), so that pages of a slow broker leave room for the others.
const RENDERED: usize = 64;
/// Requests that wait for their turn.
const WAITING: usize = 512;
/// The longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

const REFUSED: &str = "Too many pages are requested at once. Try again in a few seconds.\n";

/// Turns of pages to be rendered.
#[derive(Debug)]
pub(crate) struct PageLimit {
    rendered: Arc<Semaphore>,
    /// Requests that are rendered or wait.
    inside: Semaphore,
    patience: Duration,
}

impl Default for PageLimit {
    fn default() -> Self {
        Self {
            rendered: Arc::new(Semaphore::new(RENDERED)),
            inside: Semaphore::new(RENDERED + WAITING),
            patience: PATIENCE,
        }
    }
}

impl PageLimit {
    /// Renders a page in a task of its own, which goes on when the viewer leaves.
    /// `503` if too many requests wait, or this one has waited for too long.
    pub(crate) async fn render<F>(&self, page: impl FnOnce() -> F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let Ok(_inside) = self.inside.try_acquire() else {
            return refused();
        };
        let turn = timeout(self.patience, Arc::clone(&self.rendered).acquire_owned());
        let Ok(Ok(turn)) = turn.await else {
            return refused();
        };
        let page = page();
        let rendered = tokio::spawn(async move {
            let answer = page.await;
            drop(turn);
            answer
        });
        rendered.await.unwrap_or_else(|error| {
            if let Ok(panic) = error.try_into_panic() {
                std::panic::resume_unwind(panic);
            }
            // The runtime is shutting down.
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        })
    }
}

/// `Retry-After` comes with the headers of every `503`.
fn refused() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, REFUSED).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::poll;
    use tokio::task::yield_now;

    use super::*;

    /// Renderings that wait until they may end.
    struct Pages {
        running: AtomicUsize,
        may_end: Semaphore,
    }

    impl Pages {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                running: AtomicUsize::new(0),
                may_end: Semaphore::new(0),
            })
        }

        fn request<'l>(
            self: &Arc<Self>,
            limit: &'l PageLimit,
        ) -> impl Future<Output = Response> + 'l {
            let pages = Arc::clone(self);
            limit.render(move || async move {
                pages.running.fetch_add(1, Ordering::SeqCst);
                pages
                    .may_end
                    .acquire()
                    .await
                    .expect("never closed")
                    .forget();
                pages.running.fetch_sub(1, Ordering::SeqCst);
                StatusCode::OK.into_response()
            })
        }

        fn running(&self) -> usize {
            self.running.load(Ordering::SeqCst)
        }
    }

    /// Lets every task run until it waits: the tests have one thread.
    async fn settle() {
        for _ in 0..8 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn dropped_requests_leave_no_more_renderings_than_the_bound() {
        let (limit, pages) = (PageLimit::default(), Pages::new());
        for _ in 0..10 * RENDERED {
            let mut request = Box::pin(pages.request(&limit));
            assert!(poll!(&mut request).is_pending());
            settle().await;
        }
        assert_eq!(pages.running(), RENDERED);
        assert_eq!(limit.inside.available_permits(), RENDERED + WAITING);
        // What the viewers left behind ends, and the next page is answered.
        pages.may_end.add_permits(RENDERED + 1);
        assert_eq!(pages.request(&limit).await.status(), StatusCode::OK);
        assert_eq!(pages.running(), 0);
    }

    #[tokio::test]
    async fn requests_beyond_the_queue_are_refused_and_the_others_answered() {
        let (mut limit, pages) = (PageLimit::default(), Pages::new());
        // No time of this test is long enough.
        limit.patience = Duration::MAX;
        let mut requests: Vec<_> = (0..RENDERED + WAITING)
            .map(|_| Box::pin(pages.request(&limit)))
            .collect();
        for request in &mut requests {
            assert!(poll!(request).is_pending());
        }
        let refused = pages.request(&limit).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        pages.may_end.add_permits(requests.len());
        for request in requests {
            assert_eq!(request.await.status(), StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn requests_that_wait_for_too_long_are_refused() {
        let (mut limit, pages) = (PageLimit::default(), Pages::new());
        limit.patience = Duration::ZERO;
        let mut requests: Vec<_> = (0..RENDERED)
            .map(|_| Box::pin(pages.request(&limit)))
            .collect();
        for request in &mut requests {
            assert!(poll!(request).is_pending());
        }
        let refused = pages.request(&limit).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
