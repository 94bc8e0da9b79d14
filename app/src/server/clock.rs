//! The server's clock.

use std::time::SystemTime;

use metering::Timestamp;

/// The server's time.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(since_epoch.as_millis().try_into().unwrap_or(i64::MAX))
}
