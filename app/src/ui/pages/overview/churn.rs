//! Churn in numbers: how often connections, channels and queues came and went.

use leptos::prelude::*;

use crate::format::{self, Unit};
use crate::i18n::{Catalog, catalog};
use crate::polling::Live;
use crate::ui::components::rows::RowsPanel;

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
pub(crate) fn Churn() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let row = move |stat: metering::Stat<'_>| {
        let count = format::count(stat.value? as f64);
        let rate = stat.rate().map(|rate| format::value(rate, Unit::PerSecond));
        let rate = rate.unwrap_or_else(|| texts.no_value.to_owned());
        Some(vec![label(stat.name, texts).to_owned(), count, rate])
    };
    let rows = Memo::new(move |_| {
        live.read(|page| {
            let rates = page.overview.as_ref()?.churn_rates.as_ref()?;
            Some(rates.iter().filter_map(row).collect())
        })
    });
    let heads = vec![texts.event, texts.count, texts.rate];
    view! { <RowsPanel id="churn-totals" title=texts.churn_totals heads rows numbers=true /> }
}
