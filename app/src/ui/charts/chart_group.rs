//! What all charts of a page share: series, time window, crosshair, selection, events.

use std::sync::Arc;

use leptos::prelude::*;
use metering::{LogEntry, Series};

use super::background::ChartBackground;
use crate::polling::{Settings, Span, TimeRange};
use crate::ui::components::time::Clock;
use crate::ui::time_scale::Offset;
use crate::view_models::svg_path::Window;

/// What all charts of a page share. A Leptos context, and cheap to copy.
#[derive(Clone, Copy)]
pub struct ChartGroup {
    /// The resource whose columns are drawn.
    pub resource: StoredValue<String>,
    /// What happened in the time that is shown, newest first.
    pub events: RwSignal<Arc<Vec<LogEntry>>>,
    /// The part of time that is shown.
    pub window: Memo<TimeRange>,
    /// The instant under the crosshair.
    pub cursor: RwSignal<Option<i64>>,
    /// Two instants between which the pointer is drawing a selection.
    pub selection: RwSignal<Option<(i64, i64)>>,
    /// By how many milliseconds the pointer is dragging the window.
    pub dragged: RwSignal<i64>,
    /// Whether anything is known in the time that is shown.
    pub has_values: Memo<bool>,
    /// Whether the columns are those of the time that is shown, and not of another one before.
    pub is_loaded: Signal<bool>,
    /// Beyond this there is nothing to see yet, in milliseconds since the epoch.
    pub latest: Signal<i64>,
    /// The address's choices.
    pub settings: Settings,
    background: StoredValue<ChartBackground>,
    source: Signal<RwSignal<Series>>,
    clock: Clock,
}

impl ChartGroup {
    /// Of the columns of a resource. Zoom and pan lead to addresses of the page that is shown.
    pub fn new(
        resource: String,
        source: Signal<RwSignal<Series>>,
        events: RwSignal<Arc<Vec<LogEntry>>>,
        latest: Signal<i64>,
    ) -> Self {
        let settings = expect_context::<Settings>();
        let dragged = RwSignal::new(0);
        let window = Memo::new(move |_| {
            let TimeRange { from, to } = match settings.span.get() {
                Span::Fixed(range) => range,
                Span::Last(length) => {
                    let (last, step) = source
                        .get()
                        .with(|series| (series.timestamps.last().copied(), i64::from(series.step)));
                    let to = end_of_range(last, step, length, || latest.get());
                    TimeRange {
                        from: to - length,
                        to,
                    }
                }
            };
            let by = dragged.get();
            TimeRange {
                from: from + by,
                to: to + by,
            }
        });
        let has_values = Memo::new(move |_| {
            let window = Window::from(window.get());
            source.get().with(|series| {
                let shown = window.indices(&series.timestamps);
                let mut columns = series.columns.iter();
                columns.any(|column| {
                    let values = column.avg.0.get(shown.clone()).unwrap_or_default();
                    values.iter().any(|value| !value.is_nan())
                })
            })
        });
        let clock = expect_context::<Clock>();
        let selection = RwSignal::new(None);
        Self {
            resource: StoredValue::new(resource),
            events,
            window,
            cursor: RwSignal::new(None),
            selection,
            dragged,
            has_values,
            is_loaded: Signal::stored(true),
            latest,
            settings,
            background: StoredValue::new(ChartBackground::new(
                window, clock, source, events, selection,
            )),
            source,
            clock,
        }
    }

    /// Of columns that may still be those of another time.
    #[must_use]
    pub fn with_loaded(self, is_loaded: Signal<bool>) -> Self {
        Self { is_loaded, ..self }
    }

    /// Whether it is certain that nothing is known in the time that is shown.
    pub fn is_empty(&self) -> bool {
        self.is_loaded.get() && self.latest.get() > 0 && !self.has_values.get()
    }

    /// What lies behind and over the lines of every chart.
    pub(super) fn background(&self) -> ChartBackground {
        self.background.get_value()
    }

    /// Reads the columns, and follows them.
    pub fn with_series<T>(&self, read: impl FnOnce(&Series) -> T) -> T {
        self.source.get().with(read)
    }

    /// Reads the columns as they are now.
    pub fn with_series_untracked<T>(&self, read: impl FnOnce(&Series) -> T) -> T {
        self.source.get_untracked().with_untracked(read)
    }

    /// How far the viewer's clock is from UTC.
    pub fn offset(&self) -> Offset {
        self.clock.offset()
    }

    /// A time as precise as the window's length asks for.
    pub fn moment(&self, time: i64) -> String {
        let length = self.window.get().length();
        crate::ui::time_scale::moment_label(time, self.offset(), length, crate::i18n::catalog())
    }

    /// Shows a time range as a new address, so that the browser's back button returns.
    pub fn show(&self, range: TimeRange) {
        let is_seen = |&instant: &i64| (range.from..=range.to).contains(&instant);
        self.cursor
            .update(|cursor| *cursor = cursor.filter(is_seen));
        self.settings
            .navigation
            .go_to(&self.settings.query_of(range));
    }

    /// Shows the range up to now again.
    pub fn show_now(&self) {
        self.settings
            .navigation
            .go_to(&self.settings.query_up_to_now());
    }
}

/// Longer steps than this hide when the last one ends, in milliseconds.
const SHORT_STEP: i64 = 10_000;
/// The end of a range moves at least this often, in milliseconds.
const MINUTE: i64 = 60_000;

/// Where a range up to now ends. Short steps end with the last poll. A long step begins up to hours
/// ago, so there the server's clock counts: in steps of a minute at most, since a chart is drawn again
/// whenever its end moves.
fn end_of_range(last: Option<i64>, step: i64, length: i64, latest: impl Fn() -> i64) -> i64 {
    match last {
        Some(last) if step <= SHORT_STEP => last,
        Some(last) => {
            let unit = step.min(MINUTE);
            last.max(latest().div_euclid(unit) * unit)
        }
        None => latest().max(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn ranges_of_long_steps_end_now() {
        let now = 100 * HOUR + 15 * MINUTE + 7_000;
        let end = |last, step| end_of_range(Some(last), step, HOUR, || now);
        assert_eq!(end(90 * HOUR, 15 * HOUR), now - 7_000, "1y");
        assert_eq!(end(100 * HOUR, 2 * HOUR), now - 7_000, "30d");
        assert_eq!(
            end(now - 47_000, 40_000),
            now.div_euclid(40_000) * 40_000,
            "6h"
        );
    }

    #[test]
    fn ranges_of_short_steps_end_with_the_last_poll() {
        let end = end_of_range(Some(5_000), 5_000, HOUR, || panic!("no clock is read"));
        assert_eq!(end, 5_000);
    }

    #[test]
    fn a_range_without_any_step_ends_now() {
        assert_eq!(end_of_range(None, 0, HOUR, || 7 * HOUR), 7 * HOUR);
        assert_eq!(end_of_range(None, 0, HOUR, || 0), HOUR);
    }
}
