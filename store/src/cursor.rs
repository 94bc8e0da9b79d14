//! Where the next page of samples, lists and statistics starts.

use metering::telemetry::Sample;

use crate::sqlite::{ListPosition, Position, StatisticsPosition};

/// Where the next page of an answer starts. The default is the start of the answer.
///
/// It holds the places of a few ten thousand samples at most, some 50 bytes each.
#[derive(Debug, Default)]
pub struct SampleCursor(pub(crate) Position);

/// A part of an answer.
#[derive(Debug)]
pub struct SamplePage {
    /// In the order of the answer. It may be empty though further pages follow.
    pub samples: Vec<Sample>,
    /// Where the next page starts; `None` after the last page.
    pub next: Option<SampleCursor>,
}

/// Where the next page of a list of meters or resources starts. The default is the start of the list.
#[derive(Debug, Default)]
pub struct ListCursor(pub(crate) ListPosition);

/// Where the next page of statistics starts. The default is the start of the answer.
#[derive(Debug, Default)]
pub struct StatisticsCursor(pub(crate) StatisticsPosition);
