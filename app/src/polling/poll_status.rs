//! The state of a page's polls, and requests to refresh at once.

use leptos::prelude::*;

use super::browser::is_typed_into;
use super::{now, once, online};
use crate::error::AppError;
use crate::format::within;
use crate::reactive::effect;

/// An answer younger than this is not shown as old, in milliseconds: a page with the default interval
/// never draws for its clock alone.
const FRESH: f64 = 6_000.0;
/// How often an older age is drawn again, in milliseconds.
const SECOND: f64 = 1_000.0;

/// Whether polls are answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Updates {
    /// The last poll was answered.
    Fine,
    /// Polls fail.
    Failing {
        /// Why the last poll failed.
        error: AppError,
        /// When the next poll comes, on the viewer's clock (milliseconds since the epoch).
        next: f64,
    },
    /// The session has ended: no poll will be answered before a new sign-in.
    SignedOut,
}

/// The state of a page's polls. A Leptos context, cheap to copy: four signals.
#[derive(Clone, Copy)]
pub struct PollStatus {
    /// Whether polls are answered.
    pub updates: RwSignal<Updates>,
    /// When the last answer came, on the viewer's clock (milliseconds since the epoch).
    pub received: RwSignal<f64>,
    /// The viewer's clock, moved on once a second; not in the first seconds after an answer, when
    /// its age is not shown yet. Equal to `received` on the server.
    pub clock: RwSignal<f64>,
    /// Counts the requests to refresh at once.
    pub refresh_requests: RwSignal<u32>,
}

impl PollStatus {
    /// For a page before its first answer.
    pub fn new() -> Self {
        Self {
            updates: RwSignal::new(Updates::Fine),
            received: RwSignal::new(0.0),
            clock: RwSignal::new(0.0),
            refresh_requests: RwSignal::new(0),
        }
    }

    /// Moves the clock; refreshes when the connection is back and on the key `R`.
    ///
    /// On the server: nothing, since neither effects nor events are there.
    pub fn start(self) {
        self.start_without_keys();
        refresh_by_key(move || self.refresh_now());
    }

    /// [`Self::start`] without the key: in another page the key belongs to that page.
    pub fn start_without_keys(self) {
        self.advance_clock();
        online(move || {
            if self.updates.get_untracked() != Updates::Fine {
                self.refresh_now();
            }
        });
    }

    /// Advances the clock while the page is mounted.
    fn advance_clock(self) {
        effect(move || {
            let elapsed = self.clock.get() - self.received.get();
            let is_fine = self.updates.with(|updates| *updates == Updates::Fine);
            let wait = if is_fine { FRESH - elapsed } else { 0.0 };
            // Bounded, since the viewer's clock may be set back.
            let wait = within(wait, SECOND, FRESH);
            once(wait as u32, move || self.clock.set(now()));
        });
    }

    /// Requests a poll at once.
    pub fn refresh_now(self) {
        self.refresh_requests
            .update(|refresh_requests| *refresh_requests += 1);
    }

    /// Records an answer.
    pub fn answered(self) {
        let now = now();
        self.received.set(now);
        self.clock.set(now);
        self.updates.set(Updates::Fine);
    }

    /// Records a failure and the time of the next poll.
    pub fn fail(self, error: AppError, next: f64) {
        self.updates.set(match error {
            AppError::SignedOut => Updates::SignedOut,
            error => Updates::Failing { error, next },
        });
    }
}

impl Default for PollStatus {
    fn default() -> Self {
        Self::new()
    }
}

/// `R` refreshes at once, unless it is typed into a field or with a modifier.
fn refresh_by_key(refresh_now: impl Fn() + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if event.key().eq_ignore_ascii_case("r") && !modified && !is_typed_into() {
            refresh_now();
        }
    });
    on_cleanup(move || handle.remove());
}
