//! The values of one broker that a page shows.

use std::sync::Arc;

use leptos::prelude::*;
use metering::dashboard::Dashboard;
use metering::{BrokerState, LogEntry, Series};

use super::age::age;
use super::{InitialDashboard, PollStatus, Settings, now};
use crate::error::AppError;
use crate::format::within;
use crate::reactive::{effect, on_change};
use crate::view_models::time_range::{RECENT_HISTORY, Span};

/// The shortest and the longest time between two requests of a longer span's series, in milliseconds.
const PACE: (f64, f64) = (5_000.0, 300_000.0);

/// A live view of one broker. A Leptos context, cheap to copy: a few signals.
#[derive(Clone, Copy)]
pub struct Live {
    /// The broker's name.
    pub broker: StoredValue<String>,
    /// The last answer; `None` before the first. Its series are moved to `hour` and `charted`.
    pub page: RwSignal<Option<Arc<Dashboard>>>,
    /// The series of the last hour.
    pub hour: RwSignal<Series>,
    /// The series of a longer or earlier span; empty if none is shown or loaded.
    pub charted: RwSignal<Series>,
    /// Warnings and errors of the broker in the charted time.
    pub events: RwSignal<Arc<Vec<LogEntry>>>,
    /// The state of the polls.
    pub poll_status: PollStatus,
    /// The span of `charted`, and when it was received (milliseconds on the viewer's clock).
    loaded_range: StoredValue<Option<(Span, f64)>>,
    /// Whether `hour` is complete: the server's page carries a part of it.
    is_whole: StoredValue<bool>,
}

impl Live {
    /// Created from the first answer, which was for a span.
    pub fn new(broker: String, first: Result<InitialDashboard, AppError>, span: Span) -> Self {
        let live = Self::waiting(broker, PollStatus::new());
        match first {
            Ok(carried) => {
                let is_whole = carried.is_whole();
                live.take(carried.page, span);
                live.is_whole.set_value(is_whole);
                live.poll_status.answered();
            }
            Err(error) => live.poll_status.fail(error, 0.0),
        }
        live
    }

    /// Created before the first answer.
    pub fn waiting(broker: String, poll_status: PollStatus) -> Self {
        Self {
            broker: StoredValue::new(broker),
            page: RwSignal::new(None),
            hour: RwSignal::new(Series::default()),
            charted: RwSignal::new(Series::default()),
            events: RwSignal::default(),
            poll_status,
            loaded_range: StoredValue::new(None),
            is_whole: StoredValue::new(true),
        }
    }

    /// Merges an answer for a span, requested from [`Live::since`] on.
    pub fn take(&self, page: Dashboard, span: Span) {
        self.is_whole.set_value(true);
        let newer = Arc::unwrap_or_clone(Arc::clone(&page.series));
        self.hour
            .update(|series| series.merge(newer, RECENT_HISTORY));
        if let Some(charts) = &page.charts {
            self.loaded_range.set_value(Some((span, now())));
            self.charted.set(Arc::unwrap_or_clone(Arc::clone(charts)));
        }
        if self.events.with_untracked(|events| *events != page.events) {
            self.events.set(Arc::clone(&page.events));
        }
        self.page.set(Some(Arc::new(Dashboard {
            series: Arc::default(),
            charts: None,
            ..page
        })));
    }

    /// Whether the next poll has to request the span's series too.
    pub fn is_due(&self, span: Span) -> bool {
        if span.is_recent() {
            return false;
        }
        let step = self.charted.with_untracked(|series| f64::from(series.step));
        match (self.loaded_range.get_value(), span) {
            (Some((loaded, since)), Span::Last(_)) if loaded == span => {
                // The absolute difference, since the viewer's clock may be set back.
                (now() - since).abs() >= within(step, PACE.0, PACE.1)
            }
            // A fixed time range is polled on request only.
            _ => true,
        }
    }

    /// Follows the address: requests a span that is not loaded at once, and drops what is not shown.
    pub fn follow(&self, settings: Settings) {
        let live = *self;
        effect(move || {
            if settings.span.get().is_recent() {
                live.loaded_range.set_value(None);
                live.charted.set(Series::default());
            }
        });
        let is_range_loaded = move |span: Span| span.is_recent() && live.is_whole.get_value();
        on_change(
            move || settings.span.get(),
            move |span| {
                if !is_range_loaded(*span) {
                    live.poll_status.refresh_now();
                }
            },
        );
    }

    /// Follows the address of a panel whose spans are always requested whole.
    pub fn follow_whole(&self, settings: Settings) {
        let live = *self;
        on_change(
            move || settings.span.get(),
            move |_| live.poll_status.refresh_now(),
        );
    }

    /// The series that charts of a span show; until it is loaded, the last hour.
    pub fn source(&self, span: Span) -> RwSignal<Series> {
        let has_none = || self.charted.with(|series| series.timestamps.is_empty());
        if span.is_recent() || has_none() {
            self.hour
        } else {
            self.charted
        }
    }

    /// Whether [`Live::source`] holds the span, and not an earlier one.
    pub fn is_loaded(&self, span: Span) -> bool {
        span.is_recent() || self.is_range_loaded(span)
    }

    /// Whether `charted` holds the span.
    pub fn is_range_loaded(&self, span: Span) -> bool {
        // Tracked, so that the caller runs again when it arrives.
        self.charted.track();
        let loaded = self.loaded_range.get_value();
        loaded.is_some_and(|(loaded, _)| loaded == span)
    }

    /// The last time of the hour's series, where the next poll continues; `None` if the next poll has
    /// to fetch the whole hour.
    pub fn since(&self) -> Option<i64> {
        if !self.is_whole.get_value() {
            return None;
        }
        self.hour
            .with_untracked(|series| series.timestamps.last().copied())
    }

    /// The server's time of the last answer, in milliseconds since the epoch; 0 before the first.
    pub fn latest(&self) -> i64 {
        self.read(|page| Some(page.server_time.as_millis()))
            .unwrap_or_default()
    }

    /// The age of the values in milliseconds, independent of errors of the viewer's clock.
    pub fn age(&self) -> Option<i64> {
        let observed = self.read(|page| page.overview.as_ref()?.observed_at);
        age(
            observed,
            self.read(|page| Some(page.server_time)),
            self.poll_status,
        )
    }

    /// The broker's state; `None` before the first answer.
    pub fn state(&self) -> Option<BrokerState> {
        self.page
            .with(|page| page.as_ref().map(|page| page.broker.state))
    }

    /// Reads a value of the last answer.
    pub fn read<T>(&self, get: impl Fn(&Dashboard) -> Option<T>) -> Option<T> {
        self.page.with(|page| page.as_deref().and_then(get))
    }
}
