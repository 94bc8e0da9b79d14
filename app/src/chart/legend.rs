//! The legend: which line is which, its value, and a switch for each.

use leptos::prelude::*;

use super::LineLinks;
use super::view::Parts;
use super::writer::{self, Field, Place};
use crate::format;
use crate::i18n::catalog;
use crate::reactive::text;

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
    let class = move |index| {
        if parts.is_listed(index) {
            "listed"
        } else {
            "hidden"
        }
        .to_owned()
    };
    let idle_class = move || {
        let hidden = if parts.idle() == 0 { " hidden" } else { "" };
        format!("needs-script{hidden}")
    };
    let idle_words = move || {
        if parts.idle_listed.get() {
            texts.fewer_series.to_owned()
        } else {
            texts.idle_series.fill([&parts.idle()])
        }
    };
    let count = lines.len();
    let line_links = use_context::<LineLinks>();
    let moving = vec![
        Field::all(".legend-entry b", Place::Text, move || {
            (0..count).map(|index| words(parts.value(index))).collect()
        }),
        Field::all(
            ".legend > li:not(.needs-script)",
            Place::Attribute("class"),
            move || (0..count).map(class).collect(),
        ),
        Field::one(
            ".legend > .needs-script",
            Place::Attribute("class"),
            idle_class,
        ),
        Field::one(".legend-entry.idle", Place::Text, idle_words),
    ];
    writer::keep(parts.root, moving);
    let entries = lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let link = line_links.and_then(|found| found.of(&line)).map(|link| {
                let name = format!("{}: {}", link.name, line.label);
                let title = name.clone();
                view! {
                    <a class="legend-link" href=link.href title=title>
                        <span aria-hidden="true">"›"</span>
                        <span class="visually-hidden">{name}</span>
                    </a>
                }
            });
            let is_on = move || parts.switched.with(|switched| switched[index]);
            view! {
                <li class=untrack(|| class(index))>
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
                    {link}
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="legend">
            {entries}
            <li class=untrack(idle_class)>
                <button
                    type="button"
                    class="legend-entry idle"
                    aria-expanded=text(move || parts.idle_listed.get().to_string())
                    on:click=move |_| parts.idle_listed.update(|listed| *listed = !*listed)
                >
                    {untrack(idle_words)}
                </button>
            </li>
        </ul>
    }
    .into_any()
}
