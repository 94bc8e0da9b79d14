//! Where lines of charts lead, by their meters.

use leptos::prelude::{StoredValue, WithValue};

use crate::view_models::charts::Line;

/// Where lines of charts lead, by their meters. A Leptos context of pages that have such places.
#[derive(Clone, Copy)]
pub struct LineLinks(StoredValue<FindLink>);

/// Finds the place of a meter.
type FindLink = Box<dyn Fn(&str) -> Option<LineLink> + Send + Sync>;

/// Where a line leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineLink {
    /// The address.
    pub href: String,
    /// What is there.
    pub name: &'static str,
}

impl LineLinks {
    /// By the name of a meter.
    pub fn new(find: impl Fn(&str) -> Option<LineLink> + Send + Sync + 'static) -> Self {
        Self(StoredValue::new(Box::new(find)))
    }

    /// Where a line leads, if anywhere.
    pub(super) fn link_of(self, line: &Line) -> Option<LineLink> {
        self.0.with_value(|find| find(&line.meter))
    }
}
