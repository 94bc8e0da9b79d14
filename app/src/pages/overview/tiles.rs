//! Object totals: how many of each there are, how that changed, and the last hour.

use leptos::prelude::*;
use metering::meter;

use crate::chart::{Colour, Sparkline, Stage};
use crate::format;
use crate::i18n::{Catalog, catalog};
use crate::live::{Live, Settings};
use crate::reactive::{maybe, text};

fn label(field: &str, texts: &Catalog) -> &'static str {
    match field {
        "connections" => texts.connections,
        "channels" => texts.channels,
        "exchanges" => texts.exchanges,
        "queues" => texts.queues,
        _ => texts.consumers,
    }
}

/// The colour of an object, the same in tiles and charts.
pub(super) fn colour(field: &str) -> Colour {
    match field {
        "connections" => Colour::Blue,
        "channels" => Colour::Orange,
        "queues" => Colour::Green,
        "consumers" => Colour::Purple,
        _ => Colour::Grey,
    }
}

/// A tile an object.
#[component]
pub(crate) fn Tiles() -> impl IntoView {
    let tiles = meter::OBJECT_TOTALS
        .iter()
        .map(|definition| view! { <Tile field=definition.field meter=definition.name /> })
        .collect_view();
    view! { <ul class="tiles">{tiles}</ul> }
}

#[component]
fn Tile(field: &'static str, meter: &'static str) -> impl IntoView {
    let live = expect_context::<Live>();
    let settings = expect_context::<Settings>();
    let stage = expect_context::<Stage>();
    let texts = catalog();
    let total = move || {
        live.read(|page| {
            let totals = page.overview.as_ref()?.object_totals.as_ref()?;
            totals.iter().find(|(name, _)| *name == field)?.1
        })
    };
    let number = text(move || match total() {
        Some(total) => format::count(total as f64),
        None => texts.no_value.to_owned(),
    });
    let change = move || {
        let now = total()? as f64;
        let window = stage.window.get();
        let (before, after) = live.broker.with_value(|broker| {
            stage.with_series(|series| {
                let values = &series.column(meter, broker)?.avg;
                let index_of = |end: i64| series.timestamps.partition_point(|&time| time < end);
                let (first, behind) = (index_of(window.from), index_of(window.to + 1));
                // The first and last known values in the span: a shorter history is told by what there is of it.
                let mut known = (first..behind).filter_map(|index| values.get(index));
                let before = known.next()?;
                Some((before, known.next_back().unwrap_or(before)))
            })
        })?;
        // Up to now where the span is, since the number beside it is of now.
        let change = (if settings.is_fixed() { after } else { now } - before).round();
        Some(if change == 0.0 {
            texts.unchanged.to_owned()
        } else {
            let span = format::span(window.length(), texts);
            texts.change_in.fill([&format::change(change), &span])
        })
    };
    // Before the first answer nothing is known; after it, what is absent is not for this account.
    let absence = move || {
        (total().is_none() && live.read(|page| page.overview.clone()).is_some()).then_some(
            if live.read(|page| page.nodes.clone()).is_some() {
                texts.not_reported
            } else {
                texts.not_for_this_account
            },
        )
    };
    let note = maybe(move || absence().map(str::to_owned).or_else(change));
    view! {
        <li class="panel tile">
            <span class="tile-label">{label(field, texts)}</span>
            <b class="tile-value">{number}</b>
            <span class="tile-change">{note}</span>
            <Sparkline meter=meter colour=colour(field) />
        </li>
    }
}
