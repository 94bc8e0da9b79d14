//! Keyboard shortcuts outside of fields: `Ctrl K`, `?`, `/`, and `g` with a letter.
//!
//! The key `r` is in [`crate::polling::PollStatus`], the keys of charts are in their plots.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::polling::{is_typed_into, now};

/// The attribute of a link of the navigation that `g` and its value lead to.
pub const GO: &str = "data-go";
/// The letter has to follow `g` within this time, in milliseconds.
const PATIENCE: f64 = 1500.0;

/// The first element that a selector finds. Browser only.
fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    let found = document().query_selector(selector).ok()??;
    found.dyn_into().ok()
}

/// Moves the focus from the page's filter to the rows. The filter's text stays, and keys are shortcuts
/// again. Browser only.
fn leave_filter() -> bool {
    let field = document().active_element();
    let is_filter =
        field.is_some_and(|field| matches!(field.matches("main input[type=search]"), Ok(true)));
    if is_filter && let Some(target) = find("main .rows").or_else(|| find("main")) {
        // If it cannot be focused, the focus stays.
        let _ = target.focus();
        return true;
    }
    false
}

/// Listens while the owner lives: `search` opens the search, `sheet` the sheet of keys.
///
/// On the server: nothing.
pub fn listen(search: RwSignal<bool>, sheet: RwSignal<bool>) {
    let waits_until = StoredValue::new(0.0);
    let handle = window_event_listener(ev::keydown, move |event| {
        let key = event.key();
        let has_control = event.ctrl_key() || event.meta_key();
        if has_control && !event.alt_key() && !event.shift_key() && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            // An open search would begin again, without what was typed.
            if !search.get_untracked() {
                search.set(true);
            }
            return;
        }
        if key == "Escape" && leave_filter() {
            event.prevent_default();
            return;
        }
        if has_control || event.alt_key() || is_typed_into() {
            return;
        }
        let goes = waits_until.get_value() > now();
        waits_until.set_value(0.0);
        let target = match &*key {
            letter if goes && letter.len() == 1 && letter.as_bytes()[0].is_ascii_lowercase() => {
                find(&format!("[{GO}='{letter}']"))
            }
            "g" => {
                waits_until.set_value(now() + PATIENCE);
                None
            }
            "?" => {
                sheet.set(true);
                None
            }
            "/" => {
                let field = find("main input[type=search]");
                if let Some(field) = &field {
                    event.prevent_default();
                    // A field that cannot be focused is hidden.
                    let _ = field.focus();
                }
                None
            }
            _ => None,
        };
        if let Some(link) = target {
            link.click();
        }
    });
    on_cleanup(move || handle.remove());
}
