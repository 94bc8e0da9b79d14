//! A stored sample, for filters.

use metering::requests::Field;
use metering::telemetry::Sample;

use super::naive_statistics::field_of;
use crate::matcher::{Fields, Found, Origin, Stored};

/// A sample, and how it came.
pub(super) struct KeptSample<'a> {
    pub(super) sample: &'a Sample,
    pub(super) is_collected: bool,
}

impl Fields for KeptSample<'_> {
    fn field(&self, field: &Field) -> Option<Found<'_>> {
        field_of(self.sample, field)
    }
}

impl Stored for KeptSample<'_> {
    fn origin(&self) -> Origin<'_> {
        if self.is_collected {
            Origin::Collected(&self.sample.resource_id)
        } else {
            Origin::Posted
        }
    }
}
