//! The rows of the table: what is measured, and the bars.

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Page,
    Paint,
    Refresh,
    Requests,
    Polls,
    Heap,
    Memory,
}

impl Row {
    pub(crate) const ALL: [Self; 7] = [
        Self::Page,
        Self::Paint,
        Self::Refresh,
        Self::Requests,
        Self::Polls,
        Self::Heap,
        Self::Memory,
    ];

    /// For `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Paint => "paint",
            Self::Refresh => "refresh",
            Self::Requests => "requests",
            Self::Polls => "polls",
            Self::Heap => "heap",
            Self::Memory => "memory",
        }
    }

    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Page => "overview page, all it loads, over the wire",
            Self::Paint => "first contentful paint, cold",
            Self::Refresh => "main-thread time per refresh, all charts moving",
            Self::Requests => "requests to the broker per minute with 1 viewer and with 1,000",
            Self::Polls => "polls of the overview server function per second, 64 connections",
            Self::Heap => "browser heap after 5,000 refreshes",
            Self::Memory => "resident memory of `warren serve`, one broker",
        }
    }

    pub(super) fn bar(self) -> &'static str {
        match self {
            Self::Page => "≤ 260 KB, ≤ 8 requests",
            Self::Paint => "≤ ½ of its",
            Self::Refresh => "≤ ¼ of its",
            Self::Requests => "the same",
            Self::Polls => "≥ 20 × the broker's `/api/overview`, p99 ≤ 10 ms",
            Self::Heap => "within 10 % of after 100",
            Self::Memory => "≤ 64 MB",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Row::ALL.map(Row::name).into();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Row::ALL.len());
    }
}
