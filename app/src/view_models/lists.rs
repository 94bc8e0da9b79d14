//! Pages of lists and of one object of them, ready to be drawn.

use std::sync::Arc;

use metering::{Broker, LogEntry, Series, Timestamp};
use serde::{Deserialize, Serialize};

use super::charts::{Colour, Dash, Definition, Line};
use super::table::{Cell, Column, Row};
use crate::format::Unit;

/// The parameter with the columns to show, by their keys.
pub const COLUMNS: &str = "columns";

/// The parameter with the density of rows.
pub const DENSITY: &str = "density";

/// The cookie with the density. Not secret: the page's script writes it.
pub const COOKIE_OF_DENSITY: &str = "warren_density";

/// The cookie with the columns that the viewer chose for a list.
pub fn cookie_of_columns(kind: &str) -> String {
    format!("warren_columns_{kind}")
}

/// A page of a list, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListView {
    /// The list's title.
    pub title: String,
    /// The lists of the same section.
    #[serde(default)]
    pub tabs: Vec<Tab>,
    /// Whether the broker answers.
    pub broker: Broker,
    /// Every column, shown or not.
    pub columns: Vec<Column>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The page's number, from 1.
    pub page: u64,
    /// The number of pages.
    pub page_count: u64,
    /// The number of rows that match the filter.
    pub filtered_count: u64,
    /// The number of rows without the filter.
    pub total_count: u64,
    /// The key of the column that the rows are sorted by; empty: by name.
    #[serde(default)]
    pub sort: String,
    /// Whether the order is descending.
    #[serde(default)]
    pub reverse: bool,
    /// Whether the density is compact.
    #[serde(default)]
    pub compact: bool,
    /// The vhosts to choose from; empty if rows are in no vhost.
    #[serde(default)]
    pub vhosts: Vec<String>,
    /// When the broker reported it.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// When it reported the rates, if at another time.
    #[serde(default)]
    pub stats_observed_at: Option<Timestamp>,
    /// The server's time of the answer.
    pub server_time: Timestamp,
    /// Why there are no rows; empty if there are rows.
    #[serde(default)]
    pub empty: String,
    /// What is wrong with the filter. There are no rows then, and the page keeps those it shows.
    #[serde(default)]
    pub bad_filter: Option<String>,
    /// Further notices.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// A link to a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tab {
    /// The label.
    pub label: String,
    /// The address, with the base path.
    pub href: String,
    /// Whether it is the page that is shown.
    #[serde(default)]
    pub current: bool,
}

/// One object in full, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailView {
    /// The object's name.
    pub title: String,
    /// The list that contains it.
    pub list: Tab,
    /// The object's vhost.
    #[serde(default)]
    pub vhost: Option<Tab>,
    /// The state, and other marks beside the title.
    #[serde(default)]
    pub marks: Vec<Cell>,
    /// Whether the broker answers.
    pub broker: Broker,
    /// The object's facts.
    pub groups: Vec<Group>,
    /// Tables of related objects.
    pub tables: Vec<DetailTable>,
    /// Charts of its history.
    #[serde(default)]
    pub charts: Vec<ChartView>,
    /// The resource whose columns the charts draw.
    #[serde(default)]
    pub resource: String,
    /// The columns of the requested time.
    #[serde(default)]
    pub series: Arc<Series>,
    /// Why there is nothing to draw; empty if there is.
    #[serde(default)]
    pub no_series: String,
    /// Warnings and errors of the broker in the requested time.
    #[serde(default)]
    pub events: Arc<Vec<LogEntry>>,
    /// The server's time of the answer.
    pub server_time: Timestamp,
    /// Further notices.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// Facts under a title.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The title.
    pub title: String,
    /// Names and values.
    pub facts: Vec<(String, Cell)>,
}

/// A table of a detail page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DetailTable {
    /// The element's id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The columns; all are shown.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// A note below: there are no rows, or more than are shown.
    #[serde(default)]
    pub note: String,
}

/// A chart of a detail page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartView {
    /// The element's id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The unit's name beside the title.
    pub unit_label: String,
    /// The unit that values are written in.
    pub unit: Unit,
    /// The lines.
    pub lines: Vec<LineView>,
}

impl From<Definition> for ChartView {
    fn from(chart: Definition) -> Self {
        let line = |line: Line| LineView {
            meter: line.meter.into(),
            label: line.label.into(),
            colour: line.colour,
            dash: line.dash,
        };
        Self {
            id: chart.id.into(),
            title: chart.title.into(),
            unit_label: chart.unit_label.into(),
            unit: chart.unit,
            lines: chart.lines.into_iter().map(line).collect(),
        }
    }
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineView {
    /// The meter that it draws.
    pub meter: String,
    /// The label.
    pub label: String,
    /// The colour.
    pub colour: Colour,
    /// The dash pattern.
    pub dash: Dash,
}
