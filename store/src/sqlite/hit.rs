//! A sample that a reader met, as far as it was read.

use std::sync::Arc;

use metering::Timestamp;
use metering::meter::Definition;
use metering::requests::Field;

use super::catalog::{PollSource, Series};
use super::id::SampleLocation;
use super::metadata::Metadata;
use crate::matcher::{Fields, Found, Origin, Stored};

/// A sample that was met, as far as it was read.
#[derive(Clone, Debug)]
pub(super) struct Hit<'a> {
    pub(super) of: Of<'a>,
    pub(super) time: i64,
    pub(super) volume: f64,
    /// Its id, where the question is about ids.
    pub(super) id: Option<String>,
    /// When it was recorded, and its metadata, once its row was read.
    pub(super) row: Option<(i64, Arc<Metadata>)>,
}

/// What a sample is one of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    /// Posted: its series and row.
    Series(&'a Series, i64),
    /// Collected: its resource, meter and the meter's place in the poll.
    PollSource(&'a PollSource, &'static Definition, usize),
}

/// A sample that was found, to be read later: a few bytes, which outlive the snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) enum FoundSample {
    /// A posted one: its row.
    Posted(i64),
    /// A collected one, of which nothing is left to read.
    Collected {
        /// Whose poll.
        poll_source: i64,
        time: i64,
        /// The meter's place in the poll's layout.
        position: usize,
        meter: &'static Definition,
        volume: f64,
    },
}

impl<'a> Hit<'a> {
    /// What is kept of it to read it later.
    pub(super) fn found(&self) -> FoundSample {
        match self.of {
            Of::Series(_, row) => FoundSample::Posted(row),
            Of::PollSource(poll_source, meter, position) => FoundSample::Collected {
                poll_source: poll_source.id,
                time: self.time,
                position,
                meter,
                volume: self.volume,
            },
        }
    }

    /// Where it stands.
    pub(super) fn location(&self) -> SampleLocation {
        match self.of {
            Of::Series(_, row) => SampleLocation::Row(row),
            Of::PollSource(poll_source, _, position) => SampleLocation::Poll {
                poll_source: poll_source.id,
                time: self.time,
                position,
            },
        }
    }

    /// A collected one.
    pub(super) fn collected(
        poll_source: &'a PollSource,
        meter: &'static Definition,
        position: usize,
        time: i64,
        volume: f64,
    ) -> Self {
        Self {
            of: Of::PollSource(poll_source, meter, position),
            time,
            volume,
            id: None,
            row: None,
        }
    }

    /// Whether it is a collected one of that meter.
    pub(super) fn is_of(&self, meter: &Definition) -> bool {
        matches!(self.of, Of::PollSource(_, of, _) if of.name == meter.name)
    }

    /// Its metadata, where its row was read.
    pub(super) fn all_metadata(&self) -> Metadata {
        self.row
            .as_ref()
            .map(|(_, metadata)| metadata.as_ref().clone())
            .unwrap_or_default()
    }

    /// Of two samples of one time, the one that came later is greater. Collected ones come first.
    pub(super) fn order(&self) -> (i64, bool, i64, usize) {
        match self.of {
            Of::Series(_, row) => (self.time, true, row, 0),
            Of::PollSource(poll_source, _, position) => {
                (self.time, false, poll_source.id, position)
            }
        }
    }

    /// Its metadata, where its row was read.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        let (_, metadata) = self.row.as_ref()?;
        metadata.get(key).map(String::as_str)
    }
}

impl Fields for Hit<'_> {
    fn field(&self, field: &Field) -> Option<Found<'_>> {
        let known = match self.of {
            Of::Series(series, _) => series.identity.field(field),
            Of::PollSource(poll_source, meter, _) => poll_source.field(meter, field),
        };
        known.unwrap_or_else(|| match field {
            Field::Volume => Some(Found::Number(self.volume)),
            Field::Timestamp => Some(Found::Time(Timestamp::from_micros(self.time))),
            Field::RecordedAt => {
                let recorded = self
                    .row
                    .as_ref()
                    .map_or(self.time, |(recorded, _)| *recorded);
                Some(Found::Time(Timestamp::from_micros(recorded)))
            }
            Field::MessageId => self.id.as_deref().map(Found::Text),
            Field::Metadata(key) => self.metadata(key).map(Found::Text),
            _ => None,
        })
    }
}

impl Stored for Hit<'_> {
    fn origin(&self) -> Origin<'_> {
        match self.of {
            Of::Series(..) => Origin::Posted,
            Of::PollSource(poll_source, ..) => Origin::Collected(&poll_source.resource_id),
        }
    }
}
