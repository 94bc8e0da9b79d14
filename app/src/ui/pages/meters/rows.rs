//! The answer as a table: a row a period that holds samples, the newest first.

use leptos::prelude::*;
use metering::{Series, Timestamp};

use crate::format::{self, Unit};
use crate::i18n::catalog;
use crate::reactive::text;
use crate::ui::components::time::Clock;

/// The table.
#[component]
pub(super) fn Rows(
    /// What each column is of.
    labels: Vec<String>,
    /// The columns.
    series: RwSignal<Series>,
    /// The unit that numbers are written in.
    unit: Unit,
) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let heads = labels
        .into_iter()
        .map(|label| {
            let label = if label.is_empty() {
                texts.value.to_owned()
            } else {
                label
            };
            view! { <th scope="col">{label}</th> }
        })
        .collect_view();
    let rows = series.with_untracked(|series| {
        let row = |index: usize| {
            let values: Vec<_> = series
                .columns
                .iter()
                .map(|column| column.avg.get(index))
                .collect();
            if values.iter().all(Option::is_none) {
                return None;
            }
            let time = Timestamp::from_millis(series.timestamps[index]);
            let cells = values.into_iter().map(|value| {
                let value = value.map_or(texts.no_value.to_owned(), |value| {
                    format::value(value, unit)
                });
                view! { <td>{value}</td> }
            });
            Some(view! {
                <tr>
                    <th scope="row">{text(move || clock.date_and_time(time, texts))}</th>
                    {cells.collect_view()}
                </tr>
            })
        };
        (0..series.timestamps.len())
            .rev()
            .filter_map(row)
            .collect_view()
    });
    view! {
        <section class="panel" aria-labelledby="rows-title">
            <h2 id="rows-title">{texts.periods}</h2>
            <div class="scroll tall" tabindex="0" role="group" aria-labelledby="rows-title">
                <table class="list numbers">
                    <thead><tr><th scope="col">{texts.period_start}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
