//! Bodies: a request's has to arrive in time, an answer's says when it is complete.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::connection_state::ConnectionState;

/// Each time this many bytes have arrived, a body has one second more: whoever sends faster is
/// never late, and a body of a byte a second ends.
const BYTES_PER_SECOND: u64 = 64 << 10;

/// Why a body ends early.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request, which fails with [`io::ErrorKind::TimedOut`] when it comes too slowly.
pub(super) struct TimedBody {
    body: Incoming,
    started: Instant,
    timeout: Duration,
    deadline: Pin<Box<Sleep>>,
    received: u64,
    state: Arc<ConnectionState>,
    /// Cancelled when it fails.
    late: CancellationToken,
}

impl TimedBody {
    pub(super) fn new(
        body: Incoming,
        timeout: Duration,
        state: Arc<ConnectionState>,
        late: CancellationToken,
    ) -> Self {
        let started = Instant::now();
        Self {
            body,
            started,
            timeout,
            deadline: Box::pin(sleep_until(started + timeout)),
            received: 0,
            state,
            late,
        }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                this.received += length as u64;
                let earned = Duration::from_secs(this.received / BYTES_PER_SECOND);
                let deadline = this.started + this.timeout + earned;
                if deadline != this.deadline.deadline() {
                    this.deadline.as_mut().reset(deadline);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(ended) => Poll::Ready(ended.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => this.deadline.as_mut().poll(context).map(|()| {
                this.late.cancel();
                let reason = "the body of the request did not arrive in time";
                let error = io::Error::new(io::ErrorKind::TimedOut, reason);
                Some(Err(error.into()))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for TimedBody {
    /// Read to its end, or of no interest: what follows is the answer.
    fn drop(&mut self) {
        self.state.answering();
    }
}

/// The body of an answer.
pub(super) struct AnswerBody {
    body: Body,
    state: Arc<ConnectionState>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, state: Arc<ConnectionState>) -> Self {
        Self { body, state }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.state.answered();
    }
}
