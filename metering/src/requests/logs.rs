//! The query of the system log (`GET /v2/logs`).

use crate::{LogLevel, Timestamp};

/// Which lines of the system log, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogQuery {
    /// The page, from 1 on; if absent, the first.
    pub page: Option<u64>,
    /// Lines a page, 1 to 500; if absent, [`Self::DEFAULT_LIMIT`].
    pub limit: Option<u64>,
    /// This level and more severe ones.
    pub level: Option<LogLevel>,
    /// A broker's name, `{broker}/{node}`, `identity`, `portal`, `store` or `warren`. `prod` includes
    /// `prod/rabbit@host`.
    pub source: Option<String>,
    /// A part of the description, in upper or lower case.
    pub text: Option<String>,
    /// Only lines of this time and later.
    pub from: Option<Timestamp>,
    /// Only lines before this time.
    pub to: Option<Timestamp>,
}

impl LogQuery {
    /// Lines a page if the request does not say.
    pub const DEFAULT_LIMIT: u64 = 20;
    /// The most lines of a page.
    pub const MAX_LIMIT: u64 = 500;

    /// Warnings and errors about a broker, in `length` milliseconds up to `end`, or up to now. Begins at a
    /// whole minute, so that viewers within a minute send the same request.
    pub fn events(broker: &str, length: i64, end: Option<Timestamp>, now: Timestamp) -> Self {
        const MINUTE: i64 = 60_000;
        let from = end.unwrap_or(now).as_millis() - length;
        Self {
            // More marks than this would hide a chart's lines.
            limit: Some(100),
            level: Some(LogLevel::Warning),
            source: Some(broker.to_owned()),
            from: Some(Timestamp::from_millis(from.div_euclid(MINUTE) * MINUTE)),
            to: end,
            ..Self::default()
        }
    }

    /// Lines a page.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(Self::DEFAULT_LIMIT)
    }

    /// The number of lines before the page.
    pub fn skipped(&self) -> u64 {
        let before = self.page.unwrap_or(1).saturating_sub(1);
        before.saturating_mul(self.limit())
    }
}
