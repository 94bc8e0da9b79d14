//! Answers that are lists, item by item as they come.
//!
//! A list may be longer than memory: samples of a year are millions. So no
//! more of it is held than the item that is being read and the piece that the
//! network brought last, and no more is fetched than is asked for.

mod splitter;

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, TryStreamExt};
use serde::de::DeserializeOwned;

use crate::error::ClientError;
use crate::transport::{BodyStream, DEFAULT_ANSWER_LIMIT};
use splitter::{Found, Splitter};

/// The items of a list, as they come.
///
/// What came before an error was whole. After an error there is no more:
/// [`ClientError::Incomplete`], or the transport's own, where the answer broke
/// off; [`ClientError::TimedOut`] where nothing came for too long;
/// [`ClientError::Malformed`] where it is no list of such items. Dropped early,
/// the rest is not fetched.
///
/// ```no_run
/// # async fn example(session: client::Session) -> Result<(), client::ClientError> {
/// use client::{Query, SampleQuery};
/// use futures_util::TryStreamExt;
///
/// let query = SampleQuery {
///     query: Query::new().meter("rabbit.messages"),
///     limit: Some(10_000_000),
/// };
/// let mut samples = session.samples(&query).await?;
/// while let Some(sample) = samples.try_next().await? {
///     println!("{} {}", sample.timestamp, sample.volume);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read of an answer that nobody reads"]
pub struct Items<T> {
    /// None when it is over.
    pieces: Option<BodyStream>,
    splitter: Splitter,
    of: PhantomData<fn() -> T>,
}

impl<T> Items<T> {
    pub(crate) fn new(pieces: BodyStream) -> Self {
        Self {
            pieces: Some(pieces),
            splitter: Splitter::default(),
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Items<T> {
    /// All of them at once, for lists that are known to be short.
    ///
    /// # Errors
    /// Those of the stream; [`ClientError::TooLarge`] beyond 16 MiB of JSON.
    pub async fn all(mut self) -> Result<Vec<T>, ClientError> {
        let mut all = Vec::new();
        while let Some(item) = self.try_next().await? {
            all.push(item);
            if self.splitter.handed_out() > DEFAULT_ANSWER_LIMIT as u64 {
                return Err(ClientError::TooLarge);
            }
        }
        Ok(all)
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, ClientError>>> {
        let Some(pieces) = &mut self.pieces else {
            return Poll::Ready(None);
        };
        loop {
            match self.splitter.next() {
                Ok(Found::Item(item)) => return Poll::Ready(Some(self.parse(&item))),
                Ok(Found::Nothing) => (),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            match ready!(pieces.as_mut().poll_next(cx)) {
                Some(Ok(piece)) => self.splitter.feed(&piece),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None if self.splitter.is_whole() => return Poll::Ready(None),
                None => {
                    let items = self.splitter.items();
                    return Poll::Ready(Some(Err(ClientError::Incomplete { items })));
                }
            }
        }
    }

    fn parse(&self, item: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(item).map_err(|error| {
            let number = self.splitter.items();
            ClientError::malformed(format!("item {number}: {error}"))
        })
    }
}

impl<T: DeserializeOwned> Stream for Items<T> {
    type Item = Result<T, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.advance(cx));
        if !matches!(item, Some(Ok(_))) {
            self.pieces = None;
        }
        Poll::Ready(item)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("items", &self.splitter.items())
            .field("is_over", &self.pieces.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use bytes::Bytes;
    use futures_util::{StreamExt, stream};

    use super::*;
    use crate::transport::{Cause, TransportError};

    fn items<T>(pieces: Vec<Result<&'static str, TransportError>>) -> Items<T> {
        let pieces = pieces
            .into_iter()
            .map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())));
        Items::new(Box::pin(stream::iter(pieces)))
    }

    #[tokio::test]
    async fn items_come_before_the_answer_is_whole() {
        let start = stream::iter([Ok(Bytes::from_static(b"[1, 2, "))]);
        let mut items = Items::<u64>::new(Box::pin(start.chain(stream::pending())));
        assert_eq!(items.try_next().await.expect("one"), Some(1));
        assert_eq!(items.try_next().await.expect("another"), Some(2));
    }

    #[tokio::test]
    async fn items_before_a_broken_connection_are_returned() {
        let broken = TransportError::Exchange(Cause::new("cut"));
        let mut items = items::<u64>(vec![Ok("[1, 2"), Err(broken)]);
        assert_eq!(items.try_next().await.expect("the first"), Some(1));
        let error = items.try_next().await.expect_err("the second is cut");
        assert!(matches!(error, ClientError::Transport(_)), "{error:?}");
        assert!(items.next().await.is_none(), "it goes on after an error");
    }

    #[tokio::test]
    async fn truncated_list_is_an_error() {
        let mut items = items::<u64>(vec![Ok("[1, 2,"), Ok(" 3")]);
        for expected in [1, 2] {
            assert_eq!(items.try_next().await.expect("whole"), Some(expected));
        }
        let error = items.try_next().await.expect_err("the third may be cut");
        assert!(
            matches!(error, ClientError::Incomplete { items: 2 }),
            "{error:?}"
        );
        assert!(error.is_temporary());
    }

    #[tokio::test]
    async fn item_of_another_kind_is_an_error_with_its_number() {
        let error = items::<u64>(vec![Ok("[1, \"two\"]")])
            .all()
            .await
            .expect_err("a text is no number");
        assert!(error.to_string().contains("item 2"), "{error}");
    }

    #[tokio::test]
    async fn no_more_is_fetched_than_is_asked_for() {
        let fetched = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&fetched);
        let piece = Bytes::from_static(b"1,2,3,4,5,6,7,8,9,");
        let endless = stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(piece.clone())
        });
        let start = stream::iter([Ok(Bytes::from_static(b"["))]);
        let mut items = Items::<u64>::new(Box::pin(start.chain(endless)));
        for _ in 0..9000 {
            items.try_next().await.expect("a number");
        }
        let fetched = fetched.load(Ordering::Relaxed);
        assert!(fetched <= 1001, "{fetched} pieces for 1000");
        let held = items.splitter.held();
        assert!(held <= 64 * 1024, "{held} bytes are held");
    }

    #[tokio::test]
    async fn endless_answer_is_too_large_to_be_read_at_once() {
        // Some of its items are long, so that few are parsed.
        let long = format!("\"{}\",", "x".repeat(256 << 10));
        let piece = Bytes::from([&b"1,[],"[..], long.as_bytes()].concat());
        let endless = stream::iter([Ok(Bytes::from_static(b"["))])
            .chain(stream::repeat_with(move || Ok(piece.clone())));
        let items = Items::<serde_json::Value>::new(Box::pin(endless));
        let error = items.all().await.expect_err("it is endless");
        assert!(matches!(error, ClientError::TooLarge), "{error:?}");
    }
}
