//! What a page about one object asks for, and what it shows.

use client::Session;
use metering::{Broker, Series};

use crate::presenters::lists::render_context::RenderContext;
use crate::view_models::lists::{ChartView, DetailTable, Group};
use crate::view_models::table::Cell;

/// The session and the time of a request for one object.
pub(super) struct DetailRequest<'a> {
    pub(super) session: Session,
    pub(super) context: RenderContext<'a>,
    /// How long a time the charts are to show, in milliseconds.
    pub(super) length: i64,
    /// Its end, in milliseconds since the epoch; none: now.
    pub(super) end: Option<i64>,
}

impl<'a> DetailRequest<'a> {
    /// For a length in milliseconds up to an end, or up to now.
    pub(super) fn new(
        session: &Session,
        broker: &'a Broker,
        (length, end): (i64, Option<i64>),
    ) -> Self {
        Self {
            session: session.clone(),
            context: RenderContext::new(broker),
            length,
            end,
        }
    }

    pub(super) fn broker(&self) -> &str {
        &self.context.broker.name
    }
}

/// What a page shows of one object.
#[derive(Default)]
pub(super) struct ObjectPage {
    pub(super) marks: Vec<Cell>,
    pub(super) groups: Vec<Group>,
    pub(super) tables: Vec<DetailTable>,
    pub(super) charts: Vec<ChartView>,
    pub(super) resource: String,
    pub(super) series: Series,
    pub(super) no_series: String,
    pub(super) notices: Vec<String>,
}
