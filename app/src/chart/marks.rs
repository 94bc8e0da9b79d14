//! Events as marks: a thin line over the plot, and what happened in words.

use leptos::prelude::*;
use metering::{LogEntry, LogLevel};

use super::path::{self, HEIGHT, WIDTH, Window};
use super::view::Parts;
use crate::components::status::{Level, Pill};
use crate::i18n::catalog;
use crate::reactive::{flag, part, text};

/// So near to the crosshair an event is told: a hundredth of the window.
const NEAR: i64 = 100;

/// The marks of a level: a line from top to bottom each.
pub(super) fn path(window: &Window, events: &[LogEntry], level: LogLevel) -> String {
    let xs = events
        .iter()
        .filter(|event| event.level == level)
        .map(|event| window.x(event.time.as_millis()))
        .filter(|x| (0..=WIDTH).contains(x));
    path::joined(xs.map(|x| format!("M{x} 0V{HEIGHT}")))
}

/// The events at an instant of a window of that length, in words.
pub(super) fn told(parts: Parts, instant: i64) -> Vec<String> {
    let reach = parts.stage().window.get().length() / NEAR;
    parts.stage().events.with(|events| {
        let is_near = |event: &&LogEntry| (event.time.as_millis() - instant).abs() <= reach;
        let near = events.iter().filter(is_near);
        near.map(|event| {
            let time = parts.stage().moment(event.time.as_millis());
            format!("{time} {}", event.desc)
        })
        .collect()
    })
}

/// What happened where the crosshair is. Lies over the plot, so that nothing moves.
#[component]
pub(super) fn EventNote(parts: Parts) -> impl IntoView {
    let words = Memo::new(move |_| {
        let instant = parts.stage().cursor.get();
        instant.map_or_else(String::new, |instant| told(parts, instant).join(" · "))
    });
    view! {
        <p class="event-note" class:hidden=flag(move || words.with(String::is_empty)) aria-hidden="true">
            {text(move || words.get())}
        </p>
    }
}

/// The events of the window as a list, below the table.
#[component]
pub(super) fn EventList(parts: Parts) -> impl IntoView {
    let texts = catalog();
    // With their times in words: what the list itself reads moves it at every tick.
    let shown = Memo::new(move |_| {
        let stage = parts.stage();
        let window = stage.window.get();
        let is_shown =
            |event: &&LogEntry| (window.from..=window.to).contains(&event.time.as_millis());
        let told = |event: &LogEntry| (stage.moment(event.time.as_millis()), event.clone());
        let events = stage.events;
        events.with(|events| events.iter().filter(is_shown).map(told).collect::<Vec<_>>())
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
