//! The same numbers as a table, for those who cannot see the chart.

use leptos::prelude::*;

use super::annotations::EventList;
use super::chart_context::ChartContext;
use super::drawing::{Activity, values};
use crate::format;
use crate::i18n::catalog;
use crate::reactive::part;

/// The most rows; their times are evenly spaced over the range.
const ROWS: usize = 12;

/// What the table shows: the lines' names, a row a time, and least, mean and greatest of the range.
/// Times are in words, since those move with the window.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    labels: Vec<String>,
    times: Vec<(String, Vec<Option<f64>>)>,
    minimum: Vec<Option<f64>>,
    average: Vec<Option<f64>>,
    maximum: Vec<Option<f64>>,
}

fn rows(context: ChartContext) -> Rows {
    let window_and_activity = context
        .drawing
        .with(|drawing| (drawing.window, drawing.activity.clone()));
    let (window, activity) = window_and_activity;
    let lines = context
        .definition
        .with_value(|definition| definition.lines.clone());
    context.group().resource.with_value(|resource| {
        context.group().with_series(|series| {
            let all_idle = !activity.contains(&Activity::Active);
            let is_shown = |activity: Activity| match activity {
                Activity::Active => true,
                Activity::Idle => all_idle,
                Activity::NotReported => false,
            };
            let columns: Vec<_> = lines
                .iter()
                .zip(activity)
                .filter(|(_, activity)| is_shown(*activity))
                .filter_map(|(line, _)| Some((line.label.clone(), values(series, line, resource)?)))
                .collect();
            let first = series
                .timestamps
                .partition_point(|&time| time < window.start);
            let behind = series
                .timestamps
                .partition_point(|&time| time <= window.end)
                .max(first);
            let spacing = (behind - first).div_ceil(ROWS).max(1);
            // The newest first, and the newest always there.
            let picked = (first..behind).rev().step_by(spacing);
            let times = picked.map(|index| {
                let row = columns
                    .iter()
                    .map(|(_, values)| values.get(index))
                    .collect();
                (context.group().moment(series.timestamps[index]), row)
            });
            let known = |values: &metering::series::Values| -> Vec<f64> {
                (first..behind)
                    .filter_map(|index| values.get(index))
                    .collect()
            };
            let of_all = |fold: fn(&[f64]) -> f64| {
                let fold_known = |values: &[f64]| (!values.is_empty()).then(|| fold(values));
                columns
                    .iter()
                    .map(|(_, values)| fold_known(&known(values)))
                    .collect()
            };
            Rows {
                labels: columns
                    .iter()
                    .map(|(label, _)| label.clone().into_owned())
                    .collect(),
                times: times.collect(),
                minimum: of_all(|values| values.iter().copied().fold(f64::INFINITY, f64::min)),
                average: of_all(mean),
                maximum: of_all(|values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            }
        })
    })
}

/// The mean of some numbers, also where their sum is beyond all doubles.
fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if sum.is_finite() {
        sum / count
    } else {
        values.iter().map(|value| value / count).sum()
    }
}

/// The table, closed at first. What is in it is made when it is opened; for who has no scripts to do
/// so, the server's page holds it ready.
#[component]
pub(super) fn Table(context: ChartContext) -> impl IntoView {
    let texts = catalog();
    let title = context
        .definition
        .with_value(|definition| definition.title.clone().into_owned());
    let is_open = RwSignal::new(false);
    let rows = part(move || is_open.get().then(|| opened(context)));
    let toggled = move |event: leptos::ev::Event| {
        is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    };
    view! {
        <details class="chart-table" on:toggle=toggled>
            <summary>{texts.show_table}<span class="visually-hidden">{format!(": {title}")}</span></summary>
            {rows}
            <noscript inner_html=without_scripts(context) />
        </details>
    }
    .into_any()
}

/// What is in the table, as the server's page has it for who has no scripts. With them a browser
/// takes it for a text and does nothing about it.
fn without_scripts(context: ChartContext) -> String {
    #[cfg(feature = "ssr")]
    return opened(context).to_html();
    #[cfg(not(feature = "ssr"))]
    {
        let _ = context;
        String::new()
    }
}

/// What an open table shows. It follows the ticks.
fn opened(context: ChartContext) -> AnyView {
    let texts = catalog();
    let (title, unit) = context
        .definition
        .with_value(|definition| (definition.title.clone().into_owned(), definition.unit));
    let label = format!("{title}: {}", texts.show_table);
    let cells = move |values: &[Option<f64>]| {
        let text = |value: &Option<f64>| {
            value.map_or(texts.no_value.to_owned(), |value| {
                format::value(value, unit)
            })
        };
        values
            .iter()
            .map(|value| view! { <td>{text(value)}</td> })
            .collect_view()
    };
    let summary = move |name: &'static str, values: &[Option<f64>]| {
        view! { <tr><th scope="row">{name}</th>{cells(values)}</tr> }
    };
    let table = part(move || {
        let rows = rows(context);
        view! {
            <table>
                <caption class="visually-hidden">{title.clone()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{texts.time}</th>
                        {rows.labels.iter().map(|label| view! { <th scope="col">{label.clone()}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {rows.times.iter().map(|(time, values)| view! {
                        <tr>
                            <th scope="row">{time.clone()}</th>
                            {cells(values)}
                        </tr>
                    }).collect_view()}
                </tbody>
                <tfoot>
                    {summary(texts.minimum, &rows.minimum)}
                    {summary(texts.average, &rows.average)}
                    {summary(texts.maximum, &rows.maximum)}
                </tfoot>
            </table>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=label>{table}</div>
        <EventList context />
    }
    .into_any()
}
