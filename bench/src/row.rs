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
    Embed,
    EmbedTick,
    Embeds,
    EmbedMounts,
    EmbedShift,
    Ingest,
    Samples,
    Meters,
    Resources,
    Statistics,
    Grouped,
    Periods,
    Day,
    Month,
    Disk,
    Reads,
    Pages,
    LargePages,
    LargePolls,
    LargeMemory,
    Cost,
    Hang,
}

impl Row {
    pub(crate) const ALL: [Self; 29] = [
        Self::Page,
        Self::Paint,
        Self::Refresh,
        Self::Requests,
        Self::Polls,
        Self::Heap,
        Self::Memory,
        Self::Embed,
        Self::EmbedTick,
        Self::Embeds,
        Self::EmbedMounts,
        Self::EmbedShift,
        Self::Ingest,
        Self::Samples,
        Self::Meters,
        Self::Resources,
        Self::Statistics,
        Self::Grouped,
        Self::Periods,
        Self::Day,
        Self::Month,
        Self::Disk,
        Self::Reads,
        Self::Pages,
        Self::LargePages,
        Self::LargePolls,
        Self::LargeMemory,
        Self::Cost,
        Self::Hang,
    ];

    /// Those on a store of ten thousand samples, in the order in which they are measured: what
    /// adds samples comes last.
    pub(super) const SMALL: [Self; 8] = [
        Self::Samples,
        Self::Meters,
        Self::Resources,
        Self::Statistics,
        Self::Grouped,
        Self::Periods,
        Self::Ingest,
        Self::Reads,
    ];

    /// Those on one of ten million.
    pub(super) const LARGE: [Self; 3] = [Self::Disk, Self::Day, Self::Month];

    /// Those on a broker with many queues.
    pub(super) const LISTS: [Self; 5] = [
        Self::Pages,
        Self::LargePages,
        Self::LargePolls,
        Self::LargeMemory,
        Self::Cost,
    ];

    /// Whether it is about lists, and so wants brokers of its own.
    pub(super) fn is_of_lists(self) -> bool {
        Self::LISTS.contains(&self) || self == Self::Hang
    }

    /// Those on panels in other people's pages, each with how many minutes it may take.
    pub(super) const EMBEDDED: [(Self, u64); 5] = [
        (Self::Embed, 2),
        (Self::EmbedTick, 3),
        (Self::Embeds, 4),
        (Self::EmbedMounts, 5),
        (Self::EmbedShift, 2),
    ];

    /// Whether it is about the dashboard, and so wants one.
    pub(super) fn is_of_dashboard(self) -> bool {
        !Self::SMALL.contains(&self) && !Self::LARGE.contains(&self) && !self.is_of_lists()
    }

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
            Self::Embed => "embed",
            Self::EmbedTick => "embed-tick",
            Self::Embeds => "embeds",
            Self::EmbedMounts => "embed-mounts",
            Self::EmbedShift => "embed-shift",
            Self::Ingest => "ingest",
            Self::Samples => "samples",
            Self::Meters => "meters",
            Self::Resources => "resources",
            Self::Statistics => "statistics",
            Self::Grouped => "grouped",
            Self::Periods => "periods",
            Self::Day => "day",
            Self::Month => "month",
            Self::Disk => "disk",
            Self::Reads => "reads",
            Self::Pages => "pages",
            Self::LargePages => "large-pages",
            Self::LargePolls => "large-polls",
            Self::LargeMemory => "large-memory",
            Self::Cost => "cost",
            Self::Hang => "hang",
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
            Self::Embed => "embed of one panel, over the wire, first and second visit",
            Self::EmbedTick => "ten panels in a page: requests a tick",
            Self::Embeds => "500 embeds, 5 s tick: slowest answer, processor of the server",
            Self::EmbedMounts => "heap of a page after 500 mounts of a panel",
            Self::EmbedShift => "layout shift that panels cause in a page",
            Self::Ingest => "samples taken in over HTTP, posts of 500, durable",
            Self::Samples => "100 samples of 10,000, p50",
            Self::Meters => "their meters, 50 resources, p50",
            Self::Resources => "their resources, p50",
            Self::Statistics => "their statistics, p50",
            Self::Grouped => "the same by resource, p50",
            Self::Periods => "the same in 1,000 periods, p50",
            Self::Day => "a day's statistics in periods of 1 min, store of 10 million samples, p50",
            Self::Month => "series of a month, 600 points, same store, p50",
            Self::Disk => "bytes on disk a collected sample, with roll-ups",
            Self::Reads => "reads while taking in half the top rate, p99",
            Self::Pages => {
                "pages of 100 of 10,000 queues sorted by depth per second, 4 connections"
            }
            Self::LargePages => "the same of 50,000 queues, p99",
            Self::LargePolls => "overviews per second with 50,000 queues, 4 connections",
            Self::LargeMemory => "resident memory with 50,000 queues",
            Self::Cost => {
                "processor time of a broker with 50,000 queues for 100 viewers of its list"
            }
            Self::Hang => "answers while one node of three hangs, the slowest",
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
            Self::Embed => "≤ 220 KB, ≤ 5 KB",
            Self::EmbedTick => "1",
            Self::Embeds => "within the tick, ≤ 25 % of a core",
            Self::EmbedMounts => "within 5 % of after 10",
            Self::EmbedShift => "0",
            Self::Ingest => "≥ 20,000 samples/s",
            Self::Samples
            | Self::Meters
            | Self::Resources
            | Self::Statistics
            | Self::Grouped
            | Self::Periods => "≤ ⅒ of Ceilometer 9.0's",
            Self::Day | Self::Month => "≤ 50 ms",
            Self::Disk => "≤ 30 B",
            Self::Reads => "≤ 5 × idle",
            Self::Pages => "≥ 300 × the broker's",
            Self::LargePages => "≤ 30 ms",
            Self::LargePolls => "as with 10, within 10 %",
            Self::LargeMemory => "≤ 200 MB",
            Self::Cost => "≤ one open tab of its own Queues page",
            Self::Hang => "≤ 1 s",
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
