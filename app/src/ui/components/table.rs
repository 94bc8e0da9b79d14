//! Draws the cells, facts and rows of lists and detail pages.
//!
//! Which columns a list has, how a value is written and where it leads is decided on the server.

use leptos::prelude::*;

use super::bar::{self, BarFill};
use super::icons::{Icon, IconName};
use super::time::Clock;
use crate::i18n::catalog;
use crate::reactive::text;
use crate::view_models::level::Level;
use crate::view_models::lists::Group;
use crate::view_models::table::{Cell, Column, Row};

/// Draws a cell.
pub fn cell(cell: &Cell, clock: Clock) -> AnyView {
    let texts = catalog();
    if let Some(level) = cell.level {
        return view! {
            <span class=level.class() title=cell.note.clone()>
                <span aria-hidden="true">{level.shape()}</span>" "{cell.text.clone()}
            </span>
        }
        .into_any();
    }
    if let Some(gauge) = &cell.gauge {
        let filled = gauge.share.map(|share| BarFill {
            share,
            mark: gauge.mark,
            alarmed: gauge.alarmed,
        });
        let filled = Signal::stored(filled);
        let value = Signal::stored(cell.text.clone());
        let limit = Signal::stored(Some(gauge.limit.clone()));
        return view! { <bar::Gauge filled value limit /> }.into_any();
    }
    if !cell.parts.is_empty() {
        let parts = cell.parts.iter().map(|part| {
            let inner = match &part.href {
                Some(href) => view! { <a href=href.clone()>{part.text.clone()}</a> }.into_any(),
                None => part.text.clone().into_any(),
            };
            view! { <span class="tag" title=part.note.clone()>{inner}</span> }
        });
        return parts.collect_view().into_any();
    }
    if let Some(time) = cell.time {
        let instant = metering::Timestamp::from_millis(time);
        return view! { <time>{text(move || clock.date_and_time(instant, texts))}</time> }
            .into_any();
    }
    if let Some(href) = &cell.href {
        return view! { <a href=href.clone() title=cell.note.clone()><bdi>{cell.text.clone()}</bdi></a> }
            .into_any();
    }
    if cell.text.is_empty() {
        return view! { <span class="soft">{texts.no_value}</span> }.into_any();
    }
    view! { <bdi title=cell.note.clone()>{cell.text.clone()}</bdi> }.into_any()
}

/// Draws facts under their title.
pub fn facts(group: &Group, clock: Clock) -> AnyView {
    let fact = |(name, value): &(String, Cell)| {
        view! { <div><dt>{name.clone()}</dt><dd>{cell(value, clock)}</dd></div> }
    };
    view! {
        <section class="panel">
            <h2>{group.title.clone()}</h2>
            <dl class="facts">{group.facts.iter().map(fact).collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// A button that copies a row's name. The component around the rows handles its clicks.
fn copy_button(cells: &[Cell]) -> AnyView {
    let texts = catalog();
    let name = cells
        .first()
        .map(|cell| cell.text.clone())
        .unwrap_or_default();
    let label = format!("{}: {name}", texts.lists.copy_name);
    view! {
        <button type="button" class="copy needs-script" title=texts.lists.copy_name aria-label=label tabindex="-1">
            <Icon name=IconName::Copy />
        </button>
    }
    .into_any()
}

/// The tooltip of a text that may be cut; `None` for a short text.
fn whole(cell: &Cell) -> Option<String> {
    const FITS: usize = 7;
    let text = if cell.parts.is_empty() {
        cell.text.clone()
    } else {
        let parts: Vec<_> = cell.parts.iter().map(|part| part.text.as_str()).collect();
        parts.join(", ")
    };
    (cell.gauge.is_none() && text.chars().nth(FITS).is_some()).then_some(text)
}

/// Draws the rows of a table. The first cell of each is the row's heading.
pub fn rows(columns: &[Column], rows: &[Row], can_copy: bool, clock: Clock) -> AnyView {
    let shown: Vec<_> = columns.iter().filter(|column| column.shown).collect();
    let row = |row: &Row| {
        let cells = shown.iter().zip(&row.cells).enumerate();
        let cells = cells.map(|(place, (column, value))| {
            // In a list columns have fixed widths, so texts may be cut.
            let title = if can_copy { whole(value) } else { None };
            let value = cell(value, clock);
            let class = column.cell_class();
            if place == 0 {
                view! {
                    <th scope="row" class=class title=title>
                        <span class="name">{value}{can_copy.then(|| copy_button(&row.cells))}</span>
                    </th>
                }
                .into_any()
            } else {
                view! { <td class=class title=title>{value}</td> }.into_any()
            }
        });
        let class = row.level.map(Level::row_class);
        view! { <tr class=class>{cells.collect_view()}</tr> }
    };
    rows.iter().map(row).collect_view().into_any()
}
