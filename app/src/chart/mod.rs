//! Live charts as SVG.
//!
//! The same components render on the server and go on living in the browser.
//! A tick costs one `d` attribute a line: geometry is computed in one memo a
//! chart ([`drawing`]), everything in the view reads its part of it, and what
//! moves at every tick is written by few effects ([`writer`]).
//! Nothing is measured and no inline style is set: lines stand in a nested
//! view box that is stretched over the plot without its strokes, ticks and the
//! crosshair at percentages of it. What the charts of a page share is their
//! [`Stage`]; zoom and pan change the address, and the charts follow it.

mod axis;
mod backdrop;
mod choices;
mod drawing;
mod legend;
mod marks;
pub mod path;
mod plot;
mod pointer;
pub mod scale;
mod span_bar;
mod sparkline;
mod stage;
mod table;
pub mod value_axis;
mod view;
mod writer;

use std::borrow::Cow;

use leptos::prelude::{StoredValue, WithValue};
use serde::{Deserialize, Serialize};

pub use choices::KeptChoices;
pub use path::{HEIGHT, WIDTH};
pub use span_bar::SpanBar;
pub use sparkline::{Sparkline, line_of};
pub use stage::Stage;
pub use view::Chart;

use crate::format::Unit;
use value_axis::Base;

/// Where lines of charts lead, by their meters. A Leptos context of pages that have such places.
#[derive(Clone, Copy)]
pub struct LineLinks(StoredValue<FindLink>);

/// Finds the place of a meter.
type FindLink = Box<dyn Fn(&str) -> Option<LineLink> + Send + Sync>;

/// Where a line leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineLink {
    /// The address.
    pub href: String,
    /// What is there.
    pub name: &'static str,
}

impl LineLinks {
    /// By the name of a meter.
    pub fn new(find: impl Fn(&str) -> Option<LineLink> + Send + Sync + 'static) -> Self {
        Self(StoredValue::new(Box::new(find)))
    }

    /// Where a line leads, if anywhere.
    fn of(self, line: &Line) -> Option<LineLink> {
        self.0.with_value(|find| find(&line.meter))
    }
}

/// A line's colour: the same thing has the same one everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// Totals, publishing, connections.
    Blue,
    /// Unacknowledged, redelivered, channels.
    Orange,
    /// Ready, delivered, queues.
    Green,
    /// Acknowledged, consumers.
    Purple,
    /// All else.
    Grey,
}

/// A line's dashes, which tell lines apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dash {
    /// ────
    Solid,
    /// ─ ─ ─
    Dashed,
    /// · · ·
    Dotted,
    /// ─ · ─
    DashDot,
}

/// A line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// The meter that it draws.
    pub meter: Cow<'static, str>,
    /// What it is called.
    pub label: Cow<'static, str>,
    /// Its colour.
    pub colour: Colour,
    /// Its dashes.
    pub dash: Dash,
}

impl Line {
    /// The classes that give it its look.
    fn class(&self) -> &'static str {
        use Colour::{Blue, Green, Grey, Orange, Purple};
        use Dash::{DashDot, Dashed, Dotted, Solid};
        match (self.colour, self.dash) {
            (Blue, Solid) => "line blue solid",
            (Blue, Dashed) => "line blue dashed",
            (Blue, Dotted) => "line blue dotted",
            (Blue, DashDot) => "line blue dash-dot",
            (Orange, Solid) => "line orange solid",
            (Orange, Dashed) => "line orange dashed",
            (Orange, Dotted) => "line orange dotted",
            (Orange, DashDot) => "line orange dash-dot",
            (Green, Solid) => "line green solid",
            (Green, Dashed) => "line green dashed",
            (Green, Dotted) => "line green dotted",
            (Green, DashDot) => "line green dash-dot",
            (Purple, Solid) => "line purple solid",
            (Purple, Dashed) => "line purple dashed",
            (Purple, Dotted) => "line purple dotted",
            (Purple, DashDot) => "line purple dash-dot",
            (Grey, Solid) => "line grey solid",
            (Grey, Dashed) => "line grey dashed",
            (Grey, Dotted) => "line grey dotted",
            (Grey, DashDot) => "line grey dash-dot",
        }
    }
}

/// What a chart shows.
#[derive(Clone)]
pub struct Definition {
    /// Its id in the page, for links and tests.
    pub id: Cow<'static, str>,
    /// Its title.
    pub title: Cow<'static, str>,
    /// The unit as it stands beside the title.
    pub unit_label: Cow<'static, str>,
    /// The unit that values are written in.
    pub unit: Unit,
    /// Where its axis has round steps.
    pub base: Base,
    /// Its lines, the first drawn last and so on top.
    pub lines: Vec<Line>,
}
