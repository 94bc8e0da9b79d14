//! What a chart shows: its lines, its unit, its axis.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::format::Unit;

/// A line's colour: the same meter has the same colour everywhere.
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
    /// Other meters.
    Grey,
}

/// A line's dashes, which distinguish lines without colour.
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
    /// The label in the legend.
    pub label: Cow<'static, str>,
    /// The colour of the line.
    pub colour: Colour,
    /// The dash pattern.
    pub dash: Dash,
}

impl Line {
    /// The CSS classes of the line.
    pub fn class(&self) -> &'static str {
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
    /// The element's id, for links and tests.
    pub id: Cow<'static, str>,
    /// The chart's title.
    pub title: Cow<'static, str>,
    /// The unit's name beside the title.
    pub unit_label: Cow<'static, str>,
    /// The unit that values are written in.
    pub unit: Unit,
    /// How the steps of the axis are rounded.
    pub base: Base,
    /// The lines; the first is drawn last, on top.
    pub lines: Vec<Line>,
}

/// At which multiples the steps of an axis are round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// 1, 2, 2.5, 5 × 10ⁿ, and whole numbers only.
    Whole,
    /// 1, 2, 2.5, 5 × 10ⁿ.
    Decimal,
    /// 1, 2, 4, … 512 × 1024ⁿ.
    Binary,
}

impl Base {
    /// The rounding of an axis of values in a unit.
    pub fn of_unit(unit: Unit) -> Self {
        match unit {
            Unit::Count => Self::Whole,
            Unit::Bytes | Unit::BytesPerSecond => Self::Binary,
            _ => Self::Decimal,
        }
    }
}
