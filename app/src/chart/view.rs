//! A chart: title, plot, legend, table.

use leptos::prelude::*;

use super::Definition;
use super::drawing::{Activity, Drawing};
use super::legend::Legend;
use super::plot::Plot;
use super::table::Table;
use crate::components::icons::{Icon, IconName};
use crate::i18n::catalog;
use crate::live::{Live, Settings, local_offset};
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
    pub(super) live: Live,
}

impl Parts {
    /// The viewer's zone at an instant, milliseconds east of UTC.
    pub(super) fn offset(&self) -> i64 {
        self.live.zone.get().unwrap_or(0)
    }

    /// The value of a line at the crosshair, else its latest one.
    pub(super) fn value(&self, index: usize) -> Option<f64> {
        let line = self
            .definition
            .with_value(|definition| definition.lines[index]);
        let cursor = self.live.cursor.get();
        self.live.broker.with_value(|broker| {
            self.live.series.with(|series| {
                let values = super::drawing::values(series, &line, broker)?;
                match cursor {
                    Some(instant) => {
                        values.get(super::drawing::nearest(&series.timestamps, instant)?)
                    }
                    None => values.last(),
                }
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

/// A live chart of one broker's series.
#[component]
pub fn Chart(
    /// What it shows.
    definition: Definition,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let id = definition.id;
    let title = definition.title;
    let unit_label = definition.unit_label;
    let heading = format!("{id}-title");
    let switched = RwSignal::new(vec![true; definition.lines.len()]);
    let definition = StoredValue::new(definition);
    let drawing = Memo::new(move |_| {
        let span = settings.span();
        let offset = live.zone.get().unwrap_or(0);
        live.broker.with_value(|broker| {
            definition.with_value(|definition| {
                live.series.with(|series| {
                    switched
                        .with(|shown| Drawing::new(definition, series, broker, span, offset, shown))
                })
            })
        })
    });
    let parts = Parts {
        definition,
        drawing,
        switched,
        idle_listed: RwSignal::new(false),
        live,
    };
    let is_wide = RwSignal::new(false);
    let at = maybe(move || {
        let instant = live.cursor.get()?;
        let offset = live.zone.get().map_or(0, |_| local_offset(instant));
        Some(super::scale::time_label(instant, offset, 1000))
    });

    view! {
        <figure class="panel chart" class:wide=Signal::from(is_wide) id=id aria-labelledby=heading>
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
                    <span class="visually-hidden">{format!("{}: {title}", texts.widen)}</span>
                </button>
            </figcaption>
            <Plot parts />
            <Legend parts />
            <Table parts />
        </figure>
    }
    .into_any()
}
