//! The system log in memory.

use metering::event::Event;
use metering::requests::LogQuery;

use crate::event::EventQuery;
use crate::query::{LogPage, includes};
use crate::sample::LogRecord;

/// A page of lines, newest first.
pub(super) fn page(log: &[LogRecord], query: &LogQuery, brokers: Option<&[String]>) -> LogPage {
    let lines = log.iter().enumerate().rev();
    let entries: Vec<_> = lines
        .filter(|(_, line)| includes(query, brokers, line))
        .map(|(index, line)| line.clone().into_entry(index as u64 + 1))
        .collect();
    LogPage {
        total: entries.len() as u64,
        entries: entries
            .into_iter()
            .skip(query.skipped() as usize)
            .take(query.limit() as usize)
            .collect(),
    }
}

/// Lines as events, the oldest first.
pub(super) fn events(log: &[LogRecord], query: &EventQuery) -> Vec<Event> {
    let mut lines: Vec<_> = (1..).zip(log).collect();
    lines.retain(|(id, line)| query.includes(*id, line));
    lines.sort_by_key(|(_, line)| line.time);
    let lines = lines.into_iter().take(query.limit as usize);
    lines
        .map(|(id, line)| line.clone().into_event(id))
        .collect()
}
