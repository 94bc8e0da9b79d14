//! The next rows of a list of meters or resources, or the next groups of statistics by resource,
//! before any sample is read.
//!
//! What there are samples of stands in memory, in no order that a list has. So a window keeps the
//! first rows after a key, a bounded number of them, while it goes over all. A list of any length
//! is read window by window in bounded memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::catalog::{Described, PollSource};
use super::plan::{MeterTarget, PollSourceTarget, PostedTarget, Selection};

/// Series and meters in a window, about; it keeps at least one row, whatever that consists of.
const TARGETS: usize = 20_000;

/// What a list has a row of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// A meter of a resource.
    Meter,
    /// A meter by its name.
    UniqueMeter,
    Resource,
}

/// What rows are sorted by.
pub(crate) type Key = [String; 4];
type KeyRef<'a> = [&'a str; 4];

/// The first rows from a key on.
pub(super) struct Window<'a> {
    listed: Listed,
    start: Bound<&'a Key>,
    /// Rows that are kept at most.
    most: usize,
    /// What each row consists of.
    pub(super) rows: BTreeMap<Key, Vec<Found>>,
    targets: usize,
    /// The first row that was left out.
    pub(super) left_out: Option<Key>,
}

/// Samples of one meter, or of some meters of one polled resource.
#[derive(Debug)]
pub(super) enum Found {
    Posted(PostedTarget),
    PollSource(PollSourceTarget),
}

impl Listed {
    /// The key of a resource in a list of resources.
    pub(super) fn resource_key(resource: String) -> Key {
        [resource, String::new(), String::new(), String::new()]
    }

    fn key(self, of: Described<'_>) -> KeyRef<'_> {
        match self {
            Self::Meter => [of.meter, of.resource_id, of.kind.as_str(), of.unit],
            Self::UniqueMeter => [of.meter, "", "", ""],
            Self::Resource => [of.resource_id, "", "", ""],
        }
    }
}

impl<'a> Window<'a> {
    pub(super) fn new(listed: Listed, start: Bound<&'a Key>, most: usize) -> Self {
        Self {
            listed,
            start,
            most,
            rows: BTreeMap::new(),
            targets: 0,
            left_out: None,
        }
    }

    fn row(&mut self, of: Described<'_>) -> &mut Vec<Found> {
        let key = self.listed.key(of).map(str::to_owned);
        self.targets += 1;
        self.rows.entry(key).or_default()
    }

    /// Leaves the last rows out where there are too many.
    fn bound(&mut self) {
        while self.rows.len() > 1 && (self.rows.len() > self.most || self.targets > TARGETS) {
            let Some((key, found)) = self.rows.pop_last() else {
                break;
            };
            self.targets -= found.iter().map(Found::targets).sum::<usize>();
            self.left_out = Some(key);
        }
    }
}

fn borrowed(key: &Key) -> KeyRef<'_> {
    key.each_ref().map(String::as_str)
}

impl Found {
    fn targets(&self) -> usize {
        match self {
            Self::Posted(_) => 1,
            Self::PollSource(target) => target.meters.len(),
        }
    }
}

impl Selection for Window<'_> {
    fn wants(&self, of: Described<'_>) -> bool {
        let key = self.listed.key(of);
        let is_after_start = match self.start {
            Bound::Unbounded => true,
            Bound::Included(start) => key >= borrowed(start),
            Bound::Excluded(start) => key > borrowed(start),
        };
        let left_out = self.left_out.as_ref();
        is_after_start && left_out.is_none_or(|first| key < borrowed(first))
    }

    fn posted(&mut self, target: PostedTarget) {
        let series = Arc::clone(&target.series);
        self.row(series.identity.described())
            .push(Found::Posted(target));
        self.bound();
    }

    fn poll_source(&mut self, poll_source: &Arc<PollSource>, meter: MeterTarget) {
        let row = self.row(poll_source.described(meter.meter));
        match row.last_mut() {
            Some(Found::PollSource(last)) if last.poll_source.id == poll_source.id => {
                last.meters.push(meter);
            }
            _ => row.push(Found::PollSource(PollSourceTarget {
                poll_source: Arc::clone(poll_source),
                meters: vec![meter],
            })),
        }
        self.bound();
    }
}
