//! The legend: which line is which, its value, and a switch for each.

use leptos::prelude::*;

use super::view::Parts;
use super::writer::{self, Place};
use crate::format;
use crate::i18n::catalog;
use crate::reactive::{flag, text};

/// A button a line. Lines that are idle stand behind one more button.
#[component]
pub(super) fn Legend(parts: Parts) -> impl IntoView {
    let texts = catalog();
    let (unit, lines) = parts
        .definition
        .with_value(|definition| (definition.unit, definition.lines.clone()));
    let words = move |value: Option<f64>| {
        value.map_or(texts.no_value.to_owned(), |value| {
            format::value(value, unit)
        })
    };
    let count = lines.len();
    writer::keep(parts.root, ".legend-entry b", Place::Text, move || {
        (0..count).map(|index| words(parts.value(index))).collect()
    });
    let entries = lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let is_on = move || parts.switched.with(|switched| switched[index]);
            view! {
                <li class:hidden=flag(move || !parts.is_listed(index))>
                    <button
                        type="button"
                        class="legend-entry"
                        aria-pressed=text(move || is_on().to_string())
                        on:click=move |_| parts.switched.update(|switched| switched[index] = !switched[index])
                    >
                        <svg class="swatch" viewBox="0 0 18 10" aria-hidden="true">
                            <path class=line.class() d="M0 5h18" />
                        </svg>
                        <span class="label">{line.label.into_owned()}</span>
                        <b>{words(untrack(|| parts.value(index)))}</b>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="legend">
            {entries}
            <li class="needs-script" class:hidden=flag(move || parts.idle() == 0)>
                <button
                    type="button"
                    class="legend-entry idle"
                    aria-expanded=text(move || parts.idle_listed.get().to_string())
                    on:click=move |_| parts.idle_listed.update(|listed| *listed = !*listed)
                >
                    {text(move || if parts.idle_listed.get() {
                        texts.fewer_series.to_owned()
                    } else {
                        texts.idle_series.fill([&parts.idle()])
                    })}
                </button>
            </li>
        </ul>
    }
    .into_any()
}
