//! The cells, columns and rows of lists and detail pages, written by the server in the viewer's
//! language.
//!
//! Names on the wire are one letter long, since a page of a list has thousands of cells.

use serde::{Deserialize, Serialize};

use super::level::Level;

/// A formatted value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The text; empty for tags and times.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The link's address, with the base path.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The tooltip.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The severity, if it is a state.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// A time in milliseconds since the epoch, written in the viewer's time zone.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// The value's share of its limit.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub gauge: Option<Gauge>,
    /// Tags: several values in one cell.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Cell>,
}

impl Cell {
    /// Removes links.
    pub fn unlink(&mut self) {
        self.href = None;
        self.parts.iter_mut().for_each(Self::unlink);
    }
}

/// A value against its limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// From 0 to 1; `None` without a known limit: no bar is drawn.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The alarm's threshold, from 0 to 1.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<f64>,
    /// Whether the alarm is raised.
    #[serde(rename = "a", default)]
    pub alarmed: bool,
    /// The limit as a text.
    #[serde(rename = "l", default)]
    pub limit: String,
}

/// The width of a column, by the kind of its values, so that columns do not move when rows change.
/// Longer texts are cut, with the whole text as a tooltip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Width {
    /// Text of any length.
    #[default]
    #[serde(rename = "t")]
    Text,
    /// The row's name.
    #[serde(rename = "n")]
    Name,
    /// A word or a number: `classic`, `1,234/s`.
    #[serde(rename = "w")]
    Word,
    /// The name of a user.
    #[serde(rename = "u")]
    User,
    /// Short words for features. Narrow windows do not show it beside many columns.
    #[serde(rename = "f")]
    Features,
    /// Bytes per second: `12.3 KiB/s`.
    #[serde(rename = "r")]
    DataRate,
    /// A state.
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
    /// The CSS class of the column.
    pub fn class(self) -> &'static str {
        match self {
            Self::Text => "w-text",
            Self::Name => "w-name",
            Self::Word => "w-word",
            Self::User => "w-user",
            Self::Features => "w-features",
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
    /// RabbitMQ's name of the field, or a dotted path to it: the sort key.
    #[serde(rename = "k", default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The heading.
    #[serde(rename = "t")]
    pub label: String,
    /// Whether rows can be sorted by it.
    #[serde(rename = "s", default)]
    pub sortable: bool,
    /// Whether it is shown. Rows have cells for shown columns only.
    #[serde(rename = "v", default)]
    pub shown: bool,
    /// Whether it is shown by default.
    #[serde(rename = "d", default)]
    pub default: bool,
    /// Whether its cells are numbers, aligned right.
    #[serde(rename = "n", default)]
    pub number: bool,
    /// The width in a list.
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

    /// The class of its cells.
    pub fn cell_class(&self) -> Option<&'static str> {
        match self.width {
            Width::Features => Some("w-features"),
            _ => self.number.then_some("number"),
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
    /// One cell for each shown column. The first is the row's name, and links to its page.
    #[serde(rename = "c")]
    pub cells: Vec<Cell>,
    /// The severity, if the row needs attention.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}
