//! The time axis, gaps, annotations and selection: the same in all charts of a page, computed once.

use std::sync::Arc;

use leptos::prelude::*;
use metering::{LogEntry, LogLevel, Series};

use super::axis::{Labels, percent};
use crate::i18n::catalog;
use crate::polling::TimeRange;
use crate::ui::components::time::Clock;
use crate::ui::time_scale::{Offset, tick_label, time_ticks};
use crate::view_models::svg_path::{self, HEIGHT, WIDTH, Window};

/// The most labels on the time axis.
pub(super) const TIME_LABELS: i64 = 7;

/// Closer than this to either side there is no label on the time axis.
const EDGE: i64 = WIDTH / 25;

/// What lies behind and over the lines of every chart. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ChartBackground {
    pub(super) time_labels: Memo<TimeLabels>,
    /// The times without any value: bands from top to bottom, as the `d` of a path.
    pub(super) gaps: Memo<String>,
    /// The warnings of the broker's log, as the `d` of a path.
    pub(super) warnings: Memo<String>,
    /// Its errors.
    pub(super) errors: Memo<String>,
    /// What the pointer selects: a band, as the `d` of a path.
    pub(super) selection: Memo<String>,
}

impl ChartBackground {
    /// Of a window of time and what is known of it.
    pub(super) fn new(
        window: Memo<TimeRange>,
        clock: Clock,
        source: Signal<RwSignal<Series>>,
        events: RwSignal<Arc<Vec<LogEntry>>>,
        selection: RwSignal<Option<(i64, i64)>>,
    ) -> Self {
        let window = move || Window::from(window.get());
        let annotations_of =
            |level| Memo::new(move |_| events.with(|events| annotations(&window(), events, level)));
        Self {
            time_labels: Memo::new(move |_| TimeLabels::new(&window(), clock.offset())),
            gaps: Memo::new(move |_| source.get().with(|series| gaps(&window(), series))),
            warnings: annotations_of(LogLevel::Warning),
            errors: annotations_of(LogLevel::Error),
            selection: Memo::new(move |_| {
                selection.get().map_or_else(String::new, |(one, other)| {
                    let window = window();
                    band(window.x(one), window.x(other))
                })
            }),
        }
    }
}

/// The labels of the time axis.
#[derive(PartialEq)]
pub(super) struct TimeLabels {
    /// Where the first one stands, in percent of the plot's width: all that moves at every tick.
    pub(super) start: String,
    /// All of them, by how far each is from the first.
    pub(super) apart: Labels,
}

impl TimeLabels {
    fn new(window: &Window, offset: Offset) -> Self {
        let (step, ticks) = time_ticks(window.start, window.end, offset, TIME_LABELS);
        let shown: Vec<i64> = ticks
            .into_iter()
            // Labels at the very edge would stand out of the panel.
            .filter(|&tick| (EDGE..=WIDTH - EDGE).contains(&window.x(tick)))
            .collect();
        let first = shown.first().copied().unwrap_or(window.start);
        let place = |tick| percent(window.x(window.start + tick - first), WIDTH);
        let word = |tick| tick_label(tick, offset, step, catalog());
        Self {
            start: percent(window.x(first), WIDTH),
            apart: shown
                .into_iter()
                .map(|tick| (place(tick), word(tick)))
                .collect(),
        }
    }
}

/// The events of a level: a line from top to bottom each, as the `d` of a path.
fn annotations(window: &Window, events: &[LogEntry], level: LogLevel) -> String {
    let xs = events
        .iter()
        .filter(|event| event.level == level)
        .map(|event| window.x(event.time.as_millis()))
        .filter(|x| (0..=WIDTH).contains(x));
    svg_path::joined(xs.map(|x| format!("M{x} 0V{HEIGHT}")))
}

/// A gap is a tick without an answer, whatever a chart shows.
fn gaps(window: &Window, series: &Series) -> String {
    let answered: Vec<&[f64]> = series
        .columns
        .iter()
        .map(|column| column.avg.0.as_slice())
        .collect();
    let gaps = svg_path::gaps(&series.timestamps, &answered, window);
    svg_path::joined(gaps.into_iter().map(|(from, to)| band(from, to)))
}

/// A band from top to bottom.
fn band(from: i64, to: i64) -> String {
    format!("M{from} 0H{to}V{HEIGHT}H{from}Z")
}
