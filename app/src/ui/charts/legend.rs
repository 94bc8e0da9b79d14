//! The legend: which line is which, its value, and a switch for each.

use leptos::prelude::*;

use super::chart_context::ChartContext;
use super::dom_updater::{self, DomField, Target};
use super::line_links::LineLinks;
use crate::format::{self, Unit};
use crate::i18n::catalog;
use crate::reactive::text;

/// A button a line. Lines that are idle stand behind one more button.
#[component]
pub(super) fn Legend(context: ChartContext) -> impl IntoView {
    let texts = catalog();
    let (unit, lines) = context
        .definition
        .with_value(|definition| (definition.unit, definition.lines.clone()));
    let words = move |value: Option<f64>| {
        value.map_or(texts.no_value.to_owned(), |value| {
            format::value(value, unit)
        })
    };
    let class = move |index| {
        if context.is_listed(index) {
            "listed"
        } else {
            "hidden"
        }
        .to_owned()
    };
    let idle_class = move || {
        let hidden = if context.idle() == 0 { " hidden" } else { "" };
        format!("needs-script{hidden}")
    };
    let idle_words = move || {
        if context.idle_listed.get() {
            texts.fewer_series.to_owned()
        } else {
            texts.idle_series.fill([&context.idle()])
        }
    };
    let count = lines.len();
    let line_links = use_context::<LineLinks>();
    let moving = vec![
        DomField::all(".legend-entry b", Target::Text, move || {
            (0..count)
                .map(|index| words(context.value(index)))
                .collect()
        }),
        DomField::all(
            ".legend > li:not(.needs-script)",
            Target::Attribute("class"),
            move || (0..count).map(class).collect(),
        ),
        DomField::one(
            ".legend > .needs-script",
            Target::Attribute("class"),
            idle_class,
        ),
        DomField::one(".legend-entry.idle", Target::Text, idle_words),
    ];
    dom_updater::keep_updated(context.root, moving);
    let entries = lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let link = line_links.and_then(|found| found.link_of(&line)).map(|link| {
                let name = format!("{}: {}", link.name, line.label);
                let title = name.clone();
                view! {
                    <a class="legend-link" href=link.href title=title>
                        <span aria-hidden="true">"›"</span>
                        <span class="visually-hidden">{name}</span>
                    </a>
                }
            });
            let room = format!("{} {}", line.label, long_value(unit));
            let is_on = move || context.switched.with(|switched| switched[index]);
            view! {
                <li class=untrack(|| class(index)) data-room=room>
                    <button
                        type="button"
                        class="legend-entry"
                        aria-pressed=text(move || is_on().to_string())
                        on:click=move |_| context.switched.update(|switched| switched[index] = !switched[index])
                    >
                        <svg class="swatch" viewBox="0 0 18 10" aria-hidden="true">
                            <path class=line.class() d="M0 5h18" />
                        </svg>
                        <span class="label">{line.label.into_owned()}</span>
                        <b>{words(untrack(|| context.value(index)))}</b>
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
                    aria-expanded=text(move || context.idle_listed.get().to_string())
                    on:click=move |_| context.idle_listed.update(|listed| *listed = !*listed)
                >
                    {untrack(idle_words)}
                </button>
            </li>
        </ul>
    }
    .into_any()
}

/// A value as long as most are at most. An entry is as wide as with this one, so that the next entries
/// stay in place when its own value becomes longer.
fn long_value(unit: Unit) -> &'static str {
    match unit {
        Unit::Count | Unit::Number => "99,999",
        Unit::PerSecond => "9,999/s",
        Unit::Bytes => "1,023 MiB",
        Unit::BytesPerSecond => "1,023 KiB/s",
    }
}
