//! What lists and detail pages are made of: the server writes it in the viewer's language, and one
//! component draws all of it.
//!
//! Which columns a list has, how a value is written, where it leads: the browser knows nothing of
//! that. Names on the wire are one letter long, since a page of a list has thousands of cells.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::bar::{self, Filled};
use crate::components::icons::{Icon, IconName};
use crate::components::status::Level;
use crate::components::time::Clock;
use crate::i18n::catalog;
use crate::reactive::text;
use crate::server_fns::lists::Group;

/// A value as viewers read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Its text; of tags and instants it has none.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where it leads, base path and all.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// What there is to say about it.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How good it is, where it is a state.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// An instant, in milliseconds since the epoch: written by the viewer's clock.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// How near it is to its limit.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub gauge: Option<Gauge>,
    /// Several values in one.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Cell>,
}

impl Cell {
    /// Leads nowhere from now on.
    pub fn unlink(&mut self) {
        self.href = None;
        self.parts.iter_mut().for_each(Self::unlink);
    }
}

/// A value against its limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// From 0 to 1; absent where the whole is not known: then there is no bar.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Where the alarm is, from 0 to 1.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<f64>,
    /// Whether the alarm is raised.
    #[serde(rename = "a", default)]
    pub alarmed: bool,
    /// The limit in words.
    #[serde(rename = "l", default)]
    pub limit: String,
}

/// How wide a column is, by what stands in it: a list keeps its columns where they are, whatever its
/// rows hold. What is longer is cut, and whole in a tooltip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Width {
    /// Words of any length.
    #[default]
    #[serde(rename = "t")]
    Text,
    /// What a row is called.
    #[serde(rename = "n")]
    Name,
    /// A word or a number: `classic`, `1,234/s`.
    #[serde(rename = "w")]
    Word,
    /// The name of a user.
    #[serde(rename = "u")]
    User,
    /// Bytes per second: `12.3 KiB/s`.
    #[serde(rename = "r")]
    DataRate,
    /// A state in its pill.
    #[serde(rename = "s")]
    State,
    /// A date above a time.
    #[serde(rename = "z")]
    Time,
    /// A value against its limit.
    #[serde(rename = "g")]
    Gauge,
}

impl Width {
    /// The class of the column.
    pub fn class(self) -> &'static str {
        match self {
            Self::Text => "w-text",
            Self::Name => "w-name",
            Self::Word => "w-word",
            Self::User => "w-user",
            Self::DataRate => "w-data-rate",
            Self::State => "w-state",
            Self::Time => "w-time",
            Self::Gauge => "w-gauge",
        }
    }
}

/// A column of a table.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for itself, and a wire of its own names is shorter"
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// RabbitMQ's name of the field, or a dotted path to it: what it is sorted by.
    #[serde(rename = "k", default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Its head.
    #[serde(rename = "t")]
    pub label: String,
    /// Whether rows can be ordered by it.
    #[serde(rename = "s", default)]
    pub sortable: bool,
    /// Whether it is shown. Rows hold cells of those columns alone.
    #[serde(rename = "v", default)]
    pub shown: bool,
    /// Whether it is shown to who has not chosen.
    #[serde(rename = "d", default)]
    pub default: bool,
    /// Whether its cells are numbers, which stand to the right.
    #[serde(rename = "n", default)]
    pub number: bool,
    /// How wide it is, in a list.
    #[serde(rename = "w", default)]
    pub width: Width,
}

impl Column {
    /// The classes of the column: a column of short values is as wide as the longest word of its head.
    pub fn class(&self) -> &'static str {
        match (self.width, longest_word(&self.label)) {
            (Width::Word, 10..) => "w-word letters-10",
            (Width::Word, 9) => "w-word letters-9",
            (Width::Word, 8) => "w-word letters-8",
            (width, _) => width.class(),
        }
    }
}

/// The letters of the longest word that a browser does not break. Chinese text breaks anywhere.
fn longest_word(text: &str) -> usize {
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    words.map(str::len).max().unwrap_or_default()
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What stands in it, a cell a shown column. The first is its name, and leads to its page.
    #[serde(rename = "c")]
    pub cells: Vec<Cell>,
    /// How bad it is, where it is.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// The class of a number's column.
pub fn number_class(column: &Column) -> Option<&'static str> {
    column.number.then_some("number")
}

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
        let filled = gauge.share.map(|share| Filled {
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

/// A button that copies the name of a row; what it does is up to what stands around the rows.
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

/// A text that may be cut where it stands; nothing of what surely fits.
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

/// Draws the rows of a table. The first cell of each is its head.
pub fn rows(columns: &[Column], rows: &[Row], can_copy: bool, clock: Clock) -> AnyView {
    let shown: Vec<_> = columns.iter().filter(|column| column.shown).collect();
    let row = |row: &Row| {
        let cells = shown.iter().zip(&row.cells).enumerate();
        let cells = cells.map(|(place, (column, value))| {
            // In a list, which has its rows' names copied, columns are as wide as they are.
            let title = if can_copy { whole(value) } else { None };
            let value = cell(value, clock);
            let class = number_class(column);
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
