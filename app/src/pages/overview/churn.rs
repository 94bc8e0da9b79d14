//! Churn in numbers: how often connections, channels and queues came and went.

use leptos::prelude::*;

use crate::format::{self, Unit};
use crate::i18n::{Catalog, catalog};
use crate::live::Live;
use crate::reactive::{flag, part};

/// What an event is called.
pub(super) fn label(field: &str, texts: &Catalog) -> &'static str {
    match field {
        "connection_created" => texts.connection_created,
        "connection_closed" => texts.connection_closed,
        "channel_created" => texts.channel_created,
        "channel_closed" => texts.channel_closed,
        "queue_declared" => texts.queue_declared,
        "queue_created" => texts.queue_created,
        _ => texts.queue_deleted,
    }
}

/// A row an event. Absent where the broker reports none of it.
#[component]
pub(super) fn Churn() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let rates = Memo::new(move |_| live.read(|page| page.overview.as_ref()?.churn_rates.clone()));
    let rows = part(move || {
        rates.get().map(|rates| {
            let row = |stat: metering::Stat<'_>| {
                let count = format::count(stat.value? as f64);
                let rate = stat.rate().map_or(texts.no_value.to_owned(), |rate| {
                    format::value(rate, Unit::PerSecond)
                });
                Some(view! {
                    <tr>
                        <th scope="row">{label(stat.name, texts)}</th>
                        <td>{count}</td>
                        <td>{rate}</td>
                    </tr>
                })
            };
            rates.iter().filter_map(row).collect_view()
        })
    });
    view! {
        <section class="panel" class:hidden=flag(move || rates.with(Option::is_none)) aria-labelledby="churn-totals">
            <h2 id="churn-totals">{texts.churn_totals}</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="churn-totals">
                <table class="list numbers">
                    <thead>
                        <tr>
                            <th scope="col">{texts.event}</th>
                            <th scope="col">{texts.count}</th>
                            <th scope="col">{texts.rate}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}
