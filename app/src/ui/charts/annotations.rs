//! The events of a chart in words: at the crosshair, and as a list below the table.

use leptos::prelude::*;
use metering::LogEntry;

use super::chart_context::ChartContext;
use crate::i18n::catalog;
use crate::reactive::{flag, part, text};
use crate::ui::components::status::Pill;
use crate::view_models::level::Level;

/// Events within a hundredth of the window around the crosshair are named there.
const NEAR: i64 = 100;

/// The events at an instant of a window of that length, in words.
pub(super) fn words_at(context: ChartContext, instant: i64) -> Vec<String> {
    let reach = context.group().window.get().length() / NEAR;
    context.group().events.with(|events| {
        let is_near = |event: &&LogEntry| (event.time.as_millis() - instant).abs() <= reach;
        let near = events.iter().filter(is_near);
        near.map(|event| {
            let time = context.group().moment(event.time.as_millis());
            format!("{time} {}", event.desc)
        })
        .collect()
    })
}

/// What happened where the crosshair is. Lies over the plot, so that nothing moves.
#[component]
pub(super) fn EventNote(context: ChartContext) -> impl IntoView {
    let words = Memo::new(move |_| {
        let instant = context.group().cursor.get();
        instant.map_or_else(String::new, |instant| {
            words_at(context, instant).join(" · ")
        })
    });
    view! {
        <p class="event-note" class:hidden=flag(move || words.with(String::is_empty)) aria-hidden="true">
            {text(move || words.get())}
        </p>
    }
}

/// The events of the window as a list, below the table.
#[component]
pub(super) fn EventList(context: ChartContext) -> impl IntoView {
    let texts = catalog();
    // With their times in words: what the list itself reads moves it at every tick.
    let shown = Memo::new(move |_| {
        let group = context.group();
        let window = group.window.get();
        let is_shown =
            |event: &&LogEntry| (window.from..=window.to).contains(&event.time.as_millis());
        let with_time = |event: &LogEntry| (group.moment(event.time.as_millis()), event.clone());
        let events = group.events;
        events.with(|events| {
            events
                .iter()
                .filter(is_shown)
                .map(with_time)
                .collect::<Vec<_>>()
        })
    });
    let item = move |(time, event): &(String, LogEntry)| {
        let level = Level::from(event.level);
        view! {
            <li>
                <span class="soft">{time.clone()}</span>
                <Pill level=Signal::stored(level) text=Signal::stored(texts.level(event.level).to_owned()) />
                {event.desc.clone()}
            </li>
        }
    };
    part(move || {
        let items = shown.with(|events| events.iter().map(item).collect::<Vec<_>>());
        (!items.is_empty()).then(|| {
            view! { <h3>{texts.events}</h3><ul class="events">{items}</ul> }
        })
    })
}
