//! Reloads a page that could not be shown.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::{Method, RequestBuilder};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{every, visible};

/// Milliseconds between two attempts.
const PACE: u32 = 5_000;

/// Reloads the page once the server can show it. Polls while the tab is visible, one request at a time.
///
/// On the server: never.
pub fn reload_on_recovery() {
    let visible = visible();
    let is_asking = Rc::new(Cell::new(false));
    every(PACE, move || {
        if is_asking.get() || !visible.get_untracked() {
            return;
        }
        is_asking.set(true);
        let is_asking = Rc::clone(&is_asking);
        spawn_local(async move {
            if can_be_shown().await {
                // A page that cannot be loaded stays as it is.
                let _ = window().location().reload();
            }
            is_asking.set(false);
        });
    });
}

/// Whether the server answers the address of this page without an error.
async fn can_be_shown() -> bool {
    let Ok(address) = window().location().href() else {
        return false;
    };
    let request = RequestBuilder::new(&address).method(Method::HEAD);
    request.send().await.is_ok_and(|answer| answer.ok())
}
