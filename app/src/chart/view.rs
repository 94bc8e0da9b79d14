//! A chart: title, plot, legend, table.

use leptos::prelude::*;

use super::drawing::{Activity, Drawing};
use super::legend::Legend;
use super::marks::EventNote;
use super::plot::Plot;
use super::table::Table;
use super::{Definition, Stage};
use crate::components::icons::{Icon, IconName};
use crate::i18n::catalog;
use crate::reactive::{maybe, text};

/// What the parts of a chart share. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) definition: StoredValue<Definition>,
    pub(super) drawing: Memo<Drawing>,
    /// Which lines the viewer has left switched on.
    pub(super) switched: RwSignal<Vec<bool>>,
    /// Whether idle lines are listed.
    pub(super) idle_listed: RwSignal<bool>,
    stage: StoredValue<Stage>,
}

impl Parts {
    /// What it shares with the other charts.
    pub(super) fn stage(&self) -> Stage {
        self.stage.get_value()
    }

    /// The value of a line at the crosshair, else the latest one that the window shows.
    pub(super) fn value(&self, index: usize) -> Option<f64> {
        let stage = self.stage();
        let cursor = stage.cursor.get();
        let end = self.drawing.with(|drawing| drawing.window.end);
        self.definition.with_value(|definition| {
            stage.resource.with_value(|resource| {
                stage.with_series(|series| {
                    let values =
                        super::drawing::values(series, &definition.lines[index], resource)?;
                    if let Some(instant) = cursor {
                        values.get(super::drawing::nearest(&series.timestamps, instant)?)
                    } else {
                        let shown = series.timestamps.partition_point(|&time| time <= end);
                        (0..shown).rev().find_map(|index| values.get(index))
                    }
                })
            })
        })
    }

    /// Whether a line stands in the legend.
    pub(super) fn is_listed(&self, index: usize) -> bool {
        let activity = self.drawing.with(|drawing| drawing.activity[index]);
        match activity {
            Activity::Active => true,
            Activity::Idle => self.idle_listed.get() || !self.anything_active(),
            Activity::NotReported => false,
        }
    }

    fn anything_active(&self) -> bool {
        self.drawing
            .with(|drawing| drawing.activity.contains(&Activity::Active))
    }
}

/// A chart of the stage's columns.
#[component]
pub fn Chart(
    /// What it shows.
    definition: Definition,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let texts = catalog();
    let id = definition.id.clone().into_owned();
    let title = definition.title.clone().into_owned();
    let unit_label = definition.unit_label.clone().into_owned();
    let heading = format!("{id}-title");
    let switched = RwSignal::new(vec![true; definition.lines.len()]);
    let definition = StoredValue::new(definition);
    let drawing = Memo::new(move |_| {
        let (window, offset) = (stage.window.get(), stage.offset());
        stage.resource.with_value(|resource| {
            definition.with_value(|definition| {
                stage.with_series(|series| {
                    switched.with(|shown| {
                        Drawing::new(definition, series, resource, window, offset, shown)
                    })
                })
            })
        })
    });
    let parts = Parts {
        definition,
        drawing,
        switched,
        idle_listed: RwSignal::new(false),
        stage: StoredValue::new(stage),
    };
    let is_wide = RwSignal::new(false);
    let at = maybe(move || Some(stage.moment(stage.cursor.get()?)));
    let widen = format!("{}: {title}", texts.widen);

    view! {
        <figure class="panel chart" class:wide=Signal::from(is_wide) id=id.clone() aria-labelledby=heading>
            <figcaption>
                <h2 id=heading.clone()>{title}</h2>
                <span class="unit">{unit_label}</span>
                <span class="at" aria-hidden="true">{at}</span>
                <button
                    type="button"
                    class="icon-button needs-script"
                    aria-pressed=text(move || is_wide.get().to_string())
                    title=texts.widen
                    on:click=move |_| is_wide.update(|wide| *wide = !*wide)
                >
                    <Icon name=IconName::Widen />
                    <span class="visually-hidden">{widen}</span>
                </button>
            </figcaption>
            <EventNote parts />
            <Plot parts />
            <Legend parts />
            <Table parts />
        </figure>
    }
    .into_any()
}
