//! What all charts of a page share: columns, window, crosshair, selection, events.

use std::sync::Arc;

use leptos::prelude::*;
use metering::{LogEntry, Series};

use super::backdrop::Backdrop;
use super::scale::Offset;
use crate::components::time::Clock;
use crate::live::{Settings, Span, Stretch};

/// What all charts of a page share. A Leptos context, and cheap to copy.
#[derive(Clone, Copy)]
pub struct Stage {
    /// The resource whose columns are drawn.
    pub resource: StoredValue<String>,
    /// What happened in the time that is shown, newest first.
    pub events: RwSignal<Arc<Vec<LogEntry>>>,
    /// The part of time that is shown.
    pub window: Memo<Stretch>,
    /// The instant under the crosshair.
    pub cursor: RwSignal<Option<i64>>,
    /// Two instants between which the pointer is drawing a selection.
    pub selection: RwSignal<Option<(i64, i64)>>,
    /// By how many milliseconds the pointer is dragging the window.
    pub dragged: RwSignal<i64>,
    /// Beyond this there is nothing to see yet, in milliseconds since the epoch.
    pub latest: Signal<i64>,
    /// The address's choices.
    pub settings: Settings,
    backdrop: StoredValue<Backdrop>,
    source: Signal<RwSignal<Series>>,
    clock: Clock,
}

impl Stage {
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
            let Stretch { from, to } = match settings.span.get() {
                Span::Fixed(stretch) => stretch,
                Span::Last(length) => {
                    let last = source
                        .get()
                        .with(|series| series.timestamps.last().copied());
                    let to = last.unwrap_or(length);
                    Stretch {
                        from: to - length,
                        to,
                    }
                }
            };
            let by = dragged.get();
            Stretch {
                from: from + by,
                to: to + by,
            }
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
            latest,
            settings,
            backdrop: StoredValue::new(Backdrop::new(window, clock, source, events, selection)),
            source,
            clock,
        }
    }

    /// What lies behind and over the lines of every chart.
    pub(super) fn backdrop(&self) -> Backdrop {
        self.backdrop.get_value()
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
        super::scale::moment_label(time, self.offset(), length, crate::i18n::catalog())
    }

    /// Shows a stretch: a new address, from which the way back leads here.
    pub fn show(&self, stretch: Stretch) {
        let is_seen = |&instant: &i64| (stretch.from..=stretch.to).contains(&instant);
        self.cursor
            .update(|cursor| *cursor = cursor.filter(is_seen));
        self.settings.way.lead(&self.settings.query_of(stretch));
    }

    /// Shows the range up to now again.
    pub fn show_now(&self) {
        self.settings.way.lead(&self.settings.query_back());
    }
}
