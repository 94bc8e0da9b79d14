//! A chart: title, plot, legend, table.

use std::borrow::Cow;

use leptos::html::Figure;
use leptos::prelude::*;
use metering::Series;

use super::choices::{Choice, KeptChoices};
use super::drawing::{Activity, Drawing, nearest, values};
use super::legend::Legend;
use super::marks::EventNote;
use super::plot::Plot;
use super::table::Table;
use super::{Definition, Line, Stage};
use crate::components::icons::{Icon, IconName};
use crate::i18n::catalog;
use crate::reactive::{maybe, on_change, text};

/// What the parts of a chart share. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) definition: StoredValue<Definition>,
    pub(super) drawing: Memo<Drawing>,
    /// The value of each line at the crosshair, else the latest one that the window shows.
    values: Memo<Vec<Option<f64>>>,
    /// Which lines the viewer has left switched on.
    pub(super) switched: RwSignal<Vec<bool>>,
    /// Whether idle lines are listed.
    pub(super) idle_listed: RwSignal<bool>,
    /// The whole chart.
    pub(super) root: NodeRef<Figure>,
    stage: StoredValue<Stage>,
}

impl Parts {
    /// What it shares with the other charts.
    pub(super) fn stage(&self) -> Stage {
        self.stage.get_value()
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

/// The value of a line at the crosshair, else the latest one until `end`.
fn value(
    series: &Series,
    line: &Line,
    resource: &str,
    cursor: Option<i64>,
    end: i64,
) -> Option<f64> {
    let values = values(series, line, resource)?;
    if let Some(instant) = cursor {
        values.get(nearest(&series.timestamps, instant)?)
    } else {
        let shown = series.timestamps.partition_point(|&time| time <= end);
        (0..shown).rev().find_map(|index| values.get(index))
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
    let kept = use_context::<KeptChoices>();
    let before = kept
        .as_ref()
        .map(|_| KeptChoices::of(&id))
        .unwrap_or_default();
    let meters: Vec<_> = definition
        .lines
        .iter()
        .map(|line| line.meter.clone())
        .collect();
    let is_on = |meter: &Cow<'static, str>| !before.hidden.iter().any(|hidden| hidden == meter);
    let switched = RwSignal::new(meters.iter().map(is_on).collect::<Vec<_>>());
    let is_wide = RwSignal::new(before.is_wide);
    let definition = StoredValue::new(definition);
    let drawing = Memo::new(move |_| {
        let window = stage.window.get();
        stage.resource.with_value(|resource| {
            definition.with_value(|definition| {
                stage.with_series(|series| {
                    switched.with(|shown| Drawing::new(definition, series, resource, window, shown))
                })
            })
        })
    });
    let values = Memo::new(move |_| {
        let (cursor, end) = (stage.cursor.get(), stage.window.get().to);
        stage.resource.with_value(|resource| {
            definition.with_value(|definition| {
                stage.with_series(|series| {
                    let lines = definition.lines.iter();
                    lines
                        .map(|line| value(series, line, resource, cursor, end))
                        .collect()
                })
            })
        })
    });
    let parts = Parts {
        definition,
        drawing,
        values,
        switched,
        idle_listed: RwSignal::new(false),
        root: NodeRef::new(),
        stage: StoredValue::new(stage),
    };
    if let Some(kept) = kept {
        let id = id.clone();
        let choice = move || Choice {
            is_wide: is_wide.get(),
            hidden: switched.with(|switched| {
                let lines = meters.iter().zip(switched);
                let hidden = lines.filter(|(_, is_on)| !**is_on);
                hidden.map(|(meter, _)| meter.to_string()).collect()
            }),
        };
        on_change(choice, move |choice| kept.keep(&id, choice));
    }
    let at = maybe(move || Some(stage.moment(stage.cursor.get()?)));
    let widen = format!("{}: {title}", texts.widen);

    view! {
        <figure node_ref=parts.root class="panel chart" class:wide=Signal::from(is_wide) id=id.clone() aria-labelledby=heading>
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
