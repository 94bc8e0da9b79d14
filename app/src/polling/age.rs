//! How old values are.

use leptos::prelude::*;
use metering::Timestamp;

use super::PollStatus;

/// Milliseconds since `observed`. Counted by the server's clock, since the viewer's may be wrong; by
/// the viewer's only since the answer came.
pub fn age(
    observed: Option<Timestamp>,
    server_time: Option<Timestamp>,
    poll_status: PollStatus,
) -> Option<i64> {
    let behind = server_time?.as_millis() - observed?.as_millis();
    let elapsed = (poll_status.clock.get() - poll_status.received.get()).max(0.0);
    Some(behind.max(0) + elapsed as i64)
}
