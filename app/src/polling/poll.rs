//! Polling: one call in flight at most, back-off after failures, no polls while the tab is hidden.

use std::rc::Rc;

use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{PollStatus, Settings, Updates, now, visible};
use crate::error::AppError;
use crate::format::within;
use crate::reactive::effect;

/// The longest wait between two attempts, in milliseconds, unless `Retry-After` is longer.
const LONGEST: f64 = 60_000.0;

/// Milliseconds to wait after a number of failures in a row.
///
/// Doubles from `interval` up to a minute; `chance` (0 to 1) takes off up to
/// half, so that viewers that were disconnected together do not return together.
/// It is at least the service's `Retry-After`.
pub fn backoff(interval: f64, failures: u32, retry_after: Option<u32>, chance: f64) -> f64 {
    let grown = (interval * 2_f64.powi(failures.saturating_sub(1).min(16) as i32)).min(LONGEST);
    let asked = f64::from(retry_after.unwrap_or(0)) * 1000.0;
    let chance = within(chance, 0.0, 1.0);
    (grown * (1.0 - chance / 2.0)).max(asked * (1.0 + chance / 4.0))
}

/// One poll: fetches and applies an answer. Boxed, so that the loop is compiled once.
pub type Poll = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<(), AppError>>>;

/// Polls for as long as the owner lives. Only in the browser: on the server effects do not run.
///
/// A change of the interval, a tab that is shown again, and a request to refresh each restart the
/// loop, and cancel a call in flight.
pub fn start_polling(poll_status: PollStatus, settings: Settings, poll: Poll) {
    let interval = Signal::derive(move || settings.interval());
    start_polling_every(poll_status, interval, poll);
}

/// [`start_polling`] with an interval in milliseconds; `None`: no polls.
pub fn start_polling_every(poll_status: PollStatus, interval: Signal<Option<u32>>, poll: Poll) {
    let visible = visible();
    let failures = StoredValue::new(0_u32);
    let mut seen: Option<u32> = None;
    effect(move || {
        let interval = interval.get();
        let requests = poll_status.refresh_requests.get();
        let at_once = seen
            .replace(requests)
            .is_some_and(|before| before != requests);
        if !visible.get() || (interval.is_none() && !at_once) {
            return;
        }
        let polls = polls(poll_status, interval, at_once, failures, Rc::clone(&poll));
        let (handle, registration) = AbortHandle::new_pair();
        on_cleanup(move || handle.abort());
        spawn_local(async move {
            // Ended by the cleanup: nothing is left to do.
            let _ = Abortable::new(polls, registration).await;
        });
    });
}

/// The loop; without an interval a single poll.
async fn polls(
    poll_status: PollStatus,
    interval: Option<u32>,
    at_once: bool,
    failures: StoredValue<u32>,
    poll: Poll,
) {
    let step = interval.map_or(5_000.0, f64::from);
    let mut wait = if at_once {
        0.0
    } else {
        until_due(poll_status, step)
    };
    loop {
        TimeoutFuture::new(wait as u32).await;
        match poll().await {
            Ok(()) => {
                failures.set_value(0);
                poll_status.answered();
                wait = step;
            }
            Err(error) => {
                failures.update_value(|failures| *failures += 1);
                let retry_after = error.retry_after();
                wait = backoff(
                    step,
                    failures.get_value(),
                    retry_after,
                    js_sys::Math::random(),
                );
                let signed_out = error == AppError::SignedOut;
                poll_status.fail(error, now() + wait);
                if signed_out {
                    return;
                }
            }
        }
        if interval.is_none() {
            return;
        }
    }
}

/// Milliseconds until the next poll: 0 if the last answer is older than the interval.
fn until_due(poll_status: PollStatus, step: f64) -> f64 {
    match poll_status.updates.get_untracked() {
        Updates::Fine => within(
            poll_status.received.get_untracked() + step - now(),
            0.0,
            step,
        ),
        Updates::Failing { next, .. } => (next - now()).max(0.0),
        Updates::SignedOut => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits: Vec<_> = (1..=6).map(|n| backoff(5_000.0, n, None, 0.0)).collect();
        assert_eq!(
            waits,
            [5_000.0, 10_000.0, 20_000.0, 40_000.0, 60_000.0, 60_000.0]
        );
        assert_eq!(backoff(5_000.0, u32::MAX, None, 0.0), LONGEST);
    }

    #[test]
    fn chance_takes_off_up_to_half() {
        assert_eq!(backoff(10_000.0, 1, None, 1.0), 5_000.0);
        assert_eq!(backoff(10_000.0, 1, None, 0.5), 7_500.0);
    }

    #[test]
    fn retry_after_is_the_shortest_delay() {
        for chance in [0.0, 0.3, 1.0] {
            assert!(
                backoff(5_000.0, 1, Some(120), chance) >= 120_000.0,
                "{chance}"
            );
        }
        assert_eq!(backoff(30_000.0, 1, Some(1), 0.0), 30_000.0);
    }
}
