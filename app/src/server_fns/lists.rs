//! A broker's lists, and one object of them: `GET /fn/list`, `GET /fn/detail`, `GET /fn/csv`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;
use metering::{Broker, LogEntry, Series, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn::codec::{GetUrl, Post};
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

use super::fetch::FetchClient;
use crate::cells::{Cell, Column, Row};
use crate::chart::{Definition, Line};
use crate::components::status::Level;
use crate::error::AppError;
use crate::json::JsonText;

/// A page of a list, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListView {
    /// What it is a list of.
    pub title: String,
    /// The lists beside it.
    #[serde(default)]
    pub tabs: Vec<Tab>,
    /// Whether the broker answers.
    pub broker: Broker,
    /// Every column, shown or not.
    pub columns: Vec<Column>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// Which page it is, from 1 on.
    pub page: u64,
    /// How many there are.
    pub page_count: u64,
    /// How many rows the filter leaves.
    pub filtered_count: u64,
    /// How many rows there are.
    pub total_count: u64,
    /// By which column the rows are ordered; empty: as the broker's names are.
    #[serde(default)]
    pub sort: String,
    /// Whether the greatest comes first.
    #[serde(default)]
    pub reverse: bool,
    /// Whether rows stand close.
    #[serde(default)]
    pub compact: bool,
    /// The vhosts to choose from; none where the list knows of none.
    #[serde(default)]
    pub vhosts: Vec<String>,
    /// When the broker told of it.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// When it told of the rates, where that is another time.
    #[serde(default)]
    pub stats_observed_at: Option<Timestamp>,
    /// The server's clock.
    pub server_time: Timestamp,
    /// Why there are no rows, where there are none.
    #[serde(default)]
    pub empty: String,
    /// What is wrong with the filter: then there are no rows, and those that stand may stay.
    #[serde(default)]
    pub bad_filter: Option<String>,
    /// What else there is to say.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// A list beside this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// Its address, base path and all.
    pub href: String,
    /// Whether it is this one.
    #[serde(default)]
    pub current: bool,
}

/// One object in full, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailView {
    /// Its name.
    pub title: String,
    /// What it is, and in which list it stands.
    pub list: Tab,
    /// The vhost that it is in.
    #[serde(default)]
    pub vhost: Option<Tab>,
    /// Its state, and what else is to be seen at once.
    #[serde(default)]
    pub marks: Vec<Cell>,
    /// Whether the broker answers.
    pub broker: Broker,
    /// What is known of it, group by group.
    pub groups: Vec<Group>,
    /// What belongs to it.
    pub tables: Vec<DetailTable>,
    /// How it went.
    #[serde(default)]
    pub charts: Vec<ChartView>,
    /// Whose columns the charts draw.
    #[serde(default)]
    pub resource: String,
    /// The columns, of the span that was asked for.
    #[serde(default)]
    pub series: Arc<Series>,
    /// Why there is nothing to draw, where there is nothing.
    #[serde(default)]
    pub no_series: String,
    /// What happened to the broker in that span, where it was no matter of course.
    #[serde(default)]
    pub events: Arc<Vec<LogEntry>>,
    /// The server's clock.
    pub server_time: Timestamp,
    /// What else there is to say.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// Facts that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its title.
    pub title: String,
    /// Names and values.
    pub facts: Vec<(String, Cell)>,
}

/// A table of a detail page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DetailTable {
    /// Its id in the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its columns, all of them shown.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What stands there where it has none, or where it has more than are shown.
    #[serde(default)]
    pub note: String,
}

/// A chart of a detail page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartView {
    /// Its id in the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The unit beside it.
    pub unit_label: String,
    /// The unit that values are written in.
    pub unit: crate::format::Unit,
    /// Its lines.
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
    /// What it is called.
    pub label: String,
    /// Its colour.
    pub colour: crate::chart::Colour,
    /// Its dashes.
    pub dash: crate::chart::Dash,
}

/// A state in a cell.
pub fn mark(level: Level, text: &str) -> Cell {
    Cell {
        text: text.to_owned(),
        level: Some(level),
        ..Cell::default()
    }
}

/// A page of a list: `GET /fn/list?broker=…&kind=queues&search=…`.
///
/// `search` is the query of the list's own address, as it stands there; its parameters have the
/// names that RabbitMQ gives them.
///
/// # Errors
/// [`AppError::UnknownBroker`] for a broker or a list that is none; else see [`AppError`]. A list
/// that the account may not see, or the broker does not have, is no error: the page says so.
#[server(prefix = "/fn", endpoint = "list", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_list(
    broker: String,
    kind: String,
    #[server(default)] search: String,
) -> Result<ListView, AppError> {
    crate::ssr::lists::page(&broker, &kind, &search)
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// One object in full: `GET /fn/detail?broker=…&kind=queues&names[]=…`.
///
/// `names` are its vhost, where it is in one, and its name. The charts are of `length` milliseconds
/// up to `end`, or up to now.
///
/// # Errors
/// [`AppError::NotFound`] where there is none; else as [`fetch_list`].
#[server(prefix = "/fn", endpoint = "detail", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_detail(
    broker: String,
    kind: String,
    #[server(default)] names: Vec<String>,
    length: i64,
    #[server(default)] end: Option<i64>,
) -> Result<DetailView, AppError> {
    crate::ssr::lists::details::page(&broker, &kind, &names, length, end)
        .await
        .map_err(crate::ssr::leave_with_status)
}

/// The output of [`export_list`].
#[derive(Debug)]
pub struct Csv;

impl ContentType for Csv {
    const CONTENT_TYPE: &'static str = "text/csv; charset=utf-8";
}

impl FormatType for Csv {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<String> for Csv {
    type Error = AppError;

    fn encode(output: &String) -> Result<Bytes, AppError> {
        Ok(Bytes::copy_from_slice(output.as_bytes()))
    }
}

impl Decodes<String> for Csv {
    type Error = AppError;

    fn decode(bytes: Bytes) -> Result<String, AppError> {
        String::from_utf8(bytes.into()).map_err(|_| AppError::Malformed)
    }
}

/// All rows of a list that its address leaves, in its order and with its columns, as a file for
/// spreadsheets: `GET /fn/csv?broker=…&kind=queues&search=…`.
///
/// # Errors
/// As [`fetch_list`]; [`AppError::Forbidden`] where the account may not see it.
#[server(prefix = "/fn", endpoint = "csv", input = GetUrl, output = Post<Csv>, client = FetchClient)]
pub async fn export_list(
    broker: String,
    kind: String,
    #[server(default)] search: String,
) -> Result<String, AppError> {
    crate::ssr::lists::csv::file(&broker, &kind, &search)
        .await
        .map_err(crate::ssr::leave_with_status)
}
