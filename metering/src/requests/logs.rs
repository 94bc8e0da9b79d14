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
