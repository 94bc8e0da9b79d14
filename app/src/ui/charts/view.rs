//! A chart: title, plot, legend, table.

use std::borrow::Cow;

use leptos::prelude::*;
use metering::Series;

use super::ChartGroup;
use super::annotations::EventNote;
use super::chart_context::ChartContext;
use super::drawing::{Drawing, nearest, values};
use super::legend::Legend;
use super::plot::Plot;
use super::preferences::{ChartPreference, ChartPreferences};
use super::table::Table;
use crate::i18n::catalog;
use crate::reactive::{maybe, on_change, text};
use crate::ui::components::icons::{Icon, IconName};
use crate::view_models::charts::{Definition, Line};

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

/// A chart of columns of its group.
#[component]
pub fn Chart(
    /// What it shows.
    definition: Definition,
) -> impl IntoView {
    let group = expect_context::<ChartGroup>();
    let texts = catalog();
    let id = definition.id.clone().into_owned();
    let title = definition.title.clone().into_owned();
    let unit_label = definition.unit_label.clone().into_owned();
    let heading = format!("{id}-title");
    let kept = use_context::<ChartPreferences>();
    let before = kept
        .as_ref()
        .map(|_| ChartPreferences::read(&id))
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
        let window = group.window.get();
        group.resource.with_value(|resource| {
            definition.with_value(|definition| {
                group.with_series(|series| {
                    switched.with(|shown| Drawing::new(definition, series, resource, window, shown))
                })
            })
        })
    });
    let values = Memo::new(move |_| {
        let (cursor, end) = (group.cursor.get(), group.window.get().to);
        group.resource.with_value(|resource| {
            definition.with_value(|definition| {
                group.with_series(|series| {
                    let lines = definition.lines.iter();
                    lines
                        .map(|line| value(series, line, resource, cursor, end))
                        .collect()
                })
            })
        })
    });
    let context = ChartContext {
        definition,
        drawing,
        values,
        switched,
        idle_listed: RwSignal::new(false),
        root: NodeRef::new(),
        group: StoredValue::new(group),
    };
    if let Some(kept) = kept {
        let id = id.clone();
        let choice = move || ChartPreference {
            is_wide: is_wide.get(),
            hidden: switched.with(|switched| {
                let lines = meters.iter().zip(switched);
                let hidden = lines.filter(|(_, is_on)| !**is_on);
                hidden.map(|(meter, _)| meter.to_string()).collect()
            }),
        };
        on_change(choice, move |choice| kept.keep(&id, choice));
    }
    let at = maybe(move || Some(group.moment(group.cursor.get()?)));
    let widen = format!("{}: {title}", texts.widen);

    view! {
        <figure node_ref=context.root class="panel chart" class:wide=Signal::from(is_wide) id=id.clone() aria-labelledby=heading>
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
            <EventNote context />
            <Plot context />
            <Legend context />
            <Table context />
        </figure>
    }
    .into_any()
}
