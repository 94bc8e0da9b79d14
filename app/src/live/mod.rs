//! What a page shows, kept alive: the last answer, the series, how the updates fare.
//!
//! On the server a [`Live`] holds the first answer and nothing moves. In the
//! browser [`keep`] polls into it. Components read signals of it and never
//! poll themselves. What the charts show of all this is the address's: a range
//! up to now, or a [`Stretch`] that stands still.

mod browser;
mod carried;
mod poll;
mod pulse;
mod recovery;
mod settings;
mod stretch;
mod way;

use std::sync::Arc;

use leptos::prelude::*;
use metering::dashboard::Dashboard;
use metering::{BrokerState, LogEntry, Series};

use crate::components::age::age;
use crate::error::AppError;
use crate::format::within;
use crate::reactive::{effect, on_change};

pub use browser::{every, local_offset, now, once, online, visible};
pub use carried::Carried;
pub use poll::{Poll, backoff, keep, keep_every};
pub use pulse::{Pulse, Updates};
pub use recovery::reload_on_recovery;
pub use settings::{Choices, Chosen, PAUSED, RANGE, REFRESH, Settings};
pub use stretch::{LONGEST, SHORTEST, Span, Stretch};
pub use way::{Way, WayTo};

/// The span of the series that a page holds and polls into, in milliseconds.
pub const SPAN: i64 = 3_600_000;

/// The series of a longer or earlier span are asked for again no sooner, and no later, in milliseconds.
const PACE: (f64, f64) = (5_000.0, 300_000.0);

/// A live view of one broker. Cheap to copy: a handful of signals. A Leptos context.
#[derive(Clone, Copy)]
pub struct Live {
    /// The broker's name.
    pub broker: StoredValue<String>,
    /// The last answer; `None` until there was one. Its series are empty: they went into those below.
    pub page: RwSignal<Option<Arc<Dashboard>>>,
    /// The last hour.
    pub hour: RwSignal<Series>,
    /// What the charts show of a longer or earlier span; empty where that is none, or not here yet.
    pub charted: RwSignal<Series>,
    /// What happened to the broker in the time that the charts show.
    pub events: RwSignal<Arc<Vec<LogEntry>>>,
    /// How the updates fare.
    pub pulse: Pulse,
    /// Of which span `charted` is, and since when (milliseconds on the viewer's clock).
    held: StoredValue<Option<(Span, f64)>>,
    /// Whether `hour` is the whole of it: a page comes with what it shows of it.
    is_whole: StoredValue<bool>,
}

impl Live {
    /// From the first answer, which was of a span.
    pub fn new(broker: String, first: Result<Carried, AppError>, span: Span) -> Self {
        let live = Self::waiting(broker, Pulse::new());
        match first {
            Ok(carried) => {
                let is_whole = carried.is_whole();
                live.take(carried.page, span);
                live.is_whole.set_value(is_whole);
                live.pulse.answered();
            }
            Err(error) => live.pulse.fail(error, 0.0),
        }
        live
    }

    /// Before the first answer, with a pulse of its own.
    pub fn waiting(broker: String, pulse: Pulse) -> Self {
        Self {
            broker: StoredValue::new(broker),
            page: RwSignal::new(None),
            hour: RwSignal::new(Series::default()),
            charted: RwSignal::new(Series::default()),
            events: RwSignal::default(),
            pulse,
            held: StoredValue::new(None),
            is_whole: StoredValue::new(true),
        }
    }

    /// Takes in an answer to what was asked of a span, from [`Live::since`] on.
    pub fn take(&self, page: Dashboard, span: Span) {
        self.is_whole.set_value(true);
        let newer = Arc::unwrap_or_clone(Arc::clone(&page.series));
        self.hour.update(|series| series.merge(newer, SPAN));
        if let Some(charts) = &page.charts {
            self.held.set_value(Some((span, now())));
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

    /// Whether the next poll is to ask for the series of the span too.
    pub fn is_due(&self, span: Span) -> bool {
        if span.is_recent() {
            return false;
        }
        let step = self.charted.with_untracked(|series| f64::from(series.step));
        match (self.held.get_value(), span) {
            (Some((held, since)), Span::Last(_)) if held == span => {
                // Either way: the viewer's clock may be put back.
                (now() - since).abs() >= within(step, PACE.0, PACE.1)
            }
            // A stretch that stands still is only polled by wish.
            _ => true,
        }
    }

    /// Follows the address: asks at once for a span that is not held, forgets what is not shown.
    pub fn follow(&self, settings: Settings) {
        let live = *self;
        effect(move || {
            if settings.span.get().is_recent() {
                live.held.set_value(None);
                live.charted.set(Series::default());
            }
        });
        let is_held = move |span: Span| span.is_recent() && live.is_whole.get_value();
        on_change(
            move || settings.span.get(),
            move |span| {
                if !is_held(*span) {
                    live.pulse.nudge();
                }
            },
        );
    }

    /// Follows the address where every span is asked for whole: at once for another one.
    pub fn follow_whole(&self, settings: Settings) {
        let live = *self;
        on_change(move || settings.span.get(), move |_| live.pulse.nudge());
    }

    /// The columns that the charts of a span show: until they are here, those that are.
    pub fn source(&self, span: Span) -> RwSignal<Series> {
        let has_none = || self.charted.with(|series| series.timestamps.is_empty());
        if span.is_recent() || has_none() {
            self.hour
        } else {
            self.charted
        }
    }

    /// Whether the columns of [`Live::source`] are those of a span, and not of another one before.
    pub fn is_loaded(&self, span: Span) -> bool {
        span.is_recent() || self.is_held(span)
    }

    /// Whether `charted` is of a span.
    pub fn is_held(&self, span: Span) -> bool {
        // Followed for when it comes.
        self.charted.track();
        let held = self.held.get_value();
        held.is_some_and(|(held, _)| held == span)
    }

    /// The last time that the series of the hour holds, for the next poll to go on from; `None` where
    /// that is to bring the whole hour.
    pub fn since(&self) -> Option<i64> {
        if !self.is_whole.get_value() {
            return None;
        }
        self.hour
            .with_untracked(|series| series.timestamps.last().copied())
    }

    /// The server's clock at the last answer, in milliseconds since the epoch; 0 before there was one.
    pub fn latest(&self) -> i64 {
        self.read(|page| Some(page.server_time.as_millis()))
            .unwrap_or_default()
    }

    /// The age of the values in milliseconds, told without trust in the viewer's clock.
    pub fn age(&self) -> Option<i64> {
        let observed = self.read(|page| page.overview.as_ref()?.observed_at);
        age(
            observed,
            self.read(|page| Some(page.server_time)),
            self.pulse,
        )
    }

    /// The broker's state; `None` until there was an answer.
    pub fn state(&self) -> Option<BrokerState> {
        self.page
            .with(|page| page.as_ref().map(|page| page.broker.state))
    }

    /// Reads something off the last answer.
    pub fn read<T>(&self, get: impl Fn(&Dashboard) -> Option<T>) -> Option<T> {
        self.page.with(|page| page.as_deref().and_then(get))
    }
}
