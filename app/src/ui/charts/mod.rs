//! Live charts as SVG.
//!
//! The same components render on the server and go on living in the browser.
//! A tick costs one `d` attribute a line: geometry is computed in one memo a
//! chart ([`drawing`]), everything in the view reads its part of it, and what
//! moves at every tick is written by few effects ([`dom_updater`]).
//! Nothing is measured and no inline style is set: lines stand in a nested
//! view box that is stretched over the plot without its strokes, ticks and the
//! crosshair at percentages of it. What the charts of a page share is their
//! [`ChartGroup`]; zoom and pan change the address, and the charts follow it.

mod annotations;
mod axis;
mod background;
mod chart_context;
mod chart_group;
mod dom_updater;
mod drawing;
mod legend;
mod line_links;
mod plot;
mod pointer;
mod preferences;
mod span_bar;
mod sparkline;
mod table;
pub mod value_axis;
mod view;

pub use chart_group::ChartGroup;
pub use line_links::{LineLink, LineLinks};
pub use preferences::ChartPreferences;
pub use span_bar::SpanBar;
pub use sparkline::Sparkline;
pub use view::Chart;
