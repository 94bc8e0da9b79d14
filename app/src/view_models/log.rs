//! A page of the log.

use std::sync::Arc;

use metering::{LogEntry, Timestamp};
use serde::{Deserialize, Serialize};

/// A page of the system log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPage {
    /// The entries, newest first.
    pub entries: Arc<Vec<LogEntry>>,
    /// Whether there are older entries on a next page.
    pub has_older: bool,
    /// The server's time of the answer.
    pub server_time: Timestamp,
}
