//! What the plot, the legend and the table of one chart share.

use leptos::html::Figure;
use leptos::prelude::*;

use super::ChartGroup;
use super::drawing::{Activity, Drawing};
use crate::view_models::charts::Definition;

/// What the components of one chart share. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ChartContext {
    pub(super) definition: StoredValue<Definition>,
    pub(super) drawing: Memo<Drawing>,
    /// The value of each line at the crosshair, else the latest one that the window shows.
    pub(super) values: Memo<Vec<Option<f64>>>,
    /// Which lines the viewer has left switched on.
    pub(super) switched: RwSignal<Vec<bool>>,
    /// Whether idle lines are listed.
    pub(super) idle_listed: RwSignal<bool>,
    /// The whole chart.
    pub(super) root: NodeRef<Figure>,
    pub(super) group: StoredValue<ChartGroup>,
}

impl ChartContext {
    /// What it shares with the other charts.
    pub(super) fn group(&self) -> ChartGroup {
        self.group.get_value()
    }

    /// The value of a line at the crosshair, else the latest one that the window shows.
    pub(super) fn value(&self, index: usize) -> Option<f64> {
        self.values.with(|values| values[index])
    }

    /// Whether a line stands in the legend.
    pub(super) fn is_listed(&self, index: usize) -> bool {
        self.drawing
            .with(|Drawing { activity, .. }| match activity[index] {
                Activity::Active => true,
                Activity::Idle => self.idle_listed.get() || !activity.contains(&Activity::Active),
                Activity::NotReported => false,
            })
    }

    /// How many idle lines stand behind the others; none where all are idle.
    pub(super) fn idle(&self) -> usize {
        self.drawing.with(|Drawing { activity, .. }| {
            let is_idle = |activity: &&Activity| **activity == Activity::Idle;
            if activity.contains(&Activity::Active) {
                activity.iter().filter(is_idle).count()
            } else {
                0
            }
        })
    }
}
