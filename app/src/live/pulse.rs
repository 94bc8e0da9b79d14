//! How a page's updates fare, and the viewer's wish for one.

use leptos::prelude::*;

use super::{now, once, online};
use crate::components::keys::is_typed_into;
use crate::error::AppError;
use crate::format::within;
use crate::reactive::effect;

/// So long after an answer its age is no news: a page that polls as often as it does by default has
/// no clock of its own to draw for. In milliseconds.
const FRESH: f64 = 6_000.0;
/// As often an age is told that is one, in milliseconds.
const SECOND: f64 = 1_000.0;

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

/// How a page's updates fare. A Leptos context, and cheap to copy: four signals.
#[derive(Clone, Copy)]
pub struct Pulse {
    /// How the updates fare.
    pub updates: RwSignal<Updates>,
    /// When the last answer came, on the viewer's clock (milliseconds since the epoch).
    pub received: RwSignal<f64>,
    /// The viewer's clock, moved on once a second; not in the first seconds after an answer, when
    /// nothing is to be told yet. Equal to `received` on the server.
    pub clock: RwSignal<f64>,
    /// Counts the viewer's wishes to refresh at once.
    pub nudges: RwSignal<u32>,
}

impl Pulse {
    /// Of a page whose first answer is yet to be taken in.
    pub fn new() -> Self {
        Self {
            updates: RwSignal::new(Updates::Fine),
            received: RwSignal::new(0.0),
            clock: RwSignal::new(0.0),
            nudges: RwSignal::new(0),
        }
    }

    /// Moves the clock, and takes a connection that is back or the key `R` as the wish to refresh.
    ///
    /// On the server: nothing, since neither effects nor events are there.
    pub fn beat(self) {
        self.beat_quietly();
        refresh_by_key(move || self.nudge());
    }

    /// The same without the key: in somebody else's page it is not ours.
    pub fn beat_quietly(self) {
        self.keep_time();
        online(move || {
            if self.updates.get_untracked() != Updates::Fine {
                self.nudge();
            }
        });
    }

    /// Moves the clock on as long as the page is there.
    fn keep_time(self) {
        effect(move || {
            let elapsed = self.clock.get() - self.received.get();
            let is_fine = self.updates.with(|updates| *updates == Updates::Fine);
            let wait = if is_fine { FRESH - elapsed } else { 0.0 };
            // At the longest what is asked for: the viewer's clock may be put back.
            let wait = within(wait, SECOND, FRESH);
            once(wait as u32, move || self.clock.set(now()));
        });
    }

    /// The wish to refresh at once.
    pub fn nudge(self) {
        self.nudges.update(|nudges| *nudges += 1);
    }

    /// Notes that an answer came.
    pub fn answered(self) {
        let now = now();
        self.received.set(now);
        self.clock.set(now);
        self.updates.set(Updates::Fine);
    }

    /// Notes that a poll failed and when the next one comes.
    pub fn fail(self, error: AppError, next: f64) {
        self.updates.set(match error {
            AppError::SignedOut => Updates::SignedOut,
            error => Updates::Failing { error, next },
        });
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

/// `R` refreshes at once, unless it is typed into a field or with a modifier.
fn refresh_by_key(nudge: impl Fn() + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if event.key().eq_ignore_ascii_case("r") && !modified && !is_typed_into() {
            nudge();
        }
    });
    on_cleanup(move || handle.remove());
}
