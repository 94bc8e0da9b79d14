//! Clocks and timers of the browser, which stand still on the server.

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::reactive::effect;

/// Milliseconds since the epoch on the viewer's clock.
///
/// On the server: 0, so that what it draws does not depend on when.
pub fn now() -> f64 {
    if cfg!(feature = "ssr") {
        0.0
    } else {
        js_sys::Date::now()
    }
}

/// The viewer's zone at an instant, milliseconds east of UTC.
///
/// On the server: 0, UTC.
pub fn local_offset(time: i64) -> i64 {
    if cfg!(feature = "ssr") {
        return 0;
    }
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(time as f64));
    -(date.get_timezone_offset() * 60_000.0) as i64
}

/// Calls `tick` at this interval until the owner is disposed.
///
/// On the server: never, since effects do not run there.
pub fn every(millis: u32, tick: impl Fn() + Clone + 'static) {
    effect(move || {
        let interval = SendWrapper::new(Interval::new(millis, tick.clone()));
        on_cleanup(move || drop(interval));
    });
}

/// Calls `then` after these milliseconds, unless the calling effect runs again before.
pub fn once(millis: u32, then: impl FnOnce() + 'static) {
    let timeout = SendWrapper::new(Timeout::new(millis, then));
    on_cleanup(move || drop(timeout));
}

/// Whether the tab is visible.
///
/// On the server: yes, and it stays so.
pub fn visible() -> Signal<bool> {
    let visible = RwSignal::new(true);
    effect(move || {
        let look = move || {
            let state = document().visibility_state();
            visible.set(state != web_sys::VisibilityState::Hidden);
        };
        look();
        // It is sent to the document and bubbles.
        let handle = window_event_listener_untyped("visibilitychange", move |_| look());
        on_cleanup(move || handle.remove());
    });
    visible.into()
}

/// Calls back when the browser is connected again.
///
/// On the server: never.
pub fn online(back: impl Fn() + Clone + 'static) {
    effect(move || {
        let back = back.clone();
        let handle = window_event_listener_untyped("online", move |_| back());
        on_cleanup(move || handle.remove());
    });
}

/// Whether what is typed goes into a field. Browser only.
pub fn is_typed_into() -> bool {
    document().active_element().is_some_and(|element| {
        ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str())
    })
}
