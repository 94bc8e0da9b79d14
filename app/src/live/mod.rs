//! What a page shows, kept alive: the last answer, the series, how the updates fare.
//!
//! On the server a [`Live`] holds the first answer and nothing moves. In the
//! browser [`keep`] polls into it. Components read signals of it and never
//! poll themselves.

mod browser;
mod poll;
mod settings;

use std::sync::Arc;

use leptos::prelude::*;
use metering::{BrokerState, Series};

use crate::error::AppError;
use crate::server_fns::overview::OverviewPage;

pub use browser::{every, local_offset, now, online, visible};
pub use poll::{backoff, keep};
pub use settings::{Choices, PAUSED, RANGE, REFRESH, Settings};

/// The longest range, and so the span of the series that a page holds, in milliseconds.
pub const SPAN: i64 = 3_600_000;

/// How the updates fare.
#[derive(Clone, Debug, PartialEq)]
pub enum Updates {
    /// The last poll was answered.
    Fine,
    /// Polls fail.
    Failing {
        /// Why the last one did.
        error: AppError,
        /// When the next one comes, on the viewer's clock (milliseconds since the epoch).
        next: f64,
    },
    /// The session has ended: no poll will be answered before a new sign-in.
    SignedOut,
}

/// A live view of one broker. Cheap to copy: a handful of signals.
#[derive(Clone, Copy)]
pub struct Live {
    /// The broker's name.
    pub broker: StoredValue<String>,
    /// The last answer; `None` until there was one. Its series is empty: it went into [`Live::series`].
    pub page: RwSignal<Option<Arc<OverviewPage>>>,
    /// The last hour.
    pub series: RwSignal<Series>,
    /// How the updates fare.
    pub updates: RwSignal<Updates>,
    /// When the last answer came, on the viewer's clock (milliseconds since the epoch).
    pub received: RwSignal<f64>,
    /// The viewer's clock, moved on once a second. Equal to `received` on the server.
    pub clock: RwSignal<f64>,
    /// The instant under the crosshair, shared by all charts of the page.
    pub cursor: RwSignal<Option<i64>>,
    /// The viewer's zone, milliseconds east of UTC; `None`, and so UTC, until the browser has told.
    pub zone: RwSignal<Option<i64>>,
    /// Counts the viewer's wishes to refresh at once.
    pub nudges: RwSignal<u32>,
}

impl Live {
    /// From the first answer.
    pub fn new(broker: String, first: Result<OverviewPage, AppError>) -> Self {
        let live = Self {
            broker: StoredValue::new(broker),
            page: RwSignal::new(None),
            series: RwSignal::new(Series::default()),
            updates: RwSignal::new(Updates::Fine),
            received: RwSignal::new(0.0),
            clock: RwSignal::new(0.0),
            cursor: RwSignal::new(None),
            zone: RwSignal::new(None),
            nudges: RwSignal::new(0),
        };
        match first {
            Ok(page) => live.take(page),
            Err(error) => live.fail(error, 0.0),
        }
        live
    }

    /// Takes in an answer.
    pub fn take(&self, page: OverviewPage) {
        let newer = Arc::clone(&page.series);
        let newer = Arc::unwrap_or_clone(newer);
        let now = now();
        self.series.update(|series| series.merge(newer, SPAN));
        self.page.set(Some(Arc::new(OverviewPage {
            series: Arc::default(),
            ..page
        })));
        self.received.set(now);
        self.clock.set(now);
        self.updates.set(Updates::Fine);
    }

    /// Notes that a poll failed and when the next one comes.
    pub fn fail(&self, error: AppError, next: f64) {
        self.updates.set(match error {
            AppError::SignedOut => Updates::SignedOut,
            error => Updates::Failing { error, next },
        });
    }

    /// The last time that the series holds, for the next poll to go on from.
    pub fn since(&self) -> Option<i64> {
        self.series
            .with_untracked(|series| series.timestamps.last().copied())
    }

    /// The age of the values in milliseconds, told without trust in the viewer's clock.
    pub fn age(&self) -> Option<i64> {
        let behind = self.page.with(|page| {
            let page = page.as_ref()?;
            let observed = page.overview.as_ref()?.observed_at?;
            Some(page.server_time.as_millis() - observed.as_millis())
        })?;
        let elapsed = (self.clock.get() - self.received.get()).max(0.0);
        Some(behind + elapsed as i64)
    }

    /// The broker's state; `None` until there was an answer.
    pub fn state(&self) -> Option<BrokerState> {
        self.page
            .with(|page| page.as_ref().map(|page| page.broker.state))
    }

    /// Reads something off the last answer.
    pub fn read<T>(&self, get: impl Fn(&OverviewPage) -> Option<T>) -> Option<T> {
        self.page.with(|page| page.as_deref().and_then(get))
    }
}
